/** A figure for people, by its unit. */
import type { Unit } from '../statistics/figures'
import { grouped } from './grouped'
import { moneyText } from './money-text'

/** @param currency of the money, as `USDT`. */
export function figureText(value: number | null, unit: Unit, currency: string): string {
  if (value === null) return '-'
  switch (unit) {
    case 'percent':
      return `${rounded(value, 2)} %`
    case 'ratio':
      return rounded(value, 2)
    case 'money':
      return moneyText(value, currency)
    case 'count':
      return grouped(value, 0)
    case 'time':
      return timeText(new Date(value).toISOString())
    case 'duration':
      return duration(value)
  }
}

/** @param time RFC 3339 in UTC. */
export function timeText(time: string): string {
  return time.replace('T', ' ').replace('.000Z', 'Z')
}

/** Large annualised figures of short files say little: they are cut to a power of ten. */
function rounded(value: number, digits: number): string {
  return Math.abs(value) < 1e9 ? grouped(value, digits) : value.toExponential(2)
}

/** As `31d 00h 30m`, with the three largest units that it has. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.floor(ms / 1000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts
    .slice(first, first + 3)
    .map(([amount, unit], i) => `${i === 0 ? amount : String(amount).padStart(2, '0')}${unit}`)
    .join(' ')
}
