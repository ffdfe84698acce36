/** Times as files write them, to milliseconds since 1970 UTC. NaN stands for "not a time". */
import { zoneToUtc } from './zones'

const DAY_MS = 86_400_000
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const NUMERIC =
  /^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[ T]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]?(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/
/** `2020011309`, `202001130930`, `20200113093000` and with a fraction behind: as many digits as counts have, or nearly. */
const COMPACT = /^(\d{4})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(\d{3}|\d{6}|\d{9})?)?)?$/
/** Years that compact times are believed to be of. */
const [FIRST_YEAR, LAST_YEAR] = [1970, 2099]
const NAMED = /^(?:([a-z]{3})[a-z]* (\d{1,2}),? (\d{4})|(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4}))$/i

/**
 * A count of seconds, ms, µs or ns since 1970, told apart by its number of digits: files change the unit in midstream.
 * The digits stand from `start` to `end` with a decimal point at `point` (`end` for none); what is finer than a
 * millisecond is cut off. Numbers of digits that no unit has since 1973 are no count.
 */
export function epochMs(text: string, start: number, point: number, end: number): number {
  const digits = point - start
  if (digits <= 8 || digits > 19 || digits % 3 === 2) return Number.NaN
  const stop = digits >= 18 ? point - 6 : digits >= 15 ? point - 3 : point
  let value = 0
  for (let i = start; i < stop; i++) value = value * 10 + text.charCodeAt(i) - 48
  if (digits >= 12) return value
  for (let i = 1; i <= 3; i++) value = value * 10 + (point + i < end ? text.charCodeAt(point + i) - 48 : 0)
  return value
}

/**
 * Reads the written times of one file.
 * @param zone IANA name in which times without a zone are to be read; UTC when absent.
 */
export function timeReader(zone?: string): (text: string) => number {
  let minute = ''
  let minuteMs = 0
  const utc = zone === undefined ? (localMs: number) => localMs : zoneToUtc(zone)
  return (text) => {
    // Rows come in bursts of the same minute: `2021-12-31 23:01` is worked out once.
    const seconds = secondsOf(text)
    if (seconds >= 0 && minute !== '' && text.startsWith(minute)) return minuteMs + seconds * 1000
    const ms = writtenMs(text.trim(), utc)
    if (seconds >= 0 && !Number.isNaN(ms)) {
      minute = text.slice(0, 16)
      minuteMs = ms - seconds * 1000
    }
    return ms
  }
}

/** The last two digits of `2021-12-31 23:01:59`; -1 for what is written otherwise, and for a leap second. */
function secondsOf(text: string): number {
  if (text.length !== 19 || text.charCodeAt(16) !== 58) return -1
  const [tens, ones] = [text.charCodeAt(17) - 48, text.charCodeAt(18) - 48]
  return tens >= 0 && tens < 6 && ones >= 0 && ones < 10 ? tens * 10 + ones : -1
}

function writtenMs(text: string, utc: (localMs: number) => number): number {
  const match = NUMERIC.exec(text) ?? compact(text)
  if (!match) return namedMs(text, utc)
  const [, year, month, day, hour = '0', minutes = '0', seconds = '0', fraction = '', zone] = match
  const date = dateMs(Number(year), Number(month), Number(day))
  if (Number(hour) > 24 || Number(minutes) > 59 || Number(seconds) > 60) return Number.NaN
  const clock = ((Number(hour) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  const local = date + clock + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (zone === undefined) return utc(local)
  if (zone === 'Z' || zone === 'UTC') return local
  const offset = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? local + offset * 60_000 : local - offset * 60_000
}

function compact(text: string): RegExpExecArray | null {
  const year = Number(text.slice(0, 4))
  return year >= FIRST_YEAR && year <= LAST_YEAR ? COMPACT.exec(text) : null
}

/** Whether digits that may as well be a count since 1970 write out a time: `202001130930`. */
export const isCompactTime = (text: string) => compact(text) !== null && !Number.isNaN(writtenMs(text, (ms) => ms))

/** `Jun 19, 2021` and `19-Jun-2021`. */
function namedMs(text: string, utc: (localMs: number) => number): number {
  const match = NAMED.exec(text)
  if (!match) return Number.NaN
  const month = MONTHS.indexOf((match[1] ?? match[5] ?? '').toLowerCase())
  return utc(dateMs(Number(match[3] ?? match[6]), month + 1, Number(match[2] ?? match[4])))
}

function dateMs(year: number, month: number, day: number): number {
  const ms = Date.UTC(year, month - 1, day)
  const date = new Date(ms)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : Number.NaN
}

/** True for midnight UTC of the last day of a month: how some tools name a month's candle. */
export const isMonthEnd = (ms: number) => ms % DAY_MS === 0 && new Date(ms + DAY_MS).getUTCDate() === 1

/** True for the first instant of a month. */
export const isMonthStart = (ms: number) => ms % DAY_MS === 0 && new Date(ms).getUTCDate() === 1

/** The first instant of the month that lies `months` after the one of `ms`. */
export function monthStart(ms: number, months = 0): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)
}
