/** How many orders an instance may make in any second. */

const SECOND_MS = 1000

/** As it stands, to go on from: times in ms. */
export interface OrderRateState {
  readonly times: readonly number[]
  readonly next: number
  /** Absent: nobody has asked yet. */
  readonly lastMs?: number
}

export class OrderRate {
  /** Times of the last orders, oldest first from `next` on; ms. */
  private readonly times: number[] = []
  private next = 0

  private lastMs = Number.NEGATIVE_INFINITY

  constructor(private readonly perSecond: number) {}

  get state(): OrderRateState {
    const { times, next, lastMs } = this
    return { times: [...times], next, ...(Number.isFinite(lastMs) && { lastMs }) }
  }

  set state({ times, next, lastMs }: OrderRateState) {
    this.times.splice(0, Number.POSITIVE_INFINITY, ...times)
    this.next = next
    this.lastMs = lastMs ?? Number.NEGATIVE_INFINITY
  }

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
