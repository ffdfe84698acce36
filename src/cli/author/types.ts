/** `meltica types`: the types of the strategy API and of its tests, for editors and `tsc`. */
import { Command } from 'commander'
import { TYPES } from './templates'

export function typesCommand(): Command {
  return new Command('types')
    .description('print meltica.d.ts, which types what a strategy and its tests are given')
    .addHelpText('after', '\nExample:\n  meltica types > meltica.d.ts')
    .action(() => void process.stdout.write(TYPES))
}
