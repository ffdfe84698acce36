/** `meltica registry export`: registry.json with the use of each revision. */
import type { Command } from 'commander'
import { RegistryExport } from '../../schema/catalogue'
import { type ApiContext, apiCommand } from './command'
import { jsonText } from './output'

export function registryCommand({ api, print }: ApiContext): Command {
  const command = apiCommand('registry', 'the registry as a whole', 'registry export --out registry.json')
  command
    .command('export')
    .description('print registry.json with the use of each revision')
    .option('--out <file>', 'write it to a file')
    .action(async ({ out }: { out?: string }) => {
      const text = jsonText(await api().call(RegistryExport, 'GET', '/strategies/registry'))
      if (out === undefined) print(text)
      else await Bun.write(out, text)
    })
  return command
}
