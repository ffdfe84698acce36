/** One return for each period, simple: the equity at its end over that at the end of the one before. */
import type { MarketEvent } from '../../schema/events'
import { Moments } from './moments'
import type { Period } from './periods'

/**
 * The first period counts from which something could have been filled: what comes before is no observation. Periods
 * without events are none either, as weekends of stocks, unless a longer candle covers them: of two weeks in one candle
 * the first has a return of 0.
 */
export class Returns {
  readonly moments = new Moments()
  private firstMs: number | undefined
  /** Something could have been filled by the end of the period under way. */
  private begun = false
  private endMs = Number.NEGATIVE_INFINITY

  /** @param before equity at the end of the last period that counts, first the opening one, in the quote currency. */
  constructor(
    private before: number,
    private readonly period: Period,
  ) {}

  /** Before an event is taken in. @param equity that up to the event. */
  reach(event: MarketEvent, equity: number): void {
    const { timeMs } = event
    const counts = this.begun || this.mayFill(event)
    if (timeMs > this.endMs) {
      const last = this.endMs
      this.endMs = this.period.endOf(timeMs)
      if (this.begun) this.observe(equity)
      if (counts) for (let more = this.covered(event, last); more > 0; more--) this.observe(equity)
    }
    this.begun = counts
    this.firstMs ??= timeMs
  }

  /** Ends the last period; nothing may follow. */
  end(equity: number): void {
    if (this.begun) this.observe(equity)
  }

  private observe(equity: number): void {
    // Where nothing is left there is no return: the figures made of it become undefined.
    this.moments.add(this.before > 0 ? equity / this.before - 1 : Number.NaN)
    this.before = equity
  }

  /** Nothing is ordered before the first event, and a candle fills only what was ordered when it opened. */
  private mayFill(event: MarketEvent): boolean {
    if (this.firstMs === undefined) return false
    return event.type !== 'KlineSummary' || event.payload.openTime >= this.firstMs
  }

  /** Periods after `lastEndMs` and before that of the candle which the candle is long enough to cover as well. */
  private covered(event: MarketEvent, lastEndMs: number): number {
    if (event.type !== 'KlineSummary') return 0
    const { openTime, closeTime } = event.payload
    const most = Math.round((closeTime + 1 - openTime) / this.period.lengthMs) - 1
    let count = 0
    for (let end = this.period.endOf(lastEndMs + 1); end < this.endMs && count < most; count++) {
      end = this.period.endOf(end + 1)
    }
    return count
  }
}
