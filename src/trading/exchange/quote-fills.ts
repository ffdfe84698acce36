/**
 * Fills on quotes, a ticker's or a book's. Market: at once at the best opposite prices, level by level; what the book
 * does not hold expires. Limit: what crosses is taken at once, the rest rests at its price until the opposite best
 * reaches it. Stop: set off by the price it would trade at. What is taken is gone until the next quotes; a ticker tells
 * no quantities and bounds none. With no opposite side at all, a market order waits for one.
 */
import type { KeptQuotes } from '../../schema/cuts'
import type { BookLevel, BookSnapshotPayload, TickerPayload } from '../../schema/events'
import { isPositive } from '../accounts/marks'
import { Decimal, smaller, ZERO } from '../decimal'
import { type FillModel, type FillSink, PHASE, type Phase, REASONS } from './fill-model'
import type { WorkingOrder } from './working-order'

interface Level {
  readonly price: Decimal
  /** Undefined: nobody knows, so no bound. */
  left: Decimal | undefined
}

export class QuoteFills implements FillModel {
  readonly #bids: Level[]
  readonly #asks: Level[]
  #isTaken = false

  private constructor(
    bids: Level[],
    asks: Level[],
    readonly timeMs: number,
  ) {
    this.#bids = bids
    this.#asks = asks
  }

  static ofTicker({ bidPrice, askPrice }: TickerPayload, timeMs: number): QuoteFills {
    const side = (price: string) => (isPositive(price) ? [{ price: Decimal.parse(price), left: undefined }] : [])
    return new QuoteFills(side(bidPrice), side(askPrice), timeMs)
  }

  static ofBook({ bids, asks }: BookSnapshotPayload, timeMs: number): QuoteFills {
    return new QuoteFills(levels(bids), levels(asks), timeMs)
  }

  phase(order: WorkingOrder): Phase | undefined {
    if (order.immediate && order.stage !== 'stop') return PHASE.first
    const best = this.#best(order)
    if (best === undefined) return undefined
    if (order.stage === 'market') return PHASE.first
    if (order.stage === 'stop') return order.isTriggeredBy(best.price) ? PHASE.stops : undefined
    return order.accepts(best.price) ? PHASE.limits : undefined
  }

  act(order: WorkingOrder, sink: FillSink): void {
    if (order.stage === 'limit' && !order.immediate) this.#take(order, sink, this.timeMs, order.limit)
    else this.arrive(order, sink, this.timeMs)
  }

  reach(buys: boolean, quantity: Decimal): Decimal | undefined {
    let missing = quantity
    let reached: Decimal | undefined
    for (const { price, left } of (buys ? this.#asks : this.#bids).filter(isOffer)) {
      reached = price
      if (left === undefined) return reached
      missing = missing.minus(left)
      if (missing.sign <= 0) return reached
    }
    return reached
  }

  crosses(order: WorkingOrder): boolean {
    const best = this.#best(order)
    return order.stage === 'limit' && best !== undefined && order.accepts(best.price)
  }

  arrive(order: WorkingOrder, sink: FillSink, timeMs: number): void {
    const best = this.#best(order)
    if (order.stage === 'stop') {
      if (best === undefined || !order.isTriggeredBy(best.price)) return
      sink.trigger(order, timeMs)
      if (order.order.postOnly && this.crosses(order)) sink.expire(order, timeMs, REASONS.postOnly)
    }
    if (order.share && best && !sink.settle(order, this.#offers(order), timeMs)) return
    if (order.order.timeInForce !== 'FOK' || this.#holds(order)) this.#take(order, sink, timeMs)
    if (order.ended) return
    if (order.immediate) sink.expire(order, timeMs, REASONS.immediate(order))
    else if (order.stage === 'market' && best !== undefined) sink.expire(order, timeMs, REASONS.exhausted)
  }

  /** Trades level by level as far as the order's limit. @param restingAt the price of an order that was there first. */
  #take(order: WorkingOrder, sink: FillSink, timeMs: number, restingAt?: Decimal): void {
    for (const level of this.#opposite(order)) {
      if (order.ended || !order.accepts(level.price)) return
      if (level.left?.sign === 0) continue
      const quantity = level.left ? smaller(level.left, order.remaining) : order.remaining
      const price = restingAt ?? level.price
      const traded = sink.fill(order, { quantity, price, liquidity: restingAt ? 'maker' : 'taker', timeMs })
      if (level.left === undefined) continue
      level.left = level.left.minus(traded)
      this.#isTaken = true
    }
  }

  left(): Pick<KeptQuotes, 'bids' | 'asks'> | undefined {
    const lefts = (levels: readonly Level[]) => levels.map(({ left }) => left?.toString() ?? null)
    return this.#isTaken ? { bids: lefts(this.#bids), asks: lefts(this.#asks) } : undefined
  }

  takeAgain({ bids, asks }: Pick<KeptQuotes, 'bids' | 'asks'>): void {
    const take = (levels: readonly Level[], lefts: readonly (string | null)[]) => {
      for (const [index, level] of levels.entries()) {
        const left = lefts[index]
        if (typeof left === 'string') level.left = Decimal.parse(left)
      }
    }
    take(this.#bids, bids)
    take(this.#asks, asks)
    this.#isTaken = true
  }

  /** Whether all of the order could be filled now. */
  #holds(order: WorkingOrder): boolean {
    let sum = ZERO
    for (const { price, left } of this.#opposite(order)) {
      if (!order.accepts(price)) return false
      if (left === undefined) return true
      sum = sum.plus(left)
      if (sum.compare(order.remaining) >= 0) return true
    }
    return false
  }

  #best(order: WorkingOrder): Level | undefined {
    return this.#opposite(order).find(isOffer)
  }

  #offers(order: WorkingOrder): Level[] {
    return this.#opposite(order).filter(isOffer)
  }

  #opposite(order: WorkingOrder): Level[] {
    return order.buys ? this.#asks : this.#bids
  }
}

const isOffer = ({ left }: Level): boolean => left?.sign !== 0

const levels = (side: readonly BookLevel[]): Level[] =>
  side
    .filter(({ price }) => isPositive(price))
    .map(({ price, quantity }) => ({ price: Decimal.parse(price), left: Decimal.parse(quantity) }))
