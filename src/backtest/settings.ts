/** What a backtest can be told, and what it does untold. */
import type { AccountSettings, FillRules } from '../schema/paper'

export interface BacktestSettings {
  /** Opening equity in the quote currency, a decimal. */
  readonly cash: string
  readonly account: AccountSettings['model']
  readonly leverage: string
  /** False lifts the margin check. */
  readonly margin: boolean
  readonly rules: FillRules
  /** Trading days of a year, for annual figures. */
  readonly periods: number
  /** Of `Math.random`. */
  readonly seed: bigint
}

export const DEFAULT_SETTINGS: BacktestSettings = {
  cash: '10000',
  account: 'linear',
  leverage: '1',
  margin: true,
  rules: { fill: 'next', limit: 'through', slippageBps: '0', makerBps: '10', takerBps: '10', latencyMs: 0 },
  periods: 365,
  seed: 1n,
}
