/** Work that may take long, done with breaths for others. */
import { breathe } from '../files/breathe'

/**
 * In steps: whoever is asked for it does other things between them, and goes on when a promise among them is fulfilled;
 * none of them is rejected.
 */
export type Steps<T, Result = void> = Generator<T | Promise<void> | undefined, Result>

/** As long as one may hold others up, ms. */
const TURN_MS = 1

/** What the steps make. @param signal ends it when nobody waits for it any more. */
export async function* inBreaths<T>(steps: Steps<T>, signal?: AbortSignal): AsyncGenerator<T, void> {
  let sinceMs = performance.now()
  for (const step of steps) {
    signal?.throwIfAborted()
    if (step instanceof Promise) await step
    else if (step !== undefined) yield step
    if (performance.now() - sinceMs < TURN_MS) continue
    await breathe()
    sinceMs = performance.now()
  }
}

/** What the steps come to, as `inBreaths`. */
export async function finished<Result>(steps: Steps<never, Result>, signal?: AbortSignal): Promise<Result> {
  let result: Result | undefined
  const all = function* (): Steps<never> {
    result = yield* steps
  }
  for await (const _ of inBreaths(all(), signal)) throw new Error('nothing is made on the way')
  return result as Result
}

/** Those up to an error, which is told. */
export function* untilDamage<T>(steps: Steps<T>, damaged: (error: unknown) => void): Steps<T> {
  try {
    yield* steps
  } catch (error) {
    damaged(error)
  }
}
