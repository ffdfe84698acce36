/** `meltica sandbox-host`: what the gateway starts to run strategies; of no use by itself, hence hidden from help. */
import { Command } from 'commander'
import { ownCommandLine } from './own-command'

const NAME = 'sandbox-host'

/** The command line that starts a sandbox host. @param script the program's file. */
export const sandboxHostCommandLine = (executable: string, script: string): string[] =>
  ownCommandLine(executable, script, NAME)

export function sandboxHostCommand(): Command {
  return new Command(NAME)
    .description('run strategies for a gateway')
    .action(async () => (await import('./sandboxes')).runSandboxHost())
}
