/**
 * The equity over time as a result lists it, each point exact, or as a picture shows it, in doubles: in memory that does not
 * grow with the run.
 *
 * A run of up to 100,000 events has a point for each that changed the equity. A longer one has three of each of 5,000 bars:
 * its lowest, its highest and its last point, which are points of the whole curve. How long the run will be is not known
 * while it goes on, so its bars are made of finer ones at the end: they begin and end where these do.
 */
import { Extreme } from './extreme'
import { type CurvePoint, compared, FineBars } from './fine-bars'
import { type Book, equityOf, Valuation } from './valuation'

/** Time in ms since 1970; the equity in the settlement currency, an exact decimal. */
export type EquityPoint = readonly [timeMs: number, equity: string]

/** As a result lists them. @param points that were reckoned exactly. */
export const writtenPoints = (points: readonly CurvePoint[]): EquityPoint[] =>
  points.map(({ timeMs, exact }) => {
    if (exact === undefined) throw new Error('these points of the equity were not reckoned exactly')
    return [timeMs, exact.toString()]
  })

/** Events of a run whose every point is kept. */
export const MOST_EVENTS = 100_000

export class EquityPoints {
  /** From this time on, ms, another bar has to be begun, before anything changes. */
  turnsMs = Number.POSITIVE_INFINITY
  private events = 0
  private moment = 0
  private fills = 0
  private first: CurvePoint | undefined
  /** While all are kept. */
  private points: CurvePoint[] = []
  /** Afterwards. */
  private bars: FineBars | undefined
  /** What the bar under way has. */
  private readonly low: Extreme
  private readonly high: Extreme
  private readonly last = new Valuation()
  /** When it changed last, ms. */
  private changedMs: number | undefined
  /** What it was then, as a double. */
  private equity = 0
  /** `last` was taken, and nothing has changed the equity for good since. */
  private isHeld = false

  /** @param exactly whether doubles next to them are not enough. */
  constructor(
    private readonly book: Book,
    private readonly exactly: boolean,
  ) {
    this.low = new Extreme(-1, exactly)
    this.high = new Extreme(1, exactly)
  }

  /** Before a fill, which may belong to an event of another bar. */
  fill(): void {
    this.fills++
    this.hold()
  }

  private hold(): void {
    if (this.bars === undefined || this.isHeld || this.changedMs === undefined) return
    this.last.take(this.changedMs, this.moment, this.equity, this.book)
    this.isHeld = true
  }

  /** Before an event of a time from `turnsMs` on is taken in. */
  turn(timeMs: number): void {
    this.hold()
    this.endBar()
    this.turnsMs = this.bars!.turnsMs(timeMs)
  }

  /** So many events in a row that change nothing may be told of at once, as long as they are before `turnsMs`. */
  get mostUnchanged(): number {
    if (this.bars !== undefined) return Number.POSITIVE_INFINITY
    return this.events === 0 ? 0 : MOST_EVENTS - this.events
  }

  /** After so many events that changed nothing. */
  unchanged(events: number): void {
    this.events += events
  }

  /** After an event. @param changed whether it may have moved the equity. @param equity the double nearest to it, or next to it. */
  event(timeMs: number, changed: boolean, equity: number): void {
    this.events++
    if (changed || this.events === 1) this.changed(timeMs, equity)
    if (this.events === MOST_EVENTS + 1) this.gather(timeMs)
  }

  /** After an event or a fill that moved the equity. */
  changed(timeMs: number, equity: number): void {
    this.moment++
    if (this.bars === undefined) {
      this.keep(this.point(timeMs, equity))
      return
    }
    this.low.see(timeMs, this.moment, equity, this.fills, this.book)
    this.high.see(timeMs, this.moment, equity, this.fills, this.book)
    this.changedMs = timeMs
    this.equity = equity
    this.isHeld = false
  }

  /**
   * The points of the whole run, from its first event to its last. Nothing may follow.
   * @param equity the double next to that at the end.
   */
  end(timeMs: number, equity: number): CurvePoint[] {
    this.moment++
    const last = this.point(timeMs, equity)
    this.hold()
    this.endBar()
    const listed = this.listed(timeMs)
    const before = listed.at(-1)
    if (before?.timeMs !== timeMs || compared(before, last) !== 0) listed.push(last)
    return listed
  }

  private listed(timeMs: number): CurvePoint[] {
    const { first, bars } = this
    // while all are kept the first is among them
    if (first === undefined || bars === undefined) return this.points
    return [first, ...bars.points(timeMs).filter(({ moment }) => moment !== first.moment)]
  }

  private point(timeMs: number, near: number): CurvePoint {
    return { timeMs, moment: this.moment, near, exact: this.exactly ? equityOf(this.book) : undefined }
  }

  private keep(point: CurvePoint): void {
    this.first ??= point
    const before = this.points.at(-1)
    if (before === undefined || compared(before, point) !== 0) this.points.push(point)
  }

  /** There are too many events for each of them to have its point. */
  private gather(timeMs: number): void {
    const bars = new FineBars(this.first!.timeMs, timeMs)
    for (const point of this.points) bars.add(point, point, point)
    this.points = []
    this.bars = bars
    this.turnsMs = bars.turnsMs(timeMs)
  }

  private endBar(): void {
    if (this.bars === undefined || this.changedMs === undefined) return
    const last = this.taken(this.last)
    const low = this.low.valuation.moment === last.moment ? last : this.taken(this.low.valuation)
    const high = this.high.valuation.moment === last.moment ? last : this.taken(this.high.valuation)
    this.bars.add(low, high, last)
    this.low.clear()
    this.high.clear()
    this.changedMs = undefined
    this.isHeld = false
  }

  private taken(valuation: Valuation): CurvePoint {
    const { timeMs, moment, near } = valuation
    return { timeMs, moment, near, exact: this.exactly ? valuation.equity : undefined }
  }
}
