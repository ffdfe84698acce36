/** Which instances have run, and where in the logs of their hosts: from each launch to its end. */
import { errnoOf } from '../files/reason'
import { isBatchFrame } from '../protocol/frames'
import type { Position } from '../sandbox-host/inputs/segments'
import { entriesOf, isGone, type Log, logsIn, messageOf, segmentsIn } from './log-reader'
import { type Steps, untilDamage } from './steps'

/** An instance from one launch to its end, as far as it is kept. */
export interface Run extends Who {
  readonly log: Log
  readonly number: number
  /** Where what is kept of it begins. */
  readonly from: Position
  /**
   * With its launch; with a checkpoint, behind which all was void that had been of it before; or in its midst, with a
   * segment.
   */
  readonly begins: 'launch' | 'renewed' | 'midst'
  /** In which segment it ends; undefined: it is there still. */
  readonly lastSegment: number | undefined
}

interface Who {
  readonly instanceId: string
  /** When it was launched, or last rolled as far as is known where its beginning is not kept; ms since 1970. */
  readonly startMs: number
}

interface Begun {
  readonly number: number
  readonly from: Position
  /** Undefined: who it was before. */
  readonly who: Who | undefined
}

/** What a segment tells of those who run. */
interface SegmentIndex {
  /** By number, those who are there when it begins. */
  readonly there: ReadonlyMap<number, Who>
  /** Launched or renewed, in their order. */
  readonly begun: readonly Begun[]
  /** It cannot be read to its end: who is there behind it is told at the beginning of the next one. */
  readonly isDamaged: boolean
}

/** So many are remembered: a segment that is full never changes. */
const MOST_REMEMBERED = 4096

export class Runs {
  private readonly indexes = new Map<string, SegmentIndex>()

  /** @param folder of all hosts; undefined: nothing is kept. */
  constructor(private readonly folder: string | undefined) {}

  /** The runs of an instance, oldest first. @throws Error of the disk; of damage. */
  *of(instanceId: string): Steps<never, Run[]> {
    const runs: Run[] = []
    for (const log of this.folder === undefined ? [] : logsIn(this.folder))
      for (const run of yield* this.inLog(log)) if (run.instanceId === instanceId) runs.push(run)
    return runs.sort((a, b) => a.startMs - b.startMs)
  }

  private *inLog(log: Log): Steps<never, Run[]> {
    const segments = segmentsIn(log)
    const over: Run[] = []
    let open = new Map<number, Run>()
    for (const [index, segment] of segments.entries()) {
      if (index > 0 && segments[index - 1] !== segment - 1) {
        // who is there behind what is missing begins there in its midst
        over.push(...Array.from(open.values(), (run) => ({ ...run, lastSegment: segment - 1 })))
        open = new Map()
      }
      const found = yield* this.indexOf(log, segment, index < segments.length - 1)
      if (!found) continue
      const { there, begun, isDamaged } = found
      const here = new Map<number, Run>()
      for (const [number, who] of there) {
        const from = { segment, offset: 0 }
        const begins = { log, number, ...who, from, begins: 'midst' as const, lastSegment: undefined }
        here.set(number, open.get(number) ?? begins)
        open.delete(number)
      }
      over.push(...Array.from(open.values(), (run) => ({ ...run, lastSegment: segment - 1 })))
      open = here
      for (const { number, from, who } of begun) {
        const former = open.get(number)
        if (former) over.push({ ...former, lastSegment: segment })
        const present = who ?? former
        if (!present) continue
        const { instanceId, startMs } = present
        const begins = who ? ('launch' as const) : ('renewed' as const)
        open.set(number, { log, number, instanceId, startMs, from, begins, lastSegment: undefined })
      }
      if (isDamaged) {
        over.push(...Array.from(open.values(), (run) => ({ ...run, lastSegment: segment })))
        open = new Map()
      }
      yield undefined
    }
    return [...over, ...open.values()]
  }

  /** @param isFull nothing is written to it any more. @returns undefined: it was removed meanwhile. */
  private *indexOf(log: Log, segment: number, isFull: boolean): Steps<never, SegmentIndex | undefined> {
    const key = `${log.id}/${segment}`
    const known = this.indexes.get(key)
    if (known) return known
    try {
      const index = yield* read(log, segment)
      if (!isFull) return index
      if (this.indexes.size >= MOST_REMEMBERED) this.indexes.delete(this.indexes.keys().next().value!)
      this.indexes.set(key, index)
      return index
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }
}

/** @throws Error of the disk. */
function* read(log: Log, segment: number): Steps<never, SegmentIndex> {
  const there = new Map<number, Who>()
  const begun: Begun[] = []
  /** Where the launch was that is not answered yet. */
  const asked = new Map<number, Position>()
  let isHead = true
  let isDamaged = false
  const damaged = (error: unknown) => {
    if (errnoOf(error) !== undefined) throw error
    isDamaged = true
  }
  for (const placed of untilDamage(entriesOf(log, segment), damaged)) {
    if (!placed || placed instanceof Promise) {
      yield placed
      continue
    }
    const { entry, at, to } = placed
    if (entry.kind === 'resident') {
      const { instanceId, startMs } = entry.resident
      const from = asked.get(entry.number)
      asked.delete(entry.number)
      if (from) begun.push({ number: entry.number, who: { instanceId, startMs }, from })
      else if (isHead) there.set(entry.number, { instanceId, startMs })
      continue
    } else if (entry.kind === 'renewed') begun.push({ number: entry.number, who: undefined, from: to })
    else if (entry.kind === 'message' && !isBatchFrame(entry.frame)) {
      const message = messageOf(entry.frame)
      if (message?.kind === 'request' && message.request.kind === 'launch') asked.set(message.request.launch.number, at)
    }
    if (entry.kind !== 'head') isHead = false
  }
  return { there, begun, isDamaged }
}
