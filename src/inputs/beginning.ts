/** Where a run can be done again from: its launch, or a checkpoint of it. */
import { type Checkpoint, readCheckpoint } from '../sandbox-host/inputs/checkpoint-file'
import { isBefore, slotFolder } from './kept-log'
import type { Run } from './runs'

/** @returns `launch`; undefined: what is kept of it begins in its midst. */
export function beginningOf(folder: string, run: Run, fromMs?: number): Checkpoint | 'launch' | undefined {
  const checkpoint = checkpointOf(folder, run)
  const isEarly = checkpoint !== undefined && fromMs !== undefined && checkpoint.state.marketMs <= fromMs
  return run.isFromLaunch && !isEarly ? 'launch' : checkpoint
}

function checkpointOf(folder: string, run: Run): Checkpoint | undefined {
  const checkpoint = readCheckpoint(slotFolder(folder, run.slot), run.number)
  if (!checkpoint || isBefore(checkpoint.position, run.from)) return undefined
  // of a later one under the same number
  return run.lastSegment !== undefined && checkpoint.position.segment > run.lastSegment ? undefined : checkpoint
}
