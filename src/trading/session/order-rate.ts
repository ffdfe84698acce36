/** How many orders an instance may make in any second. */

const SECOND_MS = 1000

export class OrderRate {
  /** Times of the last orders, oldest first from `next` on; ms. */
  private readonly times: number[] = []
  private next = 0

  private lastMs = Number.NEGATIVE_INFINITY

  constructor(private readonly perSecond: number) {}

  /** Counts the order when there is room for it. A clock that goes back takes what it has counted with it. */
  allows(nowMs: number): boolean {
    const backMs = Math.max(0, this.lastMs - nowMs)
    if (backMs > 0) for (const [index, timeMs] of this.times.entries()) this.times[index] = timeMs - backMs
    this.lastMs = nowMs
    if (this.times.length >= this.perSecond) {
      const oldest = this.times[this.next]
      if (oldest === undefined || nowMs - oldest < SECOND_MS) return false
    }
    this.times[this.next] = nowMs
    this.next = (this.next + 1) % this.perSecond
    return true
  }
}
