/** The money of one account: cash by currency and positions by symbol. It books fills; it judges nothing. */
import type { Instrument } from '../../schema/events'
import type { Fill, Order } from '../../schema/orders'
import type { AccountSettings, AccountState } from '../../schema/paper'
import { Decimal, type FillAmounts, ZERO } from '../decimal'
import type { Mark, Marks } from './marks'
import { Position } from './position'

const FLAT = new Position(true)

/** A position with what valuing it takes. */
export interface Held {
  readonly position: Position
  readonly mark: Mark
  readonly quoteCurrency: string
}

export class Ledger {
  readonly #cash = new Map<string, Decimal>()
  readonly #positions = new Map<string, Held>()
  /** The currency of the account's equity: the first of its opening balances. */
  readonly currency: string | undefined
  readonly leverage: Decimal
  /** Currencies in which a linear account was opened with cash. */
  readonly #lendable: readonly string[]

  constructor(
    readonly settings: AccountSettings,
    readonly instrument: (symbol: string) => Instrument,
    readonly marks: Marks,
  ) {
    this.leverage = Decimal.parse(settings.leverage)
    for (const [currency, amount] of Object.entries(settings.cash)) this.#cash.set(currency, Decimal.parse(amount))
    this.currency = Object.keys(settings.cash)[0]
    const opened = Object.keys(settings.cash).filter((currency) => this.cash(currency).sign > 0)
    this.#lendable = settings.model === 'linear' ? opened : []
  }

  book(fill: Fill, { quantity, price, fee }: FillAmounts): void {
    const { baseCurrency, quoteCurrency } = this.instrument(fill.symbol)
    const profit = this.#traded(fill.symbol, quoteCurrency).trade(fill.side, quantity, price)
    if (this.settings.model === 'linear') this.#add(quoteCurrency, profit)
    else {
      const change = fill.side === 'buy' ? quantity : quantity.negated()
      this.#add(baseCurrency, change)
      this.#add(quoteCurrency, change.times(price).negated())
    }
    this.#add(fill.feeCurrency, fee.negated())
  }

  /** To go on from later, by `restore`. */
  get state(): AccountState {
    const { model, cash: opening } = this.settings
    const changes = Array.from(this.#cash, ([currency, amount]) => {
      const opened = opening[currency]
      return [currency, opened === undefined ? amount : amount.minus(Decimal.parse(opened))] as const
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
    for (const [currency, change] of cash) {
      this.#cash.set(currency, this.cash(currency).plus(Decimal.parse(change)))
    }
    for (const [symbol, state] of positions) {
      this.#traded(symbol, this.instrument(symbol).quoteCurrency).restore(state)
    }
  }

  /** To read; a flat one when the symbol was never traded. */
  position(symbol: string): Readonly<Position> {
    return this.#positions.get(symbol)?.position ?? FLAT
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
    return this.settings.model === 'linear'
      ? this.position(symbol).quantity
      : this.cash(this.instrument(symbol).baseCurrency)
  }

  /** The position at the last price, signed; before the first price, at its cost. */
  value(symbol: string): Decimal {
    const held = this.#positions.get(symbol)
    if (held === undefined || held.position.quantity.sign === 0) return ZERO
    const { position } = held
    const { price } = held.mark
    return price === undefined ? position.cost : position.quantity.times(price)
  }

  /**
   * linear: cash and the unrealised profit of the positions settled in the currency; spot: cash and all holdings that
   * have a market in the currency, at their last prices.
   */
  equity(currency: string): Decimal {
    return this.settings.model === 'linear' ? this.#linearEquity(currency) : this.#spotEquity(currency)
  }

  /** In the quote currency of a symbol, as if this were its price. */
  equityAt(symbol: string, price: Decimal): Decimal {
    return this.#linearEquity(this.instrument(symbol).quoteCurrency, symbol, price)
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
    for (const [symbol, { position, quoteCurrency }] of this.#positions) {
      if (position.quantity.sign !== 0 && quoteCurrency === currency) held.push(symbol)
    }
    return held
  }

  #traded(symbol: string, quoteCurrency: string): Position {
    const known = this.#positions.get(symbol)
    if (known) return known.position
    const position = new Position(this.settings.model === 'linear')
    this.#positions.set(symbol, { position, mark: this.marks.of(symbol), quoteCurrency })
    return position
  }

  #linearEquity(currency: string, assumed?: string, assumedPrice?: Decimal): Decimal {
    let equity = this.cash(currency)
    for (const [symbol, { position, mark, quoteCurrency }] of this.#positions) {
      if (position.quantity.sign === 0 || quoteCurrency !== currency) continue
      const price = symbol === assumed ? assumedPrice : mark.price
      if (price !== undefined) equity = equity.plus(position.unrealized(price))
    }
    return equity
  }

  #spotEquity(currency: string): Decimal {
    let equity = this.cash(currency)
    const counted = new Set([currency])
    for (const symbol of this.marks.symbols()) {
      const { baseCurrency, quoteCurrency } = this.instrument(symbol)
      const price = this.price(symbol)
      if (quoteCurrency !== currency || price === undefined || counted.has(baseCurrency)) continue
      counted.add(baseCurrency)
      equity = equity.plus(this.cash(baseCurrency).times(price))
    }
    return equity
  }

  #add(currency: string, change: Decimal): void {
    if (change.sign === 0) return
    this.#cash.set(currency, this.cash(currency).plus(change))
  }
}
