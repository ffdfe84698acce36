/**
 * Texts of few values that records name by number: providers, symbols, sides, states. Records teach nothing
 * themselves. Whoever reads them is taught from the table they are written in, by its own count of what it knows,
 * before it needs it: what was encoded ahead, or was never sent, leaves nobody behind.
 */
import { MalformedRecords, RecordCursor } from './cursor'
import { AT, HEAD_BYTES, HEADER_BYTES, KIND } from './layout'

/** A record names a word in 16 bits. */
const MAX_WORDS = 0x1_0000
const encoder = new TextEncoder()

/** It only grows: a number never gets another meaning. */
export class WordTable {
  private readonly numbers = new Map<string, number>()
  private readonly texts: string[] = []

  get count(): number {
    return this.texts.length
  }

  /** The number of a text, a new one at its first use. @throws Error when there is none left. */
  number(text: string): number {
    return this.numbers.get(text) ?? this.add(text)
  }

  /** @throws MalformedRecords for a number that was never given. */
  text(number: number): string {
    const text = this.texts[number]
    if (text === undefined) throw new MalformedRecords(`a record names word ${number} of a table of ${this.count}`)
    return text
  }

  /** Word records of the numbers from `first` on. */
  from(first: number): Uint8Array {
    return Buffer.concat(this.texts.slice(first).map((text, at) => wordRecord(first + at, text)))
  }

  /** Takes over what another table has added: the inverse of `from`. @throws MalformedRecords unless it goes on where this one ends. */
  learn(records: Uint8Array): void {
    const cursor = new RecordCursor(records)
    while (cursor.next()) {
      if (!cursor.isWord || cursor.symbolWord !== this.count) {
        throw new MalformedRecords(`word ${cursor.symbolWord} follows a table of ${this.count}`)
      }
      this.add(cursor.wordText)
    }
  }

  private add(text: string): number {
    const number = this.texts.length
    if (number === MAX_WORDS) throw new Error('more providers, symbols and states than a record can number')
    this.texts.push(text)
    this.numbers.set(text, number)
    return number
  }
}

function wordRecord(number: number, text: string): Uint8Array {
  const bytes = encoder.encode(text)
  const textAt = HEADER_BYTES + HEAD_BYTES
  const record = new Uint8Array((textAt + bytes.length + 7) & ~7)
  const view = new DataView(record.buffer)
  view.setUint32(AT.size, record.length, true)
  view.setUint8(AT.kind, KIND.Word)
  view.setUint16(AT.symbol, number, true)
  view.setUint32(HEADER_BYTES, bytes.length, true)
  record.set(bytes, textAt)
  return record
}
