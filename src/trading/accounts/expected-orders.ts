/**
 * The open orders of an account as its owner expects them: with what was sent and is not answered yet, and without what
 * was asked to be cancelled.
 */
import type { Order } from '../../schema/orders'
import type { Contract } from '../contract'
import { Decimal, ZERO } from '../decimal'
import type { OpenOrderSums, OpenOrders, Pending } from './open-orders'

interface Sent {
  readonly order: Order
  readonly quantity: Decimal
  /** What its margin is reckoned from; undefined for what counts for nothing, or has no price yet. */
  readonly base: Decimal | undefined
}

/** As it stands, to go on from. */
export interface ExpectedOrdersState {
  /** With what the margin of each is reckoned from. */
  readonly sent: readonly { readonly order: Order; readonly base?: string }[]
  /** Client order ids. */
  readonly leaving: readonly string[]
}

export class ExpectedOrders implements OpenOrderSums {
  readonly #sent = new Map<string, Sent>()
  /** Client order ids. */
  readonly #leaving = new Set<string>()

  /** @param valued at which price an order counts. */
  constructor(
    private readonly open: OpenOrders,
    private readonly valued: (order: Order) => Decimal | undefined,
    private readonly contract: (symbol: string) => Contract,
  ) {}

  /** They are those of the account. */
  get isAsKnown(): boolean {
    return this.#sent.size === 0 && this.#leaving.size === 0
  }

  get state(): ExpectedOrdersState {
    const sent = Array.from(this.#sent.values(), ({ order, base }) => ({
      order,
      ...(base && { base: base.toString() }),
    }))
    return { sent, leaving: [...this.#leaving] }
  }

  set state({ sent, leaving }: ExpectedOrdersState) {
    for (const { order, base } of sent) {
      const quantity = Decimal.parse(order.quantity)
      this.#sent.set(order.clientOrderId, {
        order,
        quantity,
        base: base === undefined ? undefined : Decimal.parse(base),
      })
    }
    for (const clientOrderId of leaving) this.#leaving.add(clientOrderId)
  }

  /** Orders that are not answered yet. */
  get awaited(): number {
    return this.#sent.size
  }

  /** An order is on its way. */
  sent(order: Order): void {
    const quantity = Decimal.parse(order.quantity)
    const price = order.reduceOnly ? undefined : this.valued(order)
    const base = price && this.contract(order.symbol).marginBase(quantity, price)
    this.#sent.set(order.clientOrderId, { order, quantity, base })
  }

  /** The venue has said something of it, which is in the account. Until then it counts as it was sent. */
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
  *all(): Generator<{ readonly order: Order; readonly quantity: Decimal; readonly filled: Decimal }> {
    for (const record of this.open.all()) {
      const { clientOrderId } = record.order
      if (!this.#leaving.has(clientOrderId) && !this.#sent.has(clientOrderId)) yield record
    }
    for (const [id, { order, quantity }] of this.#sent) {
      if (!this.#leaving.has(id)) yield { order, quantity, filled: ZERO }
    }
  }

  pending(symbol: string): Readonly<Pending> {
    const sums = { ...this.open.pending(symbol) }
    for (const [id, { order, quantity, base }] of this.#sent) {
      if (order.symbol !== symbol) continue
      this.#without(id, symbol, sums)
      if (!this.#leaving.has(id)) add(sums, order, quantity, base)
    }
    for (const id of this.#leaving) if (!this.#sent.has(id)) this.#without(id, symbol, sums)
    return sums
  }

  #without(clientOrderId: string, symbol: string, sums: Pending): void {
    const record = this.open.get(clientOrderId)
    if (record?.order.symbol !== symbol) return
    const { order, contract, quantity, filled, price } = record
    const change = filled.minus(quantity)
    add(sums, order, change, order.reduceOnly || price === undefined ? undefined : contract.marginBase(change, price))
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

function add(sums: Pending, { side }: Order, quantity: Decimal, base: Decimal | undefined): void {
  if (side === 'sell') sums.selling = sums.selling.plus(quantity)
  if (base === undefined) return
  if (side === 'buy') sums.buys = sums.buys.plus(base)
  else sums.sells = sums.sells.plus(base)
}
