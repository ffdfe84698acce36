/** Local wall-clock times of a time zone to UTC, with summer time, by the rules that Intl knows. */

const HOUR_MS = 3_600_000

/** Why a text is no name of a zone; undefined when it is one. */
export function zoneProblem(zone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return undefined
  } catch {
    return `"${zone}" is no time zone; write it as America/New_York`
  }
}

/**
 * @param zone an IANA name. @throws RangeError for a zone that does not exist.
 * @returns takes the wall clock read as if it were UTC; in the hour that a change to winter time repeats, the first is meant.
 */
export function zoneToUtc(zone: string): (localMs: number) => number {
  const offsetAt = offsets(zone)
  // Times come in order: most lie in the hour of the one before.
  let hour = Number.NaN
  let offset = 0
  return (localMs) => {
    const itsHour = Math.floor(localMs / HOUR_MS)
    if (itsHour !== hour) {
      const local = itsHour * HOUR_MS
      // The offset that holds at the instant sought is found from the one half a day before it.
      offset = offsetAt(local - offsetAt(local - 12 * HOUR_MS))
      hour = itsHour
    }
    return localMs - offset
  }
}

/** What a zone's clock is ahead of UTC at an instant, ms. */
function offsets(timeZone: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (utcMs) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(utcMs)) part[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - utcMs
  }
}
