/**
 * How often something may be done: so many times a second on average, of which some may come at once. A token bucket, kept
 * as the time at which the next one would be due if they came evenly (the generic cell rate algorithm).
 */
export interface BucketSize {
  readonly perSecond: number
  /** How many may come at once. */
  readonly burst: number
}

/** As it stands, to go on from; ms. Absent: it is full. */
export interface BucketState {
  readonly dueMs?: number
  readonly lastMs?: number
}

export class TokenBucket {
  private readonly intervalMs: number
  private readonly slackMs: number
  private dueMs = Number.NEGATIVE_INFINITY
  private lastMs = Number.NEGATIVE_INFINITY

  /** It is full. */
  constructor({ perSecond, burst }: BucketSize) {
    this.intervalMs = 1000 / perSecond
    this.slackMs = (burst - 1) * this.intervalMs
  }

  get state(): BucketState {
    const { dueMs, lastMs } = this
    return { ...(Number.isFinite(dueMs) && { dueMs }), ...(Number.isFinite(lastMs) && { lastMs }) }
  }

  set state({ dueMs = Number.NEGATIVE_INFINITY, lastMs = Number.NEGATIVE_INFINITY }: BucketState) {
    this.dueMs = dueMs
    this.lastMs = lastMs
  }

  /** @returns 0 when there was a token, which is taken, else the ms until there is one. */
  take(nowMs: number): number {
    // a clock that was set back takes the bucket along
    if (nowMs < this.lastMs) this.dueMs -= this.lastMs - nowMs
    this.lastMs = nowMs
    const dueMs = Math.max(this.dueMs, nowMs)
    const waitMs = dueMs - nowMs - this.slackMs
    if (waitMs > 0) return waitMs
    this.dueMs = dueMs + this.intervalMs
    return 0
  }
}
