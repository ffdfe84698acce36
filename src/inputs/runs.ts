/** Which instances have run in a host, and where in its log: from each launch to its end. */
import type { Position } from '../sandbox-host/inputs/segments'
import { entriesOf, isBatch, isGone, messageOf, type Steps, segmentsIn, slotFolder, slotsIn } from './kept-log'

/** An instance from one launch to its end, as far as it is kept. */
export interface Run {
  readonly slot: number
  readonly number: number
  readonly instanceId: string
  /** When it was launched, or last rolled as far as is known where its beginning is not kept; ms since 1970. */
  readonly startMs: number
  /** Where what is kept of it begins: with its launch, or with a segment. */
  readonly from: Position
  readonly isFromLaunch: boolean
  /** In which segment it ends; undefined: it is there still. */
  readonly lastSegment: number | undefined
}

/** What a segment tells of those who run. */
interface SegmentIndex {
  /** By number, those who are there when it begins. */
  readonly there: ReadonlyMap<number, Who>
  readonly launches: readonly (Who & { readonly number: number; readonly from: Position })[]
}

interface Who {
  readonly instanceId: string
  readonly startMs: number
}

/** So many are remembered: a segment that is full never changes. */
const MOST_REMEMBERED = 4096

export class Runs {
  private readonly indexes = new Map<string, SegmentIndex>()

  /** @param folder of all hosts. */
  constructor(private readonly folder: string) {}

  /** Of an instance, oldest first. @throws Error of damage. */
  *of(instanceId: string): Steps<never, Run[]> {
    const runs: Run[] = []
    for (const slot of slotsIn(this.folder)) {
      for (const run of yield* this.inSlot(slot)) if (run.instanceId === instanceId) runs.push(run)
    }
    return runs.sort((a, b) => a.startMs - b.startMs)
  }

  private *inSlot(slot: number): Steps<never, Run[]> {
    const folder = slotFolder(this.folder, slot)
    const segments = segmentsIn(folder)
    const over: Run[] = []
    let open = new Map<number, Run>()
    for (const [index, segment] of segments.entries()) {
      const isFull = index < segments.length - 1
      const found = yield* this.indexOf(folder, segment, isFull)
      if (!found) continue
      const here = new Map<number, Run>()
      for (const [number, who] of found.there) {
        const from = { segment, offset: 0 }
        here.set(
          number,
          open.get(number) ?? { slot, number, ...who, from, isFromLaunch: false, lastSegment: undefined },
        )
        open.delete(number)
      }
      over.push(...ended(open.values(), segment - 1))
      open = here
      for (const { number, ...launch } of found.launches) {
        const former = open.get(number)
        if (former) over.push(...ended([former], segment))
        open.set(number, { slot, number, ...launch, isFromLaunch: true, lastSegment: undefined })
      }
      yield undefined
    }
    return [...over, ...open.values()]
  }

  /** @param isFull nothing is written to it any more. @returns undefined: it was removed meanwhile. */
  private *indexOf(folder: string, segment: number, isFull: boolean): Steps<never, SegmentIndex | undefined> {
    const key = `${folder}/${segment}`
    const known = this.indexes.get(key)
    if (known) return known
    try {
      const index = yield* read(folder, segment)
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

function* read(folder: string, segment: number): Steps<never, SegmentIndex> {
  const there = new Map<number, Who>()
  const launches: (Who & { number: number; from: Position })[] = []
  /** Where the launch was that is not answered yet. */
  const asked = new Map<number, Position>()
  let isHead = true
  for (const placed of entriesOf(folder, segment)) {
    if (!placed || placed instanceof Promise) {
      yield placed
      continue
    }
    const { entry, at } = placed
    if (entry.kind === 'message') {
      if (isBatch(entry.frame)) continue
      const message = messageOf(entry.frame)
      if (message?.kind !== 'request') continue
      const { request } = message
      if (request.kind === 'launch') asked.set(request.launch.number, at)
    } else if (entry.kind === 'resident') {
      const { instanceId, startMs } = entry.resident
      const from = asked.get(entry.number)
      asked.delete(entry.number)
      if (from) launches.push({ number: entry.number, instanceId, startMs, from })
      else if (isHead) there.set(entry.number, { instanceId, startMs })
      continue
    }
    if (entry.kind !== 'head') isHead = false
  }
  return { there, launches }
}

const ended = (runs: Iterable<Run>, lastSegment: number): Run[] => Array.from(runs, (run) => ({ ...run, lastSegment }))
