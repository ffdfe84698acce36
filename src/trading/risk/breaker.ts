/** Counts breaches: after so many nothing may be ordered for a while, and after so many nothing until it is resumed. */
import type { Limits } from './limits'

/** As it stands, to go on from. */
export interface BreakerState {
  /** Since the last resume. */
  readonly breaches: number
  /** Those since the breaker last closed. */
  readonly counted: number
  /** Open before this time, ms; 0: closed. */
  readonly openUntilMs: number
}

export const CLOSED: BreakerState = { breaches: 0, counted: 0, openUntilMs: 0 }

export class Breaker {
  constructor(public state: BreakerState = CLOSED) {}

  isOpen(nowMs: number): boolean {
    const { openUntilMs } = this.state
    if (openUntilMs === 0) return false
    if (nowMs < openUntilMs) return true
    this.state = { ...this.state, counted: 0, openUntilMs: 0 }
    return false
  }

  /** @returns whether so many breaches set the kill switch. */
  count({ breaker, killAfter }: Limits, nowMs: number): boolean {
    const breaches = this.state.breaches + 1
    const counted = this.state.counted + 1
    const opens = breaker !== undefined && counted >= breaker.threshold
    this.state = { breaches, counted, openUntilMs: opens ? nowMs + breaker.cooldownMs : 0 }
    return killAfter !== undefined && breaches >= killAfter
  }
}
