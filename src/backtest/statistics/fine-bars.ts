/**
 * Bars of equal length from the first event on, in a number that has a bound: when there would be more, each two become one.
 */
import type { Decimal } from '../../trading/decimal'

/** So many are made of them at the end. */
const BARS = 5_000
/** So many there are at most, and at least half as many when a run is long enough. */
const MOST_FINE_BARS = 4 * BARS

/** A point of the equity, which is in the settlement currency. */
export interface CurvePoint {
  readonly timeMs: number
  /** Which of all moments, in their order: several may be of one time. */
  readonly moment: number
  /** The double nearest to it, or next to that. */
  readonly near: number
  /** Reckoned only where it is asked for, and then of all points. */
  readonly exact: Decimal | undefined
}

/** Which of two points is lower: negative when it is the first, 0 when both are worth the same, as far as it is known. */
export const compared = (one: CurvePoint, other: CurvePoint): number =>
  one.exact !== undefined && other.exact !== undefined ? one.exact.compare(other.exact) : one.near - other.near

interface Bar {
  /** Which it is from the first event on. */
  readonly place: number
  low: CurvePoint
  high: CurvePoint
  last: CurvePoint
}

export class FineBars {
  private lengthMs: number
  /** In their order; those in which nothing changed are missing. */
  private bars: Bar[] = []

  /** @param endMs what is gathered goes to this time, so far. */
  constructor(
    private readonly startMs: number,
    endMs: number,
  ) {
    this.lengthMs = Math.max(1, Math.ceil((endMs - startMs + 1) / MOST_FINE_BARS))
  }

  /** When the bar ends that has a time, ms; makes room for it first. */
  turnsMs(timeMs: number): number {
    while (this.placeOf(timeMs) >= MOST_FINE_BARS) this.halve()
    return this.startMs + (this.placeOf(timeMs) + 1) * this.lengthMs
  }

  /** Points of one bar, later than all others. */
  add(low: CurvePoint, high: CurvePoint, last: CurvePoint): void {
    put(this.bars, this.placeOf(last.timeMs), low, high, last)
  }

  /** The lowest, highest and last points of 5,000 bars from the first event to `endMs`, in their order. */
  points(endMs: number): CurvePoint[] {
    const durationMs = Math.max(1, endMs - this.startMs)
    const bars = this.merged((place) => Math.floor((place * this.lengthMs * BARS) / durationMs))
    return bars.flatMap(({ low, high, last }) =>
      [...new Set([low, high, last])].sort((one, other) => one.moment - other.moment),
    )
  }

  private placeOf(timeMs: number): number {
    return Math.floor((timeMs - this.startMs) / this.lengthMs)
  }

  private halve(): void {
    this.bars = this.merged((place) => place >> 1)
    this.lengthMs *= 2
  }

  private merged(placed: (place: number) => number): Bar[] {
    const bars: Bar[] = []
    for (const { place, low, high, last } of this.bars) put(bars, placed(place), low, high, last)
    return bars
  }
}

/** Behind all that are there. */
function put(bars: Bar[], place: number, low: CurvePoint, high: CurvePoint, last: CurvePoint): void {
  const before = bars.at(-1)
  if (before?.place !== place) {
    bars.push({ place, low, high, last })
    return
  }
  if (compared(low, before.low) < 0) before.low = low
  if (compared(high, before.high) > 0) before.high = high
  before.last = last
}
