/**
 * What is left out when an instance or a host cannot keep up: the same rule on both sides of the channel. Market data
 * that has waited too long is worse than none, so that of what is old only the newest of each kind and symbol stays, and of each interval of candles.
 */
import { HANDLER_NUMBER, type HandlerName } from '../sandbox/layout'
import type { MarketEvent } from '../schema/events'

/**
 * `newest`: of each symbol the newest is enough. `bounded`: the oldest go first when there are too many.
 * `kept`: each arrives, whatever it takes.
 */
export type Duty = 'newest' | 'bounded' | 'kept'

export const HANDLER_OF_EVENT = {
  Trade: 'onTrade',
  Ticker: 'onTicker',
  KlineSummary: 'onKlineSummary',
  BookSnapshot: 'onBookSnapshot',
  InstrumentUpdate: 'onInstrumentUpdate',
  Extension: 'onExtensionEvent',
} as const satisfies Record<MarketEvent['type'], HandlerName>

const DUTIES: Readonly<Partial<Record<number, Duty>>> = {
  [HANDLER_NUMBER.onTicker]: 'newest',
  [HANDLER_NUMBER.onBookSnapshot]: 'newest',
  [HANDLER_NUMBER.onInstrumentUpdate]: 'newest',
  [HANDLER_NUMBER.onTrade]: 'bounded',
  [HANDLER_NUMBER.onKlineSummary]: 'bounded',
  [HANDLER_NUMBER.onExtensionEvent]: 'bounded',
}

/** @param handler number of the handler that the event is for. */
export const dutyOf = (handler: number): Duty => DUTIES[handler] ?? 'kept'

export const dutyOfEvent = (type: MarketEvent['type']): Duty => dutyOf(HANDLER_NUMBER[HANDLER_OF_EVENT[type]])

export interface Waiting {
  readonly duty: Duty
  /** Events of one kind about one symbol share it, candles those of one interval. */
  readonly stream: string
  /** Since it was published, ms. */
  readonly ageMs: number
}

/** Events of one stream that were left out. */
export interface LeftOut {
  /** The newest of them. */
  readonly event: MarketEvent
  readonly duty: Duty
  readonly count: number
}

export interface Bounds {
  /** How many of those that are `bounded` may wait. */
  readonly count: number
  readonly ageMs: number
}

/** Which of the waiting are to stay, by index, in their order. The newest of each stream always does. */
export function conflate(waiting: readonly Waiting[], { count, ageMs }: Bounds): number[] {
  const seen = new Set<string>()
  const stay: number[] = []
  let bounded = 0
  for (let i = waiting.length - 1; i >= 0; i--) {
    const one = waiting[i]!
    if (one.duty !== 'kept') {
      const isNewest = !seen.has(one.stream)
      if (isNewest) seen.add(one.stream)
      if (one.duty === 'bounded') bounded++
      if (!isNewest && (one.duty === 'newest' || bounded > count || one.ageMs > ageMs)) continue
    }
    stay.push(i)
  }
  return stay.reverse()
}

/** What waits in a queue. */
export interface Load {
  readonly count: number
  readonly bytes: number
}

/**
 * When a queue is to be conflated. To look at all that waits takes as long as there is much of it: it is done again only
 * when as much has come on top, or a good part of the age has passed, so that a push costs the same however much waits.
 */
export class Pressure {
  /** It is conflated next when what waits is more than this part of the most that may wait. */
  private limit = 1
  private notBeforeMs = Number.NEGATIVE_INFINITY

  constructor(
    private readonly most: Load,
    private readonly maxAgeMs: () => number,
  ) {}

  /** @param oldestMs when the oldest of what waits was published, by the clock of `nowMs`. */
  isHigh(load: Load, oldestMs: number, nowMs: number): boolean {
    return this.partOf(load) > this.limit || (nowMs >= this.notBeforeMs && nowMs - oldestMs > this.maxAgeMs())
  }

  /** The bounds to conflate by: half of what may wait, in records of the size that they have, so that there is room for a while. */
  boundsOf(load: Load): Bounds {
    return { count: Math.floor(load.count / this.partOf(load) / 2), ageMs: this.maxAgeMs() / 2 }
  }

  /** @param staying what waits after it. */
  relieved(staying: Load, nowMs: number): void {
    this.limit = Math.max(1, 2 * this.partOf(staying))
    this.notBeforeMs = nowMs + this.maxAgeMs() / 2
  }

  private partOf({ count, bytes }: Load): number {
    return Math.max(count / this.most.count, bytes / this.most.bytes)
  }
}
