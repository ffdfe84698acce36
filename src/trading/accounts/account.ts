/** One owner's money at one venue: balances, positions, open orders, and which orders they can bear. */
import type { Instrument } from '../../schema/events'
import type { ExecutionReport, Fill, OpenOrder, Order } from '../../schema/orders'
import type { AccountSettings, AccountState } from '../../schema/paper'
import type { Contract } from '../contract'
import { amountsOf, Decimal, ZERO } from '../decimal'
import { ExpectedOrders } from './expected-orders'
import { Ledger } from './ledger'
import { type Filling, fillRefusal, freeCash, placementRefusal, reducible } from './margin'
import { Marks } from './marks'
import { type OpenOrderSums, OpenOrders, type OrderProgress, shownOrder } from './open-orders'
import { type Estimate, estimate, type Size, type Sizing, sizeOf } from './sizing'
import { bankruptcyPrice, dangerPriceAlone, dangerPrices, isLiquidated } from './solvency'

/** `quantity` is signed; prices are in the quote currency, profits in that of settlement, before fees. Decimal strings. */
export interface PositionView {
  readonly symbol: string
  readonly quantity: string
  readonly averagePrice: string
  readonly unrealizedPnl: string
  readonly realizedPnl: string
}

/** Decimal strings; `available` is what open positions and orders leave free. */
export interface BalanceView {
  readonly currency: string
  readonly total: string
  readonly available: string
}

/** An open order, how much of it is filled, and the price that it counts with, when it has one. */
export interface PlacedOrder {
  readonly order: Order
  readonly filledQuantity: string
  readonly valuedAt?: string
}

/** What a symbol is exposed to: exact amounts, for those who judge orders. */
export interface Exposure {
  /** linear: the position, signed; spot: all that is held of the base currency. */
  readonly held: Decimal
  readonly open: readonly { readonly order: Order; readonly remaining: Decimal }[]
}

export class Account {
  readonly #ledger: Ledger
  readonly #open = new OpenOrders()
  /** By currency, then symbol. */
  readonly #dangers = new Map<string, ReadonlyMap<string, number>>()

  /** @param marks the venue's last prices, when several accounts share them; else `mark` keeps this account's own. */
  constructor(settings: AccountSettings, instrument: (symbol: string) => Instrument, marks = new Marks()) {
    this.#ledger = new Ledger(settings, instrument, marks)
  }

  /** What its positions and orders in a symbol are made of. */
  contract(symbol: string): Contract {
    return this.#ledger.contract(symbol)
  }

  /**
   * The order is open from now on.
   * @param filledQuantity what of it was filled already, when it comes back from a journal.
   * @param valuedAt the price that it counts with; by default its own, or the last one.
   */
  placed(order: Order, filledQuantity?: string, valuedAt?: string): void {
    const filled = filledQuantity === undefined ? ZERO : Decimal.parse(filledQuantity)
    const price = valuedAt === undefined ? this.#ledger.priceOf(order) : Decimal.parse(valuedAt)
    this.#open.add(order, this.contract(order.symbol), price, filled)
  }

  /** The price that an open order counts with, in the quote currency. */
  valuedAt(clientOrderId: string): string | undefined {
    return this.#open.get(clientOrderId)?.price?.toString()
  }

  /**
   * Takes in what the venue says of an order: a fill, its end.
   * @param amounts those of the fill, when they are known.
   */
  apply({ order, payload, fill }: ExecutionReport, amounts = fill && amountsOf(fill)): void {
    if (fill && amounts) {
      this.#ledger.book(fill, amounts)
      this.#open.filled(order, amounts.quantity)
    }
    if (payload.state !== 'ACK' && payload.state !== 'PARTIAL') this.#open.remove(order.clientOrderId)
  }

  /** What its fills have made of it; open orders apart. */
  get state(): AccountState {
    return this.#ledger.state
  }

  /** Goes on from an earlier state, before any fill is booked. */
  restore(state: AccountState): void {
    this.#ledger.restore(state)
  }

  /** Books a fill of the past, to rebuild the account from a journal. */
  applyFill(fill: Fill): void {
    this.#ledger.book(fill, amountsOf(fill))
  }

  /** The last price of a symbol. */
  mark(symbol: string, price: string): void {
    this.#ledger.marks.of(symbol).set(price)
  }

  /**
   * linear: the position. spot: all that is held of the base currency; average price and profits are of what was bought
   * here, for nobody knows what the opening balance cost.
   */
  position(symbol: string): PositionView {
    const position = this.#ledger.position(symbol)
    const price = this.#ledger.price(symbol)
    return {
      symbol,
      quantity: this.held(symbol).toString(),
      averagePrice: position.averagePrice.toString(),
      unrealizedPnl: (price === undefined ? ZERO : position.unrealized(price)).toString(),
      realizedPnl: position.realizedPnl.toString(),
    }
  }

  /** The last price of a symbol; undefined before the first. */
  lastPrice(symbol: string): Decimal | undefined {
    return this.#ledger.price(symbol)
  }

  /** Opening balance; undefined where it depends on prices what that is worth. */
  opening(currency: string): Decimal | undefined {
    const { cash } = this.#ledger.settings
    const hasOthers = Object.entries(cash).some(([other, amount]) => other !== currency && Number(amount) !== 0)
    return this.#ledger.isSpot && hasOthers ? undefined : Decimal.parse(cash[currency] ?? '0')
  }

  /** One for every symbol that was ever traded, in the order of their first trade. */
  positions(): PositionView[] {
    return Array.from(this.#ledger.symbols(), (symbol) => this.position(symbol))
  }

  /** linear: the position, signed; spot: all that is held of the base currency. */
  held(symbol: string): Decimal {
    return this.#ledger.held(symbol)
  }

  /** @param open orders to reckon with, in the place of those that are open. */
  balance(currency: string, open: OpenOrderSums = this.#open): BalanceView {
    const available = freeCash(this.#ledger, open, currency)
    return { currency, total: this.#ledger.cash(currency).toString(), available: available.toString() }
  }

  balances(): BalanceView[] {
    return this.#ledger.currencies().map((currency) => this.balance(currency))
  }

  /**
   * Cash and positions at their last prices.
   * @param currency in which positions are settled; by default the first of the opening balances.
   */
  equity(currency = this.#ledger.currency): string {
    return currency === undefined ? '0' : this.#ledger.equity(currency).toString()
  }

  /** @param symbol '' or none for all. */
  openOrders(symbol = ''): OpenOrder[] {
    const records = this.#open.all()
    return (symbol === '' ? records : records.filter(({ order }) => order.symbol === symbol)).map(shownOrder)
  }

  /** The open orders, as `placed` takes them. */
  placedOrders(): PlacedOrder[] {
    return this.#open.all().map(({ order, filled, price }) => ({
      order,
      filledQuantity: filled.toString(),
      ...(price && { valuedAt: price.toString() }),
    }))
  }

  /** The order, when it is open. */
  order(clientOrderId: string): OpenOrder | undefined {
    const open = this.#open.get(clientOrderId)
    return open && shownOrder(open)
  }

  /** The open orders as the owner will expect them, beginning with those that there are. */
  expectedOrders(): ExpectedOrders {
    const ledger = this.#ledger
    return new ExpectedOrders(this.#open, (order) => ledger.priceOf(order), ledger.contract)
  }

  /** @param orders to reckon with, in the place of those that are open. */
  exposure(symbol: string, orders: Iterable<OrderProgress> = this.#open.all()): Exposure {
    const open = Array.from(orders).filter(({ order }) => order.symbol === symbol)
    return {
      held: this.held(symbol),
      open: open.map(({ order, quantity, filled }) => ({ order, remaining: quantity.minus(filled) })),
    }
  }

  /** What an open order that asks for a share comes to. */
  size(sizing: Sizing): Size {
    return sizeOf(this.#ledger, this.#open.without(sizing.order.clientOrderId), sizing)
  }

  /** The order with what its share comes to as long as nothing is settled: at its own price or the last, before fees. */
  estimated(order: Order, share: Decimal, open: OpenOrderSums = this.#open.without(order.clientOrderId)): Estimate {
    return estimate(this.#ledger, open, order, share)
  }

  /** The size of an open order is settled. */
  resized(order: Order): void {
    this.#open.resize(order)
  }

  /**
   * Why the order must not be placed, in a sentence: margin (linear), holdings (spot), reduce-only.
   * @param open orders beside which it is to be, in the place of those that are open.
   */
  refusal(order: Order, open: OpenOrderSums = this.#open): string | undefined {
    return placementRefusal(this.#ledger, open, order)
  }

  /** Why an open order cannot be filled after all: the market has moved, or other orders were filled. */
  fillRefusal(filling: Filling): string | undefined {
    return fillRefusal(this.#ledger, this.#open, filling)
  }

  /** Whether the equity in a currency is lost for good, and every position with it. */
  isLiquidated(currency: string): boolean {
    return isLiquidated(this.#ledger, currency)
  }

  /** Whether a price of the symbol could leave nothing of the equity in its settlement currency. */
  isExposed(symbol: string): boolean {
    const position = this.#ledger.holding(symbol)?.position
    if (position === undefined || position.quantity.sign === 0) return false
    return this.#ledger.hasEquityToLose(position.contract.settlementCurrency)
  }

  /** Whether positions in other symbols share the equity in its settlement currency. */
  isJoint(symbol: string): boolean {
    const ledger = this.#ledger
    if (!ledger.tradesSeveral) return false
    return ledger.heldIn(ledger.contract(symbol).settlementCurrency).some((held) => held !== symbol)
  }

  /** The symbols with a position that is settled in the currency. */
  heldIn(currency: string): string[] {
    return this.#ledger.heldIn(currency)
  }

  /** A double on the safe side, of a symbol with a position; good until `reassess`. */
  dangerPrice(symbol: string): number {
    const ledger = this.#ledger
    const held = ledger.holding(symbol)!
    if (!ledger.tradesSeveral) return dangerPriceAlone(ledger, held)
    // All of one moment: what one position may lose, another one may not.
    const currency = held.position.contract.settlementCurrency
    const known = this.#dangers.get(currency) ?? dangerPrices(ledger, currency)
    this.#dangers.set(currency, known)
    return known.get(symbol)!
  }

  /** Positions or prices are no longer those of the danger prices. */
  reassess(): void {
    this.#dangers.clear()
  }

  /** In the settlement currency of a symbol with a position, as if this were its price. */
  equityAt(symbol: string, price: Decimal): Decimal {
    return this.#ledger.equityAt(symbol, price)
  }

  /** On the way from one price to another, which leaves nothing: where the equity is zero. */
  bankruptcyPrice(symbol: string, from: Decimal, to: Decimal): Decimal {
    return bankruptcyPrice(this.#ledger, symbol, from, to)
  }

  /** Signed; exact. */
  quantity(symbol: string): Decimal {
    return this.#ledger.position(symbol).quantity
  }

  /** What a position is valued at: the last price, before the first one what it cost. */
  valuation(symbol: string): Decimal {
    return this.#ledger.price(symbol) ?? this.#ledger.position(symbol).averagePrice
  }

  /** How much of `quantity` would only reduce the position; exact, signless. */
  reducible(order: Order, quantity: Decimal): Decimal {
    return reducible(this.#ledger, order, quantity)
  }
}
