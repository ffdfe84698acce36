/** What waits for one instance. */

import { type Load, Pressure } from '../protocol/conflation'
import { Fifo } from '../protocol/fifo'
import { RecordCursor } from '../sandbox/cursor'
import { NEVER_WAITS, WAITED_AT } from '../sandbox/layout'
import type { Chunk, Cut } from './chunk'
import { conflated, type LeftCounts } from './conflated'

/** What goes into a sandbox at once: its memory never shrinks again, and a thousand of them add up. */
const PORTION_BYTES = 32_768

export interface QueueBounds {
  /** Records, beyond which market data is conflated and dropped. */
  readonly maxWaiting: number
  /** Bytes of all records, beyond which as well. */
  readonly maxWaitingBytes: number
  readonly maxAgeMs: number
}

export class ChunkQueue {
  private readonly chunks = new Fifo<Chunk>()
  /** Those with market events that may be left out. */
  private readonly dated = new Fifo<Chunk>()
  private readonly pressure: Pressure
  /** Records of the first chunk that are done, and where the next one starts. */
  done = 0
  private offset = 0
  /** Records, those of the first chunk that are done included. */
  waiting = 0
  /** Their bytes: of chunks that others have as well, all of them, for each may be the last that holds on to them. */
  bytes = 0
  /** How many of the waiting records are for this instance alone. */
  private ownWaiting = 0
  /** Own records of the first chunk that were passed. */
  private ownPassed = 0
  /** Own records that were ever passed. */
  ownHandled = 0
  /** The number in the journal of the last report that ever came here; 0 for none. */
  reported = 0
  /** When the newest market event was published that waits here, or waited here last. */
  private newestMs = Number.NEGATIVE_INFINITY
  /** When the newest chunk was sent. */
  private sentMs = Number.NEGATIVE_INFINITY

  constructor({ maxWaiting, maxWaitingBytes, maxAgeMs }: QueueBounds) {
    this.pressure = new Pressure({ count: maxWaiting, bytes: maxWaitingBytes }, () => maxAgeMs)
  }

  get first(): Chunk | undefined {
    return this.chunks.first
  }

  /** More waits than the first chunk. */
  get isLong(): boolean {
    return this.chunks.length > 1
  }

  /** Records for this instance alone that were not passed. */
  get ownLeft(): number {
    return this.ownWaiting - this.ownPassed
  }

  /** For each of these the number of the report in the journal, or 0; oldest first. */
  get reportsLeft(): number[] {
    const { ownPassed } = this
    return this.chunks.toArray().flatMap(({ reports }, at) => (at === 0 ? reports.slice(ownPassed) : reports))
  }

  /** How much older the oldest market event that waits is than the newest, ms. */
  get lagMs(): number {
    return Math.max(0, this.newestMs - this.oldestMs)
  }

  push(chunk: Chunk): void {
    this.chunks.push(chunk)
    this.waiting += chunk.count
    this.bytes += chunk.bytes.length
    this.ownWaiting += chunk.own.length
    for (const report of chunk.reports) this.reported = Math.max(this.reported, report)
    if (chunk.oldestMs === Infinity) return
    this.dated.push(chunk)
    // a clock that went back is that of another gateway, by which nothing that waits is dated
    const goesOn = this.dated.length > 1 && chunk.atMs >= this.sentMs
    this.newestMs = goesOn ? Math.max(this.newestMs, chunk.newestMs) : chunk.newestMs
    this.sentMs = chunk.atMs
  }

  /** What is left of the first chunk, up to the next cut. */
  get portion(): Uint8Array {
    const first = this.chunks.first!
    first.cuts ??= cutsOf(first.bytes)
    const next = first.cuts.find(({ offset }) => offset > this.offset)
    return first.bytes.subarray(this.offset, next?.offset)
  }

  /** A portion of the first chunk is done, and the next one is to follow. */
  get atCut(): boolean {
    return this.chunks.first?.cuts?.some(({ offset }) => offset === this.offset) === true
  }

  /** How many records for this instance alone were passed since the last time, before an index of the first chunk. */
  passOwn(index: number): number {
    const before = this.ownPassed
    const own = this.chunks.first?.own ?? []
    while (this.ownPassed < own.length && own[this.ownPassed]! < index) this.ownPassed++
    this.ownHandled += this.ownPassed - before
    return this.ownPassed - before
  }

  /** @returns the chunk when it is done with. */
  consume(records: number): Chunk | undefined {
    const first = this.chunks.first!
    this.done += records
    if (this.done < first.count) {
      const cut = first.cuts?.find(({ count }) => count === this.done)
      this.offset = cut?.offset ?? this.offset + lengthOf(first.bytes.subarray(this.offset), records)
      return undefined
    }
    this.chunks.shift()
    if (this.dated.first === first) this.dated.shift()
    this.waiting -= first.count
    this.bytes -= first.bytes.length
    this.ownWaiting -= first.own.length
    this.begin()
    return first
  }

  /**
   * Leaves out market data when there is too much of it or it is too old. Reports and flags stay, each in its place, and
   * so do the events of recordings.
   * @param isUnderWay the first chunk is being delivered, and stays as it is.
   */
  relieve(nowMs: number, isUnderWay: boolean): LeftCounts | undefined {
    const { pressure } = this
    if (!pressure.isHigh(this.load, this.oldestMs, nowMs)) return undefined
    const left = this.leaveOut(nowMs, isUnderWay)
    pressure.relieved(this.load, nowMs)
    return left
  }

  /** As `relieve`, however much waits. */
  leaveOut(nowMs: number, isUnderWay: boolean): LeftCounts | undefined {
    const { pressure } = this
    const [first, ...behind] = this.chunks.toArray()
    if (!first) return undefined
    const rest = isUnderWay ? undefined : { chunk: first, count: this.done, offset: this.offset }
    const relief = conflated(rest, behind, pressure.boundsOf(this.load), nowMs)
    if (relief) this.hold(isUnderWay ? [first, relief.chunk] : [relief.chunk], isUnderWay)
    return relief?.left
  }

  /** Puts these chunks in the place of all that waited. */
  private hold(chunks: Chunk[], isUnderWay: boolean): void {
    this.chunks.replace(chunks)
    this.dated.replace(chunks.filter(({ oldestMs }) => oldestMs !== Infinity))
    this.waiting = chunks.reduce((sum, { count }) => sum + count, 0)
    this.bytes = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.ownWaiting = chunks.reduce((sum, { own }) => sum + own.length, 0)
    if (!isUnderWay) this.begin()
  }

  private get load(): Load {
    return { count: this.waiting, bytes: this.bytes }
  }

  private begin(): void {
    this.done = 0
    this.offset = 0
    this.ownPassed = 0
  }

  /** When the oldest market event was published that may be left out, or a little before. */
  private get oldestMs(): number {
    const dated = this.dated.first
    if (!dated) return Infinity
    if (dated !== this.chunks.first || this.offset === 0) return dated.oldestMs
    const waitedMs = new DataView(dated.bytes.buffer, dated.bytes.byteOffset).getUint16(this.offset + WAITED_AT, true)
    return waitedMs === NEVER_WAITS ? dated.oldestMs : dated.atMs - waitedMs
  }
}

function cutsOf(bytes: Uint8Array): Cut[] {
  const cuts: Cut[] = []
  if (bytes.length <= PORTION_BYTES) return cuts
  const cursor = new RecordCursor(bytes)
  let from = 0
  for (let count = 0; cursor.next(); count++) {
    if (cursor.end - from <= PORTION_BYTES || cursor.start === from) continue
    from = cursor.start
    cuts.push({ count, offset: from })
  }
  return cuts
}

/** The length of the first records, in bytes. */
function lengthOf(bytes: Uint8Array, records: number): number {
  const cursor = new RecordCursor(bytes)
  for (let i = 0; i < records; i++) cursor.next()
  return cursor.end
}
