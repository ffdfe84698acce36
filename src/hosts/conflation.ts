/** What may be left out when an instance or a host cannot keep up: the same rule on both sides of the channel. */
import { HANDLER_NUMBER, type HandlerName } from '../sandbox/layout'
import type { MarketEvent } from '../schema/events'

/**
 * `newest`: of each symbol the newest is enough. `bounded`: the oldest go first beyond a bound.
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

export interface Waiting {
  readonly duty: Duty
  /** Events of one kind about one symbol share it. */
  readonly slot: string
}

/** Which of the waiting are to stay, by index, in their order. */
export function conflate(waiting: readonly Waiting[], bound: number): number[] {
  const seen = new Set<string>()
  const stay: number[] = []
  let bounded = 0
  for (let i = waiting.length - 1; i >= 0; i--) {
    const { duty, slot } = waiting[i]!
    if (duty === 'newest' && seen.has(slot)) continue
    if (duty === 'bounded' && ++bounded > bound) continue
    if (duty === 'newest') seen.add(slot)
    stay.push(i)
  }
  return stay.reverse()
}
