/**
 * The time of day for what must never see it go back: with the machine's clock, as long as that goes forward. When it is
 * set back, time goes on from where it was, at its own pace, until the machine's clock has caught up.
 */

/** Less is a correction of the machine's own: it is waited for. */
const LEAST_JUMP_MS = 1000

export class SteadyClock {
  private atMs: number
  private elapsedMs: number

  /**
   * @param wall milliseconds since 1970, of the machine's clock.
   * @param elapsed milliseconds that only go forward.
   */
  constructor(
    private readonly wall: () => number,
    private readonly elapsed: () => number,
  ) {
    this.atMs = wall()
    this.elapsedMs = elapsed()
  }

  /** Milliseconds since 1970, never less than the time before. */
  readonly now = (): number => {
    const [wallMs, elapsedMs] = [this.wall(), this.elapsed()]
    const byItself = this.atMs + elapsedMs - this.elapsedMs
    const isBehind = wallMs < byItself - LEAST_JUMP_MS
    this.atMs = isBehind ? Math.floor(byItself) : Math.max(this.atMs, wallMs)
    this.elapsedMs = isBehind ? elapsedMs - (byItself - this.atMs) : elapsedMs
    return this.atMs
  }
}

/** Looks whether the machine's clock goes as fast as time does. */
export class ClockWatch {
  private offsetMs: number

  constructor(
    private readonly wall: () => number,
    private readonly elapsed: () => number,
  ) {
    this.offsetMs = wall() - elapsed()
  }

  /** How far the clock has jumped since the last look, ms: less than 0 when it was set back; 0 for what is no jump. */
  jump(): number {
    const offsetMs = this.wall() - this.elapsed()
    const jumpMs = offsetMs - this.offsetMs
    this.offsetMs = offsetMs
    return Math.abs(jumpMs) < LEAST_JUMP_MS ? 0 : Math.round(jumpMs)
  }
}
