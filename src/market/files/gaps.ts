/** Which candles are missing between two that are there. */
import type { KlinePayload } from '../../schema/events'
import { isMonthStart, monthStart } from './times'

const DAY_MS = 86_400_000
const MEAN_MONTH_MS = (365.2425 / 12) * DAY_MS
/** A February is shorter than the mean month by 2.4 days. */
const CALENDAR_SLACK_MS = 2.5 * DAY_MS

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
  const months = monthsOf(before.openTime, openTime, distanceMs)
  const length = months ? monthsBetween(before.openTime, openTime) / months : (openTime - before.openTime) / distanceMs
  const missing = Math.round(length) - 1
  if (missing < 1) return undefined
  const fromMs = months ? monthStart(before.openTime, months) : before.openTime + distanceMs
  return { symbol, from: new Date(fromMs).toISOString(), to: new Date(openTime).toISOString(), missing }
}

/** How many calendar months, which are of several lengths, a candle has; 0 unless it is made of them. */
function monthsOf(fromMs: number, toMs: number, distanceMs: number): number {
  if (!isMonthStart(fromMs) || !isMonthStart(toMs)) return 0
  const months = Math.round(distanceMs / MEAN_MONTH_MS)
  return Math.abs(distanceMs - months * MEAN_MONTH_MS) < CALENDAR_SLACK_MS ? months : 0
}

function monthsBetween(fromMs: number, toMs: number): number {
  const [from, to] = [new Date(fromMs), new Date(toMs)]
  return 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth()
}
