/** Brings the events of one text into the order of time: small disorder is repaired, newest-first texts are turned round. */
import type { MarketEvent } from '../../schema/events'
import { RowProblem } from './row'

/** A row may come this many rows too late and is put into its place; exchanges' dumps are out of order by a few. */
const REACH = 1000
/** A newest-first text has to be held whole to be turned round: this is where that ends. */
const MOST_REVERSED = 500_000

export interface Ordering {
  /** @throws RowProblem when the event comes too late to be put into its place. */
  add(event: MarketEvent): void
  /** The events that no later row can precede any more. */
  take(): MarketEvent[]
  /** All that are left. */
  rest(): MarketEvent[]
}

/** Keeps equal times in the order of their rows. */
export function oldestFirst(): Ordering {
  let held: MarketEvent[] = []
  let newest = Number.NEGATIVE_INFINITY
  return {
    add(event) {
      if (event.timeMs >= newest) {
        newest = event.timeMs
        held.push(event)
        return
      }
      let at = held.length
      while (at > 0 && held[at - 1]!.timeMs > event.timeMs) at--
      if (held.length - at >= REACH) {
        throw new RowProblem(`its time is more than ${REACH} rows out of order; sort the file by time`)
      }
      held.splice(at, 0, event)
    },
    take() {
      if (held.length <= REACH) return []
      const ready = held
      held = ready.splice(ready.length - REACH)
      return ready
    },
    rest() {
      const ready = held
      held = []
      return ready
    },
  }
}

/** For texts that begin with their last event. */
export function newestFirst(): Ordering {
  const held: MarketEvent[] = []
  return {
    add(event) {
      if (held.length >= MOST_REVERSED) {
        throw new RowProblem(`the file is newest first and longer than ${MOST_REVERSED} rows; sort it by time`)
      }
      held.push(event)
    },
    take: () => [],
    rest() {
      const ordered = oldestFirst()
      for (const event of held.reverse()) ordered.add(event)
      return ordered.rest()
    },
  }
}
