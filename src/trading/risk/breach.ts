/** What a risk limit says of an order that it refuses. */

/** The Go gateway's, and CIRCUIT_BREAKER, which it called KILL_SWITCH as well. */
export type BreachType =
  | 'KILL_SWITCH'
  | 'REDUCING'
  | 'CIRCUIT_BREAKER'
  | 'RATE_LIMIT'
  | 'ORDER_TYPE'
  | 'ORDER_VALIDATION'
  | 'PRICE_BAND'
  | 'POSITION_LIMIT'
  | 'NOTIONAL_LIMIT'
  | 'CONCURRENCY'
  | 'PRICE_COLLAR'
  | 'TOTAL_POSITION_LIMIT'
  | 'TOTAL_NOTIONAL_LIMIT'
  | 'TOTAL_CONCURRENCY'

export interface Breach {
  readonly type: BreachType
  /** In a sentence. */
  readonly reason: string
  /** What was measured against what; decimal strings. */
  readonly metrics: Readonly<Record<string, string>>
}
