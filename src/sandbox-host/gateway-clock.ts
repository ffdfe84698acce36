/**
 * The gateway's clock, by which market events get old, as a host can know it: two clocks that go evenly, of which the
 * one is ahead of the other by as much as the quickest message seemed to take.
 */
export class GatewayClock {
  /** What it shows, ms, as of the last message or look; before anything was heard nothing is old: -Infinity. */
  nowMs = Number.NEGATIVE_INFINITY
  private aheadMs = Number.POSITIVE_INFINITY

  /** @param clock the host's own, which only counts up, ms. */
  constructor(private readonly clock: () => number) {}

  /** @param atMs when a message was sent that is here now. */
  heard(atMs: number): void {
    this.aheadMs = Math.min(this.aheadMs, this.clock() - atMs)
    this.look()
  }

  /** Now and then: every turn of every instance asks for the time. */
  look(): void {
    this.nowMs = this.clock() - this.aheadMs
  }
}
