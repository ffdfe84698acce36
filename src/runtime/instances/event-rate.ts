/** How many events a second an instance is given: of the last seconds, whoever asks and however often. */

const SAMPLE_MS = 1000
/** Samples: what lies between the oldest and the newest is the rate. */
const KEPT = 6

interface Sample {
  readonly atMs: number
  readonly events: number
}

export class EventRate {
  private samples: Sample[] = []

  /** To a tenth; 0 before a second has passed. */
  get perSecond(): number {
    const [first, last] = [this.samples[0], this.samples.at(-1)]
    if (!first || !last || last.atMs === first.atMs) return 0
    return Math.round(((last.events - first.events) / (last.atMs - first.atMs)) * 10_000) / 10
  }

  /** To be told at least once a second. @param events since the start; fewer than before: of another start. @param nowMs of a clock that only goes forward. */
  count(events: number, nowMs: number): void {
    const last = this.samples.at(-1)
    if (last && events < last.events) this.forget()
    else if (last && nowMs - last.atMs < SAMPLE_MS) return
    this.samples.push({ atMs: nowMs, events })
    if (this.samples.length > KEPT) this.samples.shift()
  }

  /** It does not run. */
  forget(): void {
    this.samples = []
  }
}
