/** Records as marks of accounts: as much of an event is read back as its price needs, and only when somebody asks. */
import type { RecordCursor } from '../../sandbox/cursor'
import { ABSENT, AT, HANDLER_NUMBER, HEAD_BYTES, HEADER_BYTES, KIND, WORD_BIT } from '../../sandbox/layout'
import type { BookLevel, EventHead } from '../../schema/events'
import { markOf } from '../../trading/marks'

const decoder = new TextDecoder()
const HEAD: EventHead = { eventId: '', provider: '', symbol: '', sequence: 0, timeMs: 0 }

/** Whether the record may say something about a price. */
export function isPriced(cursor: RecordCursor): boolean {
  const { kind } = cursor
  if (kind === KIND.Json) return cursor.handlerNumber === HANDLER_NUMBER.onBookSnapshot
  return kind === KIND.Trade || kind === KIND.Ticker || kind === KIND.KlineSummary
}

/** The price at which the event of a priced record values a position. */
export function priceOf(record: Uint8Array): string | undefined {
  switch (record[AT.kind]) {
    case KIND.Trade: {
      const payload = { tradeId: '', side: 'Buy', price: field(record, 3, 6), quantity: '0', timestamp: 0 } as const
      return markOf({ ...HEAD, type: 'Trade', payload })
    }
    case KIND.Ticker: {
      const [lastPrice, bidPrice, askPrice] = [1, 2, 3].map((index) => field(record, index, 6)) as [
        string,
        string,
        string,
      ]
      return markOf({
        ...HEAD,
        type: 'Ticker',
        payload: { lastPrice, bidPrice, askPrice, volume24h: '0', timestamp: 0 },
      })
    }
    case KIND.KlineSummary: {
      const closePrice = field(record, 2, 8)
      const others = { openPrice: '0', highPrice: '0', lowPrice: '0', volume: '0', openTime: 0, closeTime: 0 }
      return markOf({ ...HEAD, type: 'KlineSummary', payload: { ...others, closePrice } })
    }
    default: {
      // a book's best bid and ask stand behind its JSON
      const [bids, asks] = [3, 4].map((index) => levels(record, index)) as [BookLevel[], BookLevel[]]
      return markOf({ ...HEAD, type: 'BookSnapshot', payload: { bids, asks, checksum: '', lastUpdate: 0 } })
    }
  }
}

/** The best level of a side of a book, when there is one. */
function levels(record: Uint8Array, index: number): BookLevel[] {
  const length = new DataView(record.buffer, record.byteOffset).getUint32(HEADER_BYTES + HEAD_BYTES * index, true)
  return length === ABSENT ? [] : [{ price: field(record, index, 5), quantity: '0' }]
}

/** A text field; fields are counted from the event id, which is 0. */
function field(record: Uint8Array, index: number, fields: number): string {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const head = (i: number) => view.getUint32(HEADER_BYTES + HEAD_BYTES * i, true)
  let at = HEADER_BYTES + HEAD_BYTES * fields
  for (let i = 0; i < index; i++) if (head(i) < WORD_BIT) at += head(i)
  return decoder.decode(record.subarray(at, at + head(index)))
}
