/** What a backtest answers, and how it is written: one JSON object, the same bytes for the same input. */
import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { Output } from '../../files/output'
import { intervalName } from '../../market/files/lengths'
import type { DataSource } from '../../market/files/open'
import type { MarketRules } from '../../market/rules/rules'
import { digestOf } from '../../schema/digest'
import type { RunObserver } from '../observer'
import type { Backtest, Ran, TogetherRan } from '../run'
import type { BacktestSettings } from '../settings'
import type { EquityPoint } from '../statistics/equity-points'
import type { Statistics } from '../statistics/figures'
import type { MonthlyReturn } from '../statistics/months'
import type { StrategyShare, SymbolShare } from '../statistics/tally'
import type { ClosedTrade, Trade } from '../statistics/trades'
import type { CompiledStrategy } from '../strategy'
import { Rows } from './rows'

/** All but what observers of the run are told, as the trades, of which there may be more than fit into memory. */
export interface BacktestResult {
  readonly strategy: { readonly name: string; readonly tag: string; readonly hash: string }
  /** The engine's hash: with the strategy's and the data's it says what ran. */
  readonly engine: string
  readonly config: Readonly<Record<string, unknown>>
  /** Where several have run, each of them: `strategy` is all of them then, and `config` empty. */
  readonly strategies?: readonly StrategyResult[]
  readonly settings: WrittenSettings
  readonly data: readonly DataSource[]
  readonly stats: Statistics
  /** The return of each calendar month, UTC. */
  readonly monthly: readonly MonthlyReturn[]
  /** RFC 3339: when the account lost its equity, and was liquidated. */
  readonly liquidated: string | null
  /** Returns of a year, by which the annual figures count. */
  readonly periods: number
  /** What came of each symbol that was traded, by name. */
  readonly bySymbol: readonly SymbolShare[]
  /** What came of each strategy that traded, by name, where there are several. */
  readonly byStrategy?: readonly StrategyShare[]
  /** Sent to the venue. */
  readonly orders: number
  /** Lines that the strategy logged. */
  readonly logs: number
  /** Exceptions of its handlers. */
  readonly errors: number
  /** Why it ended before the data did. */
  readonly stopped: string | null
}

/** What one of several strategies did. */
export interface StrategyResult {
  /** What it is called among them: its trades bear it. */
  readonly name: string
  readonly tag: string
  readonly hash: string
  readonly config: Readonly<Record<string, unknown>>
  readonly orders: number
  readonly logs: number
  readonly errors: number
  readonly stopped: string | null
}

/** A result as it is written, its keys in their order but for those of `BacktestResult` that stand after `trades`. */
export interface WrittenResult extends BacktestResult {
  /** After `stats`. */
  readonly equity: readonly EquityPoint[]
  readonly trades: readonly Trade[]
}

/** In the order in which they are written. */
export interface WrittenSettings {
  readonly cash: string
  readonly feeBps: number
  readonly makerBps: number
  readonly slippageBps: number
  readonly account: string
  readonly fill: string
  readonly limit: string
  readonly latencyMs: number
  readonly leverage: number
  readonly margin: boolean
  readonly periods: number
  readonly seed: number | string
  readonly ordersPerSecond: number
  readonly logsPerSecond: number
  readonly multiplier?: string
  readonly marginPerContract?: string
  /** Then the fees in basis points are 0. */
  readonly feePerContract?: string
  readonly feeMinimum?: string
  /** Where several strategies have run: whether each had an account of its own. */
  readonly accounts?: 'own' | 'shared'
  /** Lengths of the candles that were made, and what orders were filled on: the finest of the data. */
  readonly timeframes?: readonly string[]
  readonly filledOn?: string
  /** So many bars were delivered before the run begins that the figures are of. */
  readonly warmup?: number
  /** The file of the rules of markets, as it was named. */
  readonly rules?: { readonly file: string; readonly sha256: string }
}

/** @param periods those of the run, told or not. */
export function writtenSettings(
  { rules, ...settings }: BacktestSettings,
  periods: number,
  { rules: marketRules, filledOn }: { readonly rules?: MarketRules | undefined; readonly filledOn?: string } = {},
): WrittenSettings {
  return {
    cash: settings.cash,
    feeBps: Number(rules.takerBps),
    makerBps: Number(rules.makerBps),
    slippageBps: Number(rules.slippageBps),
    account: settings.account,
    fill: rules.fill,
    limit: rules.limit,
    latencyMs: rules.latencyMs,
    leverage: Number(settings.leverage),
    margin: settings.margin,
    periods,
    seed: Number(settings.seed),
    ordersPerSecond: settings.rates.ordersPerSecond,
    logsPerSecond: settings.rates.logsPerSecond,
    ...(settings.multiplier !== undefined && { multiplier: settings.multiplier }),
    ...(settings.marginPerContract !== undefined && { marginPerContract: settings.marginPerContract }),
    ...(rules.feePerContract !== undefined && { feePerContract: rules.feePerContract }),
    ...(rules.feeMinimum !== undefined && { feeMinimum: rules.feeMinimum }),
    ...(settings.timeframes && { timeframes: settings.timeframes, ...(filledOn !== undefined && { filledOn }) }),
    ...(settings.warmup !== undefined && { warmup: settings.warmup }),
    ...(marketRules && { rules: marketRules.source }),
  }
}

/** @param run what was run. @param ran what came of it. */
export function resultOf({ strategy, engine, config, settings, rules, feed }: RunParts, ran: Ran): BacktestResult {
  const { name, tag, hash } = strategy
  const { stats, monthly, bySymbol, byStrategy, liquidatedMs, periods, orders, logs, errors, stopped } = ran
  return {
    strategy: { name, tag, hash },
    engine: engine.hash,
    config,
    settings: writtenSettings(settings, periods, { rules, filledOn: finestOf(feed) }),
    data: feed.sources,
    stats,
    monthly,
    liquidated: liquidatedMs === null ? null : new Date(liquidatedMs).toISOString(),
    periods,
    bySymbol,
    ...(byStrategy && { byStrategy }),
    orders,
    logs,
    errors,
    stopped,
  }
}

/** @param members what each of the strategies is, in their order. */
export function resultOfSeveral(
  parts: Omit<RunParts, 'strategy' | 'config'> & Required<Pick<WrittenSettings, 'accounts'>>,
  members: readonly {
    readonly label: string
    readonly strategy: CompiledStrategy
    readonly config: BacktestResult['config']
  }[],
  ran: TogetherRan,
): BacktestResult {
  const strategies = members.map(({ label, strategy, config }, index): StrategyResult => {
    const { orders, logs, errors, stopped } = ran.members[index]!
    return { name: label, tag: strategy.tag, hash: strategy.hash, config, orders, logs, errors, stopped }
  })
  const all = strategies.map(({ name, hash }) => `${name} ${hash}`).join('\n')
  const strategy = {
    name: strategies.map(({ name }) => name).join(' + '),
    tag: '',
    hash: digestOf(new TextEncoder().encode(all)),
  }
  const one = resultOf({ ...parts, strategy: members[0]!.strategy, config: {} }, ran)
  return { ...one, strategy, strategies, settings: { ...one.settings, accounts: parts.accounts } }
}
/** The kind of the finest data; candles are told by their length. */
/** What orders are filled on, as `1m` or `trades`. */
export const finestOf = ({ kind, intervalMs }: Backtest['feed']): string =>
  kind === 'klines' ? (intervalName(intervalMs) ?? kind) : kind

type RunParts = Pick<Backtest, 'engine' | 'config' | 'settings' | 'rules' | 'feed'> & {
  readonly strategy: CompiledStrategy
}

/** Writes a result: trades as they come, since they stand before what is known only at the end, to a file beside it. */
export class ResultFile implements RunObserver, Disposable {
  private readonly output: Output
  private readonly tradesPath: string
  private readonly trades: Rows
  private equity: readonly EquityPoint[] = []

  /** @throws Failure file_unwritable. */
  constructor(path: string) {
    this.output = new Output(path)
    this.tradesPath = `${this.output.staged}.trades`
    this.trades = new Rows(this.output, this.tradesPath)
  }

  traded(trade: ClosedTrade): void {
    this.trades.add(`${this.trades.count === 0 ? '' : ',\n'}    ${JSON.stringify(trade)}`)
  }

  valued(points: readonly EquityPoint[]): void {
    this.equity = points
  }

  /** Puts the result in its place, whole or not at all. @throws Failure file_unwritable. */
  finish(result: BacktestResult): void {
    this.trades.finish()
    const { orders, logs, errors, stopped, ...head } = result
    const { strategy, engine, config, strategies, settings, data, stats, monthly, liquidated, periods } = head
    const { equity } = this
    const shares = { bySymbol: head.bySymbol, ...(head.byStrategy && { byStrategy: head.byStrategy }) }
    const measured: Partial<WrittenResult> = { stats, equity, monthly, liquidated, periods, ...shares }
    const ran = { strategy, engine, config, ...(strategies && { strategies }), settings, data }
    this.output.write((staged) => {
      const file = openSync(staged, 'w')
      writeFileSync(file, `{\n${fields({ ...ran, ...measured })},\n  "trades": [`)
      this.copyTrades(file)
      writeFileSync(file, `],\n${fields({ orders, logs, errors, stopped })}\n}\n`)
      closeSync(file)
    })
    this.output.publish()
  }

  [Symbol.dispose](): void {
    this.trades[Symbol.dispose]()
    rmSync(this.tradesPath, { force: true })
    this.output[Symbol.dispose]()
  }

  private copyTrades(file: number): void {
    if (this.trades.count === 0) return
    writeFileSync(file, '\n')
    const chunk = new Uint8Array(1 << 20)
    for (let at = 0; ; ) {
      const read = readSync(this.trades.file, chunk, 0, chunk.length, at)
      if (read === 0) break
      writeFileSync(file, chunk.subarray(0, read))
      at += read
    }
    writeFileSync(file, '\n  ')
  }
}

function fields(object: object): string {
  return Object.entries(object)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(',\n')
}
