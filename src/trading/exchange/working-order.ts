/** An order at the paper exchange, with its amounts parsed and its progress; and the execution reports it gives. */
import type { KeptOrder } from '../../schema/cuts'
import type { ExecReportPayload, ExecState } from '../../schema/events'
import type { ExecutionReport, Fill, Order } from '../../schema/orders'
import type { Contract } from '../contract'
import { Decimal, ZERO } from '../decimal'
import { shareOf } from '../shares'

/** `stop`: waits for its stop price; then it is one of the others. */
type Stage = 'market' | 'limit' | 'stop'

/** What an order had done before it was put back. */
export interface Progress {
  readonly filledQuantity: string
  readonly avgFillPrice: string
}

export class WorkingOrder {
  readonly buys: boolean
  /** The share that its size is still to be settled by, in percent. */
  share: Decimal | undefined
  #order: Order
  #quantity: Decimal
  readonly limit: Decimal | undefined
  readonly stop: Decimal | undefined
  stage: Stage
  /** A limit order that could have traded on arrival takes liquidity; one that rests makes it. */
  takes = false
  ended = false
  /** Counts up with arrival: who came first is served first. */
  sequence = 0
  #filled = ZERO
  /** Points of what was filled. */
  #cost = ZERO

  /**
   * @param exchangeOrderId the venue's name for it.
   * @param dueMs when it is at the venue; only what the market shows from then on can fill it.
   */
  constructor(
    readonly owner: string,
    order: Order,
    readonly contract: Contract,
    readonly exchangeOrderId: string,
    readonly dueMs: number,
    progress?: Progress,
  ) {
    this.#order = order
    this.buys = order.side === 'buy'
    this.#quantity = Decimal.parse(order.quantity)
    this.limit = order.price === undefined ? undefined : Decimal.parse(order.price)
    this.stop = order.stopPrice === undefined ? undefined : Decimal.parse(order.stopPrice)
    this.stage = order.type === 'market' || order.type === 'limit' ? order.type : 'stop'
    if (progress) this.fill(Decimal.parse(progress.filledQuantity), Decimal.parse(progress.avgFillPrice))
    // one with a limit has got its size when it arrived
    if (order.asked && (!progress || (this.untouched && !this.limit))) this.share = shareOf(order)
  }

  /** As it was when a cut was taken. */
  static of(kept: KeptOrder, contract: Contract, exchangeOrderId: string): WorkingOrder {
    const working = new WorkingOrder(kept.owner, kept.order, contract, exchangeOrderId, kept.dueMs)
    working.share = kept.share === undefined ? undefined : Decimal.parse(kept.share)
    working.stage = kept.stage
    working.takes = kept.takes
    working.sequence = kept.sequence
    working.#filled = Decimal.parse(kept.filled)
    working.#cost = Decimal.parse(kept.cost)
    return working
  }

  /** @param valuedAt the price that its account counts it with. */
  kept(valuedAt: string | undefined): KeptOrder {
    const { owner, order, stage, takes, sequence, dueMs, share } = this
    return {
      owner,
      order,
      stage,
      takes,
      sequence,
      dueMs,
      filled: this.#filled.toString(),
      cost: this.#cost.toString(),
      ...(share && { share: share.toString() }),
      ...(valuedAt !== undefined && { valuedAt }),
    }
  }

  get order(): Order {
    return this.#order
  }

  get quantity(): Decimal {
    return this.#quantity
  }

  /** Its share comes to this. */
  settle(quantity: Decimal): void {
    this.share = undefined
    this.#quantity = quantity
    this.#order = { ...this.#order, quantity: quantity.toString() }
  }

  get remaining(): Decimal {
    return this.#filled.sign === 0 ? this.quantity : this.quantity.minus(this.#filled)
  }

  get filled(): Decimal {
    return this.#filled
  }

  get untouched(): boolean {
    return this.#filled.sign === 0
  }

  /** It fills at once what it can and never rests. */
  get immediate(): boolean {
    return this.order.timeInForce !== 'GTC'
  }

  fill(quantity: Decimal, price: Decimal): void {
    this.#filled = this.#filled.plus(quantity)
    this.#cost = this.#cost.plus(this.contract.points(quantity, price))
  }

  /** Whether `price` is the order's limit or better. */
  accepts(price: Decimal): boolean {
    return this.limit === undefined || this.better(price, this.limit) >= 0
  }

  /** Whether the market at `price` sets off the stop. */
  isTriggeredBy(price: Decimal): boolean {
    return this.stop !== undefined && this.better(price, this.stop) <= 0
  }

  /** Positive when `one` is the better price for this order's side. */
  better(one: Decimal, other: Decimal): number {
    return this.buys ? other.compare(one) : one.compare(other)
  }

  /** @param fill what was just traded, counted in already. */
  report(state: ExecState, timeMs: number, fill?: Fill, rejectReason?: string): ExecutionReport {
    const { order } = this
    const payload = untouched(order, this.exchangeOrderId, state, timeMs)
    if (!this.untouched) {
      payload.filledQuantity = state === 'FILLED' ? order.quantity : this.#filled.toString()
      payload.remainingQty = state === 'FILLED' ? '0' : this.remaining.toString()
      payload.avgFillPrice = this.#averageFillPrice(fill)
    }
    if (rejectReason !== undefined) payload.rejectReason = rejectReason
    if (!fill) return { order, payload }
    payload.commissionAmount = fill.fee
    payload.commissionAsset = fill.feeCurrency
    return { order, payload, fill }
  }

  #averageFillPrice(fill: Fill | undefined): string {
    if (fill && fill.quantity === this.order.quantity) return fill.price
    return this.contract.averagePrice(this.#cost, this.#filled).toString()
  }
}

/** What is reported of an order that never was at the venue. */
export function rejection(
  order: Order,
  exchangeOrderId: string,
  timeMs: number,
  rejectReason: string,
): ExecutionReport {
  return { order, payload: { ...untouched(order, exchangeOrderId, 'REJECTED', timeMs), rejectReason } }
}

function untouched(order: Order, exchangeOrderId: string, state: ExecState, timeMs: number): ExecReportPayload {
  return {
    clientOrderId: order.clientOrderId,
    exchangeOrderId,
    state,
    side: order.side === 'buy' ? 'Buy' : 'Sell',
    orderType: order.price === undefined ? 'Market' : 'Limit',
    price: order.price ?? '0',
    quantity: order.quantity,
    filledQuantity: '0',
    remainingQty: order.quantity,
    avgFillPrice: '0',
    timestamp: timeMs,
  }
}
