/** Work for many that has to come to an end in time. */
import { within } from './within'

export interface Stride {
  /** So many at once, so that who does it and who takes what comes of it are both busy. */
  readonly atOnce: number
  /** After that no more is begun, and nothing is waited for. */
  readonly withinMs: number
}

/**
 * Works for all of them.
 * @returns how many have not come to an end in time.
 * @throws what the first that failed has thrown, in the end.
 */
export async function inStride<T>(
  all: readonly T[],
  { atOnce, withinMs }: Stride,
  work: (one: T) => Promise<void>,
): Promise<number> {
  const waiting = [...all]
  const failures: unknown[] = []
  let ended = 0
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await work(next).catch((error: unknown) => failures.push(error))
      ended++
    }
  }
  await within(Promise.all(Array.from({ length: atOnce }, worker)), withinMs)
  waiting.length = 0
  if (failures.length > 0) throw failures[0]
  return all.length - ended
}
