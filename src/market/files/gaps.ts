/** Which candles are missing between two that are there. */
import type { KlinePayload } from '../../schema/events'
import { isMonthStart, monthStart } from './times'

const DAY_MS = 86_400_000

/** Candles of one symbol that are missing in a row. */
export interface Gap {
  readonly symbol: string
  /** RFC 3339; when the first of them would have opened. */
  readonly from: string
  /** When the next candle that is there opened. */
  readonly to: string
  readonly missing: number
}

/**
 * @param intervalMs from the opening of a candle to that of the next one; 0 when it is not known.
 * @returns undefined when none is missing.
 */
export function gapBetween(
  symbol: string,
  before: KlinePayload,
  { openTime }: KlinePayload,
  intervalMs: number,
): Gap | undefined {
  // No candle is longer than the distance to the next one, whatever the head of the file makes believe.
  const distanceMs = Math.max(intervalMs, before.closeTime + 1 - before.openTime)
  if (distanceMs <= 1) return undefined
  const months = monthsBetween(before.openTime, openTime, distanceMs)
  const missing = (months ?? Math.round((openTime - before.openTime) / distanceMs)) - 1
  if (missing < 1) return undefined
  const fromMs = months === undefined ? before.openTime + distanceMs : monthStart(before.openTime, 1)
  return { symbol, from: new Date(fromMs).toISOString(), to: new Date(openTime).toISOString(), missing }
}

/** Undefined unless the candles are those of calendar months, which are of several lengths. */
function monthsBetween(fromMs: number, toMs: number, distanceMs: number): number | undefined {
  if (distanceMs < 28 * DAY_MS || distanceMs > 31 * DAY_MS) return undefined
  if (!isMonthStart(fromMs) || !isMonthStart(toMs)) return undefined
  const [from, to] = [new Date(fromMs), new Date(toMs)]
  return 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth()
}
