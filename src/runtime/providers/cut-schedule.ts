/**
 * When recordings are cut that nobody asks about: all together that have something to keep, so that now and then nothing
 * waits for a cut, and what hosts have told is durable.
 */
import type { Log } from '../../telemetry/log'
import { type Cutter, cutTogether } from './cutter'

export interface CutScheduleDeps {
  readonly cutters: () => readonly Cutter[]
  readonly log: Log
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** What is written waits for so long, unless somebody asks for it. */
const DUE_MS = 100
/** A recording of which nothing is written gets a cut so often while it plays. */
const IDLE_MS = 1000
/** So many times as long as they took there are none. */
const REST = 19

export class CutSchedule implements Disposable {
  private timer: ReturnType<typeof setTimeout> | undefined
  private dueMs = Number.POSITIVE_INFINITY
  private quietUntilMs = 0
  private isOver = false

  constructor(private readonly deps: CutScheduleDeps) {}

  /** Something waits for a cut. */
  began(): void {
    this.due(DUE_MS)
  }

  /** A recording plays. */
  opened(): void {
    this.due(IDLE_MS)
  }

  [Symbol.dispose](): void {
    this.isOver = true
    clearTimeout(this.timer)
  }

  private due(afterMs: number): void {
    const nowMs = this.deps.elapsed()
    const atMs = Math.max(nowMs + afterMs, this.quietUntilMs)
    if (this.isOver || atMs >= this.dueMs) return
    this.dueMs = atMs
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.take(), atMs - nowMs)
    this.timer.unref()
  }

  private async take(): Promise<void> {
    const { cutters, elapsed, log } = this.deps
    try {
      const due = cutters().filter(({ isDue }) => isDue)
      await cutTogether(due, (cut) => {
        const beganMs = elapsed()
        cut()
        this.quietUntilMs = elapsed() + REST * (elapsed() - beganMs)
      })
    } catch (error) {
      log('error', 'the cuts of recordings failed', { error })
    }
    this.dueMs = Number.POSITIVE_INFINITY
    if (cutters().length > 0) this.opened()
    if (cutters().some(({ isHolding }) => isHolding)) this.began()
  }
}
