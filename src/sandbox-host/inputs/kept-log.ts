/**
 * An input log as it was kept, damaged or not: what can be read of it, and where it cannot. Behind damage it is read on with
 * the next segment, which begins with all that has to be known to understand it.
 */
import { readSegment, type SegmentBytes, segmentsIn } from '../../protocol/segment-files'
import { type Entry, entriesIn } from './entry'
import { BLOCK_HEAD_BYTES, type Position } from './segments'

/** The entries of a block, and where it begins and ends. */
export interface PlacedBlock {
  readonly entries: readonly Entry[]
  readonly from: Position
  readonly to: Position
}

/** Something is missing there. */
export interface Damage {
  /** What, in a sentence. */
  readonly damage: string
}

interface Readable {
  /** Bytes of it that can be read. */
  readonly end: number
  readonly damage?: string
  /** Nothing is written to it any more. */
  readonly isClosed?: boolean
}

export class KeptLog {
  /** By number, oldest first. */
  private readonly segments = new Map<number, Readable>()
  /** Whose number all its segments have; undefined: nothing of it can be read. */
  readonly id: bigint | undefined

  /** @throws Error of the disk. */
  constructor(private readonly folder: string) {
    const numbers = segmentsIn(folder)
    for (const segment of numbers) {
      const { readable, log } = surveyed(readSegment(folder, segment), segment === numbers.at(-1))
      this.id ??= log
      const isForeign = log !== undefined && log !== this.id
      this.segments.set(segment, isForeign ? { end: 0, damage: 'is of another log' } : readable)
    }
  }

  get isEmpty(): boolean {
    return this.segments.size === 0
  }

  /** Where it is written on. */
  get end(): Position {
    const [segment, { end, damage, isClosed = false }] = Array.from(this.segments).at(-1) ?? [0, { end: 0 }]
    // what is damaged stays as it is
    return damage === undefined && !isClosed ? { segment, offset: end } : { segment: segment + 1, offset: 0 }
  }

  /** Whether it can be read there. */
  has({ segment, offset }: Position): boolean {
    return offset <= (this.segments.get(segment)?.end ?? -1)
  }

  /** Oldest first. @throws Error of the disk. */
  *blocks(): Generator<PlacedBlock | Damage> {
    let next: number | undefined
    for (const [segment, { end, damage }] of this.segments) {
      if (next !== undefined && segment !== next) yield { damage: `segment ${next} of the log is missing` }
      next = segment + 1
      const bytes = readSegment(this.folder, segment).bytes.subarray(0, end)
      for (const { block, from, to } of blocksIn(bytes))
        yield { entries: [...entriesIn(block)], from: { segment, offset: from }, to: { segment, offset: to } }
      if (damage !== undefined) yield { damage: `segment ${segment} of the log ${damage}` }
    }
  }
}

/** @param isLast it may end within a block, which was not finished. */
function surveyed(
  { bytes, isClosed, damage }: SegmentBytes,
  isLast: boolean,
): { readonly readable: Readable; readonly log?: bigint } {
  let end = 0
  let log: bigint | undefined
  const until = (how?: string) => ({
    readable: { end, isClosed, ...(how !== undefined && { damage: how }) },
    ...(log !== undefined && { log }),
  })
  if (damage !== undefined) return until(damage)
  try {
    for (const { block, to, crc } of blocksIn(bytes)) {
      if (Bun.hash.crc32(block) !== crc) return until(`is damaged at byte ${end}`)
      if (end === 0) {
        const [head] = entriesIn(block)
        if (head?.kind !== 'head') return until('does not begin as one')
        log = head.log
      }
      end = to
    }
  } catch (error) {
    return until(`cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  return until(end < bytes.length && (isClosed || !isLast) ? 'is cut off' : undefined)
}

/** All that are whole, whatever their checksums say. */
export function* blocksIn(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let from = 0
  while (from + BLOCK_HEAD_BYTES <= bytes.length) {
    const to = from + BLOCK_HEAD_BYTES + view.getUint32(from, true)
    if (to > bytes.length) return
    yield { block: bytes.subarray(from + BLOCK_HEAD_BYTES, to), crc: view.getUint32(from + 4, true), from, to }
    from = to
  }
}
