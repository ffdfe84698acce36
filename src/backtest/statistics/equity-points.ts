/**
 * The equity over time as a result lists it: each point exact, in memory that does not grow with the run.
 *
 * A run of up to 100,000 events has a point for each that changed the equity. A longer one has three of each of 5,000 bars:
 * its lowest, its highest and its last point, which are points of the whole curve. How long the run will be is not known
 * while it goes on, so its bars are made of finer ones at the end: they begin and end where these do.
 */
import { Extreme } from './extreme'
import { type ExactPoint, FineBars } from './fine-bars'
import { type Book, equityOf, Valuation } from './valuation'

/** Time in ms since 1970; the equity in the settlement currency, an exact decimal. */
export type EquityPoint = readonly [timeMs: number, equity: string]

/** As a result lists them. */
export const writtenPoints = (points: readonly ExactPoint[]): EquityPoint[] =>
  points.map(({ timeMs, equity }) => [timeMs, equity.toString()])

/** Events of a run whose every point is kept. */
export const MOST_EVENTS = 100_000

export class EquityPoints {
  /** From this time on, ms, another bar has to be begun, before anything changes. */
  turnsMs = Number.POSITIVE_INFINITY
  private events = 0
  private moment = 0
  private fills = 0
  private first: ExactPoint | undefined
  /** While all are kept. */
  private points: ExactPoint[] = []
  /** Afterwards. */
  private bars: FineBars | undefined
  /** What the bar under way has. */
  private readonly low = new Extreme(-1)
  private readonly high = new Extreme(1)
  private readonly last = new Valuation()
  /** When it changed last, ms. */
  private changedMs: number | undefined
  /** `last` was taken, and nothing has changed the equity for good since. */
  private isHeld = false

  constructor(private readonly book: Book) {}

  /** Before a fill, which may belong to an event of another bar. */
  fill(): void {
    this.fills++
    this.hold()
  }

  private hold(): void {
    if (this.bars === undefined || this.isHeld || this.changedMs === undefined) return
    this.last.take(this.changedMs, this.moment, this.book)
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
      this.keep({ timeMs, moment: this.moment, equity: equityOf(this.book) })
      return
    }
    this.low.see(timeMs, this.moment, equity, this.fills, this.book)
    this.high.see(timeMs, this.moment, equity, this.fills, this.book)
    this.changedMs = timeMs
    this.isHeld = false
  }

  /** The points of the whole run, from its first event to its last. Nothing may follow. */
  end(timeMs: number): ExactPoint[] {
    this.moment++
    const last = { timeMs, moment: this.moment, equity: equityOf(this.book) }
    this.hold()
    this.endBar()
    const listed = this.listed(timeMs)
    const before = listed.at(-1)
    if (before?.timeMs !== timeMs || before.equity.compare(last.equity) !== 0) listed.push(last)
    return listed
  }

  private listed(timeMs: number): ExactPoint[] {
    const { first, bars } = this
    // while all are kept the first is among them
    if (first === undefined || bars === undefined) return this.points
    return [first, ...bars.points(timeMs).filter(({ moment }) => moment !== first.moment)]
  }

  private keep(point: ExactPoint): void {
    this.first ??= point
    if (this.points.at(-1)?.equity.compare(point.equity) !== 0) this.points.push(point)
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
    const last = exact(this.last)
    const low = this.low.valuation.moment === last.moment ? last : exact(this.low.valuation)
    const high = this.high.valuation.moment === last.moment ? last : exact(this.high.valuation)
    this.bars.add(low, high, last)
    this.low.clear()
    this.high.clear()
    this.changedMs = undefined
    this.isHeld = false
  }
}

const exact = ({ timeMs, moment, equity }: Valuation): ExactPoint => ({ timeMs, moment, equity })
