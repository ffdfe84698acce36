/**
 * `meltica sweep-host`: `meltica sweep` for a process of tests, with which it ends; what is refused is written as JSON.
 * It is of no use by itself, hence hidden.
 */
import { Command, CommanderError } from 'commander'
import type { RanSweep, Refusal } from '../../author/messages'
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
  const warnings: string[] = []
  const command = sweepCommand(worker, (text) => void warnings.push(text))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  try {
    await command.parseAsync(words, { from: 'user' })
    process.stdout.write(`${JSON.stringify({ warnings })}\n`)
  } catch (error) {
    const refused = refusalOf(error instanceof CommanderError ? told(error) : error)
    if (!refused) throw error
    process.stdout.write(`${JSON.stringify({ refused } satisfies Refusal)}\n`)
  }
}

const told = ({ message }: CommanderError): Failure => new Failure('usage', message.replace(/^error: /, ''), {}, HINT)

export type Swept = Pick<RanSweep, 'warnings'> & { readonly runs: readonly RunLine[] }

/** @param words as of `meltica sweep`. @returns its runs, and what it warned of. @throws Error when it ends before it has written them. */
export async function sweptLines(command: readonly string[], words: readonly string[]): Promise<Swept | Refusal> {
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
  const lines = text.trimEnd().split('\n')
  const last = JSON.parse(lines.pop() ?? '') as Pick<Swept, 'warnings'> | Refusal
  return 'refused' in last ? last : { ...last, runs: lines.map((line) => JSON.parse(line) as RunLine) }
}
