/**
 * What nobody needs any more to go on from, and is kept for who asks what has happened: segments, and of the checkpoints as
 * many as there is room for. It is put into folders of its own, where nobody looks who goes on.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isAside } from '../../protocol/evidence'
import { SEGMENT_BYTES, segmentOf, segmentsIn } from '../../protocol/segment-files'
import { checkpointFile, checkpointsIn, isUnfinished } from './checkpoint-file'
import type { Position } from './segments'

/** How long it is kept, ms, and how many bytes all that is kept may have; neither holds for what is needed. */
export interface Keep {
  readonly forMs: number
  readonly bytes: number
}

export const KEEP_NOTHING: Keep = { forMs: 0, bytes: 0 }

const NAME = /^past-[0-9a-f]{16}$/
/** After so long it is looked again what is too old, ms. */
const SWEEP_MS = 60_000

export const isPast = (name: string): boolean => NAME.test(name)

/** @param id of a log. */
export const pastFolder = (folder: string, id: bigint): string =>
  join(folder, `past-${id.toString(16).padStart(16, '0')}`)

/** The id of which a folder is of what is past; undefined: it is none. */
export function pastOf(folder: string): bigint | undefined {
  const name = basename(folder)
  return isPast(name) ? BigInt(`0x${name.slice('past-'.length)}`) : undefined
}

/** Puts a log that is over into a folder within its own. @param id that no other folder has. @throws Error of the disk. */
export function putPast(folder: string, id: bigint): void {
  const names = readdirSync(folder).filter((name) => !isAside(name) && !isPast(name) && !isUnfinished(name))
  if (names.length === 0) return
  const past = pastFolder(folder, id)
  mkdirSync(past, { recursive: true, mode: 0o700 })
  for (const name of names) renameSync(join(folder, name), join(past, name))
}

interface PastDeps {
  readonly folder: string
  /** Where what is past of the present log is put. */
  readonly past: string
  readonly keep: () => Keep
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How many instances there are. */
  readonly count: () => number
}

interface KeptFile {
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
}

export class Past {
  private sweepMs: number
  /** Where in the log the last checkpoint of each was taken that is kept, in bytes. */
  private readonly spared = new Map<number, number>()

  constructor(private readonly deps: PastDeps) {
    this.sweepMs = deps.now() + SWEEP_MS
  }

  get isSweepDue(): boolean {
    return this.deps.now() >= this.sweepMs
  }

  /** What was before this checkpoint is void: whoever asks what has happened needs it. @throws Error of the disk. */
  spare(number: number, position: Position): void {
    const { folder, past, keep } = this.deps
    if (keep().forMs === 0) return
    mkdirSync(past, { recursive: true, mode: 0o700 })
    const bytes = readFileSync(checkpointFile(folder, number, position))
    writeFileSync(checkpointFile(past, number, position), bytes, { mode: 0o600 })
  }

  /**
   * Nobody goes on from this checkpoint any more. They are kept so far apart that they take no more room than the log
   * between them. @throws Error of the disk.
   */
  release(number: number, position: Position): void {
    const { folder, past, keep, count } = this.deps
    const file = checkpointFile(folder, number, position)
    const at = position.segment * SEGMENT_BYTES + position.offset
    const size = keep().forMs > 0 ? (statSync(file, { throwIfNoEntry: false })?.size ?? 0) : 0
    const isFar = at - (this.spared.get(number) ?? -Infinity) >= Math.max(SEGMENT_BYTES, size * count())
    if (size === 0 || !isFar) {
      rmSync(file, { force: true })
      return
    }
    this.spared.set(number, at)
    mkdirSync(past, { recursive: true, mode: 0o700 })
    renameSync(file, checkpointFile(past, number, position))
  }

  /** Puts away what is before a segment, and removes what is too old of that, or too much. @throws Error of the disk. */
  sweep(needed: number): void {
    const { folder, past, keep, now } = this.deps
    this.sweepMs = now() + SWEEP_MS
    const unneeded = readdirSync(folder).filter((name) => (segmentOf(name) ?? needed) < needed)
    if (unneeded.length > 0) mkdirSync(past, { recursive: true, mode: 0o700 })
    for (const name of unneeded) renameSync(join(folder, name), join(past, name))
    const { forMs, bytes } = keep()
    const sinceMs = now() - forMs
    const folders = readdirSync(folder)
      .filter(isPast)
      .map((name) => ({ path: join(folder, name), files: filesIn(join(folder, name)) }))
      .sort((a, b) => newestOf(a.files) - newestOf(b.files))
    let left = bytes - sizeOf(filesIn(folder)) - sizeOf(folders.flatMap(({ files }) => files))
    for (const { path, files } of folders) {
      for (const segment of segmentsIn(path)) {
        const own = files.filter((one) => segmentOf(basename(one.path)) === segment)
        if (own.length === 0 || (newestOf(own) >= sinceMs && left >= 0)) break
        for (const file of own) rmSync(file.path)
        left += sizeOf(own)
      }
      if (path !== past && segmentsIn(path).length === 0) rmSync(path, { recursive: true, force: true })
      else left += dropCheckpoints(path, needed)
    }
  }
}

/** Those that have no place in the log any more. @param present the first segment that is not past. @returns their bytes. */
function dropCheckpoints(path: string, present: number): number {
  const first = segmentsIn(path)[0] ?? present
  let bytes = 0
  for (const [number, positions] of checkpointsIn(path)) {
    for (const position of positions.filter(({ segment }) => segment < first)) {
      const file = checkpointFile(path, number, position)
      bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0
      rmSync(file, { force: true })
    }
  }
  return bytes
}

const sizeOf = (files: readonly KeptFile[]): number => files.reduce((sum, { size }) => sum + size, 0)

const newestOf = (files: readonly KeptFile[]): number => Math.max(...files.map(({ mtimeMs }) => mtimeMs))

function filesIn(folder: string): KeptFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    const stats = entry.isFile() ? statSync(path, { throwIfNoEntry: false }) : undefined
    return stats ? [{ path, size: stats.size, mtimeMs: stats.mtimeMs }] : []
  })
}
