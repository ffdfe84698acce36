/** Settings of a paper account and of the fill rules, live and in a backtest alike (contract §5). */

export interface AccountSettings {
  /**
   * linear: any sign of position, settled in the quote currency; inverse: the same, settled in the base currency; spot:
   * what is not there cannot be sold.
   */
  readonly model: 'linear' | 'inverse' | 'spot'
  /** Opening balances by currency, decimal strings. */
  readonly cash: Readonly<Record<string, string>>
  /** What sets its cash, for whom it is not enough: an option, or a setting and where it stands. */
  readonly cashSetBy?: string
  /** Initial margin is notional / leverage; a decimal. */
  readonly leverage: string
  /** False lifts the margin check. */
  readonly checkMargin: boolean
  /** Units that a contract stands for, a decimal; absent: 1. */
  readonly multiplier?: string
  /** Initial margin of each contract in the settlement currency, a decimal, instead of notional / leverage. */
  readonly marginPerContract?: string
}

/** What fills have made of an account, apart from its opening balances; exact, decimal strings. */
export interface AccountState {
  /** It says nothing of an account of the other model. */
  readonly model: AccountSettings['model']
  /** What has come in or gone out by currency, in the order of balances; profits as they were with a multiplier of 1. */
  readonly cash: readonly (readonly [currency: string, change: string])[]
  /** By symbol, in the order of their first trade. */
  readonly positions: readonly (readonly [symbol: string, state: PositionState])[]
}

/** `cost` and `realized` in points: before the contract's multiplier. */
export interface PositionState {
  readonly quantity: string
  readonly cost: string
  readonly realized: string
}

export interface FillRules {
  /** same: a market order on trades fills at the trade just seen, not at the next one. */
  readonly fill: 'next' | 'same'
  /** touch: a trade at the limit price fills, not only one through it. */
  readonly limit: 'through' | 'touch'
  /** Against the taker, in hundredths of a percent of the price; decimal strings, as are the fees. */
  readonly slippageBps: string
  readonly makerBps: string
  readonly takerBps: string
  /**
   * The fee for each contract or share that is filled, in the settlement currency, instead of the fees in basis points.
   */
  readonly feePerContract?: string
  /** What an order pays at least once something of it is filled, however many fills it takes. */
  readonly feeMinimum?: string
  /** From the order to the venue, and what must pass before it can fill. */
  readonly latencyMs: number
}
