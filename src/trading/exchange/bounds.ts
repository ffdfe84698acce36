/**
 * The prices between which nothing can happen to the waiting orders of a symbol, so that most events are dismissed after a
 * comparison or two. In doubles, which is safe: reading decimals as doubles never reverses their order, and what comes
 * out equal counts as reached, to be looked at exactly.
 */
import type { MarketEvent } from '../../schema/events'
import { tradePrice } from '../accounts/marks'
import type { WorkingOrder } from './working-order'

export class Bounds {
  #buyLimit = Number.NEGATIVE_INFINITY
  #sellLimit = Number.POSITIVE_INFINITY
  #buyStop = Number.POSITIVE_INFINITY
  #sellStop = Number.NEGATIVE_INFINITY

  constructor(orders: Iterable<WorkingOrder>) {
    for (const order of orders) this.include(order)
  }

  include(order: WorkingOrder): void {
    const price = keyPrice(order)
    if (order.stage === 'stop') {
      if (order.buys) this.#buyStop = Math.min(this.#buyStop, price)
      else this.#sellStop = Math.max(this.#sellStop, price)
    } else if (order.buys) this.#buyLimit = Math.max(this.#buyLimit, price)
    else this.#sellLimit = Math.min(this.#sellLimit, price)
  }

  /** Whether the bounds may be narrower without the order. */
  boundedBy(order: WorkingOrder): boolean {
    const price = keyPrice(order)
    if (order.stage === 'stop') return price === (order.buys ? this.#buyStop : this.#sellStop)
    return price === (order.buys ? this.#buyLimit : this.#sellLimit)
  }

  /** False: the event certainly does nothing. */
  mayTrigger(event: MarketEvent): boolean {
    switch (event.type) {
      case 'Trade': {
        const price = tradePrice(event)
        return this.#within(price, price, price, price)
      }
      case 'KlineSummary': {
        const open = Number(event.payload.openPrice)
        const low = Math.min(open, Number(event.payload.lowPrice))
        const high = Math.max(open, Number(event.payload.highPrice))
        return this.#within(low, high, high, low)
      }
      case 'Ticker':
        return this.#withinQuotes(event.payload.bidPrice, event.payload.askPrice)
      case 'BookSnapshot': {
        const [bid] = event.payload.bids
        const [ask] = event.payload.asks
        if (!bid || !ask || Number(bid.quantity) === 0 || Number(ask.quantity) === 0) return true
        return this.#withinQuotes(bid.price, ask.price)
      }
      default:
        return false
    }
  }

  #withinQuotes(bidPrice: string, askPrice: string): boolean {
    const bid = Number(bidPrice)
    const ask = Number(askPrice)
    return bid === 0 || ask === 0 || this.#within(ask, bid, ask, bid)
  }

  /** Each argument is the price that could reach the bound of that kind. */
  #within(forBuyLimit: number, forSellLimit: number, forBuyStop: number, forSellStop: number): boolean {
    return (
      forBuyLimit <= this.#buyLimit ||
      forSellLimit >= this.#sellLimit ||
      forBuyStop >= this.#buyStop ||
      forSellStop <= this.#sellStop
    )
  }
}

/** The price at which something happens to a waiting order. */
const keyPrice = ({ stage, order }: WorkingOrder): number => Number(stage === 'stop' ? order.stopPrice : order.price)
