/**
 * What nobody needs any more to go on from, and is kept for who asks what has happened: segments, logs that are over, and
 * of the checkpoints as many as there is room for.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointFile, checkpointsIn } from './checkpoint-file'
import { isAside } from './evidence'
import { type Position, SEGMENT_BYTES, segmentFile, segmentsIn } from './segments'

/** How long it is kept, ms, and how many bytes all that is kept may have; neither holds for what is needed. */
export interface Keep {
  readonly forMs: number
  readonly bytes: number
}

export const KEEP_NOTHING: Keep = { forMs: 0, bytes: 0 }

const NAME = /^past-\d{13,}$/
/** After so long it is looked again what is too old, ms. */
const SWEEP_MS = 60_000

export const isPast = (name: string): boolean => NAME.test(name)

/** Puts what is in a folder into one of its own within it. @param nowMs since 1970. @throws Error of the disk. */
export function putPast(folder: string, nowMs: number): void {
  const names = readdirSync(folder).filter((name) => !isAside(name) && !isPast(name))
  if (names.length === 0) return
  const past = join(folder, `past-${String(nowMs).padStart(13, '0')}`)
  mkdirSync(past, { recursive: true, mode: 0o700 })
  for (const name of names) renameSync(join(folder, name), join(past, name))
}

interface PastDeps {
  readonly folder: string
  readonly keep: () => Keep
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How many instances there are. */
  readonly count: () => number
}

export class Past {
  private sweepMs = 0
  /** Where in the log the last checkpoint of each was taken that is kept, in bytes. */
  private readonly spared = new Map<number, number>()

  constructor(private readonly deps: PastDeps) {}

  /**
   * Nobody goes on from this checkpoint any more. They are kept so far apart that they take no more room than the log
   * between them. @throws Error of the disk.
   */
  release(number: number, position: Position): void {
    const { folder, keep, count } = this.deps
    const file = checkpointFile(folder, number, position)
    const at = position.segment * SEGMENT_BYTES + position.offset
    const last = this.spared.get(number)
    if (keep().forMs > 0) {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      const isFar = last === undefined || at === last || at - last >= Math.max(SEGMENT_BYTES, size * count())
      if (isFar && size > 0) {
        this.spared.set(number, at)
        return
      }
    }
    rmSync(file, { force: true })
  }

  /** Removes what is too old, or too much, of what is before a segment. @throws Error of the disk. */
  sweep(needed: number): void {
    const { folder, keep, now } = this.deps
    this.sweepMs = now() + SWEEP_MS
    const { forMs, bytes } = keep()
    const kept = filesIn(folder)
    let total = kept.reduce((sum, { size }) => sum + size, 0)
    const sinceMs = now() - forMs
    for (const past of readdirSync(folder).filter(isPast).sort()) {
      const files = filesIn(join(folder, past))
      const size = files.reduce((sum, file) => sum + file.size, 0)
      const isOld = files.every(({ mtimeMs }) => mtimeMs < sinceMs)
      if (isOld || total + size > bytes) rmSync(join(folder, past), { recursive: true, force: true })
      else total += size
    }
    let first = needed
    const segments = segmentsIn(folder).filter((segment) => segment < needed)
    for (const segment of segments) {
      const file = kept.find(({ name }) => segmentFile(folder, segment) === join(folder, name))
      if (file && file.mtimeMs >= sinceMs && total <= bytes) {
        first = segment
        break
      }
      total -= file?.size ?? 0
      rmSync(segmentFile(folder, segment), { force: true })
    }
    this.dropCheckpoints(first)
  }

  get isSweepDue(): boolean {
    return this.deps.now() >= this.sweepMs
  }

  /** Those before a segment have no place in the log. */
  private dropCheckpoints(before: number): void {
    const { folder } = this.deps
    for (const [number, positions] of checkpointsIn(folder))
      for (const position of positions)
        if (position.segment < before) rmSync(checkpointFile(folder, number, position), { force: true })
  }
}

function filesIn(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const stats = entry.isFile() ? statSync(join(folder, entry.name), { throwIfNoEntry: false }) : undefined
    return stats ? [{ name: entry.name, size: stats.size, mtimeMs: stats.mtimeMs }] : []
  })
}
