/** Times as people write them. */

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/** A date or time, UTC unless it says otherwise; to ms since 1970. @returns undefined for what is none. */
export function writtenTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (!match) return undefined
  const zoned = text.length > 10 && match[1] === undefined ? `${text}Z` : text
  const ms = Date.parse(zoned.replace(' ', 'T'))
  return Number.isFinite(ms) ? ms : undefined
}
