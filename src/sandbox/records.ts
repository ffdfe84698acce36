/** Events to packed records, the form in which they enter a sandbox (see layout.ts). */
import type {
  BalancePayload,
  BookSnapshotPayload,
  EventHead,
  ExecReportPayload,
  Instrument,
  KlinePayload,
  RiskControlPayload,
  StrategyEvent,
  TickerPayload,
  TradePayload,
  UncutTrade,
} from '../schema/events'
import {
  ABSENT,
  AT,
  FIELDS,
  FLAG,
  HANDLER_BY_STATE,
  HANDLER_NUMBER,
  type HandlerName,
  HEAD_BYTES,
  HEADER_BYTES,
  KIND,
  type PackedKind,
  WAITED_AT,
  WORD_BIT,
} from './layout'
import { WordTable } from './words'

const encoder = new TextEncoder()
/** The most bytes that one UTF-16 unit takes in UTF-8. */
const MAX_UNIT_BYTES = 3
const DIGIT_ZERO = 48
const HYPHEN = 45

/** Writes records one after the other. What they mean is known with the writer's words alone. */
export class RecordWriter {
  /** How long the records written next have waited when they are sent, whole ms, or NEVER_WAITS. */
  waitedMs = 0
  private bytes: Uint8Array
  private view: DataView
  private end = 0
  private readonly starts: number[] = []

  /**
   * @param capacityBytes to begin with; it grows.
   * @param words those that its records name by number.
   */
  constructor(
    capacityBytes = 64 * 1024,
    readonly words = new WordTable(),
  ) {
    this.bytes = new Uint8Array(capacityBytes)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Records: one for each event, and one for each change of flags. */
  get count(): number {
    return this.starts.length
  }

  /** Forgets the records, not the words. */
  clear(): void {
    this.end = 0
    this.starts.length = 0
  }

  /** The records left when the first `consumed` are done: a view, good until the next write. */
  from(consumed = 0): Uint8Array {
    return this.bytes.subarray(this.starts[consumed] ?? this.end, this.end)
  }

  /** The records from `first` up to but without `end`: a view as well. */
  slice(first: number, end: number): Uint8Array {
    return this.bytes.subarray(this.starts[first] ?? this.end, this.starts[end] ?? this.end)
  }

  event(event: StrategyEvent): void {
    switch (event.type) {
      case 'Trade':
        if (event.uncut) this.uncutTrade(event, event.uncut)
        else this.trade(event, event.payload)
        break
      case 'Ticker':
        this.ticker(event, event.payload)
        break
      case 'KlineSummary':
        this.kline(event, event.payload)
        break
      case 'ExecReport':
        this.execReport(event, event.payload)
        break
      case 'BookSnapshot':
        this.bookSnapshot(event, event.payload)
        break
      case 'InstrumentUpdate':
        this.instrument(event, event.payload)
        break
      case 'BalanceUpdate':
        this.balance(event, event.payload)
        break
      case 'RiskControl':
        this.risk(event, event.payload)
        break
      case 'Extension':
        this.extension(event, event.payload)
        break
    }
  }

  /** Most events are trades: written field by field, in the order of FIELDS.Trade, in half the time. */
  trade(head: EventHead, payload: TradePayload): void {
    const fields = FIELDS.Trade.length + 1
    const start = this.begin(KIND.Trade, HANDLER_NUMBER.onTrade, head, fields)
    const headAt = start + HEADER_BYTES
    let at = this.text(headAt, headAt + HEAD_BYTES * fields, head.eventId)
    at = this.text(headAt + HEAD_BYTES, at, payload.tradeId)
    this.view.setUint32(headAt + 2 * HEAD_BYTES, WORD_BIT | this.words.number(payload.side), true)
    at = this.text(headAt + 3 * HEAD_BYTES, at, payload.price)
    at = this.text(headAt + 4 * HEAD_BYTES, at, payload.quantity)
    at = this.time(headAt + 5 * HEAD_BYTES, at, payload.timestamp)
    this.finish(start, at)
  }

  /** As `trade`, its texts copied from where they stand. */
  private uncutTrade(head: EventHead, trade: UncutTrade): void {
    const { text } = trade
    const fields = FIELDS.Trade.length + 1
    const start = this.begin(KIND.Trade, HANDLER_NUMBER.onTrade, head, fields)
    const headAt = start + HEADER_BYTES
    let at = this.serial(headAt, headAt + HEAD_BYTES * fields, head.provider, head.sequence)
    at =
      trade.idEnd === 0
        ? this.number(headAt + HEAD_BYTES, at, trade.idStart)
        : this.part(headAt + HEAD_BYTES, at, text, trade.idStart, trade.idEnd)
    this.view.setUint32(headAt + 2 * HEAD_BYTES, WORD_BIT | this.words.number(trade.side), true)
    at = this.part(headAt + 3 * HEAD_BYTES, at, text, trade.priceStart, trade.priceEnd)
    at = this.part(headAt + 4 * HEAD_BYTES, at, text, trade.quantityStart, trade.quantityEnd)
    at = this.time(headAt + 5 * HEAD_BYTES, at, head.timeMs)
    this.finish(start, at)
  }

  ticker(head: EventHead, payload: TickerPayload): void {
    this.packed('Ticker', HANDLER_NUMBER.onTicker, head, payload)
  }

  kline(head: EventHead, payload: KlinePayload): void {
    this.packed('KlineSummary', HANDLER_NUMBER.onKlineSummary, head, payload)
  }

  execReport(head: EventHead, payload: ExecReportPayload): void {
    this.packed('ExecReport', HANDLER_NUMBER[HANDLER_BY_STATE[payload.state]], head, payload)
  }

  bookSnapshot(head: EventHead, payload: BookSnapshotPayload): void {
    const { bids, asks } = payload
    const best = [bids[0]?.price, asks[0]?.price]
    this.json('onBookSnapshot', 'BookSnapshot', head, { ...payload, lastUpdate: rfc3339(payload.lastUpdate) }, best)
  }

  instrument(head: EventHead, payload: { readonly instrument: Instrument }): void {
    this.json('onInstrumentUpdate', 'InstrumentUpdate', head, payload)
  }

  balance(head: EventHead, payload: BalancePayload): void {
    this.json('onBalanceUpdate', 'BalanceUpdate', head, { ...payload, timestamp: rfc3339(payload.timestamp) })
  }

  risk(head: EventHead, payload: RiskControlPayload): void {
    this.json('onRiskControl', 'RiskControl', head, { ...payload, timestamp: rfc3339(payload.timestamp) })
  }

  /** @param payload any JSON. */
  extension(head: EventHead, payload: unknown): void {
    this.json('onExtensionEvent', 'Extension', head, payload)
  }

  /** There are no more market events: of an event that has no payload, and of no symbol. */
  endOfData(head: Omit<EventHead, 'symbol'>): void {
    this.json('onEnd', 'End', { ...head, symbol: '' }, null)
  }

  /** What `runtime.isTradingActive()` and `isDryRun()` answer from here on. */
  flags(flags: { readonly tradingActive: boolean; readonly dryRun: boolean }): void {
    const start = this.end
    this.room(start + HEADER_BYTES)
    this.bytes.fill(0, start, start + HEADER_BYTES)
    this.bytes[start + AT.kind] = KIND.Flags
    this.bytes[start + AT.handler] = (flags.tradingActive ? FLAG.tradingActive : 0) | (flags.dryRun ? FLAG.dryRun : 0)
    this.view.setUint16(start + WAITED_AT, this.waitedMs, true)
    this.finish(start, start + HEADER_BYTES)
  }

  private packed<K extends PackedKind>(
    kind: K,
    handler: number,
    head: EventHead,
    payload: { readonly [name in (typeof FIELDS)[K][number][0]]?: string | number },
  ): void {
    const fields: readonly (readonly [name: (typeof FIELDS)[K][number][0], type: string])[] = FIELDS[kind]
    const start = this.begin(KIND[kind], handler, head, fields.length + 1)
    let headAt = start + HEADER_BYTES
    let at = this.text(headAt, headAt + HEAD_BYTES * (fields.length + 1), head.eventId)
    for (const [name, type] of fields) {
      const value = payload[name]
      headAt += HEAD_BYTES
      if (typeof value === 'number') at = this.time(headAt, at, value)
      else if (value === undefined) this.view.setUint32(headAt, ABSENT, true)
      else if (type === 'word') this.view.setUint32(headAt, WORD_BIT | this.words.number(value), true)
      else at = this.text(headAt, at, value)
    }
    this.finish(start, at)
  }

  /** @param more texts that the engine itself reads. */
  private json(
    handler: HandlerName,
    type: string,
    head: EventHead,
    payload: unknown,
    more: readonly (string | undefined)[] = [],
  ): void {
    const fields = 3 + more.length
    const start = this.begin(KIND.Json, HANDLER_NUMBER[handler], head, fields)
    let headAt = start + HEADER_BYTES
    let at = this.text(headAt, headAt + fields * HEAD_BYTES, head.eventId)
    headAt += HEAD_BYTES
    this.view.setUint32(headAt, WORD_BIT | this.words.number(type), true)
    headAt += HEAD_BYTES
    at = this.text(headAt, at, JSON.stringify(payload) ?? 'null')
    for (const text of more) {
      headAt += HEAD_BYTES
      if (text === undefined) this.view.setUint32(headAt, ABSENT, true)
      else at = this.text(headAt, at, text)
    }
    this.finish(start, at)
  }

  private begin(kind: number, handler: number, head: EventHead, fields: number): number {
    const provider = this.words.number(head.provider)
    const symbol = this.words.number(head.symbol)
    const start = this.end
    this.room(start + HEADER_BYTES + HEAD_BYTES * fields)
    const { view } = this
    view.setUint8(start + AT.kind, kind)
    view.setUint8(start + AT.handler, handler)
    view.setUint16(start + AT.provider, provider, true)
    view.setFloat64(start + AT.time, head.timeMs, true)
    view.setFloat64(start + AT.sequence, head.sequence, true)
    view.setUint16(start + AT.symbol, symbol, true)
    view.setUint16(start + WAITED_AT, this.waitedMs, true)
    return start
  }

  private finish(start: number, at: number): void {
    const end = (at + 7) & ~7
    this.room(end)
    this.view.setUint32(start + AT.size, end - start, true)
    this.starts.push(start)
    this.end = end
  }

  private time(headAt: number, at: number, ms: number): number {
    this.room(at + 8)
    this.view.setUint32(headAt, 8, true)
    this.view.setFloat64(at, ms, true)
    return at + 8
  }

  /** Writes text at `at` and its length at `headAt`; answers where it ends. */
  private text(headAt: number, at: number, text: string): number {
    return this.part(headAt, at, text, 0, text.length)
  }

  /** The same with the characters from `first` up to but without `end`. */
  private part(headAt: number, at: number, text: string, first: number, end: number): number {
    this.room(at + MAX_UNIT_BYTES * (end - first))
    const { bytes } = this
    let length = end - first
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(first + i)
      if (code > 0x7f) {
        length = encoder.encodeInto(text.slice(first, end), bytes.subarray(at)).written
        break
      }
      bytes[at + i] = code
    }
    this.view.setUint32(headAt, length, true)
    return at + length
  }

  /** The same with a prefix, a hyphen and a whole number of 0 or more. */
  private serial(headAt: number, at: number, prefix: string, number: number): number {
    const hyphenAt = this.part(headAt, at, prefix, 0, prefix.length)
    const end = this.number(headAt, hyphenAt + 1, number)
    this.bytes[hyphenAt] = HYPHEN
    this.view.setUint32(headAt, end - at, true)
    return end
  }

  /** The same with a whole number of 0 or more. */
  private number(headAt: number, at: number, number: number): number {
    let end = at + 1
    for (let limit = 10; number >= limit; limit *= 10) end++
    this.room(end)
    for (let place = end - 1, rest = number; place >= at; place--) {
      const tens = Math.floor(rest / 10)
      this.bytes[place] = DIGIT_ZERO + rest - 10 * tens
      rest = tens
    }
    this.view.setUint32(headAt, end - at, true)
    return end
  }

  private room(end: number): void {
    if (end > this.bytes.length) this.grow(end)
  }

  private grow(end: number): void {
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, end + 8))
    larger.set(this.bytes)
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}
