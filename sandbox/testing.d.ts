/**
 * What tests of a strategy import from `meltica`, typed for authors; tests are in files whose names end in `.test.ts`.
 * `meltica types` prints it beside the strategy API, and docs/strategy-api.md is made from it.
 */
import type { WrittenSettings as BacktestSettings } from '../src/backtest/result/result'
import type { EquityPoint } from '../src/backtest/statistics/equity-points'
import type { Statistics } from '../src/backtest/statistics/figures'
import type { MonthlyReturn } from '../src/backtest/statistics/months'
import type { SymbolShare } from '../src/backtest/statistics/tally'
import type { Trade as ClosedTrade } from '../src/backtest/statistics/trades'
import type { DataSource } from '../src/market/files/open'

/** How tests are written: as a call, or as one of its variants. */
export interface Test {
  /** @param timeoutMs that it may take, unless `--timeout` says otherwise: 60,000. */
  (name: string, body: () => void | Promise<void>, timeoutMs?: number): void
  /** Is not run. */
  skip(name: string, body: () => void | Promise<void>): void
  /** Where the runner is told to run these alone, as by `bun test --only`, the others are left out. */
  only(name: string, body: () => void | Promise<void>): void
  /** To be written. */
  todo(name: string, body?: () => void | Promise<void>): void
  /** A test for each row; `%s` in the name is its value. */
  each<T>(rows: readonly T[]): (name: string, body: (row: T) => void | Promise<void>, timeoutMs?: number) => void
}
/** A test: passes unless it throws, or what it promises is rejected. */
export const test: Test
/** The same as `test`. */
export const it: Test

/** Tests that belong together. */
export function describe(name: string, body: () => void): void
/** Runs before the first test of the file, or of its `describe`. */
export function beforeAll(body: () => void | Promise<void>): void
/** Runs before each of these tests. */
export function beforeEach(body: () => void | Promise<void>): void
/** Runs after each of these tests. */
export function afterEach(body: () => void | Promise<void>): void
/** Runs after the last of these tests. */
export function afterAll(body: () => void | Promise<void>): void

/** Says what a value has to be. What is not so fails the test, with the difference. */
export function expect<T>(value: T): Expectation<T>

/**
 * Runs a strategy over market data, as `meltica backtest` does:
 *
 * ```ts
 * import { backtest, expect, test } from 'meltica'
 *
 * test('it trades, and never loses a tenth', async () => {
 *   const r = await backtest({ strategy: './strategy.ts', data: 'data/sample.csv.gz', config: { fast: 5 } })
 *   expect(r.stats.trades).toBeGreaterThan(0)
 *   expect(r.stats.maxDrawdownPct).toBeGreaterThan(-10)
 * })
 * ```
 *
 * Rejected with what the command would say where the strategy, the data or an option is refused. Paths count from the
 * folder of the test file.
 */
export function backtest(options: BacktestOptions): Promise<BacktestResult>

/** What an upload would say of a strategy. */
export function check(path: string): Promise<CheckResult>

/** Runs a strategy once for each combination of `set`; each run is what `backtest` would make of that config. */
export function sweep(options: SweepOptions): Promise<SweepResult>

/** As the options of `meltica backtest`, which explains each; what is absent is what the command does without it. */
export interface BacktestOptions {
  /** The path of a file, or a selector as `momentum:v1.0.0`. */
  strategy: string
  /** Paths of files of market data, or the candles or trades themselves. */
  data: string | readonly string[] | readonly CandleRow[] | readonly TradeRow[]
  /** Values of the config; what is absent has its default. */
  config?: Readonly<Record<string, string | number | boolean>>
  /** The folder in which selectors are looked up. */
  strategies?: string
  /** Reads this symbol alone; the name of it when the data do not say. */
  symbol?: string
  /** The zone of times that name none, as `America/New_York`. */
  timezone?: string
  /** Leaves out what was before, as `2022-01-01` or `2022-01-01T12:00:00Z`. */
  from?: string
  /** Leaves out this time and what was after. */
  to?: string
  /** What the data are, as `ohlcv:1m`; `meltica backtest --format help` lists the names. */
  format?: string
  /** Counts broken rows instead of refusing the file. */
  skipBadRows?: boolean
  /** Length of the candles that the strategy is told of, as `5m`, or several. */
  timeframe?: string | readonly string[]
  /** Candles that are told first, with orders refused. */
  warmup?: number
  /** A file with the rules of the markets, as Binance's `exchangeInfo`. */
  rules?: string
  /** Opening equity, in the quote currency (of inverse contracts: the base currency). */
  cash?: string
  /** Fee of every fill, in hundredths of a percent. */
  feeBps?: number | string
  /** Fee of fills that rested; below zero a rebate. */
  makerBps?: number | string
  takerBps?: number | string
  /** Instead: fee of each contract or share that is filled. */
  feePerContract?: string
  /** Then: what an order pays at least. */
  feeMinimum?: string
  /** What a taker pays besides the price, in hundredths of a percent. */
  slippageBps?: number | string
  /** From an order to the venue, ms. */
  latencyMs?: number
  /** A market order on trades or candles fills at the next price, or at the one just seen. */
  fill?: 'next' | 'same'
  /** A limit order fills at a trade through its price, or at one that touches it. */
  limit?: 'through' | 'touch'
  account?: 'linear' | 'inverse' | 'spot'
  /** Units that a contract stands for. */
  multiplier?: string
  /** Notional over equity, at most. */
  leverage?: string
  /** Instead: equity that each contract binds. */
  marginPerContract?: string
  /** False: nobody checks that the equity covers the orders. */
  margin?: boolean
  /** Returns of a year, by which annual figures count. */
  periods?: number
  /** What `Math.random` begins with. */
  seed?: number
  ordersPerSecond?: number
  logsPerSecond?: number
}

/** A candle that a test makes up; amounts are decimal strings or numbers. */
export interface CandleRow {
  /** When it opens: RFC 3339, or ms since 1970. */
  time: string | number
  open: string | number
  high: string | number
  low: string | number
  close: string | number
  volume?: string | number
}

/** A trade that a test makes up; amounts are decimal strings or numbers. */
export interface TradeRow {
  /** RFC 3339, or ms since 1970. */
  time: string | number
  price: string | number
  quantity: string | number
  side?: 'buy' | 'sell'
}

/** All that `meltica backtest --json` writes, and what a test asks about. Money is in decimal strings. */
export interface BacktestResult {
  readonly strategy: { readonly name: string; readonly tag: string; readonly hash: string }
  /** The engine's hash: with the strategy's and the data's it says what ran. */
  readonly engine: string
  readonly config: Readonly<Record<string, unknown>>
  readonly settings: BacktestSettings
  readonly data: readonly DataSource[]
  readonly stats: Statistics
  /** The equity over time; docs/backtest.md says how dense its points are. */
  readonly equity: readonly EquityPoint[]
  /** The return of each calendar month, UTC. */
  readonly monthly: readonly MonthlyReturn[]
  /** When the account had lost its equity and was liquidated, RFC 3339. */
  readonly liquidated: string | null
  /** Returns of a year, by which the annual figures count. */
  readonly periods: number
  /** What the trades in each symbol came to, by name. */
  readonly bySymbol: readonly SymbolShare[]
  /** Positions from flat to flat, or to the other side, in their order. */
  readonly trades: readonly ClosedTrade[]
  /** How many were sent to the venue. */
  readonly orders: number
  /** What the strategy logged, in its order. */
  readonly logs: readonly LogLine[]
  /** How often its handlers threw. */
  readonly errors: number
  /** What they threw, with the place in the source. */
  readonly faults: readonly LogLine[]
  /** What the command would warn of, in its words. */
  readonly warnings: readonly string[]
  /** Why it ended before the data did. */
  readonly stopped: string | null
  /** Each execution, in its order. */
  readonly fills: readonly Fill[]
  /**
   * The position as it was then, after all fills up to that time; below zero when short.
   * @param at RFC 3339, a date, or ms since 1970.
   * @param symbol the only one, unless one is given.
   */
  position(at: string | number | Date, symbol?: string): string
}

/** An execution. */
export interface Fill {
  /** RFC 3339. */
  readonly time: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly price: string
  readonly quantity: string
  /** In the settlement currency; below zero a rebate. */
  readonly fee: string
  readonly clientOrderId: string
}

/** A line of the log. */
export interface LogLine {
  /** RFC 3339, by the clock of the data. */
  readonly time: string
  readonly message: string
}

/** What `meltica check` says. */
export interface CheckResult {
  readonly ok: boolean
  /** Empty where it can't be known. */
  readonly name: string
  readonly tag: string
  /** What is wrong; none when `ok`. */
  readonly diagnostics: readonly Diagnostic[]
  /** What is likely a mistake. */
  readonly warnings: readonly Diagnostic[]
}

/** What is wrong, and where. */
export interface Diagnostic {
  readonly stage: 'compile' | 'execute' | 'validation'
  readonly message: string
  /** From 1 on, in the author's file. */
  readonly line?: number
  readonly column?: number
  /** The metadata field, as `metadata.config[0].type`. */
  readonly path?: string
  readonly hint?: string
}

/** As of a backtest, with the values of the search. */
export interface SweepOptions extends BacktestOptions {
  /** Fields of the config: a list of values, or `from:to:step`, or `a,b,c`. Each combination is a run. */
  set: Readonly<Record<string, string | readonly (string | number | boolean)[]>>
  /** Runs so many combinations, chosen at random. */
  random?: number
  /** Runs so many combinations, spread evenly. */
  sobol?: number
  /** Processes that work at the same time; all cores, unless a number is given. */
  jobs?: number
}

/** The runs in the order of the grid, of a sample in that of its draws. */
export interface SweepResult extends ReadonlyArray<SweepRun> {
  /** The first run of `meltica sweep --objective STATISTIC`; undefined when none has a value. */
  best(statistic: keyof Statistics): SweepRun | undefined
  /** What `meltica sweep` would warn of, in its words. */
  readonly warnings: readonly string[]
}

/** One run of a search. */
export interface SweepRun {
  readonly config: Readonly<Record<string, unknown>>
  readonly stats: Statistics
  /** How many were sent to the venue. */
  readonly orders: number
  /** Why it ended before the data did. */
  readonly stopped: string | null
}

/** The matchers of `bun test` that take no functions, and one for results. */
export interface Expectation<T> {
  readonly not: Expectation<T>
  /** Says what a promise has to be fulfilled with. */
  readonly resolves: AsyncExpectation<Awaited<T>>
  /** Says what a promise has to be rejected with. */
  readonly rejects: AsyncExpectation<unknown>
  /** The very same value. */
  toBe(expected: T): void
  /** The same fields and elements. */
  toEqual(expected: T): void
  /** The same fields and elements, of the same kinds. */
  toStrictEqual(expected: T): void
  /** At least these fields. */
  toMatchObject(expected: object): void
  /** A text that fits, or has in it. */
  toMatch(expected: string | RegExp): void
  toBeCloseTo(expected: number, digits?: number): void
  toBeGreaterThan(expected: number | bigint): void
  toBeGreaterThanOrEqual(expected: number | bigint): void
  toBeLessThan(expected: number | bigint): void
  toBeLessThanOrEqual(expected: number | bigint): void
  toBeNull(): void
  toBeUndefined(): void
  toBeDefined(): void
  toBeNaN(): void
  toBeTruthy(): void
  toBeFalsy(): void
  /** A list with this element, the very same; a text with this part. */
  toContain(expected: unknown): void
  /** A list with an element that has the same fields. */
  toContainEqual(expected: unknown): void
  toHaveLength(expected: number): void
  toHaveProperty(path: string, value?: unknown): void
  /** A function that throws; with this text in the message. */
  toThrow(expected?: string | RegExp): void
  /**
   * The result is what a file says: its statistics, orders, errors, trades and fills. The file is written where it is
   * not there yet (unless `CI` is set), and anew by `meltica test -u`; the difference is told in lines.
   * @param path as `golden/cross.json`.
   */
  toMatchGolden(path: string): void
}

/** Matchers to be awaited. */
export type AsyncExpectation<T> = {
  readonly [K in keyof Expectation<T>]: Expectation<T>[K] extends (...args: infer A) => void
    ? (...args: A) => Promise<void>
    : AsyncExpectation<T>
}
