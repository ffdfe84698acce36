/**
 * Bars of equal length from the first event on, in a number that has a bound: when there would be more, each two become one.
 */
import type { Decimal } from '../../trading/decimal'

/** So many are made of them at the end. */
const BARS = 5_000
/** So many there are at most, and at least half as many when a run is long enough. */
const MOST_FINE_BARS = 4 * BARS

/** A point of the equity, which is in the settlement currency. */
export interface ExactPoint {
  readonly timeMs: number
  /** Which of all moments, in their order: several may be of one time. */
  readonly moment: number
  readonly equity: Decimal
}

export interface Bar {
  readonly low: ExactPoint
  readonly high: ExactPoint
  readonly last: ExactPoint
}

export class FineBars {
  private lengthMs: number
  /** By their place; those in which nothing changed are missing. */
  private bars = new Map<number, Bar>()

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

  /** Later than all others, and within one bar. */
  add(bar: Bar): void {
    put(this.bars, this.placeOf(bar.last.timeMs), bar)
  }

  /** The lowest, highest and last points of 5,000 bars from the first event to `endMs`, in their order. */
  points(endMs: number): ExactPoint[] {
    const bars = new Map<number, Bar>()
    const durationMs = Math.max(1, endMs - this.startMs)
    for (const [place, bar] of this.bars) put(bars, Math.floor((place * this.lengthMs * BARS) / durationMs), bar)
    return [...bars.values()].flatMap(({ low, high, last }) =>
      [...new Set([low, high, last])].sort((one, other) => one.moment - other.moment),
    )
  }

  private placeOf(timeMs: number): number {
    return Math.floor((timeMs - this.startMs) / this.lengthMs)
  }

  private halve(): void {
    const bars = new Map<number, Bar>()
    for (const [place, bar] of this.bars) put(bars, place >> 1, bar)
    this.bars = bars
    this.lengthMs *= 2
  }
}

/** Behind what is there. */
function put(bars: Map<number, Bar>, place: number, bar: Bar): void {
  const before = bars.get(place)
  if (before === undefined) bars.set(place, bar)
  else {
    const low = bar.low.equity.compare(before.low.equity) < 0 ? bar.low : before.low
    const high = bar.high.equity.compare(before.high.equity) > 0 ? bar.high : before.high
    bars.set(place, { low, high, last: bar.last })
  }
}
