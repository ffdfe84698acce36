/** What an instance counts of itself. */
import type { Counts } from '../protocol/reported'
import type { Session } from '../trading/session/session'
import type { LeftCounts } from './conflated'

/** As it stands, to go on from. */
export interface TallyState {
  readonly events: number
  readonly errors: number
  readonly dropped: number
  readonly conflated: number
}

export class Tally {
  /** Events that were handled. */
  events = 0
  errors = 0
  private dropped = 0
  private conflated = 0

  get state(): TallyState {
    const { events, errors, dropped, conflated } = this
    return { events, errors, dropped, conflated }
  }

  set state({ events, errors, dropped, conflated }: TallyState) {
    this.events = events
    this.errors = errors
    this.dropped = dropped
    this.conflated = conflated
  }

  /** Takes note of market events that were left out. */
  leftOut({ handled, conflated, dropped }: LeftCounts): void {
    this.events += handled
    this.conflated += conflated
    this.dropped += conflated + dropped
  }

  /** @param cpuMs CPU time that its code has used. */
  counts(number: number, { orders, skipped: skippedOrders, logbook }: Session, lagMs: number, cpuMs: number): Counts {
    const { events, dropped, conflated, errors } = this
    const { count: logs, leftOut: droppedLogs } = logbook
    return { number, events, dropped, conflated, lagMs, cpuMs, errors, orders, skippedOrders, logs, droppedLogs }
  }
}
