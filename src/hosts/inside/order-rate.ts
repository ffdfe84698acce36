/** How many orders an instance may make in any second. */

const SECOND_MS = 1000

export class OrderRate {
  /** Times of the last orders, oldest first from `next` on; ms. */
  private readonly times: number[] = []
  private next = 0

  constructor(private readonly perSecond: number) {}

  /** Counts the order when there is room for it. */
  allows(nowMs: number): boolean {
    if (this.times.length >= this.perSecond) {
      const oldest = this.times[this.next]
      if (oldest === undefined || nowMs - oldest < SECOND_MS) return false
    }
    this.times[this.next] = nowMs
    this.next = (this.next + 1) % this.perSecond
    return true
  }
}
