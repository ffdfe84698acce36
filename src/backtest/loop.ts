/**
 * One backtest: market events in, handlers and orders between.
 *
 * What an event causes at the venue is told to the strategy before the event itself. While events cause nothing
 * they are delivered together. A delivery ends after a handler that orders or cancels, which the venue does then, and
 * before such a call gets its answer the venue is brought to the very event that is being handled: the size of a delivery
 * changes nothing.
 */
import { breathe } from '../files/breathe'
import { faultLine, type PlacedFault } from '../sandbox/fault-message'
import type { HandlerName } from '../sandbox/layout'
import type { Outcome } from '../sandbox/lift'
import type { Sandbox } from '../sandbox/sandbox'
import type { MarketEvent } from '../schema/events'
import { EncodedEvents } from './encoded'
import type { Encodings } from './encodings'
import type { BacktestVenue } from './venue'
import type { WarmUp } from './warm-up'

/** A strategy may answer reports with orders, and the reports of those with more, but not for ever. */
const MAX_TOLD_PER_EVENT = 10_000
const SMALLEST_DELIVERY = 16

export interface LoopOptions {
  /** The strategy's: where the places of faults are, unless a source map names another. */
  readonly file: string
  readonly sandbox: Sandbox
  readonly handlers: ReadonlySet<HandlerName>
  readonly venue: BacktestVenue
  /** That has seen nothing. */
  readonly warmUp: WarmUp
  readonly dryRun: boolean
  /** Most events of a delivery. */
  readonly batch: number
  /** Records of other runs over the same data. */
  readonly encodings?: Encodings
  /** Told of what a handler threw. */
  readonly faulted: (fault: PlacedFault, timeMs: number) => void
}

export class Loop {
  errors = 0
  /** There was an event that the strategy has a handler for. */
  handled = false
  /** Why no handler can be called any more. */
  stopped: string | undefined
  private readonly encoded: EncodedEvents
  /** Events of the next delivery: few while the strategy orders often, for what follows an order is sent again. */
  private window: number
  private toldForEvent = 0
  /** The first record of the delivery under way. */
  private first = 0
  /** The event before which trading becomes active. */
  private activeFrom: number | undefined

  constructor(private readonly options: LoopOptions) {
    this.encoded = new EncodedEvents(options.handlers, options.encodings)
    this.window = options.batch
    options.venue.reach = (offset) => this.reach(offset)
    options.venue.timeOf = (offset) => this.encoded.timeOf(this.first + offset)
  }

  /** Goes through the events, unless it is stopped; signals and timers have their turn now and then. */
  async run(events: readonly MarketEvent[], signal?: AbortSignal): Promise<void> {
    const { batch, venue } = this.options
    venue.load(events)
    for (let first = 0; first < events.length && !this.stopped; first += batch) {
      const end = Math.min(first + batch, events.length)
      this.encoded.load(events, first, end)
      if (this.encoded.count > 0) this.handled = true
      this.activeFrom = this.options.warmUp.endIn(events, first, end)
      for (let index = first; index < end && !this.stopped; ) index = this.step(events, index, end)
      await breathe()
      if (signal?.aborted) this.stopped ??= 'interrupted'
    }
  }

  /** As `run` does it, in the hands of somebody who leads several loops along. */
  load(events: readonly MarketEvent[], first: number, end: number): void {
    this.options.venue.load(events)
    this.encoded.load(events, first, end)
    if (this.encoded.count > 0) this.handled = true
    this.activeFrom = this.options.warmUp.endIn(events, first, end)
  }

  /** Comes up to the event: what has happened before it, and what it causes at the venue, is told. */
  hear(events: readonly MarketEvent[], index: number): void {
    const { venue } = this.options
    const { timeMs } = events[index]!
    this.tell()
    while (venue.quietUntilMs < timeMs && !this.stopped) {
      venue.release(timeMs)
      this.tell()
    }
    if (venue.quietUntil(index, index + 1) === index) {
      venue.seeThrough(index)
      this.tell()
    }
    if (index === this.activeFrom) this.activate(timeMs)
  }

  /** Handles the event, after `hear`. */
  handle(index: number): void {
    if (!this.stopped) this.deliverEvents(index, index + 1)
    this.toldForEvent = 0
  }

  /** From the event `index` to the one that it answers. */
  private step(events: readonly MarketEvent[], index: number, end: number): number {
    const { venue } = this.options
    this.hear(events, index)
    if (this.stopped) return end
    let quiet = Math.max(index + 1, venue.quietUntil(index + 1, Math.min(end, index + this.window)))
    while (quiet > index + 1 && events[quiet - 1]!.timeMs > venue.quietUntilMs) quiet--
    if (this.activeFrom !== undefined && this.activeFrom > index) quiet = Math.min(quiet, this.activeFrom)
    const next = this.deliverEvents(index, quiet)
    venue.seeThrough(next - 1)
    this.toldForEvent = 0
    return next
  }

  /** Delivers the events `index` up to but without `end`; answers the one to go on with. */
  private deliverEvents(index: number, end: number): number {
    const { encoded } = this
    const { batch, venue } = this.options
    const last = encoded.recordOf(end)
    for (let record = encoded.recordOf(index); record < last; ) {
      const outcome = this.deliver(record, last)
      venue.execute()
      record += outcome.consumed
      if (!outcome.ordered && !this.stopped) continue
      // A trap leaves nothing that could tell how far it came: at least to the first.
      const next = outcome.consumed > 0 ? encoded.eventOf(record - 1)! + 1 : index + 1
      this.window = Math.min(batch, Math.max(SMALLEST_DELIVERY, 2 * (next - index)))
      return next
    }
    this.window = Math.min(batch, 2 * this.window)
    return end
  }

  /** Delivers what is to be told, and what that causes in its turn. */
  tell(): void {
    const { venue } = this.options
    const { told } = venue
    while (told.length > 0 && !this.stopped) {
      const first = this.encoded.count
      this.toldForEvent += told.length
      for (const event of told.splice(0)) this.encoded.append(event)
      const last = this.encoded.count
      for (let record = first; record < last && !this.stopped; ) record += this.deliver(record, last).consumed
      venue.execute()
      if (this.toldForEvent > MAX_TOLD_PER_EVENT) this.stopped = 'it answers its order reports with orders without end'
    }
  }

  /**
   * After the last event: what is open is cancelled. Then, by `lastCall`, the strategy may close what it holds.
   * @param timeMs its own time.
   */
  end(timeMs: number): void {
    this.options.venue.end(timeMs)
    this.tell()
  }

  /** After `end`. */
  lastCall(): void {
    const { venue, handlers } = this.options
    if (this.stopped || !handlers.has('onEnd')) return
    const record = this.encoded.count
    this.encoded.appendEnd(venue.headOfEnd)
    venue.lastCall(() => void this.deliver(record, record + 1))
    this.tell()
  }

  /** The warm-up is over. */
  private activate(timeMs: number): void {
    const record = this.encoded.count
    this.encoded.appendFlags({ tradingActive: true, dryRun: this.options.dryRun }, timeMs)
    this.deliver(record, record + 1)
  }

  /** Brings the venue to the event of a record; it is there already for a report, which belongs to none. */
  private reach(offset: number): number {
    const record = this.first + offset
    const event = this.encoded.eventOf(record)
    if (event !== undefined) this.options.venue.seeThrough(event)
    return this.encoded.timeOf(record)
  }

  private deliver(from: number, to: number): Outcome {
    const { file, sandbox, faulted, venue } = this.options
    this.first = from
    const outcome = sandbox.deliver(this.encoded.slice(from, to), this.encoded.words)
    if (outcome.fault) {
      const fault = { file, ...outcome.fault }
      this.errors++
      faulted(fault, venue.timeMs)
      if (fault.cause === 'interrupted' || fault.cause === 'trapped') this.stopped = faultLine(fault)
    } else if (outcome.consumed === 0) throw new Error('the sandbox took no record of a delivery')
    return outcome
  }
}
