/**
 * Keeps what a host has to know again to come to where it was. An entry is in the hands of the system before anything that
 * follows from it leaves the host. Who handles its events as they come is not mentioned one by one: that all of them
 * did, once, is enough.
 */
import type { Chances } from './chances'
import type { Entry, Resident } from './entry'
import { EntryWriter } from './entry-writer'

/** What takes whole blocks. @throws Error of the disk. */
export interface BlockSink {
  write(block: Uint8Array): void
}

export interface InputLogDeps {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How many instances have something waiting. */
  readonly waiting: () => number
}

export class InputLog implements Chances {
  readonly isRepeating = false
  private sink: BlockSink | undefined
  private readonly entries = new EntryWriter()
  /** Turns that are not mentioned yet: whose, and how many bytes each was given. */
  private numbers: number[] = []
  private lengths: number[] = []
  /** One of them was given less than it might have been. */
  private isUneven = false

  constructor(private readonly deps: InputLogDeps) {}

  /** How many bytes are noted and not handed over yet. */
  get unwritten(): number {
    return this.entries.length
  }

  /** From now on; undefined: nothing is noted any more. */
  writeTo(sink: BlockSink | undefined): void {
    this.sink = sink
    this.entries.clear()
    this.forgetTurns()
  }

  /** The gateway has said something: before anything is done of it. */
  heard(frame: Uint8Array): void {
    if (!this.sink) return
    this.mentionAll()
    this.entries.add({ kind: 'message', frame })
  }

  /** Nobody has anything to do now. */
  idle(): void {
    if (this.numbers.length === 0) return
    if (this.isUneven || this.deps.waiting() > 0) this.mentionAll()
    else this.entries.add({ kind: 'drained' })
    this.forgetTurns()
  }

  /** Something of an instance is about to leave. */
  leaving(number: number): void {
    if (this.numbers.length > 0) this.mention(number)
  }

  /** Whatever was done so far is mentioned. */
  settle(): void {
    this.mentionAll()
    this.flush()
  }

  /** See `Entry`. Nothing is written that is not handed over yet. */
  head(head: Omit<Extract<Entry, { kind: 'head' }>, 'kind'>): void {
    this.entries.add({ kind: 'head', ...head })
  }

  /** See `Entry`. */
  refused(number: number): void {
    this.note({ kind: 'refused', number })
  }

  /** See `Entry`. */
  renewed(number: number): void {
    this.note({ kind: 'renewed', number })
  }

  /** See `Entry`. */
  gone(number: number): void {
    this.note({ kind: 'gone', number })
  }

  /** It runs under that number. @param before the last priced records of what it can see. */
  resident(number: number, resident: Resident, before: Uint8Array): void {
    this.note({ kind: 'resident', number, resident, before })
  }

  /** Hands what was noted to the system. @throws Error of the disk. */
  flush(): void {
    const { sink, entries } = this
    if (!sink || entries.length === 0) return
    sink.write(entries.written)
    entries.clear()
  }

  portion(number: number, whole: Uint8Array, cut: () => Uint8Array): Uint8Array {
    const bytes = cut()
    if (!this.sink) return bytes
    this.numbers.push(number)
    this.lengths.push(bytes.length)
    if (bytes.length < whole.length) this.isUneven = true
    return bytes
  }

  saved(number: number): void {
    this.note({ kind: 'saved', number })
  }

  relieved(number: number, nowMs: number): void {
    this.note({ kind: 'relieved', number, nowMs })
  }

  slept(number: number): number {
    const nowMs = this.deps.now()
    this.note({ kind: 'slept', number, nowMs })
    return nowMs
  }

  woke(number: number): void {
    this.note({ kind: 'woke', number })
  }

  now(number: number): number {
    const nowMs = this.deps.now()
    this.note({ kind: 'asked', number, nowMs })
    return nowMs
  }

  admits(number: number, hasRoom: () => boolean): boolean {
    if (hasRoom()) return true
    this.note({ kind: 'silenced', number })
    return false
  }

  /** Behind the turns of the one that it is of. */
  private note(entry: Extract<Entry, { readonly number: number }>): void {
    if (!this.sink) return
    this.mention(entry.number)
    this.entries.add(entry)
  }

  /** The turns of one, in their order. */
  private mention(number: number): void {
    const { numbers, lengths } = this
    let kept = 0
    for (let at = 0; at < numbers.length; at++) {
      if (numbers[at] === number) this.entries.add({ kind: 'turn', number, length: lengths[at]! })
      else {
        numbers[kept] = numbers[at]!
        lengths[kept++] = lengths[at]!
      }
    }
    numbers.length = kept
    lengths.length = kept
  }

  private mentionAll(): void {
    this.entries.turns(this.numbers, this.lengths)
    this.forgetTurns()
  }

  private forgetTurns(): void {
    this.numbers.length = 0
    this.lengths.length = 0
    this.isUneven = false
  }
}
