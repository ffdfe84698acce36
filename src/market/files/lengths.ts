/** Lengths of candles as people write them: `1m`, `4h`, `1d`, `1w`, `1mo`. */
import { stemOf } from './stem'

const UNITS: Record<string, number> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const WRITTEN = (['d', 'h', 'm', 's'] as const).map((unit) => [unit, UNITS[unit]!] as const)
/** The shortest month stands for all: candles of months are known by it and end with their month. */
export const MONTH_MS = 28 * 86_400_000
/** So many of these are never fewer than the months that they hold: a year of 365 days is more than 11. */
export const LONGEST_MONTH_MS = 31 * 86_400_000

/** @returns ms; undefined when it is no length. `1M` is a month and `1m` a minute, as exchanges write them. */
export function lengthMs(text: string): number | undefined {
  const match = /^(\d{1,4})([a-z]+)$/i.exec(text)
  const count = Number(match?.[1])
  const unit = match?.[2] ?? ''
  if (!(count > 0)) return undefined
  if (unit === 'M' || /^mo(n|nth)?$/i.test(unit)) return count === 1 ? MONTH_MS : undefined
  const unitMs = UNITS[unit.toLowerCase()]
  return unitMs === undefined ? undefined : count * unitMs
}

/** The length that a file's name tells, as in `BTCUSDT-1h-2024-12.csv`; undefined when it tells none, or several. */
export function lengthOfName(name: string): number | undefined {
  const words = stemOf(name).split(/[-_.\s]+/)
  const lengths = new Set(words.map(lengthMs).filter((length) => length !== undefined))
  return lengths.size === 1 ? [...lengths][0] : undefined
}

/** As venues name it: `1m`, `4h`, `1d`, `1w`; undefined when it is no whole number of seconds above zero. */
export function intervalName(ms: number): string | undefined {
  if (ms <= 0 || ms % UNITS.s! !== 0) return undefined
  return ms % UNITS.w! === 0 ? `${ms / UNITS.w!}w` : lengthText(ms)
}

/** As it is written: `3m`, `23h`, `1d`; `lengthMs` reads it again. */
export function lengthText(ms: number): string {
  const [unit, unitMs] = WRITTEN.find(([, length]) => ms % length === 0) ?? ['ms', 1]
  return `${ms / unitMs}${unit}`
}
