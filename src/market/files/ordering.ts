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
  const held = new Held(1)
  return {
    add: (event) => held.add(event),
    take() {
      return held.events.length <= REACH ? [] : held.cut(held.events.length - REACH)
    },
    rest: () => held.cut(held.events.length),
  }
}

/** For texts that begin with their last event. */
export function newestFirst(): Ordering {
  const held = new Held(-1)
  return {
    add(event) {
      if (held.events.length >= MOST_REVERSED) {
        throw new RowProblem(`the file is newest first and longer than ${MOST_REVERSED} rows; sort it by time`)
      }
      held.add(event)
    },
    take: () => [],
    rest: () => held.cut(held.events.length).reverse(),
  }
}

/** Events in the order of time, forwards (1) or backwards (-1). */
class Held {
  events: MarketEvent[] = []
  private furthest = Number.NEGATIVE_INFINITY

  constructor(private readonly direction: 1 | -1) {}

  /** @throws RowProblem when the event comes too late to be put into its place. */
  add(event: MarketEvent): void {
    const { events, direction } = this
    const place = direction * event.timeMs
    if (place >= this.furthest) {
      this.furthest = place
      events.push(event)
      return
    }
    let at = events.length
    while (at > 0 && direction * events[at - 1]!.timeMs > place) at--
    if (events.length - at >= REACH) {
      throw new RowProblem(`its time is more than ${REACH} rows out of order; sort the file by time`)
    }
    events.splice(at, 0, event)
  }

  /** The first ones, which are no longer held. */
  cut(count: number): MarketEvent[] {
    const ready = this.events
    this.events = ready.splice(count)
    return ready
  }
}
