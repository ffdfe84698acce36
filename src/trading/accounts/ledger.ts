/** The money of one account: cash by currency and positions by symbol. It books fills; it judges nothing. */
import type { Instrument } from '../../schema/events'
import type { Fill, Order } from '../../schema/orders'
import type { AccountSettings, AccountState } from '../../schema/paper'
import { type Contract, contractsOf } from '../contract'
import { Decimal, type FillAmounts, ZERO } from '../decimal'
import type { Mark, Marks } from './marks'
import { Position } from './position'

/** A position with what valuing it takes. */
export interface Held {
  readonly position: Position
  readonly mark: Mark
}

export class Ledger {
  readonly #cash = new Map<string, Decimal>()
  readonly #positions = new Map<string, Held>()
  /** The currency of the account's equity: the first of its opening balances. */
  readonly currency: string | undefined
  readonly leverage: Decimal
  /** Whether what is bought is there itself, to be sold again; else positions are settled in money alone. */
  readonly isSpot: boolean
  readonly contract: (symbol: string) => Contract
  /** Currencies in which an account of derivatives was opened with cash. */
  readonly #lendable: readonly string[]

  constructor(
    readonly settings: AccountSettings,
    instrument: (symbol: string) => Instrument,
    readonly marks: Marks,
  ) {
    this.isSpot = settings.model === 'spot'
    this.contract = contractsOf(settings, instrument)
    this.leverage = Decimal.parse(settings.leverage)
    for (const [currency, amount] of Object.entries(settings.cash)) this.#cash.set(currency, Decimal.parse(amount))
    this.currency = Object.keys(settings.cash)[0]
    const opened = Object.keys(settings.cash).filter((currency) => this.cash(currency).sign > 0)
    this.#lendable = this.isSpot ? [] : opened
  }

  book(fill: Fill, { quantity, price, fee }: FillAmounts): void {
    const position = this.#traded(fill.symbol)
    const { contract } = position
    const profit = position.trade(fill.side, quantity, price)
    if (this.isSpot) {
      const change = fill.side === 'buy' ? quantity : quantity.negated()
      this.#add(contract.baseCurrency, change)
      this.#add(contract.quoteCurrency, contract.notional(change, price).negated())
    } else this.#add(contract.settlementCurrency, profit)
    this.#add(fill.feeCurrency, fee.negated())
  }

  /** To go on from later, by `restore`. */
  get state(): AccountState {
    const { model, cash: opening } = this.settings
    const changes = Array.from(this.#cash, ([currency, amount]) => {
      const opened = opening[currency]
      const change = opened === undefined ? amount : amount.minus(Decimal.parse(opened))
      return [currency, change.minus(this.#multiplied(currency))] as const
    })
    return {
      model,
      cash: changes
        .filter(([currency, { sign }]) => sign !== 0 || opening[currency] === undefined)
        .map(([currency, change]) => [currency, change.toString()]),
      positions: Array.from(this.#positions, ([symbol, { position }]) => [symbol, position.state]),
    }
  }

  /** Before anything is booked. */
  restore({ cash, positions }: AccountState): void {
    for (const [symbol, state] of positions) this.#traded(symbol).restore(state)
    for (const [currency, change] of cash) {
      const multiplied = this.#multiplied(currency)
      this.#cash.set(currency, this.cash(currency).plus(Decimal.parse(change)).plus(multiplied))
    }
  }

  /** To read; a flat one when the symbol was never traded. */
  position(symbol: string): Readonly<Position> {
    return this.#positions.get(symbol)?.position ?? new Position(this.contract(symbol))
  }

  /** Undefined when the symbol was never traded. */
  holding(symbol: string): Readonly<Held> | undefined {
    return this.#positions.get(symbol)
  }

  /** The symbols that were ever traded, in the order of their first trade. */
  symbols(): Iterable<string> {
    return this.#positions.keys()
  }

  currencies(): string[] {
    return [...this.#cash.keys()]
  }

  cash(currency: string): Decimal {
    return this.#cash.get(currency) ?? ZERO
  }

  /** The last price; undefined before the first. */
  price(symbol: string): Decimal | undefined {
    return this.marks.price(symbol)
  }

  /** What an order is valued at: its own price, of a market order the last price. */
  priceOf({ symbol, price, stopPrice }: Order): Decimal | undefined {
    const own = price ?? stopPrice
    return own === undefined ? this.price(symbol) : Decimal.parse(own)
  }

  /** linear: the position, signed; spot: all that is held of the base currency. */
  held(symbol: string): Decimal {
    return this.isSpot ? this.cash(this.contract(symbol).baseCurrency) : this.position(symbol).quantity
  }

  /** What the margin of the position is reckoned from at the last price, signed; before the first price, at its cost. */
  marginBase(symbol: string): Decimal {
    const held = this.#positions.get(symbol)
    if (held === undefined || held.position.quantity.sign === 0) return ZERO
    const { quantity, cost, contract } = held.position
    const { price } = held.mark
    return price === undefined ? contract.marginBaseOf(quantity, cost) : contract.marginBase(quantity, price)
  }

  /**
   * Derivatives: cash and the unrealised profit of the positions settled in the currency; spot: cash and all holdings
   * that have a market in the currency, at their last prices.
   */
  equity(currency: string): Decimal {
    return this.isSpot ? this.#spotEquity(currency) : this.#settledEquity(currency)
  }

  /** In the settlement currency of a symbol, as if this were its price. */
  equityAt(symbol: string, price: Decimal): Decimal {
    return this.equityBeside(symbol).plus(this.position(symbol).unrealized(price))
  }

  /** All the equity in the settlement currency of a symbol, spot holdings too, as if this were its price. */
  equityWith(symbol: string, price: Decimal): Decimal {
    if (!this.isSpot) return this.equityAt(symbol, price)
    const contract = this.contract(symbol)
    const { baseCurrency, quoteCurrency } = contract
    return this.#spotEquity(quoteCurrency, baseCurrency).plus(contract.notional(this.cash(baseCurrency), price))
  }

  /** In the settlement currency of a symbol, without what its position has gained or lost. */
  equityBeside(symbol: string): Decimal {
    return this.#settledEquity(this.contract(symbol).settlementCurrency, symbol)
  }

  /** Whether positions that are settled in the currency can lose all that there is. */
  hasEquityToLose(currency: string): boolean {
    return this.#lendable.includes(currency)
  }

  /** Whether more than one symbol was ever traded. */
  get tradesSeveral(): boolean {
    return this.#positions.size > 1
  }

  /** The symbols with a position that is settled in the currency, in the order of their first trade. */
  heldIn(currency: string): string[] {
    const held: string[] = []
    for (const [symbol, { position }] of this.#positions) {
      if (position.quantity.sign !== 0 && position.contract.settlementCurrency === currency) held.push(symbol)
    }
    return held
  }

  #traded(symbol: string): Position {
    const known = this.#positions.get(symbol)
    if (known) return known.position
    const position = new Position(this.contract(symbol))
    this.#positions.set(symbol, { position, mark: this.marks.of(symbol) })
    return position
  }

  /** What multipliers have made of the profits in a currency, beyond what they were with a multiplier of 1. */
  #multiplied(currency: string): Decimal {
    let sum = ZERO
    for (const { position } of this.#positions.values()) {
      if (position.contract.settlementCurrency !== currency) continue
      const more = position.realizedPnl.minus(position.realized)
      if (more.sign !== 0) sum = sum.plus(more)
    }
    return sum
  }

  /** @param except whose position counts for nothing. */
  #settledEquity(currency: string, except?: string): Decimal {
    let equity = this.cash(currency)
    for (const [symbol, { position, mark }] of this.#positions) {
      if (symbol === except || position.quantity.sign === 0) continue
      if (position.contract.settlementCurrency !== currency) continue
      const { price } = mark
      if (price !== undefined) equity = equity.plus(position.unrealized(price))
    }
    return equity
  }

  /** @param except a holding that counts for nothing. */
  #spotEquity(currency: string, except = currency): Decimal {
    let equity = this.cash(currency)
    const counted = new Set([currency, except])
    for (const symbol of this.marks.symbols()) {
      const contract = this.contract(symbol)
      const { baseCurrency, quoteCurrency } = contract
      const price = this.price(symbol)
      if (quoteCurrency !== currency || price === undefined || counted.has(baseCurrency)) continue
      counted.add(baseCurrency)
      equity = equity.plus(contract.notional(this.cash(baseCurrency), price))
    }
    return equity
  }

  #add(currency: string, change: Decimal): void {
    if (change.sign === 0) return
    this.#cash.set(currency, this.cash(currency).plus(change))
  }
}
