/** The open orders of one account, and what they would move if all of them were filled, kept up to date as sums. */
import type { OpenOrder, Order } from '../../schema/orders'
import type { Contract } from '../contract'
import { Decimal, ZERO } from '../decimal'

/** An order and how far it has come. */
export interface OrderProgress {
  readonly order: Order
  readonly quantity: Decimal
  readonly filled: Decimal
}

interface OpenRecord extends OrderProgress {
  order: Order
  quantity: Decimal
  readonly contract: Contract
  /** What it is valued at; undefined for a market order placed before the first price. */
  readonly price: Decimal | undefined
  filled: Decimal
}

/** What the open orders of a symbol would still buy and sell. */
export interface Pending {
  /** What their margin is reckoned from, as of `sells`; both without orders that may only reduce a position. */
  buys: Decimal
  sells: Decimal
  /** In the base currency, all orders. */
  selling: Decimal
}

/** Open orders as sums by symbol: what margin is reckoned by. */
export interface OpenOrderSums {
  pending(symbol: string): Readonly<Pending>
  /** The symbols that ever had an order. */
  symbols(): Iterable<string>
  /** Whether the symbol ever had an order. */
  knows(symbol: string): boolean
}

const NOTHING: Readonly<Pending> = { buys: ZERO, sells: ZERO, selling: ZERO }

export class OpenOrders implements OpenOrderSums {
  readonly #records = new Map<string, OpenRecord>()
  readonly #pending = new Map<string, Pending>()

  /** @param price what it is valued at. */
  add(order: Order, contract: Contract, price: Decimal | undefined, filled: Decimal): void {
    const record: OpenRecord = { order, contract, quantity: Decimal.parse(order.quantity), price, filled }
    this.#records.set(order.clientOrderId, record)
    this.#shift(record, record.quantity.minus(filled))
  }

  /** @param order as it is reported: its size may have been settled by the fill. */
  filled(order: Order, quantity: Decimal): void {
    const record = this.#records.get(order.clientOrderId)
    if (record === undefined) return
    if (record.order.quantity !== order.quantity) this.resize(order)
    record.filled = record.filled.plus(quantity)
    this.#shift(record, quantity.negated())
  }

  /** It counts with another quantity from now on. */
  resize(order: Order): void {
    const record = this.#records.get(order.clientOrderId)
    if (record === undefined) return
    const quantity = Decimal.parse(order.quantity)
    this.#shift(record, quantity.minus(record.quantity))
    record.order = order
    record.quantity = quantity
  }

  /** The sums of all but one. */
  without(clientOrderId: string): OpenOrderSums {
    const record = this.#records.get(clientOrderId)
    if (record === undefined) return this
    const { symbol } = record.order
    const pending = { ...this.pending(symbol) }
    shift(pending, record, record.filled.minus(record.quantity))
    return {
      pending: (other) => (other === symbol ? pending : this.pending(other)),
      symbols: () => this.symbols(),
      knows: (other) => this.knows(other),
    }
  }

  remove(clientOrderId: string): void {
    const record = this.#records.get(clientOrderId)
    if (record === undefined) return
    this.#records.delete(clientOrderId)
    this.#shift(record, record.filled.minus(record.quantity))
  }

  get(clientOrderId: string): Readonly<OpenRecord> | undefined {
    return this.#records.get(clientOrderId)
  }

  /** In the order in which they were placed. */
  all(): Readonly<OpenRecord>[] {
    return [...this.#records.values()]
  }

  pending(symbol: string): Readonly<Pending> {
    return this.#pending.get(symbol) ?? NOTHING
  }

  symbols(): Iterable<string> {
    return this.#pending.keys()
  }

  knows(symbol: string): boolean {
    return this.#pending.has(symbol)
  }

  #shift(record: OpenRecord, change: Decimal): void {
    if (change.sign === 0) return
    const { symbol } = record.order
    const pending = this.#pending.get(symbol) ?? { ...NOTHING }
    this.#pending.set(symbol, pending)
    shift(pending, record, change)
  }
}

function shift(pending: Pending, { order, contract, price }: OpenRecord, change: Decimal): void {
  if (order.side === 'sell') pending.selling = pending.selling.plus(change)
  if (order.reduceOnly || price === undefined) return
  const base = contract.marginBase(change, price)
  if (order.side === 'buy') pending.buys = pending.buys.plus(base)
  else pending.sells = pending.sells.plus(base)
}

export function shownOrder({ order, filled }: Pick<OrderProgress, 'order' | 'filled'>): OpenOrder {
  const { clientOrderId, symbol, side, type, price = null, quantity } = order
  return { clientOrderId, symbol, side, type, price, quantity, filledQuantity: filled.toString() }
}
