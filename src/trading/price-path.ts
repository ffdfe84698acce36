/** The prices that a market event takes its symbol through. */
import type { MarketEvent } from '../schema/events'
import { isPositive, markOf } from './marks'
import { Amount, smaller } from './money'

type KlineSummaryEvent = Extract<MarketEvent, { type: 'KlineSummary' }>

export interface PricePath {
  readonly first: Amount
  readonly firstMs: number
  /** Somewhere on the way. */
  readonly low: Amount
  readonly high: Amount
  readonly lastMs: number
}

/** A candle begins at its open; nobody knows which other price came first. Undefined without usable prices. */
export function pathOfBar({ payload, timeMs }: KlineSummaryEvent): PricePath | undefined {
  if (![payload.openPrice, payload.lowPrice, payload.closePrice].every(isPositive)) return undefined
  const [first, ...others] = [payload.openPrice, payload.lowPrice, payload.highPrice, payload.closePrice].map((price) =>
    Amount.parse(price),
  ) as [Amount, Amount, Amount, Amount]
  return {
    first,
    firstMs: payload.openTime,
    low: others.reduce(smaller, first),
    high: others.reduce((one, other) => (one.compare(other) >= 0 ? one : other), first),
    lastMs: timeMs,
  }
}

/** All else shows one price. */
export function pathTo(event: MarketEvent): PricePath | undefined {
  const mark = markOf(event)
  return mark === undefined ? undefined : pathAt(Amount.parse(mark), event.timeMs)
}

export const pathAt = (price: Amount, timeMs: number): PricePath => ({
  first: price,
  firstMs: timeMs,
  low: price,
  high: price,
  lastMs: timeMs,
})
