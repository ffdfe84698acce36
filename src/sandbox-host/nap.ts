/** A strategy's sleep: its call is parked until the time is over, and goes on when it has a turn again. */
export class Nap {
  /** In the middle of a call: so it is, too, for whoever does again what led here. */
  isOn = false
  /** Its time is over: it goes on with the next turn. */
  isOver = false
  private alarm: Timer | undefined
  private wake = (): void => undefined
  private rings = (): void => undefined
  private ms = 0

  /** Resolves with `goOn`. @param rings called when the time is over, once the alarm is set. */
  sleep(ms: number, rings: () => void): Promise<void> {
    this.isOn = true
    this.ms = ms
    this.rings = rings
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  /** @param sleptMs how much of the time is over already; less than nothing where a clock was put back. */
  setAlarm(sleptMs: number): void {
    const ring = () => {
      this.isOver = true
      this.rings()
    }
    this.alarm = setTimeout(ring, Math.max(0, this.ms - Math.max(0, sleptMs)))
  }

  /** Goes on behind a sleep that is over. */
  goOn(): void {
    this.isOn = false
    this.isOver = false
    this.wake()
  }

  /** It stays parked for ever. */
  cancel(): void {
    clearTimeout(this.alarm)
    this.isOver = false
  }
}
