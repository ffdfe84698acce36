/** Cells of tables as the texts that they have in a CSV file: numbers exact, times with the zone that they have. */
import { scaledDown } from '../decimals'

/** What is in a cell. */
export type Value = string | number | bigint | boolean | Uint8Array | null | undefined

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

/** What the cells of a column are. */
export type CellType =
  | { readonly is: 'text' | 'whole' | 'truth' | 'double' | 'single' | 'half' }
  /** Whole numbers, of which the last `scale` digits stand behind the point. */
  | { readonly is: 'decimal'; readonly scale: number }
  /** Counts of a unit since 1970: in UTC, or as the clocks of some place show. */
  | { readonly is: 'moment'; readonly unit: TimeUnit; readonly utc: boolean }
  /** Counts of a unit since midnight. */
  | { readonly is: 'clock'; readonly unit: TimeUnit }
  /** Counts of days, or of something of that many milliseconds, since 1970. */
  | { readonly is: 'date'; readonly countMs: number }
  /** No single value: it stands in no column that is read. */
  | { readonly is: 'other'; readonly what: string }

export const DAY_MS = 86_400_000
const decoder = new TextDecoder()

/** How the cells of a column are written; of an absent value nothing is. */
export function cellWriter(type: CellType): (value: Value) => string {
  const write = writerOf(type)
  return (value) => (value === null || value === undefined ? '' : write(value))
}

function writerOf(type: CellType): (value: NonNullable<Value>) => string {
  switch (type.is) {
    case 'text':
      return (value) => textCell(value instanceof Uint8Array ? decoder.decode(value) : String(value))
    case 'single':
      return (value) => shortest(Number(value), Math.fround, 6)
    case 'half':
      return (value) => shortest(Number(value), Math.f16round, 3)
    case 'decimal':
      return (value) => decimalText(integer(value), type.scale)
    case 'moment':
      return (value) => momentText(msOf(value, type.unit), type.utc)
    case 'clock':
      return (value) => isoText(msOf(value, type.unit)).slice(11, -1)
    case 'date':
      return (value) => isoText(Number(value) * type.countMs).replace('T00:00:00.000Z', '')
    case 'other':
      return () => type.what
    default:
      // This is the shortest text that means a double.
      return String
  }
}

const integer = (value: Value) => (typeof value === 'bigint' ? value : BigInt(Number(value)))

/** A text of one line that is one field. */
export function textCell(text: string): string {
  const line = /\p{Cc}/u.test(text) ? text.replace(/\p{Cc}/gu, ' ') : text
  return line.startsWith('"') ? `"${line.replaceAll('"', '""')}"` : line
}

/** The shortest decimal that rounds to a number of less digits than a double. @param digits all decimals of so many survive it. */
function shortest(value: number, round: (value: number) => number, digits: number): string {
  for (let precision = digits; precision < digits + 4; precision++) {
    const near = Number(value.toPrecision(precision))
    if (round(near) === value) return String(near)
  }
  return String(value)
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled)
  const text = scale > 0 ? scaledDown(digits, scale) : digits + '0'.repeat(-scale)
  return unscaled < 0n ? `-${text}` : text
}

/** Milliseconds; what is finer is cut off. */
function msOf(value: NonNullable<Value>, unit: TimeUnit): number {
  switch (unit) {
    case 's':
      return Number(value) * 1000
    case 'ms':
      return Number(value)
    case 'us':
      return Math.floor(Number(value) / 1000)
    default: {
      const count = integer(value)
      return Number(count / 1_000_000n) - (count % 1_000_000n < 0n ? 1 : 0)
    }
  }
}

function momentText(ms: number, utc: boolean): string {
  const text = isoText(ms)
  if (utc) return text
  return text.endsWith('.000Z') ? text.slice(0, -5) : text.slice(0, -1)
}

/** Beyond the years that there are dates for, a text that is none. */
const isoText = (ms: number) => (Math.abs(ms) <= 100_000_000 * DAY_MS ? new Date(ms).toISOString() : `${ms} ms`)
