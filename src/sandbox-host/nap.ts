/** A strategy's sleep: its call is parked until the time is over, and goes on when it has a turn again. */
export class Nap {
  private alarm: Timer | undefined
  private wake = (): void => undefined
  private over = (): void => undefined
  private ms = 0

  /** Resolves with `goOn`. @param over called when the time is over, once the alarm is set. */
  sleep(ms: number, over: () => void): Promise<void> {
    this.ms = ms
    this.over = over
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  /** @param sleptMs how much of the time is over already; less than nothing where a clock was put back. */
  setAlarm(sleptMs: number): void {
    this.alarm = setTimeout(this.over, Math.max(0, this.ms - Math.max(0, sleptMs)))
  }

  /** Goes on behind a sleep that is over. */
  goOn(): void {
    this.wake()
  }

  /** It stays parked for ever. */
  cancel(): void {
    clearTimeout(this.alarm)
  }
}
