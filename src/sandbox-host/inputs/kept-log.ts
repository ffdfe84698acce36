/**
 * An input log as it was kept, damaged or not: what can be read of it, and where it cannot. Behind damage it is read on with
 * the next head, which has all that has to be known to understand what follows: at the beginning of the next segment, or before.
 */
import { readSegment, type SegmentBytes, segmentsIn } from '../../protocol/segment-files'
import { RecordCursor } from '../../sandbox/cursor'
import { type Block, blockAround, blocksIn, Effort, isSound } from './blocks'
import type { Entry } from './entry'
import { beginsAsHead, idBytes, isOfOtherRelease, OTHER_RELEASE } from './entry-form'
import { entriesIn } from './entry-reader'
import type { Position } from './segments'

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

/** A part of a segment that can be read, and what is wrong behind it. */
interface Stretch {
  readonly from: number
  readonly end: number
  readonly damage?: string
}

/** What is known so far. */
interface Known {
  readonly log: bigint | undefined
  /** How many words there are. */
  readonly words: number
}

interface Survey extends Known {
  /** In their order; never none. */
  readonly stretches: readonly Stretch[]
  /** Nothing is written to it any more. */
  readonly isClosed: boolean
}

export class KeptLog {
  /** By number, oldest first. */
  private readonly segments = new Map<number, Survey>()
  /** Whose number all its segments have; undefined: nothing of it can be read. */
  readonly id: bigint | undefined

  /** @throws Error of the disk. */
  constructor(private readonly folder: string) {
    const numbers = segmentsIn(folder)
    let words = 0
    for (const segment of numbers) {
      const known = { log: this.id, words }
      const survey = surveyed(readSegment(folder, segment), known, segment === numbers.at(-1))
      const isForeign = this.id !== undefined && survey.log !== undefined && survey.log !== this.id
      this.segments.set(segment, isForeign ? { ...survey, stretches: [FOREIGN] } : survey)
      this.id ??= survey.log
      if (!isForeign) words = survey.words
    }
  }

  get isEmpty(): boolean {
    return this.segments.size === 0
  }

  /** Where it is written on. */
  get end(): Position {
    const [segment, last] = Array.from(this.segments).at(-1) ?? []
    if (segment === undefined || !last) return { segment: 0, offset: 0 }
    const isWhole = !last.isClosed && last.stretches.every(({ damage }) => damage === undefined)
    // what is damaged stays as it is
    return isWhole ? { segment, offset: last.stretches.at(-1)!.end } : { segment: segment + 1, offset: 0 }
  }

  /** Whether it can be read there. */
  has({ segment, offset }: Position): boolean {
    return this.segments.get(segment)?.stretches.some(({ from, end }) => from <= offset && offset <= end) ?? false
  }

  /** Oldest first. @throws Error of the disk. */
  *blocks(): Generator<PlacedBlock | Damage> {
    let next: number | undefined
    for (const [segment, { stretches }] of this.segments) {
      if (next !== undefined && segment !== next) yield { damage: `segment ${next} of the log is missing` }
      next = segment + 1
      const { bytes } = readSegment(this.folder, segment)
      for (const { from: begin, end, damage } of stretches) {
        for (const { block, from, to } of blocksIn(bytes.subarray(0, end), begin))
          yield { entries: [...entriesIn(block)], from: { segment, offset: from }, to: { segment, offset: to } }
        if (damage !== undefined) yield { damage: `segment ${segment} of the log ${damage}` }
      }
    }
  }
}

const FOREIGN: Stretch = { from: 0, end: 0, damage: 'is of another log' }

/** @param isLast it may end within a block, which was not finished. */
function surveyed({ bytes, isClosed, damage }: SegmentBytes, known: Known, isLast: boolean): Survey {
  if (damage !== undefined) return { ...known, log: undefined, isClosed, stretches: [{ from: 0, end: 0, damage }] }
  const survey = new Reading(bytes, known)
  const stretches: Stretch[] = []
  let stretch = survey.from(0)
  for (let begin = survey.nextHead(stretch.end); begin !== undefined; begin = survey.nextHead(stretch.end)) {
    stretches.push({ damage: damagedAt(stretch.end), ...stretch })
    stretch = survey.from(begin)
  }
  const isCutOff = stretch.end < bytes.length && (isClosed || !isLast)
  stretches.push(isCutOff ? { damage: 'is cut off', ...stretch } : stretch)
  return { log: survey.log, words: survey.words, isClosed, stretches }
}

const damagedAt = (at: number) => `is damaged at byte ${at}`

/** Goes through the bytes of a segment. */
class Reading {
  log: bigint | undefined
  /** How many are known by the heads that were read. */
  words: number
  private readonly effort: Effort

  constructor(
    private readonly bytes: Uint8Array,
    private readonly known: Known,
  ) {
    this.words = known.words
    this.effort = new Effort(bytes)
  }

  /** What can be read from there on. */
  from(begin: number): Stretch {
    let end = begin
    const until = (damage?: string): Stretch => ({ from: begin, end, ...(damage !== undefined && { damage }) })
    try {
      for (const block of blocksIn(this.bytes, begin)) {
        if (!this.effort.allows(block) || !isSound(block))
          return until(isOfOtherRelease(this.bytes) ? OTHER_RELEASE : damagedAt(end))
        const head = headOf(block)
        if (end === 0 && !head) return until('does not begin as one')
        if (head) this.learn(head)
        end = block.to
      }
    } catch (error) {
      return until(`cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
    return until()
  }

  /** Where the next head begins that needs nothing of what is damaged; undefined: there is none. */
  nextHead(after: number): number | undefined {
    const { bytes, effort, log = this.known.log } = this
    if (log === undefined || after === bytes.length) return undefined
    for (const { block, head } of headsBehind(bytes, log, after, effort)) if (head.from <= this.words) return block.from
    return undefined
  }

  private learn({ log, from, words }: Head): void {
    this.log ??= log
    const cursor = new RecordCursor(words)
    this.words = from
    while (cursor.next()) this.words++
  }
}

/** Heads of a log that are whole and sound, behind a place from where on blocks cannot be followed any more. */
export function* headsBehind(
  bytes: Uint8Array,
  log: bigint,
  place: number,
  effort = new Effort(bytes),
): Generator<{ block: Block; head: Head }> {
  const id = idBytes(log)
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = all.indexOf(id, place + 1); at >= 0; at = all.indexOf(id, at + 1)) {
    const block = blockAround(bytes, at, place + 1, effort)
    const head = block && headOf(block)
    if (block && head) yield { block, head }
  }
}

type Head = Extract<Entry, { kind: 'head' }>

/** Undefined: it does not begin with one. @throws RangeError for bytes that are no entries. */
function headOf({ block }: Block): Head | undefined {
  if (!beginsAsHead(block)) return undefined
  const [head] = entriesIn(block)
  return head?.kind === 'head' ? head : undefined
}
