/** The time of the data that was asked for. */
import type { MarketEvent } from '../../schema/events'

export interface Range {
  /** Events from this time on, ms since 1970; a candle counts by its close. */
  readonly from?: number
  /** Events before this time, ms. */
  readonly to?: number
}

export const isInRange = (timeMs: number, { from, to }: Range): boolean =>
  (from === undefined || timeMs >= from) && (to === undefined || timeMs < to)

export function inRange(batch: MarketEvent[], range: Range): MarketEvent[] {
  if (range.from === undefined && range.to === undefined) return batch
  return batch.filter(({ timeMs }) => isInRange(timeMs, range))
}

export async function* cutTo(batches: AsyncIterable<MarketEvent[]>, range: Range): AsyncGenerator<MarketEvent[]> {
  for await (const batch of batches) yield inRange(batch, range)
}
