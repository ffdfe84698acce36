/** What an instance counts of itself. */
import type { Counts } from '../protocol/reported'
import type { Session } from '../trading/session/session'
import type { LeftCounts } from './conflated'

/** As it stands, to go on from. */
export interface TallyState {
  readonly events: number
  readonly exceptions: number
  readonly dropped: number
  readonly conflated: number
}

export class Tally {
  /** Events that were handled. */
  events = 0
  /** Out of handlers, after which it has gone on. */
  exceptions = 0
  /** One has ended it. */
  hasFailed = false
  private dropped = 0
  private conflated = 0

  get state(): TallyState {
    const { events, exceptions, dropped, conflated } = this
    return { events, exceptions, dropped, conflated }
  }

  set state({ events, exceptions, dropped, conflated }: TallyState) {
    this.events = events
    this.exceptions = exceptions
    this.dropped = dropped
    this.conflated = conflated
  }

  /** Takes note of market events that were left out. */
  leftOut({ handled, conflated, dropped }: LeftCounts): void {
    this.events += handled
    this.conflated += conflated
    this.dropped += conflated + dropped
  }

  /** @param startMs of its launch. @param cpuMs CPU time that its code has used. */
  counts(
    { number, startMs }: Pick<Counts, 'number' | 'startMs'>,
    { orders, skipped: skippedOrders, logbook }: Session,
    lagMs: number,
    cpuMs: number,
  ): Counts {
    const { events, dropped, conflated, exceptions } = this
    const errors = exceptions + (this.hasFailed ? 1 : 0)
    const { count: logs, leftOut: droppedLogs } = logbook
    return {
      number,
      startMs,
      exceptions,
      events,
      dropped,
      conflated,
      lagMs,
      cpuMs,
      errors,
      orders,
      skippedOrders,
      logs,
      droppedLogs,
    }
  }
}
