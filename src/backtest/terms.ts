/** What a backtest is made of, and what comes of it. */
import type { DataFeed } from '../market/files/open'
import type { MarketRules } from '../market/rules/rules'
import type { Engine } from '../sandbox/engine'
import type { Encodings } from './encodings'
import type { RunObserver } from './observer'
import type { BacktestSettings } from './settings'
import type { Measurements } from './statistics/performance'
import type { Period } from './statistics/periods'
import type { CompiledStrategy } from './strategy'

export interface Backtest {
  readonly engine: Engine
  readonly strategy: Pick<CompiledStrategy, 'name' | 'file' | 'bytecode' | 'sourceMap'>
  /** Every declared field; `dry_run` true sends no order. */
  readonly config: Readonly<Record<string, unknown>>
  readonly settings: BacktestSettings
  /** Read to its end, and left open. */
  readonly feed: DataFeed
  /** The rules of the markets; absent: none binds but what the data tell. */
  readonly rules?: MarketRules
  /** As the strategy sees it. */
  readonly provider: string
  readonly batch?: number
  /** Records of other runs over the same feed. */
  readonly encodings?: Encodings
  /** Ends it between two batches. */
  readonly signal?: AbortSignal
  readonly observers?: readonly RunObserver[]
}

export interface Ran extends Omit<Measurements, 'equity' | 'profits'> {
  /** The currency in which money is counted. */
  readonly currency: string
  /** The length of each of the returns. */
  readonly period: Period['name']
  /** How many of them annual figures count in a year. */
  readonly periods: number
  readonly orders: number
  /** Orders that a dry run did not send. */
  readonly skipped: number
  readonly logs: number
  readonly errors: number
  /** Why it ended before the data did. */
  readonly stopped: string | null
  /** When the account lost its equity, ms; it was liquidated then. */
  readonly liquidatedMs: number | null
  /** The price of each market at which the figures of buying and holding begin: its first one after the warm-up. */
  readonly firstPrices: ReadonlyMap<string, number>
  /** The strategy was told of something in the data. */
  readonly handled: boolean
  /** It was not, as it waits for candles that were to be made, and none was complete. */
  readonly awaited: boolean
}

/** Several strategies on the same data. */
export interface Together extends Omit<Backtest, 'strategy' | 'config' | 'encodings' | 'batch'> {
  /** Each has another label; they see each event in this order. */
  readonly members: readonly Member[]
  /** Whether each has an account of its own, with the cash of the settings, or all have one. */
  readonly accounts: 'own' | 'shared'
}

/** What came of all, and of each. */
export interface TogetherRan extends Ran {
  readonly members: readonly MemberRan[]
}

/** What came of one strategy, or of several with what came of each. */
export type AnyRan = Ran & Partial<Pick<TogetherRan, 'members'>>

/** A strategy beside others. */
export interface Member {
  /** What it is called among them. */
  readonly label: string
  readonly strategy: Backtest['strategy']
  readonly config: Backtest['config']
}

/** What came of one of several strategies. */
export interface MemberRan
  extends Pick<Ran, 'orders' | 'skipped' | 'logs' | 'errors' | 'stopped' | 'handled' | 'awaited'> {
  readonly label: string
}

export type Parts = Omit<Together, 'accounts'> & Pick<Backtest, 'encodings' | 'batch'>
