/** How far one of the instances has come that are done once more, and whether it goes on. */
import type { KeptInstance } from '../../protocol/messages'
import type { Progress, Snapshot } from '../snapshot'
import type { Checkpoint } from './checkpoint-file'

export class Course {
  /** As it stood where it is to go on, when there is more in the log. */
  held: Snapshot | undefined
  /** What the log says of it is not of what becomes of it now: something was asked of it that the gateway does not know of. */
  isApart = false
  /** Why it does not go on. */
  lost: string | undefined
  /** That is why. */
  hasDiffered = false
  /** It has failed, and says so. */
  hasFailed = false
  /** Where it is to go on from, when the log comes to that place. */
  awaited: Checkpoint | undefined
  /** When it fell asleep, ms since 1970, if it is. */
  sleptMs: number | undefined
  /** What it took to do it once more so far, ms of CPU time. */
  usedMs = 0

  constructor(
    readonly kept: KeptInstance,
    checkpoint: Checkpoint | undefined,
  ) {
    this.awaited = checkpoint
  }

  /** Nothing more is done of it here. */
  get isOver(): boolean {
    return this.held !== undefined || this.lost !== undefined || this.hasFailed
  }

  /** It is launched, or launched anew. */
  begins(): void {
    this.isApart = false
    this.sleptMs = undefined
  }

  /** Whether the gateway was told more of it. */
  isBehind({ acts, lines }: Pick<Progress, 'acts' | 'lines'>): boolean {
    return acts < this.kept.acts || lines < this.kept.lines
  }
}
