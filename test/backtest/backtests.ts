/** Backtests for tests: a strategy's source and rows of data in, all that came of it out. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ran, runBacktest } from '../../src/backtest/run'
import { type BacktestSettings, DEFAULT_SETTINGS } from '../../src/backtest/settings'
import type { EquityPoint } from '../../src/backtest/statistics/equity-points'
import type { Trade } from '../../src/backtest/statistics/trades'
import { compileForBacktest } from '../../src/backtest/strategy'
import { parseTimeframes } from '../../src/market/candles/timeframe'
import { openData } from '../../src/market/files/open'
import { loadEngine } from '../../src/sandbox/engine'
import { digestOf } from '../../src/schema/digest'
import type { Instrument } from '../../src/schema/events'

export interface Told extends Ran {
  readonly trades: Trade[]
  readonly equity: EquityPoint[]
  /** What the strategy logged. */
  readonly lines: string[]
  readonly faults: string[]
}

export interface Options extends Partial<Omit<BacktestSettings, 'rules'>> {
  readonly rules?: Partial<BacktestSettings['rules']>
  readonly config?: Record<string, unknown>
  readonly batch?: number
  /** '' for those that the data name. */
  readonly symbol?: string
  /** Rules of the market; a file tells of none. */
  readonly instrument?: Partial<Instrument>
  readonly signal?: AbortSignal
  /** Told of each line that is logged, while the backtest runs. */
  readonly heard?: (message: string) => void
}

/** A folder that goes with the test. */
export async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'meltica-backtest-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** @param handlers the body of an object, as `onTrade(ctx, evt, payload, price) {…}`; `env` and its parts are there. */
export function strategy(handlers: string, before = ''): string {
  return `module.exports = {
    metadata: { name: 'tester', tag: 'v1', displayName: 'Tester', events: ['Trade'], config: [{ name: 'n', type: 'int', default: 1 }] },
    create(env) {
      const { config, runtime, helpers } = env
      const { log } = helpers
      ${before}
      return { ${handlers} }
    },
  }`
}

/** @param csv as a file would have it, or several files. */
export async function backtest(source: string, csv: string | readonly string[], options: Options = {}): Promise<Told> {
  await using home = await folder()
  const texts = typeof csv === 'string' ? [csv] : csv
  const paths = texts.map((_, i) => join(home.path, `data-${i}.csv`))
  for (const [i, path] of paths.entries()) await Bun.write(path, texts[i]!)
  const engine = await loadEngine()
  const bytes = new TextEncoder().encode(source)
  const compiled = await compileForBacktest(engine, { bytes, hash: digestOf(bytes), tag: undefined })
  if ('diagnostics' in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '))
  const { rules, config = {}, batch, symbol = 'BTC-USDT', signal, instrument = {}, heard, ...others } = options
  await using feed = await openData(paths, {
    provider: 'backtest',
    ...(symbol === '' ? {} : { symbol }),
    ...(options.timeframes && { timeframes: parseTimeframes(options.timeframes) }),
  })
  const bare = feed.instrument.bind(feed)
  Object.assign(feed, { instrument: (symbol: string) => ({ ...bare(symbol), ...instrument }) })
  const told = { trades: [] as Trade[], equity: [] as EquityPoint[], lines: [] as string[], faults: [] as string[] }
  const ran = await runBacktest({
    engine,
    strategy: compiled,
    config: { n: 1, dry_run: false, ...config },
    settings: { ...DEFAULT_SETTINGS, ...others, rules: { ...DEFAULT_SETTINGS.rules, ...rules } },
    feed,
    provider: 'backtest',
    ...(batch === undefined ? {} : { batch }),
    ...(signal === undefined ? {} : { signal }),
    observers: [
      {
        traded: (trade) => told.trades.push(trade.toJSON()),
        valued: (points) => told.equity.push(...points),
        logged: (timeMs, message) => {
          told.lines.push(`${new Date(timeMs).toISOString().slice(11, 23)} ${message}`)
          heard?.(message)
        },
        faulted: ({ message, line }) => told.faults.push(`${line}: ${message}`),
      },
    ],
  })
  return { ...ran, ...told }
}

/** One trade a second from 2024-01-01 on. */
export function trades(...prices: readonly (number | string)[]): string {
  const rows = prices.map((price, i) => `${Date.UTC(2024, 0, 1) + 1000 * i},${price},1,buy`)
  return ['timestamp,price,quantity,side', ...rows, ''].join('\n')
}

/** One-minute candles from 2024-01-01 on. */
export function candles(
  ...bars: readonly (readonly [open: number, high: number, low: number, close: number])[]
): string {
  const rows = bars.map((bar, i) => `${Date.UTC(2024, 0, 1) + 60_000 * i},${bar.join(',')},10`)
  return ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n')
}
