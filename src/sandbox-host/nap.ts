/** A strategy's sleep: its call is parked until the time is over, and goes on when it has a turn again. */
export class Nap {
  private alarm: Timer | undefined
  private wake = (): void => undefined

  /** Resolves with `goOn`. @param over called when the time is over. */
  sleep(ms: number, over: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      this.alarm = setTimeout(over, ms)
    })
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
