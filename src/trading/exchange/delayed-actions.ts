/**
 * What owners do ahead of the market, because their strategies have slept on a recording's clock: it reaches the venue
 * when the market is past that time.
 */

interface Entry {
  readonly owner: string
  readonly dueMs: number
  readonly act: () => void
}

export class DelayedActions {
  #entries: Entry[] = []

  /** Nothing is due before an event at this time, ms. */
  get quietUntilMs(): number {
    return this.#entries[0]?.dueMs ?? Number.POSITIVE_INFINITY
  }

  /** Adds an action behind those that are due at the same time already. */
  add(owner: string, dueMs: number, act: () => void): void {
    const before = this.#entries.findLastIndex((entry) => entry.dueMs <= dueMs)
    this.#entries.splice(before + 1, 0, { owner, dueMs, act })
  }

  /** Does what is due before the market moves on to `timeMs`. */
  release(timeMs: number): void {
    while (this.quietUntilMs < timeMs) this.#entries.shift()!.act()
  }

  /** The owner is gone, and nothing of it is done. */
  forget(owner: string): void {
    this.#entries = this.#entries.filter((entry) => entry.owner !== owner)
  }
}
