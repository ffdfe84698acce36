/** What the parity suite runs: a strategy, a recording, and the terms of the account that it trades in. */
import type { Instrument } from '../../src/schema/events'
import type { SentLimitSet } from '../../src/schema/risk-limits'

/** As `paper` in the config of a provider; a backtest has a flag for each. */
export interface Paper {
  readonly account?: 'linear' | 'inverse' | 'spot'
  /** Opening balance in the settlement currency. */
  readonly cash?: string
  readonly leverage?: string
  readonly checkMargin?: boolean
  readonly multiplier?: string
  readonly marginPerContract?: string
  /** Then without fees in basis points. */
  readonly feePerContract?: string
  readonly feeMinimum?: string
  readonly makerBps?: string
  readonly takerBps?: string
  readonly slippageBps?: string
  readonly latencyMs?: number
  readonly fill?: 'next' | 'same'
  readonly limit?: 'through' | 'touch'
}

export interface Recording {
  /** Its name tells the symbol where no row does. */
  readonly file: string
  readonly text: string
  /** Rows, each of them a market event. */
  readonly events: number
  readonly symbols: readonly string[]
}

export interface Situation {
  readonly name: string
  /** The end of the body of `create`, which returns the handlers; the tools of strategy.ts are there. */
  readonly strategy: string
  readonly data: Recording
  /** The recording of a second provider, which the strategy has besides. */
  readonly other?: Recording
  readonly paper?: Paper
  /** Lengths of candles that are made of the recording: `klines` of the replay, `--timeframe` of the backtest. */
  readonly klines?: readonly string[]
  /** The strategy's config; `dry_run` is false unless it says otherwise. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly limits?: Omit<SentLimitSet, 'providers' | 'instances'>
  /** Once the recording is over, the instance is rolled to another revision and sees it again. */
  readonly rolled?: true
  /** Also run where every run is a process of its own. */
  readonly sampled?: true
  /** Rules of the markets by symbol, as a file of rules has them. */
  readonly instruments?: Readonly<Record<string, Partial<Instrument>>>
  /** Situations with the same group are one row of the table. */
  readonly group?: string
}
