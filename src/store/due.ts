/**
 * When something is to be done that several ask for: at the end of this turn of the event loop, or within some milliseconds.
 * Who asks waits for no timer: one is set at the end of the turn, if it is still asked for then.
 */
export class Due {
  private immediate: ReturnType<typeof setImmediate> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer is due, ms of this process. */
  private timerAtMs = Number.POSITIVE_INFINITY
  /** Within so many ms it is asked for. */
  private withinMs = Number.POSITIVE_INFINITY

  constructor(private readonly act: () => void) {}

  /** @param ms 0: at the end of this turn. */
  within(ms: number): void {
    if (ms >= this.withinMs) return
    this.withinMs = ms
    this.immediate ??= setImmediate(() => this.turnIsOver())
  }

  /** It was done: nobody asks for it any more. */
  done(): void {
    this.withinMs = Number.POSITIVE_INFINITY
  }

  /** Nothing happens any more. */
  cancel(): void {
    this.done()
    clearImmediate(this.immediate)
    this.immediate = undefined
    this.stopTimer()
  }

  private turnIsOver(): void {
    this.immediate = undefined
    const ms = this.withinMs
    if (ms === 0) this.perform()
    else if (ms < Number.POSITIVE_INFINITY) this.wait(ms)
  }

  private wait(ms: number): void {
    const atMs = performance.now() + ms
    if (atMs >= this.timerAtMs) return
    this.stopTimer()
    this.timerAtMs = atMs
    this.timer = setTimeout(() => {
      this.stopTimer()
      if (this.withinMs < Number.POSITIVE_INFINITY) this.perform()
    }, ms)
  }

  private perform(): void {
    this.done()
    this.act()
  }

  private stopTimer(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.timerAtMs = Number.POSITIVE_INFINITY
  }
}
