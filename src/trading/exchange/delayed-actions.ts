/**
 * What owners do ahead of the market, because their strategies have slept on a recording's clock: it reaches the venue
 * when the market is past that time.
 */

interface Delayed {
  readonly owner: string
  readonly dueMs: number
}

interface Entry<Action> {
  readonly action: Action
  readonly act: () => void
}

export class DelayedActions<Action extends Delayed = Delayed> {
  #entries: Entry<Action>[] = []

  /** Nothing is due before an event at this time, ms. */
  get quietUntilMs(): number {
    return this.#entries[0]?.action.dueMs ?? Number.POSITIVE_INFINITY
  }

  /**
   * Whether the market has not come to what an owner does at `timeMs` of its own clock. Where it has, the owner may have
   * slept until this very moment, and what it did then must not be overtaken: a cancel would come before its order.
   */
  mustWait(owner: string, timeMs: number, marketMs: number): boolean {
    return timeMs > marketMs || this.#entries.some(({ action }) => action.owner === owner)
  }

  /** Adds an action behind those that are due at the same time already. */
  add(action: Action, act: () => void): void {
    const before = this.#entries.findLastIndex((entry) => entry.action.dueMs <= action.dueMs)
    this.#entries.splice(before + 1, 0, { action, act })
  }

  /** What is put off, in the order in which it is due. */
  get all(): readonly Action[] {
    return this.#entries.map(({ action }) => action)
  }

  /** Does what is due before the market moves on to `timeMs`. */
  release(timeMs: number): void {
    while (this.quietUntilMs < timeMs) this.#entries.shift()!.act()
  }

  /** The owner is gone, and nothing of it is done. */
  forget(owner: string): void {
    this.#entries = this.#entries.filter(({ action }) => action.owner !== owner)
  }
}
