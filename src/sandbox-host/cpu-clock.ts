/**
 * The CPU time of this thread, read cheaply enough for every turn: between two readings of the system's the wall clock
 * stands in for it, for at most a millisecond. A busy machine's other processes are nobody's use of this one.
 */

const EVERY_MS = 1

/** @param readMs the system's; a microsecond a call. @returns the CPU time at a time of the wall clock, ms; never goes back. */
export function cpuClock(readMs: () => number): (wallMs: number) => number {
  let wallMs = Number.NEGATIVE_INFINITY
  let cpuMs = 0
  let lastMs = 0
  return (nowMs) => {
    if (nowMs - wallMs >= EVERY_MS) {
      wallMs = nowMs
      cpuMs = readMs()
    }
    lastMs = Math.max(lastMs, cpuMs + (nowMs - wallMs))
    return lastMs
  }
}
