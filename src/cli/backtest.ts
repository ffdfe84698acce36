/** `meltica backtest`: a strategy over files of market data, in this process. */
import { type Command, Option } from 'commander'
import pc from 'picocolors'
import { ResultFiles } from '../backtest/result/files'
import type { BacktestResult } from '../backtest/result/result'
import { resultTable } from '../backtest/result/table'
import { Failure } from '../errors/failure'
import { formatsHelp } from '../market/files/formats'
import type { DataFeed } from '../market/files/open'
import { AncestorCommand } from './ancestor-flags'
import { keepApart } from './run/apart'
import type { RunFlags } from './run/flags'
import { openFeed } from './run/opening'
import { runOptions } from './run/options'
import { type PreparedRun, prepareRun } from './run/prepared'
import { BacktestProgress } from './run/progress'

const EXIT = { done: 0, failed: 1, interrupted: 130 } as const

interface Flags extends RunFlags {
  readonly strategy?: string
  readonly accounts: 'own' | 'shared'
  readonly logs?: boolean
  readonly json?: string
  readonly report?: string
  readonly equity?: string
  readonly trades?: string
  readonly orders?: string
  readonly checkLookahead?: boolean
}

const EXAMPLES = `
Examples:
  meltica backtest momentum --data btc-perp-1m-2022-01.csv
  meltica backtest grid:v1.0.0 --data trades.csv.gz --cash 50000 --fee-bps 5 --set quantity=0.1 --json result.json
  meltica backtest momentum --data index-future-1m.csv --multiplier 10 --margin-per-contract 1000 --fee-per-contract 2
  meltica backtest grid fast=momentum slow=momentum --set fast.lookback=10 --set slow.lookback=60 --accounts shared
  meltica backtest ./my-strategy.js --data 2024-12.csv 2025-01.csv --from 2024-12-15 --to 2025-01-15`

/** Whoever has the command run for him, and reads what it tells in place of the table. */
export interface BacktestListener {
  /** What the command was called with, by its name first. */
  readonly args: readonly string[]
  /** @param part of the data that was read, 0 to 1. */
  readonly advanced: (part: number) => void
  /** All files are in their places. */
  readonly ended: (result: BacktestResult) => void
}

export function backtestCommand(listener?: BacktestListener): Command {
  const command = new AncestorCommand('backtest')
    .description('run a strategy over market data and print what came of it')
    .argument(
      '[strategy...]',
      'a selector (name, name:tag, name@sha256:...) or the path of a .js file; - for standard input; several trade beside each other, as NAME=SELECTOR to name one',
    )
  return runOptions(command)
    .option('--logs', 'print what the strategy logs on standard error')
    .option(
      '--json <file>',
      'write the result, with every trade, as JSON; - for standard output, the table then goes to standard error',
    )
    .option('--report <file>', 'write all that came of it as one HTML page: charts, trades, statistics; - as above')
    .option('--equity <file>', 'write the equity over time as CSV; - as with --json')
    .option('--trades <file>', 'write every trade as CSV; - as with --json')
    .option('--orders <file>', 'write every order and what became of it as CSV; - as with --json')
    .addOption(
      new Option(
        '--accounts <which>',
        'of several strategies: each has its own account with the --cash, or all share one',
      )
        .choices(['own', 'shared'])
        .default('own'),
    )
    .option('--check-lookahead', 'cut the data short at 20 places and compare what the strategy decides up to there')
    .addOption(new Option('--strategy <selector>').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action((selectors: string[], flags: Flags) =>
      backtest(selectors.length > 0 || flags.strategy === undefined ? selectors : [flags.strategy], flags, listener),
    )
}

async function backtest(selectors: readonly string[], flags: Flags, listener?: BacktestListener): Promise<void> {
  if (flags.format === 'help') {
    process.stdout.write(formatsHelp())
    return
  }
  const [selector, ...others] = selectors
  if (selector === undefined)
    throw new Failure('usage', 'name a strategy first, as in meltica backtest momentum --data data.csv')
  keepApart(selectors, flags, outputsOf(flags))
  await using stack = new AsyncDisposableStack()
  const run = await prepareRun([selector, ...others], flags, stack)
  using files = new ResultFiles(flags, others.length > 0)
  using progress = new BacktestProgress(run.name, flags.logs ?? false, run.feed, run.rules)
  const { signal } = progress
  // loaded for those who want one
  const paging = flags.report === undefined ? undefined : await import('./run/report')
  using report = paging && new paging.RunReport(flags.report!, run)
  const heard = listener && { advanced: () => listener.advanced(partOf(run.feed)) }
  const observers = [...files.observers, report?.recorder, progress, heard].filter((observer) => observer !== undefined)
  const { ran, result } = await run.make({ feed: run.feed, observers, signal })
  files.finish(result)
  if (paging && report)
    await report.finish(result, ran, paging.repeating(listener?.args ?? process.argv.slice(2), ...run.pins))
  progress.end(ran)
  if (listener) {
    listener.ended(result)
    return
  }
  const table = files.onStandardOutput ? process.stderr : process.stdout
  table.write(resultTable(result, ran, pc))
  const honest = !flags.checkLookahead || (await looksAtNothingLater(run, signal, flags, table))
  if (signal.aborted) process.exitCode = EXIT.interrupted
  else process.exitCode = ran.stopped === null && honest ? EXIT.done : EXIT.failed
}

const partOf = ({ progress }: DataFeed): number => progress.bytesRead / Math.max(1, progress.bytesTotal)

const outputsOf = ({ json, equity, trades, orders, report }: Flags) => ({
  '--json': json,
  '--equity': equity,
  '--trades': trades,
  '--orders': orders,
  '--report': report,
})

/** Prints what the check has found. */
async function looksAtNothingLater(
  { make, files }: PreparedRun,
  signal: AbortSignal,
  flags: RunFlags,
  out: NodeJS.WriteStream,
): Promise<boolean> {
  const { checkLookahead, lookaheadText } = await import('../backtest/validation/lookahead')
  const check = await checkLookahead(
    async (feed, observer) => (await make({ feed, observers: [observer], signal })).ran,
    (toMs = flags.to) => openFeed(files, { ...flags, ...(toMs !== undefined && { to: toMs }) }),
    signal,
  )
  out.write(lookaheadText(check))
  return check.difference === undefined
}
