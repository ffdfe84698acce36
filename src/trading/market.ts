/** One symbol at the paper exchange: its open orders and what the market showed last. */
import type { MarketEvent } from '../schema/events'
import type { FillRules } from '../schema/paper'
import { Bounds } from './bounds'
import { type Feed, TURN } from './feed'
import { KlineFeed } from './kline-feed'
import { isPrice, type Mark } from './marks'
import { QuoteFeed } from './quote-feed'
import { TradeFeed } from './trade-feed'
import type { WorkingOrder } from './working-order'

/**
 * The finer the data, the closer to a real fill. When a symbol has several kinds, the finest kind seen decides alone;
 * of tickers and books, the newest.
 */
const RANK = { KlineSummary: 1, Trade: 2, Ticker: 3, BookSnapshot: 3, InstrumentUpdate: 0, Extension: 0 } as const

export class Market {
  readonly #orders = new Map<string, WorkingOrder>()
  /** Those of its orders that may only reduce a position. */
  readonly reducing = new Set<WorkingOrder>()
  #bounds: Bounds | undefined
  #rank = 1
  #newest: MarketEvent | undefined
  /** What the newest event means, once somebody asked. */
  #feed: Feed | undefined

  constructor(
    readonly mark: Mark,
    readonly rules: FillRules,
  ) {}

  add(order: WorkingOrder): void {
    this.#orders.set(order.order.clientOrderId, order)
    if (order.order.reduceOnly) this.reducing.add(order)
    this.#bounds = undefined
  }

  remove(order: WorkingOrder): void {
    this.#orders.delete(order.order.clientOrderId)
    this.reducing.delete(order)
    this.#bounds = undefined
  }

  /** The stage of one of its orders has changed. */
  changed(): void {
    this.#bounds = undefined
  }

  /** Whether the event would do something to an order. Changes nothing. */
  reacts(event: MarketEvent): boolean {
    if (!this.#mayReach(event)) return false
    const feed = feedOf(event, this.rules)
    if (feed === undefined) return false
    for (const order of this.#orders.values()) if (feed.turn(order) !== undefined) return true
    return false
  }

  /** The event's feed, when it may do something to an order. It is then the newest: what is taken from it is gone. */
  stir(event: MarketEvent): Feed | undefined {
    if (!this.#mayReach(event)) return undefined
    const feed = feedOf(event, this.rules)
    if (feed === undefined) return undefined
    this.#advance(event, feed)
    return feed
  }

  /** The event is what the market showed last. */
  see(event: MarketEvent): void {
    this.mark.observe(event)
    if (event !== this.#newest && RANK[event.type] >= this.#rank) this.#advance(event, undefined)
  }

  /** What the newest event means to an order that arrives now; undefined before the first. */
  standing(): Feed | undefined {
    if (this.#feed === undefined && this.#newest !== undefined) this.#feed = feedOf(this.#newest, this.rules)
    return this.#feed
  }

  /** The orders that the feed does something to, in the order in which it does. */
  affected(feed: Feed): WorkingOrder[] {
    const turns: { order: WorkingOrder; turn: number }[] = []
    for (const order of this.#orders.values()) {
      const turn = feed.turn(order)
      if (turn !== undefined) turns.push({ order, turn })
    }
    if (turns.length > 1)
      turns.sort((one, other) => one.turn - other.turn || priority(one.order, other.order, one.turn))
    return turns.map(({ order }) => order)
  }

  #mayReach(event: MarketEvent): boolean {
    if (this.#orders.size === 0 || RANK[event.type] < this.#rank) return false
    this.#bounds ??= new Bounds(this.#orders.values())
    return this.#bounds.mayReach(event)
  }

  #advance(event: MarketEvent, feed: Feed | undefined): void {
    this.#newest = event
    this.#feed = feed
    this.#rank = RANK[event.type]
  }
}

/** Limit orders by price, then time, buyers first; all others by time. */
function priority(one: WorkingOrder, other: WorkingOrder, turn: number): number {
  if (turn === TURN.limits && one.buys !== other.buys) return one.buys ? -1 : 1
  const byPrice = turn === TURN.limits ? one.better(other.limit!, one.limit!) : 0
  return byPrice || one.sequence - other.sequence
}

/** Undefined for an event without a usable price. */
function feedOf(event: MarketEvent, rules: FillRules): Feed | undefined {
  switch (event.type) {
    case 'KlineSummary':
      return isPrice(event.payload.openPrice) ? new KlineFeed(event.payload, event.timeMs, rules) : undefined
    case 'Trade':
      return isPrice(event.payload.price) ? new TradeFeed(event.payload, event.timeMs, rules) : undefined
    case 'Ticker':
      return QuoteFeed.ofTicker(event.payload, event.timeMs)
    case 'BookSnapshot':
      return QuoteFeed.ofBook(event.payload, event.timeMs)
    default:
      return undefined
  }
}
