/**
 * The paper exchange: orders and market events in, execution reports out, every time given. It serves live paper trading
 * and backtests alike, with one account for each owner and one set of fill rules for all.
 */
import type { MarketEvent } from '../schema/events'
import type { OpenOrder, Order } from '../schema/orders'
import type { Account } from './account'
import { orderProblem } from './checks'
import { Clearing, type ClearingSettings, NOTHING, type Owned } from './clearing'
import { REASONS } from './feed'
import { Floor } from './floor'
import type { Amount } from './money'
import { type Progress, rejection, WorkingOrder } from './working-order'

export type { Owned } from './clearing'

export interface PaperExchangeSettings extends ClearingSettings {
  /** Begins the exchange's order ids. */
  readonly venue: string
}

export class PaperExchange {
  readonly #settings: PaperExchangeSettings
  readonly #floor: Floor
  readonly #clearing: Clearing
  /** Of the newest event: nothing happens here before it. */
  #timeMs = 0

  constructor(settings: PaperExchangeSettings) {
    this.#settings = settings
    this.#floor = new Floor(settings.rules)
    this.#clearing = new Clearing(settings, this.#floor)
  }

  /**
   * Whether `observe` would report anything. Changes nothing, and depends on nothing but the orders that are open: events
   * that do not react may be observed later, in their order, all at once.
   */
  reacts(event: MarketEvent): boolean {
    if (this.#floor.isEmpty) return false
    return this.#floor.expects(event.timeMs) || this.#floor.market(event.symbol).reacts(event)
  }

  /** Takes in the next market event; answers what it does to orders, in order. */
  observe(event: MarketEvent): readonly Owned[] {
    const market = this.#floor.market(event.symbol)
    if (event.timeMs > this.#timeMs) this.#timeMs = event.timeMs
    if (this.#floor.isEmpty) {
      market.see(event)
      return NOTHING
    }
    // A candle tells what was before it was complete: what arrived after its open comes after it.
    this.#arriveUntil(event.type === 'KlineSummary' ? event.payload.openTime : event.timeMs)
    const stirred = market.stir(event)
    for (const order of stirred?.orders ?? []) if (!order.ended) stirred?.feed.act(order, this.#clearing)
    market.see(event)
    this.#arriveUntil(event.timeMs)
    return this.#clearing.flush()
  }

  /**
   * An order leaves its owner, and what becomes of it is dated by the venue: an owner that lags behind the market changes
   * nothing in the past. Without latency the answer is its ACK, or REJECTED with the reason, and what it fills at once;
   * with latency a sound order is acknowledged when it arrives, by `observe`.
   */
  submit(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const refusal = this.refusal(owner, order)
    return refusal === undefined ? this.accept(owner, order, timeMs) : this.reject(owner, order, timeMs, refusal)
  }

  /** The answer is REJECTED, whatever `refusal` would find. */
  reject(owner: string, order: Order, timeMs: number, reason: string): readonly Owned[] {
    this.#clearing.report(owner, rejection(order, this.#idOf(order), this.#noEarlier(timeMs), reason))
    return this.#clearing.flush()
  }

  /** As `submit`, of an order in which `refusal` has found no fault at this very moment: it is not checked again. */
  accept(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const dueMs = timeMs + this.#settings.rules.latencyMs
    const working = this.#working(owner, order, this.#noEarlier(dueMs))
    this.account(owner).placed(order)
    if (working.dueMs > this.#noEarlier(timeMs)) this.#floor.send(working)
    else this.#arrive(working, working.dueMs)
    return this.#clearing.flush()
  }

  /** Why `submit` would reject the order now, in a sentence. */
  refusal(owner: string, order: Order): string | undefined {
    if (this.#floor.order(order.clientOrderId)) return `an order ${order.clientOrderId} is open already`
    const instrument = this.#settings.instrument(order.symbol)
    const { mark } = this.#floor.market(order.symbol)
    const last = instrument.minNotional === undefined ? undefined : mark.price?.toString()
    return orderProblem(order, instrument, last) ?? this.account(owner).refusal(order)
  }

  /** Puts an order of an earlier run back where it was, without a report; the account's fills are booked apart. */
  restore(owner: string, order: Order, progress: Progress, timeMs: number): void {
    this.account(owner).placed(order, progress.filledQuantity)
    this.#floor.enter(this.#working(owner, order, timeMs, progress))
  }

  /** Takes effect at once. Answers nothing when the owner has no such open order. */
  cancel(owner: string, clientOrderId: string, timeMs: number): readonly Owned[] {
    const working = this.#floor.order(clientOrderId)
    if (working?.owner === owner) this.#clearing.end(working, 'CANCELLED', this.#noEarlier(timeMs))
    return this.#clearing.flush()
  }

  /** @param symbol undefined or '' for all. */
  cancelAll(owner: string, symbol: string | undefined, timeMs: number): readonly Owned[] {
    for (const { clientOrderId } of this.account(owner).openOrders(symbol)) {
      const working = this.#floor.order(clientOrderId)
      if (working) this.#clearing.end(working, 'CANCELLED', this.#noEarlier(timeMs))
    }
    return this.#clearing.flush()
  }

  /** Opened with the settings' cash at first sight. */
  account(owner: string): Account {
    return this.#clearing.account(owner)
  }

  /** In the quote currency; undefined before the first. */
  lastPrice(symbol: string): Amount | undefined {
    return this.#floor.market(symbol).mark.price
  }

  openAt(owner: string): OpenOrder[] {
    return this.account(owner).openOrders()
  }

  /** The owner is gone: the account is closed, its open orders are dropped without a report. */
  forget(owner: string): void {
    for (const order of this.#floor.of(owner)) this.#floor.leave(order)
    this.#clearing.close(owner)
  }

  /** Unique for ever, as the client's is, and the same again when the order comes back from a journal. */
  #idOf(order: Order): string {
    return `${this.#settings.venue}-${order.clientOrderId}`
  }

  #working(owner: string, order: Order, dueMs: number, progress?: Progress): WorkingOrder {
    return new WorkingOrder(owner, order, this.#idOf(order), dueMs, progress)
  }

  #noEarlier(timeMs: number): number {
    return Math.max(timeMs, this.#timeMs)
  }

  #arriveUntil(timeMs: number): void {
    for (let next = this.#floor.arrival(timeMs); next !== undefined; next = this.#floor.arrival(timeMs)) {
      this.#arrive(next, next.dueMs)
    }
  }

  #arrive(order: WorkingOrder, timeMs: number): void {
    const standing = this.#floor.market(order.order.symbol).standing()
    order.takes = standing?.crosses(order, timeMs) ?? false
    if (order.takes && order.order.postOnly) {
      this.#clearing.end(order, 'REJECTED', timeMs, REASONS.postOnly)
      return
    }
    this.#floor.enter(order)
    this.#clearing.acknowledge(order, timeMs)
    standing?.arrive(order, this.#clearing, timeMs)
  }
}
