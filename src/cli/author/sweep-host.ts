/**
 * `meltica sweep-host`: `meltica sweep` for a process of tests, with which it ends; what is refused is written as JSON.
 * It is of no use by itself, hence hidden.
 */
import { Command, CommanderError } from 'commander'
import type { Refusal } from '../../author/messages'
import type { RunLine } from '../../backtest/sweep/run-line'
import { Failure } from '../../errors/failure'
import { ownCommandLine } from '../own-command'
import { endWithParent } from '../parent'
import { refusalOf } from '../refusal'
import { sweepCommand } from '../sweep/sweep'

const NAME = 'sweep-host'
const HINT = 'meltica help sweep explains the options'

/** The command line that starts it. @param script the program's file. */
export const sweepHostCommandLine = (executable: string, script: string): string[] =>
  ownCommandLine(executable, script, NAME)

/** @param worker as of `meltica sweep`. */
export function sweepHostCommand(worker: readonly string[]): Command {
  return new Command(NAME)
    .description('run a search for tests')
    .argument('[word...]', 'as of meltica sweep')
    .allowUnknownOption()
    .action((words: readonly string[]) => sweep(words, worker))
}

async function sweep(words: readonly string[], worker: readonly string[]): Promise<void> {
  endWithParent()
  const command = sweepCommand(worker)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  try {
    await command.parseAsync(words, { from: 'user' })
  } catch (error) {
    const refused = refusalOf(error instanceof CommanderError ? told(error) : error)
    if (!refused) throw error
    process.stdout.write(`${JSON.stringify({ refused } satisfies Refusal)}\n`)
  }
}

const told = ({ message }: CommanderError): Failure => new Failure('usage', message.replace(/^error: /, ''), {}, HINT)

/** @param words as of `meltica sweep`. @returns its runs. @throws Error when it ends before it has written them. */
export async function sweptLines(
  command: readonly string[],
  words: readonly string[],
): Promise<readonly RunLine[] | Refusal> {
  const child = Bun.spawn([...command, '--runs=-', ...words], {
    cwd: process.cwd(),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [text, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const status = await child.exited
  const how = child.signalCode === null ? `with status ${status}` : `by ${child.signalCode}`
  if (status !== 0) throw new Error(`the process that ran this sweep ended ${how}: ${complaint.trim()}`)
  const lines = text.split('\n').slice(0, -1)
  const [first, ...rest] = lines.map((line) => JSON.parse(line) as RunLine | Refusal)
  if (first !== undefined && 'refused' in first) return first
  return [first, ...rest] as readonly RunLine[]
}
