/**
 * Who runs next: everybody that has something to do gets a turn before anybody gets a second one,
 * and after some milliseconds the host listens to the gateway in between.
 */

export interface Turner {
  /** Kept by `Rounds`. */
  queued: boolean
  /**
   * Begins and ends, or ends later, by `Rounds.begin` and `end`.
   * @returns true when it ends in a moment and nobody is to have a turn before that.
   */
  turn(): boolean
}

const SLICE_MS = 10

export interface Pauses {
  /** Everybody that is awake is done. */
  idle(): void
  /** A slice is over and there is more to do: soon. */
  pause(): void
}

export class Rounds {
  private ready: Turner[] = []
  /** Turns begun and not ended; the pass itself counts as one. */
  private open = 0
  private sliceEnd = 0
  private resting = false

  constructor(
    private readonly pauses: Pauses,
    /** A clock that only counts up, ms. */
    private readonly clock: () => number,
  ) {}

  add(turner: Turner): void {
    if (turner.queued) return
    turner.queued = true
    this.ready.push(turner)
    this.go()
  }

  /** Somebody has or will have a turn. */
  get busy(): boolean {
    return this.open > 0 || this.resting || this.ready.length > 0
  }

  begin(): void {
    this.open++
  }

  end(): void {
    this.open--
    if (this.open === 0) this.settle()
  }

  private go(): void {
    if (this.open > 0 || this.resting) return
    this.resting = true
    queueMicrotask(() => this.slice())
  }

  private slice(): void {
    this.resting = false
    this.sliceEnd = this.clock() + SLICE_MS
    this.pass()
  }

  private pass(): void {
    const round = this.ready
    this.ready = []
    this.begin()
    let at = 0
    for (; at < round.length; at++) {
      if (at > 0 && this.clock() > this.sliceEnd) break
      const turner = round[at]!
      turner.queued = false
      if (!turner.turn()) continue
      at++
      break
    }
    if (at < round.length) this.ready = round.slice(at).concat(this.ready)
    this.end()
  }

  private settle(): void {
    if (this.resting) return
    if (this.ready.length === 0) this.pauses.idle()
    else if (this.clock() > this.sliceEnd) this.rest()
    else this.pass()
  }

  private rest(): void {
    this.resting = true
    this.pauses.pause()
    setImmediate(() => this.slice())
  }
}
