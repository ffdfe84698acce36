/** Lengths of candles that are made: `1m`, `4h`, `1d`, `1w`, `1M`; on the clock and the calendar of UTC. */
import { Failure } from '../../errors/failure'
import { intervalName, lengthMs, MONTH_MS } from '../files/lengths'
import { monthStart } from '../files/times'

export interface Timeframe {
  /** As venues name it. */
  readonly name: string
  /** A month counts as the shortest one. */
  readonly lengthMs: number
  /** When the candle opens that a moment lies in, ms since 1970. */
  opening(timeMs: number): number
  /** When the candle that opens then ends, exclusive. */
  ending(openMs: number): number
}

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** 1970-01-05. */
const FIRST_MONDAY_MS = 4 * DAY_MS
const MONTHS_PER_YEAR = 12
const EXAMPLES = 'write it as 1m, 5m, 1h, 4h, 1d, 1w or 1M'

/** @param texts as written, each perhaps several with commas. @returns the shortest first. @throws Failure usage. */
export function parseTimeframes(texts: readonly string[]): Timeframe[] {
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim())
  const parsed = names.map(parseTimeframe)
  const twice = parsed.find(({ name }, i) => parsed.findIndex((other) => other.name === name) < i)
  if (twice) throw refused(`"${twice.name}" is named twice`)
  return parsed.sort((one, other) => one.lengthMs - other.lengthMs)
}

/** What is wrong with timeframes of a setting; undefined of sound ones. */
export function timeframesProblem(text: string): string | undefined {
  try {
    parseTimeframes([text])
    return undefined
  } catch (error) {
    if (error instanceof Failure) return `${error.message}; ${error.hint}`
    throw error
  }
}

/** A clock's length, ms, whatever it divides. */
export function fixedTimeframe(lengthMs: number): Timeframe {
  return { name: intervalName(lengthMs) ?? '', ...grid(lengthMs, 0) }
}

function parseTimeframe(text: string): Timeframe {
  const months = /^(\d{1,2})(?:M|mo)$/.exec(text)?.[1]
  if (months !== undefined) return monthly(text, Number(months))
  const length = lengthMs(text)
  if (length === undefined || length % 1000 !== 0) throw refused(`"${text}" is no timeframe`)
  const name = intervalName(length)!
  if (length < DAY_MS && DAY_MS % length !== 0) throw refused(`"${name}" does not fill a day evenly`)
  return { name, ...grid(length, length % WEEK_MS === 0 ? FIRST_MONDAY_MS : 0) }
}

function monthly(text: string, months: number): Timeframe {
  if (months < 1 || MONTHS_PER_YEAR % months !== 0) throw refused(`"${text}" does not fill a year evenly`)
  return {
    name: `${months}M`,
    lengthMs: months * MONTH_MS,
    opening: (timeMs) => monthStart(timeMs, -(new Date(timeMs).getUTCMonth() % months)),
    ending: (openMs) => monthStart(openMs, months),
  }
}

const grid = (lengthMs: number, originMs: number): Omit<Timeframe, 'name'> => ({
  lengthMs,
  opening: (timeMs) => timeMs - ((((timeMs - originMs) % lengthMs) + lengthMs) % lengthMs),
  ending: (openMs) => openMs + lengthMs,
})

const refused = (message: string) => new Failure('usage', message, {}, EXAMPLES)

/**
 * @param sourceMs length of the candles that others are to be made of; 0 when it is not known.
 * @throws Failure usage that names what there is.
 */
export function checkMultiples(timeframes: readonly Timeframe[], sourceMs: number): void {
  for (const { name, lengthMs } of timeframes) {
    if (sourceMs === 0) continue
    const isMonthly = lengthMs % MONTH_MS === 0
    const fits = isMonthly ? sourceMs % MONTH_MS === 0 || DAY_MS % sourceMs === 0 : lengthMs % sourceMs === 0
    if (fits && lengthMs >= sourceMs) continue
    const has = sourceMs === MONTH_MS ? '1M' : (intervalName(sourceMs) ?? `${sourceMs} ms`)
    throw new Failure(
      'usage',
      `candles of ${name} cannot be made: the data have candles of ${has}`,
      {},
      `choose ${has} or a multiple of it, or data that are finer`,
    )
  }
}
