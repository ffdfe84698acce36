/** The prices that a market event takes its symbol through. */
import type { MarketEvent } from '../../schema/events'
import { isPositive, markOf } from '../accounts/marks'
import { Decimal, smaller } from '../decimal'

type KlineSummaryEvent = Extract<MarketEvent, { type: 'KlineSummary' }>

export interface PricePath {
  readonly first: Decimal
  readonly firstMs: number
  /** Somewhere on the way. */
  readonly low: Decimal
  readonly high: Decimal
  readonly lastMs: number
}

/** A candle begins at its open; nobody knows which other price came first. Undefined without usable prices. */
export function pathOfBar({ payload, timeMs }: KlineSummaryEvent): PricePath | undefined {
  if (![payload.openPrice, payload.lowPrice, payload.closePrice].every(isPositive)) return undefined
  const [first, ...others] = [payload.openPrice, payload.lowPrice, payload.highPrice, payload.closePrice].map((price) =>
    Decimal.parse(price),
  ) as [Decimal, Decimal, Decimal, Decimal]
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
  return mark === undefined ? undefined : pathAt(Decimal.parse(mark), event.timeMs)
}

export const pathAt = (price: Decimal, timeMs: number): PricePath => ({
  first: price,
  firstMs: timeMs,
  low: price,
  high: price,
  lastMs: timeMs,
})
