/** Flags that the commands over what has happened share. */
import { InvalidArgumentError, Option } from 'commander'
import { isDuration } from '../../../compiler/duration'
import { durationMs } from '../../../schema/risk-set'
import { writtenTime } from '../../../schema/written-time'

const DAY_MS = 86_400_000

/** `10m` ago, `2d` ago, or a time; ms since 1970. */
export const sinceOption = (): Option =>
  new Option(
    '--since <time>',
    'only from then on: 90s, 10m, 1h30m or 2d ago, or a time as 2026-01-31T12:00:00Z',
  ).argParser(timeAgo)

/** `10m` ago, `2d` ago, or a time; ms since 1970. */
export function timeAgo(text: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  if (days !== undefined) return Date.now() - Number(days) * DAY_MS
  if (isDuration(text) && !text.startsWith('-')) return Date.now() - durationMs(text)
  const time = writtenTime(text)
  if (time !== undefined) return time
  throw new InvalidArgumentError('write how long ago, as 10m or 2d, or a time, as 2026-01-31T12:00:00Z.')
}

/** How many of the newest. @param flags as `-n, --tail <count>`. */
export const countOption = (flags: string, description: string): Option =>
  new Option(flags, `${description}, or all`).argParser(count)

export function count(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('write a whole number, or all.')
}
