/** Records as marks of accounts: as much of an event is read back as its price needs, and only when somebody asks. */
import type { RecordCursor } from '../sandbox/cursor'
import { ABSENT, AT, FIELDS, HANDLER_NUMBER, HEAD_BYTES, HEADER_BYTES, KIND, WORD_BIT } from '../sandbox/layout'
import { middle, positive, tickerMark } from '../trading/accounts/marks'

/** How many fields a record has, with the event id. */
const COUNT = {
  trade: FIELDS.Trade.length + 1,
  ticker: FIELDS.Ticker.length + 1,
  kline: FIELDS.KlineSummary.length + 1,
} as const

const decoder = new TextDecoder()

/** Whether the record may say something about a price. */
export function isPriced(cursor: RecordCursor): boolean {
  const { kind } = cursor
  if (kind === KIND.Json) return cursor.handlerNumber === HANDLER_NUMBER.onBookSnapshot
  return kind === KIND.Trade || kind === KIND.Ticker || kind === KIND.KlineSummary
}

/** The price at which the event of a priced record values a position. */
export function priceOf(record: Uint8Array): string | undefined {
  switch (record[AT.kind]) {
    case KIND.Trade:
      return positive(field(record, 3, COUNT.trade))
    case KIND.Ticker: {
      const price = (index: number) => field(record, index, COUNT.ticker)
      return tickerMark(price(1), price(2), price(3))
    }
    case KIND.KlineSummary:
      return positive(field(record, 2, COUNT.kline))
    default:
      // a book's best bid and ask stand behind its JSON
      return middle(best(record, 3), best(record, 4))
  }
}

/** The price of the best level of a side of a book, when there is one. */
function best(record: Uint8Array, index: number): string | undefined {
  const length = new DataView(record.buffer, record.byteOffset).getUint32(HEADER_BYTES + HEAD_BYTES * index, true)
  return length === ABSENT ? undefined : field(record, index, 5)
}

/** A text field; fields are counted from the event id, which is 0. */
function field(record: Uint8Array, index: number, fields: number): string {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const head = (i: number) => view.getUint32(HEADER_BYTES + HEAD_BYTES * i, true)
  let at = HEADER_BYTES + HEAD_BYTES * fields
  for (let i = 0; i < index; i++) if (head(i) < WORD_BIT) at += head(i)
  return decoder.decode(record.subarray(at, at + head(index)))
}
