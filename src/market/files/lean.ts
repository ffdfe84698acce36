/**
 * LEAN's files: no header, times counted from a midnight that only the file's name tells, prices of shares and options
 * times 10,000. Shares and options live in New York's time, crypto in UTC, FXCM's currencies five hours behind UTC.
 */
import type { Columns } from './columns'
import type { FormatName } from './formats'
import { mostly } from './headless'
import { type Row, RowProblem } from './row'
import { platformSymbol } from './symbols'
import { zoneToUtc } from './zones'

const DAY_MS = 86_400_000
const RESOLUTIONS: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000, daily: DAY_MS }
const BARS = { open: 1, high: 2, low: 3, close: 4, volume: 5 }

export interface LeanText {
  readonly format: FormatName
  readonly columns: Columns
  readonly symbol: string | undefined
  readonly places: number
  readonly zeroKeeps: boolean
  readonly intervalMs: number
  readonly time: (row: Row) => number
}

/**
 * @param entry the name inside the zip, as `20131007_spy_minute_trade.csv`.
 * @param file the zip's own name; `zone` overrides the zone these files are known to have.
 */
export function readLean(
  rows: readonly (readonly string[])[],
  entry: string,
  file: string,
  zone: string | undefined,
): LeanText | undefined {
  const first = rows[0] ?? []
  const day = /^(\d{4})(\d{2})(\d{2})_/.exec(entry)
  const counted = mostly(rows, (row) => /^\d{1,8}$/.test(row[0] ?? '') && Number(row[0]) <= DAY_MS)
  const written = mostly(rows, (row) => /^\d{8} \d{2}:\d{2}$/.test(row[0] ?? ''))
  if (!(counted && day) && !written) return undefined
  const found = columnsFor(first, /quote/i.test(entry) || /quote/i.test(file))
  if (!found) return undefined
  const scaled = mostly(rows, (row) => found.prices.every((index) => /^\d+$/.test(row[index] ?? '')))
  const local = zone ?? (scaled ? 'America/New_York' : /fxcm/i.test(file) ? 'Etc/GMT+5' : 'UTC')
  const utc = zoneToUtc(local)
  const midnight = day ? Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) : 0
  const resolution = /_(second|minute|hour|daily)_/i.exec(entry)?.[1]?.toLowerCase() ?? ''
  const daily = mostly(rows, (row) => row[0]?.endsWith(' 00:00') ?? false)
  const intervalMs = RESOLUTIONS[resolution] ?? (written ? RESOLUTIONS[daily ? 'daily' : 'hour']! : 0)
  const localTime = counted ? (row: Row) => midnight + clock(row) : writtenTime
  // A bar of quotes is known when it ends.
  const shift = found.format === 'lean-quote-bars' ? intervalMs - 1 : 0
  return {
    format: found.format,
    columns: found.columns,
    symbol: symbolOf(entry),
    places: scaled ? 4 : 0,
    zeroKeeps: found.format === 'lean-quote',
    intervalMs,
    time: (row) => utc(localTime(row)) + shift,
  }
}

interface LeanColumns {
  readonly format: FormatName
  readonly columns: Columns
  readonly prices: readonly number[]
}

function columnsFor(first: readonly string[], quotes: boolean): LeanColumns | undefined {
  const count = first.length
  const letters = /[a-z]/i.test(first[3] ?? '')
  if (count === 11) return { format: 'lean-quote-bars', columns: { bid: 4, ask: 9 }, prices: [4, 9] }
  if (quotes) {
    if (count === 8) return { format: 'lean-quote', columns: { bid: 1, ask: 3, doubtful: 7 }, prices: [1, 3] }
    if (count === 5) return { format: 'lean-quote', columns: { bid: 1, ask: 3 }, prices: [1, 3] }
    return count === 3 ? { format: 'lean-quote', columns: { bid: 1, ask: 2 }, prices: [1, 2] } : undefined
  }
  if (count === 6 && letters) {
    return { format: 'lean-trade', columns: { price: 1, quantity: 2, doubtful: 5 }, prices: [1] }
  }
  if (count === 6) return { format: 'lean-ohlcv', columns: BARS, prices: [1, 2, 3, 4] }
  return count === 3 ? { format: 'lean-trade', columns: { price: 1, quantity: 2 }, prices: [1] } : undefined
}

function clock(row: Row): number {
  const text = row.text(0)
  const ms = Number(text)
  if (!/^\d{1,8}$/.test(text) || ms > DAY_MS) {
    throw new RowProblem(`time ${JSON.stringify(text)} is not a count of milliseconds since midnight`)
  }
  return ms
}

function writtenTime(row: Row): number {
  const match = /^(\d{4})(\d{2})(\d{2}) (\d{2}):(\d{2})$/.exec(row.text(0))
  if (!match) throw new RowProblem(`time ${JSON.stringify(row.text(0))} is not YYYYMMDD HH:MM`)
  const [year, month, day, hour, minute] = match.slice(1).map(Number)
  return Date.UTC(year!, month! - 1, day, hour, minute)
}

/** `goog_…_american_call_4000000_20170120` is the contract GOOG-20170120-400-C. */
function symbolOf(entry: string): string | undefined {
  const words = entry.replace(/\.csv$/i, '').split('_')
  if (/^\d{8}$/.test(words[0] ?? '')) words.shift()
  const name = words[0]
  if (name === undefined || !/^[a-z]/i.test(name)) return undefined
  const contract = /_(call|put)_(\d+)_(\d{8})/i.exec(entry)
  if (!contract) return platformSymbol(name)
  const [, right = '', strike = '', expiry = ''] = contract
  return `${name.toUpperCase()}-${expiry}-${Number(strike) / 10_000}-${right.charAt(0).toUpperCase()}`
}
