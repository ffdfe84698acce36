/** The words of the gateway's record writer, as they came: what each new sandbox is taught first. */
import type { RecordCursor } from '../../sandbox/cursor'

/** Provider and symbol of an event in one number. */
export const slotOf = (cursor: RecordCursor): number => cursor.providerWord * 0x1_0000 + cursor.symbolWord

export class Words {
  private readonly records: Uint8Array[] = []
  private readonly texts: string[] = []

  /** @param cursor at a word record. */
  learn(cursor: RecordCursor, bytes: Uint8Array): void {
    this.texts[cursor.symbolWord] = cursor.wordText
    this.records[cursor.symbolWord] = bytes.slice(cursor.start, cursor.end)
  }

  get count(): number {
    return this.records.length
  }

  /** The word records from one number on. */
  from(number: number): Uint8Array {
    return Buffer.concat(this.records.slice(number))
  }

  provider(slot: number): string {
    return this.texts[Math.floor(slot / 0x1_0000)] ?? ''
  }

  symbol(slot: number): string {
    return this.texts[slot % 0x1_0000] ?? ''
  }
}
