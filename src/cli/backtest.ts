/** `meltica backtest`: a strategy over files of market data, in this process. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import pc from 'picocolors'
import { type BacktestResult, ResultFile, writtenSettings } from '../backtest/result/result'
import { resultTable } from '../backtest/result/table'
import { runBacktest } from '../backtest/run'
import { DEFAULT_SETTINGS } from '../backtest/settings'
import { compileForBacktest } from '../backtest/strategy'
import { Failure } from '../errors/failure'
import { STANDARD, spoolInput } from '../files/input'
import { formatsHelp } from '../market/files/formats'
import { type DataFeed, openData } from '../market/files/open'
import { writeSample } from '../market/sample'
import { loadEngine } from '../sandbox/engine'
import { AncestorCommand } from './ancestor-flags'
import {
  configOf,
  type Flags,
  positiveDecimal,
  rate,
  setting,
  settingsOf,
  termAmount,
  time,
  whole,
} from './backtest-flags'
import { BacktestProgress } from './backtest-progress'
import { diagnosticLine } from './diagnostics'
import { findAtHome } from './local-selector'

/** As strategies see it. */
const PROVIDER = 'backtest'
const DEFAULT_DATA = 'data.csv'
const SAMPLE = 'BTC-USDT-sample.csv'
const EXIT = { done: 0, stopped: 1, interrupted: 130 } as const

const EXAMPLES = `
Examples:
  meltica backtest momentum --data btc-perp-1m-2022-01.csv
  meltica backtest grid:v1.0.0 --data trades.csv.gz --cash 50000 --fee-bps 5 --set quantity=0.1 --json result.json
  meltica backtest momentum --data index-future-1m.csv --multiplier 10 --margin-per-contract 1000 --fee-per-contract 2
  meltica backtest ./my-strategy.js --data 2024-12.csv 2025-01.csv --from 2024-12-15 --to 2025-01-15`

export function backtestCommand(): Command {
  const { cash, leverage, rules, rates } = DEFAULT_SETTINGS
  const command = new AncestorCommand('backtest')
    .description('run a strategy over market data and print what came of it')
    .argument(
      '[strategy]',
      'a selector (name, name:tag, name@sha256:...) or the path of a .js file; - for standard input',
    )
    .option(
      '-d, --data <file...>',
      `market data: text, Feather, Parquet; plain, .gz or .zip; - for standard input (default: ${DEFAULT_DATA}, else a sample)`,
    )
    .option('--symbol <symbol>', 'read this symbol alone; the name of it when the file does not say')
    .option('--timezone <zone>', 'of times that name none, as America/New_York (default: UTC)')
    .option('--from <time>', 'leave out what was before, as 2022-01-01 or 2022-01-01T12:00:00Z', time)
    .option('--to <time>', 'leave out this time and what was after', time)
    .option(
      '--cash <amount>',
      'opening equity, in the quote currency (of inverse contracts: the base currency)',
      positiveDecimal,
      cash,
    )
    .option(
      '--fee-bps <bps>',
      `fee of every fill, in hundredths of a percent (default: ${rules.takerBps})`,
      rate('feeBps'),
    )
    .option(
      '--maker-bps <bps>',
      'fee of fills that rested, below zero a rebate (default: as --fee-bps)',
      rate('makerBps'),
    )
    .option('--taker-bps <bps>', 'fee of the other fills (default: as --fee-bps)', rate('takerBps'))
    .option(
      '--fee-per-contract <amount>',
      'instead: fee of each contract or share filled',
      termAmount('feePerContract'),
    )
    .option('--fee-minimum <amount>', 'then: what an order pays at least, over all its fills', termAmount('feeMinimum'))
    .option('--slippage-bps <bps>', 'what a taker pays besides the price', rate('slippageBps'), rules.slippageBps)
    .option('--latency-ms <ms>', 'from an order to the venue', whole(0), rules.latencyMs)
    .addOption(
      choice('--fill <when>', 'a market order on trades or candles fills at the next price or at the one just seen', [
        'next',
        'same',
      ]),
    )
    .addOption(choice('--limit <when>', 'a limit order fills at a trade', ['through', 'touch']))
    .addOption(
      choice(
        '--account <model>',
        'positions of any sign, settled in the quote or in the base currency, or only what is there',
        ['linear', 'inverse', 'spot'],
      ),
    )
    .option('--multiplier <n>', 'units that a contract stands for (default: 1)', termAmount('multiplier'))
    .option('--leverage <n>', `notional over equity, at most (default: ${leverage})`, positiveDecimal)
    .option(
      '--margin-per-contract <amount>',
      'instead: equity that each contract binds',
      termAmount('marginPerContract'),
    )
    .option('--no-margin', 'do not check that the equity covers the orders')
    .option('--periods <n>', 'returns of a year: 252 for daily candles of stocks (default: 365, 52 or 12)', whole(1))
    .option('--seed <n>', 'of Math.random', whole(0), Number(DEFAULT_SETTINGS.seed))
    .option('--orders-per-second <n>', 'more are refused, as on a gateway', whole(1), rates.ordersPerSecond)
    .option('--logs-per-second <n>', 'more lines are left out, as on a gateway', whole(1), rates.logsPerSecond)
    .option('--set <key=value...>', 'values of the config of the strategy', setting)
    .option('--skip-bad-rows', 'count broken rows instead of refusing the file')
    .option('--format <name>', 'read the data as this format, perhaps with a length (ohlcv:1m); help lists the formats')
    .option('--logs', 'print what the strategy logs on standard error')
    .option(
      '--json <file>',
      'write the result, with every trade, as JSON; - for standard output, the table then goes to standard error',
    )
    .addOption(strategiesOption())
    .addOption(new Option('--strategy <selector>').hideHelp())
    .addHelpText('after', EXAMPLES)
  return command.action((strategy: string | undefined, flags: Flags) => backtest(strategy ?? flags.strategy, flags))
}

/** The strategy home, where selectors are looked up. */
function strategiesOption(): Option {
  return new Option('--strategies <folder>', 'where selectors are looked up')
    .default('strategies')
    .env('MELTICA_STRATEGIES')
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices).default(choices[0])
}

async function backtest(selector: string | undefined, flags: Flags): Promise<void> {
  if (flags.format === 'help') {
    process.stdout.write(formatsHelp())
    return
  }
  if (selector === undefined)
    throw new Failure('usage', 'name a strategy first, as in meltica backtest momentum --data data.csv')
  if ([selector, ...(flags.data ?? [])].filter((name) => name === STANDARD).length > 1)
    throw new Failure('usage', 'standard input is named twice: it can be read but once')
  const engine = await loadEngine()
  const source = await findAtHome(selector, flags.strategies)
  const strategy = await compileForBacktest(engine, source)
  if ('diagnostics' in strategy) {
    const lines = strategy.diagnostics.map((diagnostic) => diagnosticLine(selector, diagnostic))
    throw new Failure('strategy_validation_failed', ['the strategy is not valid', ...lines].join('\n'))
  }
  const config = configOf(strategy.metadata, flags.set ?? {}, source.path ?? selector)
  const settings = settingsOf(flags)
  await using stack = new AsyncDisposableStack()
  await using feed = await openFeed(flags, stack)
  using file = flags.json === undefined ? undefined : new ResultFile(flags.json)
  using progress = new BacktestProgress(strategy.name, flags.logs ?? false, feed)
  const { name, tag, hash } = strategy
  const ran = await runBacktest({
    engine,
    strategy,
    config,
    settings,
    feed,
    provider: PROVIDER,
    signal: progress.signal,
    traded: (trade) => file?.add(trade),
    logged: (timeMs, message) => progress.logged(timeMs, message),
    faulted: (fault) => progress.faulted(fault),
    advanced: () => progress.advanced(),
  })
  const { stats, liquidatedMs, periods, orders, logs, errors, stopped } = ran
  const result: BacktestResult = {
    strategy: { name, tag, hash },
    engine: engine.hash,
    config,
    settings: writtenSettings(settings, periods),
    data: feed.sources,
    stats,
    liquidated: liquidatedMs === null ? null : new Date(liquidatedMs).toISOString(),
    periods,
    orders,
    logs,
    errors,
    stopped,
  }
  file?.finish(result)
  progress.end(ran)
  const table = flags.json === STANDARD ? process.stderr : process.stdout
  table.write(resultTable(result, ran, pc))
  process.exitCode = progress.signal.aborted ? EXIT.interrupted : stopped === null ? EXIT.done : EXIT.stopped
}

async function openFeed(flags: Flags, stack: AsyncDisposableStack): Promise<DataFeed> {
  const { symbol, timezone, from, to, format, skipBadRows = false } = flags
  return openData(await filesOf(flags.data, stack), {
    provider: PROVIDER,
    skipBadRows,
    ...(symbol === undefined ? {} : { symbol }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(format === undefined ? {} : { format }),
  })
}

/** Standard input is put into a file first: market data is read more than once. */
async function filesOf(named: readonly string[] | undefined, stack: AsyncDisposableStack): Promise<string[]> {
  if (named === undefined) return [await defaultData(stack)]
  const spooled = named.includes(STANDARD) ? await spoolInput(await temporaryFolder(stack)) : STANDARD
  return named.map((path) => (path === STANDARD ? spooled : path))
}

async function temporaryFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meltica-data-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** `./data.csv`, or a sample of our own that goes with the process. */
async function defaultData(stack: AsyncDisposableStack): Promise<string> {
  if (existsSync(DEFAULT_DATA)) return DEFAULT_DATA
  const path = join(await temporaryFolder(stack), SAMPLE)
  writeSample(path)
  process.stderr.write(`no --data and no ./${DEFAULT_DATA}: a generated sample is used\n`)
  return path
}
