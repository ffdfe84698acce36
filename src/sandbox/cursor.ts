/** Walks over packed records without decoding them: what is needed to route each to the sandboxes that want it. */
import { ABSENT, AT, FIELDS, HANDLERS, type HandlerName, HEAD_BYTES, HEADER_BYTES, KIND, WAITED_AT } from './layout'

const decoder = new TextDecoder()
/** The event id stands before the fields. */
const INTERVAL_AT = HEADER_BYTES + HEAD_BYTES * (1 + FIELDS.KlineSummary.findIndex(([name]) => name === 'interval'))

/** Bytes that are no records, or name words that nobody was taught. */
export class MalformedRecords extends Error {}

/**
 * One object that moves from record to record, so that walking makes no garbage:
 * `while (cursor.next()) { … bytes.subarray(cursor.start, cursor.end) … }`.
 */
export class RecordCursor {
  /** Where the record at hand begins and ends, in bytes. */
  start = 0
  end = 0
  private readonly view: DataView

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** False after the last record. @throws MalformedRecords when the bytes are no whole records. */
  next(): boolean {
    this.start = this.end
    if (this.start === this.bytes.length) return false
    if (this.start + HEADER_BYTES > this.bytes.length) throw new MalformedRecords('a record is cut off')
    this.end = this.start + this.view.getUint32(this.start + AT.size, true)
    if (this.end < this.start + HEADER_BYTES || this.end > this.bytes.length)
      throw new MalformedRecords('a record is cut off')
    return true
  }

  /** One of KIND. */
  get kind(): number {
    return this.bytes[this.start + AT.kind]!
  }

  /** A word record teaches a word; it never stands among events. */
  get isWord(): boolean {
    return this.kind === KIND.Word
  }

  /** An event is for a handler; words and flags are not events. */
  get isEvent(): boolean {
    return this.kind < KIND.Word
  }

  /** The number of an event's handler; in a flags record, the flags. */
  get handlerNumber(): number {
    return this.bytes[this.start + AT.handler]!
  }

  get handler(): HandlerName | undefined {
    return this.isEvent ? HANDLERS[this.handlerNumber] : undefined
  }

  /** The number of the provider's word. */
  get providerWord(): number {
    return this.view.getUint16(this.start + AT.provider, true)
  }

  /** The number of the symbol's word; of a word record, that of the word it teaches. */
  get symbolWord(): number {
    return this.view.getUint16(this.start + AT.symbol, true)
  }

  get timeMs(): number {
    return this.view.getFloat64(this.start + AT.time, true)
  }

  /** How long it had waited when it was sent, ms, or NEVER_WAITS. */
  get waitedMs(): number {
    return this.view.getUint16(this.start + WAITED_AT, true)
  }

  /** Stands for the interval of a candle; the same for all candles that do not tell theirs, and for what is no candle. */
  get intervalWord(): number {
    return this.kind === KIND.KlineSummary ? this.view.getUint32(this.start + INTERVAL_AT, true) : ABSENT
  }

  /** The text that a word record teaches. */
  get wordText(): string {
    const length = this.view.getUint32(this.start + HEADER_BYTES, true)
    const at = this.start + HEADER_BYTES + HEAD_BYTES
    return decoder.decode(this.bytes.subarray(at, at + length))
  }
}
