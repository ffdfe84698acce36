/** Some events as records: encoded once, then delivered in whatever pieces the strategy's orders leave. */

import type { HandlerName } from '../sandbox/layout'
import { RecordWriter } from '../sandbox/records'
import type { WordTable } from '../sandbox/words'
import type { BalanceUpdateEvent, EventHead, ExecReportEvent, MarketEvent, RiskControlEvent } from '../schema/events'
import type { WarmUp } from './warm-up'

const HANDLER_BY_TYPE = {
  Trade: 'onTrade',
  Ticker: 'onTicker',
  BookSnapshot: 'onBookSnapshot',
  KlineSummary: 'onKlineSummary',
  InstrumentUpdate: 'onInstrumentUpdate',
  Extension: 'onExtensionEvent',
} as const satisfies Record<MarketEvent['type'], HandlerName>

export interface EncodedOptions {
  /** Those that the strategy has: nothing is encoded for others. */
  readonly handlers: ReadonlySet<HandlerName>
  /** While it lasts, trading is not active. */
  readonly warmUp: WarmUp
  readonly dryRun: boolean
}

export class EncodedEvents {
  private readonly writer = new RecordWriter()
  private first = 0
  /** The first record from each event on, and the one after the last of all. */
  private starts: number[] = []
  /** The event of each record; reports have none. */
  private events: number[] = []
  private times: number[] = []

  constructor(private readonly options: EncodedOptions) {}

  /** Encodes the events `first` up to but without `end` instead of the ones before. */
  load(events: readonly MarketEvent[], first: number, end: number): void {
    const { writer } = this
    const { handlers, warmUp, dryRun } = this.options
    writer.clear()
    this.first = first
    this.starts.length = 0
    this.events.length = 0
    this.times.length = 0
    for (let index = first; index < end; index++) {
      const event = events[index]!
      this.starts.push(writer.count)
      if (!warmUp.isOver) {
        warmUp.see(event)
        if (warmUp.isOver) {
          writer.flags({ tradingActive: true, dryRun })
          this.events.push(index)
          this.times.push(event.timeMs)
        }
      }
      if (!handlers.has(HANDLER_BY_TYPE[event.type])) continue
      if (event.type === 'KlineSummary' && event.audience === 'venue') continue
      writer.event(event)
      this.events.push(index)
      this.times.push(event.timeMs)
    }
    this.starts.push(writer.count)
  }

  /** The record of an event, or the one that follows where it has none. */
  recordOf(event: number): number {
    return this.starts[event - this.first]!
  }

  /** The event of a record; none of a report. */
  eventOf(record: number): number | undefined {
    return this.events[record]
  }

  /** When the event or report happened that a record belongs to, ms. */
  timeOf(record: number): number {
    return this.times[record]!
  }

  /** Adds a record behind the events. */
  append(event: ExecReportEvent | BalanceUpdateEvent | RiskControlEvent): void {
    this.writer.event(event)
    this.times.push(event.timeMs)
  }

  /** Adds the record of the end of the data, likewise. */
  appendEnd(head: Omit<EventHead, 'symbol'>): void {
    this.writer.endOfData(head)
    this.times.push(head.timeMs)
  }

  get count(): number {
    return this.writer.count
  }

  get words(): WordTable {
    return this.writer.words
  }

  /** Records as bytes, good until the next one is added. */
  slice(first: number, end: number): Uint8Array {
    return this.writer.slice(first, end)
  }
}
