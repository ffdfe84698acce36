/** Follows what was decided of a recorded instance, for another program that does the same so far. */
import type { Chances } from '../../sandbox-host/inputs/chances'
import type { Entry } from '../../sandbox-host/inputs/entry'
import type { HandlerWatch } from './watched-host'

interface FollowingDeps {
  readonly watch: HandlerWatch
  /** When it begins, ms since 1970. */
  readonly nowMs: number
  /** See `OtherDeps`. */
  readonly agrees: () => boolean
}

export class Following implements Chances {
  readonly isRepeating = true
  /** It is given what the recorded one was given. */
  isOn = true
  /** What it is given at its turn; undefined: all that it may be given at once. */
  length: number | undefined
  private at = 0
  /** The time of the last event, ms. */
  private nowMs: number

  constructor(
    private readonly steps: readonly Entry[],
    private readonly deps: FollowingDeps,
  ) {
    this.nowMs = deps.nowMs
  }

  /** What was told or decided next. */
  next(): Entry | undefined {
    const step = this.steps[this.at++]
    if (step?.kind === 'asked') this.passed(step.nowMs)
    return step
  }

  /** It is no longer as the recorded one was. */
  part(): void {
    this.isOn = false
    this.length = undefined
  }

  /** After each turn. */
  look(): void {
    if (this.isOn && !this.deps.agrees()) this.part()
  }

  passed(timeMs: number): void {
    this.nowMs = Math.max(this.nowMs, timeMs)
  }

  /** Whether the request was refused that was heard just now: the log says so before it says anything else. */
  wasRefused(): boolean {
    return this.steps[this.skipped()]?.kind === 'refused'
  }

  portion(_: number, whole: Uint8Array): Uint8Array {
    if (this.length !== undefined && this.length > whole.length) this.part()
    const portion = this.length === undefined ? whole : whole.subarray(0, this.length)
    this.deps.watch.delivering(portion)
    return portion
  }

  slept(): number {
    if (!this.isOn) return this.nowMs
    const at = this.skipped()
    const step = this.steps[at]
    if (step?.kind === 'slept') {
      this.at = at + 1
      return step.nowMs
    }
    // where the log ends nothing is known of it
    if (step) this.part()
    return this.nowMs
  }

  now(): number {
    const step = this.steps[this.at]
    if (this.isOn && step?.kind === 'asked') {
      this.at++
      this.passed(step.nowMs)
    }
    return this.nowMs
  }

  admits(): boolean {
    if (!this.isOn || this.steps[this.at]?.kind !== 'silenced') return true
    this.at++
    return false
  }

  saved(): void {
    // nothing is written
  }

  relieved(): void {
    // it was decided
  }

  woke(): void {
    // it was decided
  }

  /** Where the next step is that is not about lines or clocks alone: of these the other one may have others. */
  private skipped(): number {
    let at = this.at
    while (this.steps[at]?.kind === 'asked' || this.steps[at]?.kind === 'silenced') at++
    return at
  }
}
