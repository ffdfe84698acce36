/**
 * Reads again and again what no event tells of, as lag and profit: every two seconds, sooner when asked to, never twice at
 * once, and no more often than that it costs the gateway a small share of its time.
 */
import { Refused } from '../api/call'
import { Store } from '../store'

const LEAST_PAUSE_MS = 2000
export class Looks {
  /** Why the last look has failed. */
  readonly refusal = new Store<Refused | undefined>(undefined)
  private timer: ReturnType<typeof setTimeout> | undefined
  /** When the next look is due, and before when there is none unless it is asked for, as `performance.now()` counts. */
  private dueMs = Number.POSITIVE_INFINITY
  private restMs = 0
  private isClosed = false
  private hasRead = false
  private looking: Promise<void> | undefined
  /** One that begins when the present one is over, which may have missed what has happened since it began. */
  private following: Promise<void> | undefined

  /** @param share after a look there is none for so many times as long as it took. */
  constructor(
    private readonly read: () => Promise<void>,
    private readonly share: number,
  ) {
    void this.now()
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.timer)
  }

  /** Resolves when everything has been read that is so now. */
  now(): Promise<void> {
    if (!this.looking) {
      this.looking = this.look()
      return this.looking
    }
    const again = () => {
      this.following = undefined
      return this.now()
    }
    this.following ??= this.looking.then(again, again)
    return this.following
  }

  /** No later than after so long, unless the last look has taken too much. */
  within(ms: number): void {
    const dueMs = Math.max(performance.now() + ms, this.restMs)
    if (this.isClosed || dueMs >= this.dueMs) return
    clearTimeout(this.timer)
    this.dueMs = dueMs
    this.timer = setTimeout(() => void this.now(), dueMs - performance.now())
  }

  private async look(): Promise<void> {
    clearTimeout(this.timer)
    this.dueMs = Number.POSITIVE_INFINITY
    const startMs = performance.now()
    try {
      // nobody sees what a hidden page shows
      if (!document.hidden || !this.hasRead) await this.read()
      this.hasRead = true
      this.refusal.value = undefined
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.refusal.value = error
    } finally {
      this.looking = undefined
      const nowMs = performance.now()
      this.restMs = nowMs + this.share * (nowMs - startMs)
      this.within(LEAST_PAUSE_MS)
    }
  }
}
