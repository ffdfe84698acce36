/** The periods that returns are made of: UTC days, or weeks and months where the candles are as long as these. */
import { monthStart } from '../../market/files/times'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** 1970-01-05: weeks begin on Mondays, as in ISO 8601. */
const FIRST_MONDAY_MS = 4 * DAY_MS

export interface Period {
  readonly name: 'day' | 'week' | 'month'
  /** What its returns are called, as in "weekly". */
  readonly adjective: 'daily' | 'weekly' | 'monthly'
  /** How many of them make a year, where every day is traded. */
  readonly perYear: number
  /** Its length, of months that of the mean one. */
  readonly lengthMs: number
  /** The moment that ends the period: what happens at that very moment, as a candle's close, still belongs to it. */
  endOf(timeMs: number): number
}

const DAY: Period = {
  name: 'day',
  adjective: 'daily',
  perYear: 365,
  lengthMs: DAY_MS,
  endOf: (timeMs) => Math.ceil(timeMs / DAY_MS) * DAY_MS,
}

const WEEK: Period = {
  name: 'week',
  adjective: 'weekly',
  perYear: 52,
  lengthMs: WEEK_MS,
  endOf: (timeMs) => Math.ceil((timeMs - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS,
}

export const MONTH: Period = {
  name: 'month',
  adjective: 'monthly',
  perYear: 12,
  lengthMs: (365.2425 / 12) * DAY_MS,
  endOf: (timeMs) => monthStart(timeMs - 1, 1),
}

/** @param candleMs length of the shortest candles, 0 where there are none. */
export function periodOf(candleMs: number): Period {
  if (candleMs >= 27 * DAY_MS) return MONTH
  return candleMs >= 6 * DAY_MS ? WEEK : DAY
}
