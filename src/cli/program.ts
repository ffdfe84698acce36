/** The whole program `meltica`: its commands, each loaded when it is asked for, and how a command's end is told. */
import { Command, CommanderError } from 'commander'
import { plainText } from '../schema/plain-text'
import { refusalOf } from './refusal'

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** Loads a command. A sandbox host or a backtest does not wait until an HTTP server is loaded. */
export interface CommandEntry {
  readonly load: () => Promise<Command>
  /** Left out of the help. */
  readonly hidden?: boolean
}

export interface ProgramContext {
  readonly commands: Readonly<Record<string, CommandEntry>>
  /** To standard error. */
  readonly complain: (text: string) => void
  /** Told the gateway that `--context` names, before the command begins. */
  readonly chosen?: (context: string | undefined) => void
}

/**
 * @param given what follows the program's name. `help` explains commands of commands too, as in `help rollout promote`.
 * @returns the exit status; undefined when the command has set its own.
 */
export async function runProgram(
  given: readonly string[],
  { commands, complain, chosen }: ProgramContext,
): Promise<number | undefined> {
  const args =
    given[0] === 'help' && given[2] !== undefined && Object.hasOwn(commands, given[1] ?? '')
      ? [...given.slice(1), '--help']
      : given
  const first = args[0] === '--context' ? args[2] : args[0]
  const asked = first !== undefined && Object.hasOwn(commands, first) ? first : undefined
  const program = strict(new Command('meltica'), 'meltica help')
    .description('Runs JavaScript trading strategies, each in a WebAssembly sandbox of its own.')
    .version(await versionIf(args[0]), ...VERSION)
    // what follows a command is its own
    .enablePositionalOptions()
    .option('--context <name>', 'of commands that talk to a gateway: the gateway of this context')
    .hook('preAction', (_, command) => chosen?.(command.optsWithGlobals<{ context?: string }>().context))
    .addHelpText('after', '\nmeltica help <command> explains a command, with an example.')
  for (const [name, { load, hidden = false }] of Object.entries(commands)) {
    if (asked === undefined || asked === name) program.addCommand(strict(await load()), { hidden })
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return undefined
  } catch (error) {
    return tell(error, complain)
  }
}

const VERSION = ['-V, --version', 'print version, commit, engine and Bun'] as const

/** Made only for who asks: the engine is read for it. */
const versionIf = async (first = ''): Promise<string> =>
  ['-V', '--version'].includes(first) ? (await import('./version')).versionText() : ''

/** Usage errors come as exceptions, so that their exit status is ours to choose. @param help what explains the command. */
function strict(command: Command, help = `meltica help ${command.name()}`): Command {
  for (const sub of command.commands) strict(sub, help)
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`hint: see ${help}`)
    .configureHelp({ showGlobalOptions: false })
}

function tell(error: unknown, complain: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  const refusal = refusalOf(error)
  if (refusal) {
    const lines = refusal.message.split('\n').map(plainText).join('\n  ')
    complain(`error: ${lines}\nhint: ${refusal.hint}\n`)
    return refusal.code === 'usage' ? EXIT.usage : EXIT.failed
  }
  complain(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT.failed
}
