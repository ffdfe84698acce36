/**
 * When which instance is put down as it stands: so that little of the log has to be done again, and so seldom that nobody
 * is held up by it. Who has used most of the host's time since its last checkpoint is next.
 */
import type { Residents } from '../residents'
import { type Checkpoint, dropCheckpoint, writeCheckpoint } from './checkpoint-file'
import type { Position, Segments } from './segments'

/** The part of the host's time that goes into checkpoints, at most. */
const MOST_PART = 0.05
/** Between two looks at who is next, ms. */
const PAUSE_MS = 5
/** A checkpoint that is so many segments old is taken anew, if it can be. */
const OLD_SEGMENTS = 4
/** The log has no more segments than that. */
const MOST_KEPT = 32

interface Covered {
  readonly position: Position
  /** CPU time that it had used by then, ms. */
  readonly usedMs: number
}

export class Checkpoints {
  private readonly covered = new Map<number, Covered>()
  private nextMs = 0

  constructor(
    private readonly folder: string,
    private readonly segments: Segments,
    private readonly residents: Residents,
    /** CPU time of all instances together that may have to be spent again, ms. */
    private readonly mostRedoMs: number,
    /** Counts up evenly, ms. */
    private readonly clock: () => number,
  ) {}

  /** Where what is known of it begins. */
  begins(number: number, position: Position, usedMs: number): void {
    this.covered.set(number, { position, usedMs })
  }

  forget(number: number): void {
    this.covered.delete(number)
    dropCheckpoint(this.folder, number)
  }

  /**
   * Puts one of them down, where that is due.
   * @param prepare writes what is not in the log yet.
   * @throws Error of the disk.
   */
  take(prepare: () => void): void {
    const fromMs = this.clock()
    if (fromMs < this.nextMs) return
    const number = this.due()
    const snapshot = number === undefined ? undefined : this.residents.snapshot(number)
    if (snapshot) {
      prepare()
      this.write({ position: this.segments.position, ...snapshot })
    }
    const untilMs = this.clock()
    this.nextMs = untilMs + Math.max(PAUSE_MS, (untilMs - fromMs) / MOST_PART)
  }

  /**
   * Removes what nobody needs of the log. Who sleeps for so long that it would grow without end does not go on where it
   * was when its host dies, but from `helpers.state`.
   */
  trim(): void {
    const { segment } = this.segments.position
    let oldest = segment
    for (const [number, { position }] of this.covered) {
      if (segment - position.segment > MOST_KEPT) this.forget(number)
      else oldest = Math.min(oldest, position.segment)
    }
    this.segments.dropBefore(oldest)
  }

  private write(checkpoint: Checkpoint): void {
    const { number } = checkpoint.launch
    writeCheckpoint(this.folder, checkpoint)
    this.begins(number, checkpoint.position, this.residents.get(number)!.share.usedMs)
  }

  private due(): number | undefined {
    const { segment } = this.segments.position
    let allMs = 0
    let mostMs = 0
    let busiest: number | undefined
    for (const [number, instance] of this.residents.all()) {
      const covered = this.covered.get(number)
      if (!covered) continue
      if (segment - covered.position.segment > OLD_SEGMENTS && instance.isQuiet) return number
      const sinceMs = instance.share.usedMs - covered.usedMs
      allMs += sinceMs
      if (sinceMs <= mostMs || !instance.isQuiet) continue
      mostMs = sinceMs
      busiest = number
    }
    return allMs > this.mostRedoMs ? busiest : undefined
  }
}
