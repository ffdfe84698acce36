/** The last price of each symbol, at which positions are valued. Cheap to keep: text is parsed when somebody asks. */
import type { MarketEvent } from '../../schema/events'
import { Decimal } from '../decimal'

type TradeEvent = Extract<MarketEvent, { type: 'Trade' }>

const HALF = Decimal.parse('0.5')

/** Whether there is a price at all: venues write 0 for "none". */
export const isPositive = (text: string | undefined): text is string =>
  text !== undefined && (text.charCodeAt(0) > 48 || Number(text) > 0)

/** A price, where it is one. */
export const positive = (text: string | undefined): string | undefined => (isPositive(text) ? text : undefined)

/** Between the best bid and ask; where there is but one, that one. */
export function middle(bid: string | undefined, ask: string | undefined): string | undefined {
  if (isPositive(bid) && isPositive(ask)) return Decimal.parse(bid).plus(Decimal.parse(ask)).times(HALF).toString()
  return positive(bid) ?? positive(ask)
}

export const tickerMark = (lastPrice: string, bid: string, ask: string): string | undefined =>
  positive(lastPrice) ?? middle(bid, ask)

/** The double nearest to the price of a trade. */
export const tradePrice = (event: TradeEvent): number => event.uncut?.price ?? Number(event.payload.price)

/**
 * The price at which an event values a position: a trade's price; a candle's close; a ticker's last price, or the middle
 * of its quotes when it has none; the middle of a book. With one side of the quotes alone, that side.
 * @returns undefined when the event says nothing about the price.
 */
export function markOf(event: MarketEvent): string | undefined {
  switch (event.type) {
    case 'Trade':
      return positive(event.payload.price)
    case 'KlineSummary':
      return positive(event.payload.closePrice)
    case 'Ticker': {
      const { lastPrice, bidPrice, askPrice } = event.payload
      return tickerMark(lastPrice, bidPrice, askPrice)
    }
    case 'BookSnapshot':
      return middle(event.payload.bids[0]?.price, event.payload.asks[0]?.price)
    default:
      return undefined
  }
}

/** Whether `markOf` has an answer, without making one. */
export function marks(event: MarketEvent): boolean {
  switch (event.type) {
    case 'Trade':
      return event.uncut !== undefined || isPositive(event.payload.price)
    case 'KlineSummary':
      return isPositive(event.payload.closePrice)
    case 'Ticker':
      return (
        isPositive(event.payload.lastPrice) || isPositive(event.payload.bidPrice) || isPositive(event.payload.askPrice)
      )
    case 'BookSnapshot':
      return isPositive(event.payload.bids[0]?.price) || isPositive(event.payload.asks[0]?.price)
    default:
      return false
  }
}

/** Where a price is written: an event that has one, or the price itself. */
export type Priced = MarketEvent | string

/** The price of what has one. */
export function priceOf(priced: Priced): Decimal {
  if (typeof priced === 'string') return Decimal.parse(priced)
  const uncut = priced.type === 'Trade' ? priced.uncut : undefined
  // without a payload that nobody else may ask for
  return Decimal.parse(uncut ? uncut.text.slice(uncut.priceStart, uncut.priceEnd) : markOf(priced)!)
}

/** The last price of one symbol. */
export class Mark {
  #newest: Priced | undefined
  #price: Decimal | undefined

  constructor(newest?: Priced) {
    this.#newest = newest
  }

  /** What the price is read from; undefined before the first. */
  get newest(): Priced | undefined {
    return this.#newest
  }

  set(price: string): void {
    this.#newest = price
    this.#price = undefined
  }

  /** It is what the other one is. */
  become({ newest }: Mark): void {
    if (newest === undefined) return
    this.#newest = newest
    this.#price = undefined
  }

  observe(event: MarketEvent): void {
    if (!marks(event)) return
    this.#newest = event
    this.#price = undefined
  }

  /** The double nearest to it; NaN before the first. */
  get number(): number {
    const newest = this.#newest
    if (typeof newest === 'object' && newest.type === 'Trade') return tradePrice(newest)
    return Number(typeof newest === 'object' ? markOf(newest) : newest)
  }

  /** In the quote currency; undefined before the first. */
  get price(): Decimal | undefined {
    if (this.#newest !== undefined) this.#price ??= priceOf(this.#newest)
    return this.#price
  }
}

/** The marks of a venue, shared by all its accounts. */
export class Marks {
  readonly #bySymbol = new Map<string, Mark>()

  of(symbol: string): Mark {
    const known = this.#bySymbol.get(symbol)
    if (known) return known
    const mark = new Mark()
    this.#bySymbol.set(symbol, mark)
    return mark
  }

  /** The last price of a symbol; undefined before the first. */
  price(symbol: string): Decimal | undefined {
    return this.#bySymbol.get(symbol)?.price
  }

  symbols(): Iterable<string> {
    return this.#bySymbol.keys()
  }
}
