/** How much of its host's time somebody has had, and how much it may have. */

/** What a budget may save up while it is not used, in ms of its own time. */
const WINDOW_MS = 100

/** The gateway writes what is saved on its own time: of `helpers.state` each may have so much written, for as long as it likes. */
const SAVED_PER_MS = 524
/** What it may save up of that: 1 MiB. */
const SAVED_WINDOW_MS = 2000

export interface ShareTerms {
  /** The most that it may use, as a part of one core; without it whatever others leave. */
  readonly budget?: number
  /** When all want more than there is, it gets the time of so many. */
  readonly weight?: number
}

export class Share {
  /** CPU time of all its turns, ms. */
  usedMs = 0
  /** CPU time of its last turn, ms. */
  turnMs = 0
  /**
   * Used time by its weight, brought up to those who run whenever it comes back: who was away has saved nothing up.
   * Who has the least goes first.
   */
  virtualMs = 0
  /** Until then its budget is spent, by the clock of the host, ms. */
  private spentUntilMs = Number.NEGATIVE_INFINITY
  /** Until then the gateway has enough to write of it. */
  private savedUntilMs = Number.NEGATIVE_INFINITY

  constructor(private readonly terms: ShareTerms = {}) {}

  /** @param ms of CPU time. */
  spend(ms: number, nowMs: number): void {
    const { budget, weight = 1 } = this.terms
    this.usedMs += ms
    this.turnMs = ms
    this.virtualMs += ms / weight
    if (budget !== undefined) this.spentUntilMs = Math.max(this.spentUntilMs, nowMs - WINDOW_MS) + ms / budget
  }

  /** @param length of what is to be written of its state. */
  save(length: number, nowMs: number): void {
    this.savedUntilMs = Math.max(this.savedUntilMs, nowMs - SAVED_WINDOW_MS) + length / SAVED_PER_MS
  }

  /** How long it has to wait for its budgets, ms; 0 or less: it has not. */
  waitMs(nowMs: number): number {
    return Math.max(this.spentUntilMs, this.savedUntilMs) - nowMs
  }
}
