/**
 * What a host has to know again to come to where it was: the messages of the gateway as they came, and what its clocks
 * decided between them. Everything else follows from these.
 */
import type { KnownSubscription } from '../group'

/** Who runs under a number, for those who read the log and run nothing. */
export interface Resident extends KnownSubscription {
  readonly instanceId: string
  /** When it was launched or rolled, ms since 1970: it begins its client order ids. */
  readonly startMs: number
}

/** In the log: one byte of its kind, then its fields. */
export type Entry =
  /** A segment begins: of which log it is, all words so far, and how many batches there were. */
  | { readonly kind: 'head'; readonly log: bigint; readonly words: Uint8Array; readonly batches: number }
  /** A message of the gateway, whole. */
  | { readonly kind: 'message'; readonly frame: Uint8Array }
  /** The instance was given so many bytes of what waited for it. */
  | { readonly kind: 'turn'; readonly number: number; readonly length: number }
  /** All that waited for anybody was handled, each portion whole. */
  | { readonly kind: 'drained' }
  /** Its `helpers.state` was looked at. */
  | { readonly kind: 'saved'; readonly number: number }
  /** Market data that waited for it was left out, by the gateway's clock. */
  | { readonly kind: 'relieved'; readonly number: number; readonly nowMs: number }
  /** It fell asleep, ms since 1970. */
  | { readonly kind: 'slept'; readonly number: number; readonly nowMs: number }
  | { readonly kind: 'woke'; readonly number: number }
  /** It asked for the time while it handled no event, ms since 1970. */
  | { readonly kind: 'asked'; readonly number: number; readonly nowMs: number }
  /** A line of it was left out since the gateway had taken too few. */
  | { readonly kind: 'silenced'; readonly number: number }
  /**
   * It was launched or rolled, or is there at the beginning of a segment.
   * `before`: the last priced records of what it can see, of those who wanted the same before it.
   */
  | { readonly kind: 'resident'; readonly number: number; readonly resident: Resident; readonly before: Uint8Array }
  /** It was not launched, or another program has not come into its place: that has failed. */
  | { readonly kind: 'refused'; readonly number: number }
  /** It went on from a checkpoint of here: what there is of it before is no more a part of its past. */
  | { readonly kind: 'renewed'; readonly number: number }
  /** It runs no more: it was stopped, has failed, or did not come back when its host died. */
  | { readonly kind: 'gone'; readonly number: number }

const KINDS = [
  'head',
  'message',
  'turn',
  'drained',
  'saved',
  'relieved',
  'slept',
  'woke',
  'asked',
  'silenced',
  'refused',
  'renewed',
  'resident',
  'gone',
] as const
const NUMBER_OF = Object.fromEntries(KINDS.map((kind, number) => [kind, number])) as Record<Entry['kind'], number>
const WORD_BYTES = 4
const TIME_BYTES = 8
/** Who reads and who writes entries agree on what they are, and on what an instance makes of them. */
const FORM = 0x4d_49_00_02

/** Entries one after the other, in a buffer that grows. */
export class EntryWriter {
  private bytes = Buffer.allocUnsafeSlow(64 * 1024)
  private end = 0

  get length(): number {
    return this.end
  }

  /** A view, good until the next entry. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.end)
  }

  clear(): void {
    this.end = 0
  }

  add(entry: Entry): void {
    switch (entry.kind) {
      case 'head':
        this.head(entry.kind, 3 * WORD_BYTES + TIME_BYTES + entry.words.length)
        this.word(FORM)
        this.end = this.bytes.writeBigUInt64LE(entry.log, this.end)
        this.word(entry.batches)
        this.blob(entry.words)
        break
      case 'message':
        this.head(entry.kind, WORD_BYTES + entry.frame.length)
        this.blob(entry.frame)
        break
      case 'turn':
        this.turn(entry.number, entry.length)
        break
      case 'relieved':
      case 'slept':
      case 'asked':
        this.head(entry.kind, WORD_BYTES + TIME_BYTES)
        this.word(entry.number)
        this.time(entry.nowMs)
        break
      case 'saved':
      case 'woke':
      case 'silenced':
      case 'refused':
      case 'renewed':
      case 'gone':
        this.head(entry.kind, WORD_BYTES)
        this.word(entry.number)
        break
      case 'resident': {
        const resident = Buffer.from(JSON.stringify(entry.resident))
        this.head(entry.kind, 3 * WORD_BYTES + resident.length + entry.before.length)
        this.word(entry.number)
        this.blob(resident)
        this.blob(entry.before)
        break
      }
      default:
        this.head(entry.kind, 0)
    }
  }

  /** As `add`, of what there is most. */
  turn(number: number, length: number): void {
    this.head('turn', 2 * WORD_BYTES)
    this.word(number)
    this.word(length)
  }

  private head(kind: Entry['kind'], length: number): void {
    const needed = this.end + 1 + length
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
      larger.set(this.written)
      this.bytes = larger
    }
    this.bytes[this.end++] = NUMBER_OF[kind]
  }

  private word(value: number): void {
    this.end = this.bytes.writeUInt32LE(value, this.end)
  }

  private blob(bytes: Uint8Array): void {
    this.word(bytes.length)
    this.bytes.set(bytes, this.end)
    this.end += bytes.length
  }

  private time(value: number): void {
    this.end = this.bytes.writeDoubleLE(value, this.end)
  }
}

/** @throws RangeError for bytes that are no entries. */
export function* entriesIn(block: Uint8Array): Generator<Entry> {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length)
  let at = 0
  const word = () => {
    at += WORD_BYTES
    return bytes.readUInt32LE(at - WORD_BYTES)
  }
  const time = () => {
    at += TIME_BYTES
    return bytes.readDoubleLE(at - TIME_BYTES)
  }
  const blob = () => {
    const length = word()
    if (length > bytes.length - at) throw new RangeError('an entry is cut off')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const kind = KINDS[bytes[at++]!]
    switch (kind) {
      case 'head':
        if (word() !== FORM) throw new RangeError('it is of another release')
        at += TIME_BYTES
        yield { kind, log: bytes.readBigUInt64LE(at - TIME_BYTES), batches: word(), words: blob() }
        break
      case 'message':
        yield { kind, frame: blob() }
        break
      case 'turn':
        yield { kind, number: word(), length: word() }
        break
      case 'relieved':
      case 'slept':
      case 'asked':
        yield { kind, number: word(), nowMs: time() }
        break
      case 'saved':
      case 'woke':
      case 'silenced':
      case 'refused':
      case 'renewed':
      case 'gone':
        yield { kind, number: word() }
        break
      case 'resident':
        yield { kind, number: word(), resident: JSON.parse(blob().toString()) as Resident, before: blob() }
        break
      case 'drained':
        yield { kind }
        break
      default:
        throw new RangeError(`there are no entries of kind ${bytes[at - 1]}`)
    }
  }
}
