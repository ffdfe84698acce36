/** `meltica dev`: runs a strategy over data whenever one of its files is saved, and says what that changed. */
import { Command } from 'commander'
import type { Colors } from 'picocolors/types'
import { isStrategyFile } from '../../bundle/strategy-file'
import { Failure } from '../../errors/failure'
import { STANDARD } from '../../files/input'
import { plainText } from '../../schema/plain-text'
import { EXIT } from '../program'
import type { RunFlags } from '../run/flags'
import { DEFAULT_DATA } from '../run/opening'
import { runOptions } from '../run/options'
import { changeLines, type Measured } from './changes'
import { DevRuns } from './dev-runs'
import { SavedFiles } from './saved-files'

const EXAMPLES = `
Ctrl-C ends it, and says what has changed since it began.

Examples:
  meltica dev ./strategy.js --data btc-1m.csv
  meltica dev ./strategy.js --data btc-1m.csv --cash 50000 --set threshold=0.5 --logs`

export interface DevContext {
  readonly print: (text: string) => void
  readonly colors: Colors
  /** Ctrl-C, or another wish to end. */
  readonly interrupted: () => Promise<void>
  /** Begins anew, as the same process with the same arguments. */
  readonly restart: () => never
}

interface Flags extends RunFlags {
  readonly logs?: boolean
}

export function devCommand(context: DevContext): Command {
  const command = new Command('dev')
    .description('run a strategy over market data after each save, and print which figures changed')
    .argument('<file>', 'the path of a strategy')
  return runOptions(command)
    .option('--logs', 'print what the strategy logs on standard error')
    .addHelpText('after', EXAMPLES)
    .action((file: string, flags: Flags) => develop(file, flags, context))
}

async function develop(file: string, flags: Flags, { print, colors, interrupted, restart }: DevContext): Promise<void> {
  if ([file, ...(flags.data ?? [])].includes(STANDARD))
    throw new Failure('usage', 'standard input cannot be watched', {}, 'name the files of the strategy and of the data')
  if (!isStrategyFile(file))
    throw new Failure('usage', `${file} is a revision, which never changes`, {}, 'name a file, as ./strategy.js')
  using saved = new SavedFiles()
  let sources: readonly string[] = [file]
  await using runs = new DevRuns(file, flags, flags.logs ?? false, (files) => {
    sources = files
    saved.also(files)
  })
  let ended = false
  const end = interrupted().then(() => {
    ended = true
  })
  let first: Measured | undefined
  let last: Measured | undefined
  while (!ended) {
    saved.follow([...sources, ...(flags.data ?? [DEFAULT_DATA]), ...(flags.rules ? [flags.rules] : [])])
    const next = Promise.race([saved.saved, end])
    const told = await runs.run(next)
    if (told === undefined) continue
    if (told === 'stale') return restart()
    if ('refused' in told) print(`${colors.red('error:')} ${told.refused.split('\n').map(plainText).join('\n  ')}\n`)
    else {
      print(last === undefined ? told.table(colors) : `${told.heading(colors)}\n${lines(last, told.measured, colors)}`)
      first ??= told.measured
      last = told.measured
    }
    await next
  }
  if (first && last && first !== last) print(`${colors.bold('since the start')}\n${lines(first, last, colors)}`)
  process.exitCode = EXIT.interrupted
}

const lines = (before: Measured, after: Measured, colors: Colors): string =>
  `${changeLines(before, after, colors).join('\n')}\n`
