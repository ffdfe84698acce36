/**
 * The open orders of an account as its owner expects them: with what was sent and is not answered yet, and without what
 * was asked to be cancelled.
 */
import type { Order } from '../schema/orders'
import { Amount, ZERO } from './money'
import type { OpenOrders, OpenOrderSums, Pending } from './open-orders'

interface Sent {
  readonly order: Order
  readonly quantity: Amount
  /** In the quote currency; undefined for what counts for nothing, or has no price yet. */
  readonly worth: Amount | undefined
}

export class ExpectedOrders implements OpenOrderSums {
  readonly #sent = new Map<string, Sent>()
  /** Client order ids. */
  readonly #leaving = new Set<string>()

  /** @param valued at which price an order counts. */
  constructor(
    private readonly open: OpenOrders,
    private readonly valued: (order: Order) => Amount | undefined,
  ) {}

  /** They are those of the account. */
  get isAsKnown(): boolean {
    return this.#sent.size === 0 && this.#leaving.size === 0
  }

  /** Orders that are not answered yet. */
  get awaited(): number {
    return this.#sent.size
  }

  /** An order is on its way. */
  sent(order: Order): void {
    const quantity = Amount.parse(order.quantity)
    const price = order.reduceOnly ? undefined : this.valued(order)
    this.#sent.set(order.clientOrderId, { order, quantity, worth: price && quantity.times(price) })
  }

  /** The venue has it, or does not take it: what became of it is in the account. */
  answered(clientOrderId: string): boolean {
    return this.#sent.delete(clientOrderId)
  }

  /** @returns false: it is not open, or it was asked to be cancelled before. */
  leaving(clientOrderId: string): boolean {
    if (this.#leaving.has(clientOrderId)) return false
    if (!this.#sent.has(clientOrderId) && this.open.get(clientOrderId) === undefined) return false
    this.#leaving.add(clientOrderId)
    return true
  }

  /** It is open no more. */
  ended(clientOrderId: string): void {
    if (this.#leaving.size > 0) this.#leaving.delete(clientOrderId)
  }

  /** In the order in which they were placed, with what is left of each to be filled. */
  *all(): Generator<{ readonly order: Order; readonly quantity: Amount; readonly filled: Amount }> {
    for (const record of this.open.all()) if (!this.#leaving.has(record.order.clientOrderId)) yield record
    for (const [id, { order, quantity }] of this.#sent) {
      if (!this.#leaving.has(id)) yield { order, quantity, filled: ZERO }
    }
  }

  pending(symbol: string): Readonly<Pending> {
    const sums = { ...this.open.pending(symbol) }
    for (const [id, { order, quantity, worth }] of this.#sent) {
      if (order.symbol !== symbol || this.#leaving.has(id)) continue
      add(sums, order, quantity, worth)
    }
    for (const id of this.#leaving) {
      const record = this.open.get(id)
      if (record?.order.symbol !== symbol) continue
      const { order, quantity, filled, price } = record
      const change = filled.minus(quantity)
      add(sums, order, change, order.reduceOnly ? undefined : price?.times(change))
    }
    return sums
  }

  *symbols(): Generator<string> {
    yield* this.open.symbols()
    const others = new Set(Array.from(this.#sent.values(), ({ order }) => order.symbol))
    for (const symbol of others) if (!this.open.knows(symbol)) yield symbol
  }

  knows(symbol: string): boolean {
    return this.open.knows(symbol) || this.#sent.values().some(({ order }) => order.symbol === symbol)
  }
}

function add(sums: Pending, { side }: Order, quantity: Amount, worth: Amount | undefined): void {
  if (side === 'sell') sums.selling = sums.selling.plus(quantity)
  if (worth === undefined) return
  if (side === 'buy') sums.buys = sums.buys.plus(worth)
  else sums.sells = sums.sells.plus(worth)
}
