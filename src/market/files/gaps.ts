/** Counts the candles that are missing between those that are there. */

import { Failure } from '../../errors/failure'
import type { MarketEvent } from '../../schema/events'

/**
 * @returns a count of the intervals missing before a candle, 0 before the first of its symbol. Nights, weekends and
 * holidays count like any other absence.
 */
export function gapCounter(): (event: MarketEvent, intervalMs: number, file: string) => number {
  const opened = new Map<string, number>()
  return (event, intervalMs, file) => {
    if (event.type !== 'KlineSummary') return 0
    const { openTime } = event.payload
    const before = opened.get(event.symbol)
    opened.set(event.symbol, openTime)
    if (before === undefined) return 0
    if (openTime === before) {
      const time = new Date(openTime).toISOString()
      throw new Failure('data_broken', `${file}: ${event.symbol} has two candles of ${time}; leave one of them out`)
    }
    return intervalMs > 0 ? Math.max(Math.round((openTime - before) / intervalMs) - 1, 0) : 0
  }
}
