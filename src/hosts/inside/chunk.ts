/** What waits for one instance: pieces of batches, most of them shared with other instances. */
import { RecordCursor } from '../../sandbox/cursor'
import type { ExecutionReport } from '../../schema/orders'
import { conflate, dutyOf } from '../conflation'
import { slotOf } from './slots'

export interface Effect {
  /** Index of its record within the chunk. */
  readonly at: number
  readonly provider: string
  readonly report: ExecutionReport
}

export interface Chunk {
  readonly bytes: Uint8Array
  /** Records. */
  readonly count: number
  /** Records that have a handler. */
  readonly events: number
  /** The last priced record of each slot before the chunk. */
  readonly before: ReadonlyMap<number, Uint8Array>
  /** What reports in it do to the accounts, in their order. */
  readonly effects: readonly Effect[]
  /** Indexes of records that are for this instance alone. */
  readonly own: readonly number[]
  /** Where it is cut when it is more than a portion; known once somebody has looked. */
  cuts?: readonly Cut[]
}

interface Cut {
  /** Records before it. */
  readonly count: number
  /** Bytes before it. */
  readonly offset: number
}

/** What goes into a sandbox at once: its memory never shrinks again, and a thousand of them add up. */
const PORTION_BYTES = 32_768

export class ChunkQueue {
  private chunks: Chunk[] = []
  /** Records of the first chunk that are done, and where the next one starts. */
  done = 0
  private offset = 0
  /** Records, those of the first chunk that are done included. */
  waiting = 0
  /** Their bytes: of chunks that others have as well, all of them, for each may be the last that holds on to them. */
  bytes = 0
  /** Own records of the first chunk that were passed. */
  private ownPassed = 0

  get first(): Chunk | undefined {
    return this.chunks[0]
  }

  push(chunk: Chunk): void {
    this.chunks.push(chunk)
    this.waiting += chunk.count
    this.bytes += chunk.bytes.length
  }

  /** What is left of the first chunk, up to the next cut. */
  get portion(): Uint8Array {
    const first = this.chunks[0]!
    first.cuts ??= cutsOf(first.bytes)
    const next = first.cuts.find(({ offset }) => offset > this.offset)
    return first.bytes.subarray(this.offset, next?.offset)
  }

  /** A portion of the first chunk is done, and the next one is to follow. */
  get atCut(): boolean {
    return this.chunks[0]?.cuts?.some(({ offset }) => offset === this.offset) === true
  }

  /** How many records for this instance alone were passed since the last time, before an index of the first chunk. */
  passOwn(index: number): number {
    const before = this.ownPassed
    const own = this.chunks[0]?.own ?? []
    while (this.ownPassed < own.length && own[this.ownPassed]! < index) this.ownPassed++
    return this.ownPassed - before
  }

  /** @returns the chunk when it is done with. */
  consume(records: number): Chunk | undefined {
    const first = this.chunks[0]!
    this.done += records
    if (this.done < first.count) {
      const cut = first.cuts?.find(({ count }) => count === this.done)
      this.offset = cut?.offset ?? this.offset + lengthOf(first.bytes.subarray(this.offset), records)
      return undefined
    }
    this.chunks.shift()
    this.waiting -= first.count
    this.bytes -= first.bytes.length
    this.done = 0
    this.offset = 0
    this.ownPassed = 0
    return first
  }

  /**
   * Leaves out market data of the chunks behind the first. Reports and flags stay, each in its place.
   * @returns how many records were left out.
   */
  conflate(bound: number): number {
    const [first, ...behind] = this.chunks
    if (!first || behind.length === 0) return 0
    const records = behind.flatMap((chunk) => recordsOf(chunk))
    const stay = conflate(records, bound)
    if (stay.length === records.length) return 0
    const kept = stay.map((index) => records[index]!)
    const merged: Chunk = {
      bytes: Buffer.concat(kept.map(({ bytes }) => bytes)),
      count: kept.length,
      events: kept.length,
      before: behind[0]!.before,
      effects: kept.flatMap(({ effect }, at) => (effect ? [{ ...effect, at }] : [])),
      own: kept.flatMap(({ own }, at) => (own ? [at] : [])),
    }
    this.chunks = [first, merged]
    this.waiting = first.count + merged.count
    this.bytes = first.bytes.length + merged.bytes.length
    return records.length - kept.length
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

/** Of the first records, in bytes. */
function lengthOf(bytes: Uint8Array, records: number): number {
  const cursor = new RecordCursor(bytes)
  for (let i = 0; i < records; i++) cursor.next()
  return cursor.end
}

function recordsOf(chunk: Chunk) {
  const cursor = new RecordCursor(chunk.bytes)
  const own = new Set(chunk.own)
  const effects = new Map(chunk.effects.map((effect) => [effect.at, effect]))
  const records = []
  for (let at = 0; cursor.next(); at++) {
    records.push({
      bytes: chunk.bytes.subarray(cursor.start, cursor.end),
      duty: own.has(at) ? ('kept' as const) : dutyOf(cursor.handlerNumber),
      slot: `${cursor.handlerNumber}:${slotOf(cursor)}`,
      own: own.has(at),
      effect: effects.get(at),
    })
  }
  return records
}
