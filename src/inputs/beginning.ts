/** Where a run can be done again from: its launch, or a checkpoint of it. */
import { type Checkpoint, checkpointsIn, readCheckpoint } from '../sandbox-host/inputs/checkpoint-file'
import { isBefore, isSame } from '../sandbox-host/inputs/segments'
import { isGone } from './log-reader'
import type { Run } from './runs'

/**
 * The newest before a time, else the oldest that there is.
 * @param engine its hash: a checkpoint is the memory of it.
 * @returns undefined: what is kept of it begins in its midst.
 */
export function beginningOf(
  run: Run,
  engine: string,
  fromMs = Number.NEGATIVE_INFINITY,
): Checkpoint | 'launch' | undefined {
  let oldest: Checkpoint | undefined
  for (const checkpoint of checkpointsOf(run, engine)) {
    if (checkpoint.state.marketMs <= fromMs) return checkpoint
    oldest = checkpoint
    // none that is older is early enough
    if (fromMs === Number.NEGATIVE_INFINITY && run.begins === 'launch') break
  }
  return run.begins === 'launch' ? 'launch' : oldest
}

/** The one that a run begins with which was renewed; undefined: it is gone. */
export function renewedFrom(run: Run, engine: string): Checkpoint | undefined {
  const { from } = run
  return [...checkpointsOf(run, engine)].find(({ position }) => isSame(position, from))
}

/** Newest first. */
function* checkpointsOf({ log, number, from, lastSegment = Infinity }: Run, engine: string): Generator<Checkpoint> {
  const places = log.folders.flatMap((folder) => positionsIn(folder, number).map((position) => ({ folder, position })))
  for (const { folder, position } of places.sort((a, b) => (isBefore(a.position, b.position) ? 1 : -1))) {
    if (isBefore(position, from) || position.segment > lastSegment) continue
    const checkpoint = read(folder, number, position, { engine, log: log.id })
    if (checkpoint && typeof checkpoint === 'object') yield checkpoint
  }
}

const positionsIn = (folder: string, number: number) => gone(() => checkpointsIn(folder).get(number)) ?? []

const read = (...place: Parameters<typeof readCheckpoint>) => gone(() => readCheckpoint(...place))

/** Undefined where a file was removed meanwhile. @throws Error of the disk. */
function gone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}
