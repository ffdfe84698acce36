/** One candle while it is made of trades or of smaller candles. */
import type { KlinePayload, MarketEvent } from '../../schema/events'
import { compareDecimals, ExactSum } from './exact-sum'
import type { Timeframe } from './timeframe'

export type TradeEvent = Extract<MarketEvent, { type: 'Trade' }>
export type KlineEvent = Extract<MarketEvent, { type: 'KlineSummary' }>

export class Candle {
  /** The moment that it ends before; it is not begun while there is none. */
  endMs = Number.NEGATIVE_INFINITY
  /** Nothing has gone into it. */
  empty = true
  /** The data begin within it: it is never told. */
  cut = false
  #openMs = 0
  #open = ''
  #high = ''
  #low = ''
  #close = ''
  #highNumber = 0
  #lowNumber = 0
  readonly #volume = new ExactSum()

  constructor(readonly timeframe: Timeframe) {}

  get openMs(): number {
    return this.#openMs
  }

  /** Begins the candle that a moment lies in. @param cut when nothing is known of what was before the moment. */
  begin(timeMs: number, cut: boolean): void {
    this.#openMs = this.timeframe.opening(timeMs)
    this.endMs = this.timeframe.ending(this.#openMs)
    this.cut = cut && timeMs > this.#openMs
    this.empty = true
    this.#volume.clear()
  }

  trade(price: string, number: number, quantity: string): void {
    this.#take(price, price, number, price, number, price)
    this.#volume.add(quantity)
  }

  kline({ openPrice, highPrice, lowPrice, closePrice, volume }: KlinePayload): void {
    this.#take(openPrice, highPrice, Number(highPrice), lowPrice, Number(lowPrice), closePrice)
    this.#volume.add(volume)
  }

  payload(): KlinePayload {
    const { name } = this.timeframe
    return {
      openPrice: this.#open,
      closePrice: this.#close,
      highPrice: this.#high,
      lowPrice: this.#low,
      volume: this.#volume.toString(),
      openTime: this.#openMs,
      closeTime: this.endMs - 1,
      ...(name !== '' && { interval: name }),
    }
  }

  #take(open: string, high: string, highNumber: number, low: string, lowNumber: number, close: string): void {
    this.#close = close
    if (this.empty) {
      this.empty = false
      this.#open = open
      this.#high = high
      this.#low = low
      this.#highNumber = highNumber
      this.#lowNumber = lowNumber
      return
    }
    if (highNumber > this.#highNumber || (highNumber === this.#highNumber && compareDecimals(high, this.#high) > 0)) {
      this.#high = high
      this.#highNumber = highNumber
    }
    if (lowNumber < this.#lowNumber || (lowNumber === this.#lowNumber && compareDecimals(low, this.#low) < 0)) {
      this.#low = low
      this.#lowNumber = lowNumber
    }
  }
}
