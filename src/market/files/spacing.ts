/** What the times at the head of a text tell of all of it: its direction, and how long its candles are. */

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Distances of months, quarters and years, named by any day, differ by no more than this. */
const CALENDAR_SLACK = 1.2
/** The shortest month less what its first trading day may wander. */
const CALENDAR_MS = 25 * DAY_MS
/** When so many in ten of the times lie on the grid of the most frequent distance, the others are exceptions. */
const ON_GRID_TENTHS = 8

export interface Length {
  /** The length of a candle, ms; 0 when nothing tells it. */
  readonly intervalMs: number
  /** No two candles are nearer: what is contradicts the length. 0 when nothing is expected. */
  readonly shortestMs: number
}

export function isNewestFirst(times: readonly number[]): boolean {
  let falling = 0
  let rising = 0
  for (let i = 1; i < times.length; i++) {
    if (times[i]! < times[i - 1]!) falling++
    else if (times[i]! > times[i - 1]!) rising++
  }
  return falling > rising && times.at(-1)! < times[0]!
}

/**
 * Candles do not overlap: the shortest distance bounds their length, and is it unless there is a reason (thin markets
 * leave out most candles). The file's name may tell a length that the distances allow.
 */
export function lengthOf(times: readonly number[], named: number | undefined): Length {
  const distances = distancesOf(times)
  if (distances.length === 0) {
    // One day's candle alone is a day long.
    const alone = times.length > 0 && times[0]! % DAY_MS === 0 ? DAY_MS : 0
    return { intervalMs: named ?? alone, shortestMs: 0 }
  }
  const shortest = Math.min(...distances)
  const usual = mostFrequent(distances)
  if (named !== undefined && (named === usual || allows(distances, shortest, named))) {
    return { intervalMs: named, shortestMs: tolerated(named, Math.min(shortest, named)) }
  }
  const intervalMs = likely(times, distances, shortest, usual)
  return { intervalMs, shortestMs: tolerated(intervalMs, Math.min(shortest, intervalMs)) }
}

/** Whether the times are finer than candles are: moments of trades. */
export function areMoments(times: readonly number[]): boolean {
  const distances = distancesOf(times)
  if (distances.length < 2) return false
  const usual = mostFrequent(distances)
  const regular = distances.filter((distance) => distance === usual).length * 2 > distances.length
  return !regular && (distances.length < times.length - 1 || divisor(distances) < 1000)
}

function likely(times: readonly number[], distances: readonly number[], shortest: number, usual: number): number {
  if (shortest === usual) return usual
  // Months, quarters and years: never shorter than they are, the next candle ends them.
  if (shortest >= CALENDAR_MS) return Math.max(...distances.filter((length) => length <= shortest * CALENDAR_SLACK))
  // A day is an hour shorter when summer time begins.
  if (shortest === usual - HOUR_MS && usual % DAY_MS === 0) return usual
  // No length divides or counts days like this: a stray row.
  if (DAY_MS % shortest !== 0 && shortest % DAY_MS !== 0) return usual
  // Sessions that open in the middle of an hour, weeks that open after a holiday.
  const exceptional = usual >= HOUR_MS && shortest * 4 >= usual && onGrid(times, usual)
  return exceptional ? usual : shortest
}

/** What later rows may do without contradicting the length: days change with summer time, longer ones with the calendar. */
function tolerated(intervalMs: number, shortest: number): number {
  if (intervalMs > DAY_MS) return Math.min(shortest, DAY_MS)
  return intervalMs === DAY_MS ? Math.min(shortest, DAY_MS - HOUR_MS) : shortest
}

/** A name's shorter length is believed when the distances have no greater measure in common, or are too few to tell. */
function allows(distances: readonly number[], shortest: number, named: number): boolean {
  if (named > shortest) return false
  const common = divisor(distances)
  return common % named === 0 && (common === named || (distances.length < 4 && common % DAY_MS !== 0))
}

function onGrid(times: readonly number[], length: number): boolean {
  const phases = new Map<number, number>()
  for (const time of times) phases.set(time % length, (phases.get(time % length) ?? 0) + 1)
  return Math.max(...phases.values()) * 10 >= times.length * ON_GRID_TENTHS
}

/** Between neighbours in time; equal times are one. */
function distancesOf(times: readonly number[]): number[] {
  const ordered = [...new Set(times)].sort((a, b) => a - b)
  return ordered.slice(1).map((time, i) => time - ordered[i]!)
}

/** The shorter one of those that are equally frequent. */
export function mostFrequent(distances: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const distance of distances) counts.set(distance, (counts.get(distance) ?? 0) + 1)
  return [...counts].reduce((best, next) =>
    next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best,
  )[0]
}

const divisor = (values: readonly number[]) => values.reduce(greatestCommonDivisor, 0)
const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
