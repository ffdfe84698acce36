/** `meltica compare`: two runs side by side, and where they part. */
import { Command } from 'commander'
import pc from 'picocolors'
import { type ComparedRun, readResult } from '../backtest/compare/compared-run'
import type { Comparison } from '../backtest/compare/comparison'
import { comparisonTable } from '../backtest/compare/comparison-table'
import { differenceOf, eventsUpTo } from '../backtest/compare/difference'
import { comparisonReport } from '../backtest/compare/report'
import { KeptRun } from '../backtest/kept-run'
import { ReportFile } from '../backtest/report/file'
import { resultOf } from '../backtest/result/result'
import { runBacktest } from '../backtest/run'
import { DecisionLog } from '../backtest/validation/decisions'
import { Failure } from '../errors/failure'
import { STANDARD } from '../files/input'
import { unusedRules } from '../market/rules/rules'
import { plainText } from '../schema/plain-text'
import { keepApart } from './run/apart'
import { type RunFlags, type SetValues, setting } from './run/flags'
import { dataFiles, openFeed, openRun } from './run/opening'
import { runOptions } from './run/options'
import { repeating } from './run/report'
import { runWarnings } from './run/warnings'

/** Events of the market before the first order that differs. */
const MOST_EVENTS = 10

const EXAMPLES = `
Examples:
  meltica compare grid:v1.0.0 grid:v2.0.0 --data btc-perp-1m-2022-01.csv
  meltica compare momentum momentum --data trades.csv.gz --set-b threshold=0.5
  meltica compare before.json after.json --report compared.html`

interface Flags extends RunFlags {
  readonly setA?: SetValues
  readonly setB?: SetValues
  readonly report?: string
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('compare two strategies, revisions or results: statistics, and the first order that differs')
    .argument('<a>', 'a selector, the path of a strategy, or of a result that meltica backtest --json wrote (.json)')
    .argument('<b>', 'the same')
  return runOptions(command)
    .option('--set-a <key=value...>', 'values of the config of the first alone', setting)
    .option('--set-b <key=value...>', 'values of the config of the second alone', setting)
    .option(
      '--report <file>',
      'write both curves, all statistics and the difference as one HTML page; - for standard output, the table then goes to standard error',
    )
    .addHelpText('after', EXAMPLES)
    .action(compare)
}

async function compare(a: string, b: string, flags: Flags): Promise<void> {
  if ([a, b, ...(flags.data ?? [])].filter((name) => name === STANDARD).length > 1)
    throw new Failure('usage', 'standard input is named twice: it can be read but once')
  keepApart([a, b], flags, { '--report': flags.report })
  await using stack = new AsyncDisposableStack()
  using report = flags.report === undefined ? undefined : new ReportFile(flags.report)
  const isRun = !isResult(a) || !isResult(b)
  const files = isRun ? await dataFiles(flags.data, stack) : []
  const warnings = new Set<string>()
  const runs = {
    a: await runOf(a, { ...flags, data: files, set: { ...flags.set, ...flags.setA } }, warnings),
    b: await runOf(b, { ...flags, data: files, set: { ...flags.set, ...flags.setB } }, warnings),
  }
  for (const text of warnings) process.stderr.write(`${pc.yellow('warning:')} ${plainText(text)}\n`)
  const difference = differenceOf(runs.a, runs.b)
  const events = difference && isRun ? await eventsBefore(difference.timeMs, files, flags) : []
  const comparison: Comparison = { ...runs, difference, events }
  const pins = [runs.a, runs.b].filter(({ name }) => !isResult(name))
  const command = repeating(
    process.argv.slice(2),
    ...pins.map(({ name, result: { strategy } }) => ({ selector: name, strategy })),
  )
  await report?.finish((columns) => comparisonReport(comparison, command, columns))
  const table = flags.report === STANDARD ? process.stderr : process.stdout
  table.write(comparisonTable(comparison, pc))
}

const isResult = (name: string): boolean => /\.json$/i.test(name)

/** @param warnings what the result does not show, of both runs each once. */
async function runOf(name: string, flags: Flags, warnings: Set<string>): Promise<ComparedRun> {
  if (isResult(name)) return readResult(name)
  await using stack = new AsyncDisposableStack()
  const run = await openRun(name, flags, stack)
  const log = new DecisionLog()
  const kept = new KeptRun({ equity: flags.report !== undefined })
  const ran = await runBacktest({ ...run, observers: [log, kept] })
  log.end()
  for (const text of runWarnings(run.strategy.name, run.feed, ran)) warnings.add(text)
  for (const text of unusedRules(run.rules, run.feed.symbols)) warnings.add(text)
  const { settings, data, ...others } = resultOf(run, ran)
  const trades = kept.trades.map((trade) => trade.toJSON())
  const result = { ...others, settings: { ...settings }, data: [...data], trades }
  return { name, result, currency: ran.currency, equity: kept.equity, decisions: log.lines }
}

async function eventsBefore(timeMs: number, files: readonly string[], flags: RunFlags) {
  await using feed = await openFeed(files, flags)
  return await eventsUpTo(feed.batches(), timeMs, MOST_EVENTS)
}
