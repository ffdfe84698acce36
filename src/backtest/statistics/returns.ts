/** One return for each period, simple: the equity at its end over that at the end of the one before. */
import type { MarketEvent } from '../../schema/events'
import type { Period } from './periods'
import { Series } from './series'

/**
 * The first period counts from which something could have been filled: what comes before is no observation. Periods
 * without events are none either, as weekends of stocks, unless a longer candle covers them: of two weeks in one candle
 * the first has a return of 0.
 */
export class Returns {
  readonly values = new Series()
  /** When the period of each ends, ms. */
  readonly ends = new Series()
  /** What `hold` said at the end of each. */
  readonly holds = new Series()
  private firstMs: number | undefined
  /** Something could have been filled by the end of the period under way. */
  private begun = false
  private endMs = Number.NEGATIVE_INFINITY

  /**
   * @param before equity at the end of the last period that counts, first the opening one, in the quote currency.
   * @param hold what holding has brought so far.
   */
  constructor(
    private before: number,
    private readonly period: Period,
    private readonly hold: () => number = () => 0,
  ) {}

  /** Up to this time, ms, events need not be told of. */
  get quietUntilMs(): number {
    return this.begun ? this.endMs : Number.NEGATIVE_INFINITY
  }

  /** Before an event is taken in. @param equity that up to the event. */
  reach(event: MarketEvent, equity: number): void {
    const { timeMs } = event
    if (timeMs <= this.quietUntilMs) return
    const counts = this.begun || this.mayFill(event)
    if (timeMs > this.endMs) {
      const lastMs = this.endMs
      this.endMs = this.period.endOf(timeMs)
      if (this.begun) this.observe(lastMs, equity)
      if (counts) for (const endMs of this.covered(event, lastMs)) this.observe(endMs, equity)
    }
    this.begun = counts
    this.firstMs ??= timeMs
  }

  /** Ends the last period; nothing may follow. */
  end(equity: number): void {
    if (this.begun) this.observe(this.endMs, equity)
  }

  private observe(endMs: number, equity: number): void {
    // Where nothing is left there is no return: the figures made of it become undefined.
    this.values.add(this.before > 0 ? equity / this.before - 1 : Number.NaN)
    this.ends.add(endMs)
    this.holds.add(this.hold())
    this.before = equity
  }

  /** Nothing is ordered before the first event, and a candle fills only what was ordered when it opened. */
  private mayFill(event: MarketEvent): boolean {
    if (this.firstMs === undefined) return false
    return event.type !== 'KlineSummary' || event.payload.openTime >= this.firstMs
  }

  /** The ends of the periods after `lastEndMs` and before that of the candle which the candle is long enough to cover as well. */
  private covered(event: MarketEvent, lastEndMs: number): number[] {
    if (event.type !== 'KlineSummary') return []
    const { openTime, closeTime } = event.payload
    const most = Math.round((closeTime + 1 - openTime) / this.period.lengthMs) - 1
    if (most < 1) return []
    const ends: number[] = []
    const { period } = this
    for (
      let endMs = period.endOf(Math.max(lastEndMs, openTime) + 1);
      endMs < this.endMs;
      endMs = period.endOf(endMs + 1)
    )
      ends.push(endMs)
    return ends.slice(-most)
  }
}
