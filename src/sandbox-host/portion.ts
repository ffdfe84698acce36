/** What is being delivered to an instance, and where in it the strategy is. */
import { RecordCursor } from '../sandbox/cursor'
import type { HandlerName } from '../sandbox/layout'

export class Portion {
  bytes: Uint8Array = new Uint8Array(0)
  /** The record whose handler has called last. */
  calling = 0
  /** Where it was looked at last: calls come in the order of the records. */
  private looking: { readonly bytes: Uint8Array; readonly cursor: RecordCursor; at: number } | undefined

  /** The record of it with this index. */
  at(record: number): RecordCursor {
    if (this.looking?.bytes !== this.bytes || this.looking.at > record) {
      this.looking = { bytes: this.bytes, cursor: new RecordCursor(this.bytes), at: -1 }
    }
    const { looking } = this
    for (; looking.at < record; looking.at++) looking.cursor.next()
    return looking.cursor
  }

  /** For sentences. */
  handlerAt(record: number): HandlerName | 'a handler' {
    return record < 0 ? 'a handler' : (this.at(record).handler ?? 'a handler')
  }
}
