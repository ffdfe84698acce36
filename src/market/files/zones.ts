/** Local wall-clock times of a time zone to UTC, with summer time, by the rules that Intl knows. */

const HOUR_MS = 3_600_000
const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

/**
 * @param localMs the wall clock read as if it were UTC. In the hour that a change to winter time repeats, the first is meant.
 * @throws RangeError for a zone that does not exist.
 */
export function zoneToUtc(localMs: number, zone: string): number {
  const hour = Math.floor(localMs / HOUR_MS)
  const key = `${zone} ${hour}`
  let offset = offsets.get(key)
  if (offset === undefined) {
    const local = hour * HOUR_MS
    // The offset that holds at the instant sought, found from the one a guess away.
    offset = offsetAt(local - offsetAt(local - 12 * HOUR_MS, zone), zone)
    if (offsets.size > 10_000) offsets.clear()
    offsets.set(key, offset)
  }
  return localMs - offset
}

function offsetAt(utcMs: number, zone: string): number {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(utcMs)) part[type] = Number(value)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - utcMs
}
