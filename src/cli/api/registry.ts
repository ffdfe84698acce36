/** `meltica registry export`: registry.json with the use of each revision, to keep and to compare. */
import type { Command } from 'commander'
import { STANDARD } from '../../files/input'
import { writeOutput } from '../../files/output'
import { RegistryExport } from '../../schema/registry'
import { type ApiContext, apiCommand } from './command'
import { jsonText } from './output'

const EXAMPLES = ['registry export -o registry-today.json', 'registry export | diff registry-yesterday.json -']

export const registryCommand = (context: ApiContext): Command =>
  apiCommand('registry', 'the registry as a whole', ...EXAMPLES).addCommand(exportCommand(context))

const exportCommand = ({ api }: ApiContext): Command =>
  apiCommand('export', 'print registry.json with the use of each revision', ...EXAMPLES)
    .option('-o, --output <file>', 'where to; - for standard output', STANDARD)
    .action(async ({ output }: { output: string }) =>
      writeOutput(output, jsonText(await api().call(RegistryExport, 'GET', '/strategies/registry'))),
    )
