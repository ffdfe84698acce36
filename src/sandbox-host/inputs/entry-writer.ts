/** Entries one after the other, in a buffer that grows. They are short: most of what there is of a log is events, each alone. */
import { bareLength, FRAME_LENGTH_BYTES, isBare, putBare } from '../../protocol/frames'
import type { Entry } from './entry'
import { type Code, DRAINED_BIT, ID_BYTES, idBytes, MOST_TURNS, NUMBER_OF, TIME_BYTES } from './entry-form'
import { MOST_VARINT_BYTES, putVarint } from './varint'

/** An entry has no more besides what it is told and numbers of a list. */
const MOST_BYTES = ID_BYTES + TIME_BYTES + 4 * MOST_VARINT_BYTES

/** No message is the last entry. */
const NONE = { from: -1, end: -1 }

export class EntryWriter {
  private bytes = Buffer.allocUnsafeSlow(64 * 1024)
  private end = 0
  /** Where the last message begins and ends: it may say itself that all was drained behind it. */
  private last = NONE

  get length(): number {
    return this.end
  }

  /** A view, good until the next entry. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.end)
  }

  clear(): void {
    this.end = 0
    this.last = NONE
  }

  add(entry: Entry): void {
    switch (entry.kind) {
      case 'head':
        this.room(entry.words.length)
        this.bytes.set(idBytes(entry.log), this.end)
        this.end += ID_BYTES
        this.whole(entry.batches)
        this.whole(entry.from)
        this.blob(entry.words)
        break
      case 'message':
        this.message(entry.frame)
        break
      case 'turn':
        this.begin(entry.kind)
        this.whole(entry.number)
        this.whole(entry.length)
        break
      case 'relieved':
      case 'slept':
      case 'asked':
        this.begin(entry.kind)
        this.whole(entry.number)
        this.end = this.bytes.writeDoubleLE(entry.nowMs, this.end)
        break
      case 'saved':
      case 'woke':
      case 'silenced':
      case 'refused':
      case 'renewed':
      case 'gone':
        this.begin(entry.kind)
        this.whole(entry.number)
        break
      case 'resident': {
        const resident = Buffer.from(JSON.stringify(entry.resident))
        this.begin(entry.kind, resident.length + entry.before.length)
        this.whole(entry.number)
        this.blob(resident)
        this.blob(entry.before)
        break
      }
      default:
        if (this.last.end === this.end) this.bytes[this.last.from]! |= DRAINED_BIT
        else this.begin(entry.kind)
        this.last = NONE
    }
  }

  /** Turns in their order. */
  turns(numbers: readonly number[], lengths: readonly number[]): void {
    for (let from = 0; from < numbers.length; ) {
      const length = lengths[from]!
      const most = Math.min(numbers.length, from + MOST_TURNS)
      let to = from + 1
      while (to < most && lengths[to] === length) to++
      if (to === from + 1) this.add({ kind: 'turn', number: numbers[from]!, length })
      else this.evenTurns(numbers.slice(from, to), length)
      from = to
    }
  }

  /**
   * Each number by how far it is from the one before, with a bit that says that as many steps of that width follow as stand
   * behind it: those who have turns one after the other were often launched so.
   */
  private evenTurns(numbers: readonly number[], length: number): void {
    this.begin('turns', numbers.length * 2 * MOST_VARINT_BYTES)
    this.whole(numbers.length)
    this.whole(length)
    for (let from = 0, last = 0; from < numbers.length; ) {
      const step = numbers[from]! - last
      let to = from + 1
      while (to < numbers.length && numbers[to]! - numbers[to - 1]! === step) to++
      const more = to - from - 1
      this.whole(2 * (step < 0 ? -2 * step - 1 : 2 * step) + (more > 0 ? 1 : 0))
      if (more > 0) this.whole(more)
      last = numbers[to - 1]!
      from = to
    }
  }

  private message(frame: Uint8Array): void {
    const from = this.end
    if (isBare(frame)) {
      this.begin('batch', frame.length)
      const length = bareLength(frame)
      this.whole(length)
      putBare(frame, this.bytes, this.end)
      this.end += length
    } else {
      this.begin('message', frame.length)
      this.blob(frame.subarray(FRAME_LENGTH_BYTES))
    }
    this.last = { from, end: this.end }
  }

  private begin(code: Code, length = 0): void {
    this.room(length)
    this.bytes[this.end++] = NUMBER_OF[code]
  }

  private room(length: number): void {
    const needed = this.end + MOST_BYTES + length
    if (needed <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    larger.set(this.written)
    this.bytes = larger
  }

  private whole(value: number): void {
    this.end = putVarint(this.bytes, value, this.end)
  }

  private blob(bytes: Uint8Array): void {
    this.whole(bytes.length)
    this.bytes.set(bytes, this.end)
    this.end += bytes.length
  }
}
