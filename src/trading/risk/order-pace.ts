/**
 * Orders per second on average, of which some may come at once: a token bucket, kept as the time at which the next order
 * would be due if they came evenly (the generic cell rate algorithm).
 */
export class OrderPace {
  private readonly intervalMs: number
  private readonly slackMs: number
  private dueMs = Number.NEGATIVE_INFINITY
  private lastMs = Number.NEGATIVE_INFINITY

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.intervalMs = 1000 / perSecond
    this.slackMs = (burst - 1) * this.intervalMs
  }

  /** Counts the order when there is room for it. */
  allows(nowMs: number): boolean {
    // a clock that was set back takes the bucket along
    if (nowMs < this.lastMs) this.dueMs -= this.lastMs - nowMs
    this.lastMs = nowMs
    const dueMs = Math.max(this.dueMs, nowMs)
    if (dueMs - nowMs > this.slackMs) return false
    this.dueMs = dueMs + this.intervalMs
    return true
  }
}
