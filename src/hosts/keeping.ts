/**
 * What the gateway has made durable of what its hosts have told it, and how they come to know: what goes back to before
 * that when a gateway has died is theirs to keep no more.
 */
import type { HostSlot } from './host-slot'

/** Whoever keeps what comes of instances. */
export interface Keeper {
  /** Makes durable what was written so far. @returns false: it cannot, and keeps it in memory. */
  commit(): boolean
  /** Some of what comes of instances is not written yet, for it is a part of something later. */
  isHolding(): boolean
}

export const NOBODY: Keeper = { commit: () => true, isHolding: () => false }

/** Hosts are told so often at most, ms. */
const TELL_MS = 20

export class Keeping implements Disposable {
  keeper = NOBODY
  /** By host: so many batches no recording goes back to before. */
  private cuts: readonly number[] = []
  private due: Timer | undefined

  constructor(private readonly slots: readonly HostSlot[]) {}

  /** A commit is through: with all that came of what was heard so far. */
  committed(): void {
    if (this.keeper.isHolding()) return
    for (const slot of this.slots) slot.committed()
    this.tellSoon()
  }

  cutAt(batches: readonly number[]): void {
    this.cuts = batches
    this.tellSoon()
  }

  /** What is said of the one that is gone does not hold for another one in its place. */
  hostGone(): void {
    this.cuts = this.cuts.slice(0, this.slots.length)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.due)
  }

  private tellSoon(): void {
    this.due ??= setTimeout(() => {
      this.due = undefined
      for (const [index, slot] of this.slots.entries()) slot.tellKept(this.cuts[index] ?? 0)
    }, TELL_MS)
  }
}
