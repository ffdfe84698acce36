/** Some events as records: encoded once, then delivered in whatever pieces the strategy's orders leave. */

import type { HandlerName } from '../sandbox/layout'
import { RecordWriter } from '../sandbox/records'
import type { WordTable } from '../sandbox/words'
import type { BalanceUpdateEvent, EventHead, ExecReportEvent, MarketEvent, RiskControlEvent } from '../schema/events'
import { type EncodedPart, type Encoding, type Encodings, encodeEvents, type Places } from './encodings'

export class EncodedEvents {
  private readonly writer = new RecordWriter()
  private readonly own: Places = { starts: [], events: [] }
  private readonly kept: Encoding | undefined
  /** So many of the kept records' words have the same numbers here. */
  private wordsInCommon = 0
  private batch: readonly MarketEvent[] = []
  private first = 0
  private places = this.own
  /** The events' records where they are kept ones; what is added to them stands in the writer. */
  private part: EncodedPart | undefined
  /** Records of the events. */
  private eventRecords = 0
  /** When each of the records behind them happened, ms. */
  private readonly times: number[] = []

  /**
   * @param handlers those that the strategy has: nothing is encoded for others.
   * @param encodings records of other runs over the same batches.
   */
  constructor(
    private readonly handlers: ReadonlySet<HandlerName>,
    encodings?: Encodings,
  ) {
    this.kept = encodings?.for(handlers)
  }

  /** Encodes the events `first` up to but without `end` instead of the ones before. */
  load(events: readonly MarketEvent[], first: number, end: number): void {
    const { writer, own } = this
    writer.clear()
    this.times.length = 0
    this.batch = events
    this.first = first
    this.part = this.keptPart(events, first, end)
    this.places = this.part?.places ?? own
    if (this.part === undefined) {
      own.starts.length = 0
      own.events.length = 0
      encodeEvents(writer, this.handlers, events, [first, end], own)
    }
    this.eventRecords = this.places.events.length
  }

  /** The record of an event, or the one that follows where it has none. */
  recordOf(event: number): number {
    return this.places.starts[event - this.first]!
  }

  /** The event of a record; none of a report. */
  eventOf(record: number): number | undefined {
    return record < this.eventRecords ? this.first + this.places.events[record]! : undefined
  }

  /** When the event or report happened that a record belongs to, ms. */
  timeOf(record: number): number {
    const event = this.eventOf(record)
    return event === undefined ? this.times[record - this.eventRecords]! : this.batch[event]!.timeMs
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

  /** Adds a record of what `isTradingActive()` and `isDryRun()` answer from there on, likewise. */
  appendFlags(flags: { readonly tradingActive: boolean; readonly dryRun: boolean }, timeMs: number): void {
    this.writer.flags(flags)
    this.times.push(timeMs)
  }

  get count(): number {
    return this.eventRecords + this.times.length
  }

  get words(): WordTable {
    return this.writer.words
  }

  /** Records as bytes, good until the next one is added: of the events, or of those behind them. */
  slice(first: number, end: number): Uint8Array {
    const { writer, part } = this
    if (part === undefined) return writer.slice(first, end)
    const { offsets, records } = part
    if (first < this.eventRecords) return records.subarray(offsets[first]!, offsets[end]!)
    return writer.slice(first - this.eventRecords, end - this.eventRecords)
  }

  /**
   * Kept records hold the numbers of words that were given in another run. They are taken only where this run would
   * have given the same ones: it is to be the same to the byte, down to what the strategy's memory holds.
   */
  private keptPart(events: readonly MarketEvent[], first: number, end: number): EncodedPart | undefined {
    const part = this.kept?.part(events, first, end)
    if (this.kept === undefined || part === undefined || part.words <= this.wordsInCommon) return part
    const { words } = this.writer
    // reports have brought words in between
    if (words.count !== this.wordsInCommon) return undefined
    while (this.wordsInCommon < part.words) words.number(this.kept.words.text(this.wordsInCommon++))
    return part
  }
}
