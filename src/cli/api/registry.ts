/** `meltica registry export`: registry.json with the use of each revision, to keep and to compare. */
import type { Command } from 'commander'
import { RegistryExport } from '../../schema/registry'
import { type ApiContext, apiCommand } from './command'
import { writeWhole } from './file'
import { jsonText } from './output'

const EXAMPLES = ['registry export -o registry-today.json', 'registry export | diff registry-yesterday.json -']

export const registryCommand = (context: ApiContext): Command =>
  apiCommand('registry', 'the registry as a whole', ...EXAMPLES).addCommand(exportCommand(context))

const exportCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('export', 'print registry.json with the use of each revision', ...EXAMPLES)
    .option('-o, --output <file>', 'write it to a file instead')
    .action(async ({ output }: { output?: string }) => {
      const text = jsonText(await api().call(RegistryExport, 'GET', '/strategies/registry'))
      if (output === undefined) print(text)
      else writeWhole(output, text)
    })
