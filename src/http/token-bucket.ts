/** How many calls a caller has left: a bucket that fills evenly and holds a burst. */
import type { RateLimit } from '../schema/tokens'

export class TokenBucket {
  private left: number

  constructor(
    private readonly limit: RateLimit,
    private atMs: number,
  ) {
    this.left = limit.burst
  }

  /** @param nowMs of a clock that only goes forward. @returns 0 when the call may go on, else the ms until one may. */
  take(nowMs: number): number {
    const { perSecond, burst } = this.limit
    this.left = Math.min(burst, this.left + ((nowMs - this.atMs) / 1000) * perSecond)
    this.atMs = nowMs
    if (this.left < 1) return ((1 - this.left) / perSecond) * 1000
    this.left -= 1
    return 0
  }
}
