/** Records back to events, as strategies see them: for people and programs that look at what was recorded. */
import { RecordCursor } from './cursor'
import { ABSENT, AT, FIELDS, HANDLER_NUMBER, HEAD_BYTES, HEADER_BYTES, KIND, type PackedKind, WORD_BIT } from './layout'
import type { WordTable } from './words'

/** An event as a handler gets it. */
export interface SeenEvent {
  readonly eventId: string
  readonly routingVersion: 1
  readonly provider: string
  readonly symbol: string
  readonly type: string
  readonly seqProvider: number
  readonly ingestTs: string
  readonly emitTs: string
  readonly payload: unknown
}

const PACKED: Readonly<Partial<Record<number, PackedKind>>> = {
  [KIND.Trade]: 'Trade',
  [KIND.Ticker]: 'Ticker',
  [KIND.KlineSummary]: 'KlineSummary',
  [KIND.ExecReport]: 'ExecReport',
}
const decoder = new TextDecoder()

/** @param record one whole record of an event. @throws MalformedRecords for words that nobody was taught; SyntaxError. */
export function decoded(record: Uint8Array, words: WordTable): SeenEvent {
  const cursor = new RecordCursor(record)
  cursor.next()
  const packed = PACKED[cursor.kind]
  const fields = new Fields(record, packed ? FIELDS[packed].length + 1 : jsonFields(cursor), words)
  const eventId = fields.text() ?? ''
  const type = packed ?? fields.text() ?? ''
  const time = rfc3339(cursor.timeMs)
  return {
    eventId,
    routingVersion: 1,
    provider: words.text(cursor.providerWord),
    symbol: words.text(cursor.symbolWord),
    type,
    seqProvider: new DataView(record.buffer, record.byteOffset).getFloat64(AT.sequence, true),
    ingestTs: time,
    emitTs: time,
    payload: packed ? payloadOf(packed, fields) : JSON.parse(fields.text() ?? 'null'),
  }
}

/** Event id, type and JSON; of a book its best prices besides, which are for the engine. */
const jsonFields = ({ handlerNumber }: RecordCursor) => (handlerNumber === HANDLER_NUMBER.onBookSnapshot ? 5 : 3)

function payloadOf(kind: PackedKind, fields: Fields): Record<string, string> {
  const payload: Record<string, string> = {}
  for (const [name, type] of FIELDS[kind]) {
    const value = type === 'time' ? fields.time() : fields.text()
    if (value !== undefined) payload[name] = value
  }
  return payload
}

/** One after the other. */
class Fields {
  private index = 0
  private at: number
  private readonly view: DataView

  constructor(
    private readonly record: Uint8Array,
    count: number,
    private readonly words: WordTable,
  ) {
    this.view = new DataView(record.buffer, record.byteOffset, record.byteLength)
    this.at = HEADER_BYTES + HEAD_BYTES * count
  }

  text(): string | undefined {
    const head = this.head()
    if (head === ABSENT) return undefined
    if (head >= WORD_BIT) return this.words.text(head - WORD_BIT)
    const text = decoder.decode(this.record.subarray(this.at, this.at + head))
    this.at += head
    return text
  }

  time(): string | undefined {
    const head = this.head()
    if (head === ABSENT) return undefined
    const ms = this.view.getFloat64(this.at, true)
    this.at += head
    return rfc3339(ms)
  }

  private head(): number {
    return this.view.getUint32(HEADER_BYTES + HEAD_BYTES * this.index++, true)
  }
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString()
