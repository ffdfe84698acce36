/** Much to be done that ends soon, or not at all. */

/** When none has ended for so long, nobody is waited for. */
const STALLED_MS = 250

/**
 * Works for all of them, so many at once that who does it and who takes what comes of it are both busy. When none ends for
 * a while, the rest is begun at once: it may be that all wait for the same thing, and need not do so one after the other.
 * @throws what the first that failed has thrown, when all have ended.
 */
export async function inStride<T>(all: Iterable<T>, atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all]
  const failures: unknown[] = []
  const busy: Promise<void>[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await work(next).catch((error: unknown) => failures.push(error))
      stalled.refresh()
    }
  }
  const employ = (count: number) => busy.push(...Array.from({ length: count }, worker))
  const stalled = setTimeout(() => employ(waiting.length), STALLED_MS)
  employ(atOnce)
  for (let one = busy.shift(); one !== undefined; one = busy.shift()) await one
  clearTimeout(stalled)
  if (failures.length > 0) throw failures[0]
}
