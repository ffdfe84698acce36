/** What is tried again and again and must not stop what comes after it: what fails is logged once, and is told for as long as it does. */
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'

export class Attempts {
  /** By what was tried: why it failed the last time. */
  private readonly failing = new Map<string, string>()

  constructor(private readonly log: Log) {}

  /** What does not work at present, and why. */
  get problems(): (readonly [what: string, reason: string])[] {
    return [...this.failing]
  }

  /** @param what words for people; the same for the same. */
  async make(what: string, work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
      this.failing.delete(what)
    } catch (error) {
      const reason = reasonOf(error)
      if (this.failing.get(what) !== reason) this.log('error', 'alerts failed', { what, error })
      this.failing.set(what, reason)
    }
  }
}
