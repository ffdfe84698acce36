/** What the times at the head of a text tell of all of it. */
const DAY_MS = 86_400_000

export interface Spacing {
  /** The most frequent distance between neighbours, ms; 0 when there are no two times. */
  readonly intervalMs: number
  /** Most neighbours have that distance. */
  readonly regular: boolean
  readonly newestFirst: boolean
  /** -Infinity when the text is newest first. */
  readonly startsAt: number
}

export function spacingOf(times: readonly number[]): Spacing {
  const counts = new Map<number, number>()
  let falling = 0
  let rising = 0
  for (let i = 1; i < times.length; i++) {
    const distance = Math.abs(times[i]! - times[i - 1]!)
    if (distance === 0) continue
    if (times[i]! < times[i - 1]!) falling++
    else rising++
    counts.set(distance, (counts.get(distance) ?? 0) + 1)
  }
  let intervalMs = 0
  let most = 0
  for (const [distance, count] of counts) {
    if (count > most || (count === most && distance < intervalMs)) {
      intervalMs = distance
      most = count
    }
  }
  // One day's candle alone is a day long.
  if (times.length === 1 && times[0]! % DAY_MS === 0) intervalMs = DAY_MS
  const newestFirst = falling > rising && times.at(-1)! < times[0]!
  return {
    intervalMs,
    regular: most * 2 > falling + rising,
    newestFirst,
    startsAt: newestFirst || times.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...times),
  }
}
