/** What a backtest can be told, and what it does untold. */
import { DEFAULT_RATES, type InstanceRates } from '../schema/instance-rates'
import type { AccountSettings, FillRules } from '../schema/paper'

export interface BacktestSettings {
  /** Opening equity in the settlement currency, a decimal. */
  readonly cash: string
  readonly account: AccountSettings['model']
  readonly leverage: string
  /** False lifts the margin check. */
  readonly margin: boolean
  /** As of `AccountSettings`. */
  readonly multiplier?: string
  readonly marginPerContract?: string
  readonly rules: FillRules
  /** Returns of a year, for annual figures: 252 of daily ones for stocks. By the length of the candles when absent. */
  readonly periods?: number
  /** Names of the lengths of candles that were made, the shortest first. */
  readonly timeframes?: readonly string[]
  /** So many of the first bars of each symbol are delivered and not traded. */
  readonly warmup?: number
  /** What `Math.random` begins with. */
  readonly seed: bigint
  readonly rates: InstanceRates
}

export const DEFAULT_SETTINGS: BacktestSettings = {
  cash: '10000',
  account: 'linear',
  leverage: '1',
  margin: true,
  rules: { fill: 'next', limit: 'through', slippageBps: '0', makerBps: '10', takerBps: '10', latencyMs: 0 },
  seed: 1n,
  rates: DEFAULT_RATES,
}
