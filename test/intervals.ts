/** Timers that repeat after a long while, which a test does not wait for: it says when that has passed. */
import { spyOn } from 'bun:test'

/** Longer than any that a test waits for. */
const NEVER_MS = 2 ** 31 - 1

export interface HeldIntervals extends Disposable {
  /** Each of them acts as often as it would in so long. */
  pass(ms: number): void
}

/** Those that are set until the end of the block and act no more often than that; all others go by themselves. */
export function heldIntervals(leastMs: number): HeldIntervals {
  const held = new Map<unknown, { readonly act: () => void; readonly everyMs: number; waitedMs: number }>()
  const [set, clear] = [globalThis.setInterval, globalThis.clearInterval]
  const setting = spyOn(globalThis, 'setInterval').mockImplementation(((act: () => void, everyMs = 0) => {
    if (everyMs < leastMs) return set(act, everyMs)
    const timer = set(() => undefined, NEVER_MS)
    held.set(timer, { act, everyMs, waitedMs: 0 })
    return timer
  }) as typeof setInterval)
  const clearing = spyOn(globalThis, 'clearInterval').mockImplementation(((timer?: Timer) => {
    held.delete(timer)
    clear(timer)
  }) as typeof clearInterval)
  return {
    pass(ms) {
      for (const one of held.values()) {
        for (one.waitedMs += ms; one.waitedMs >= one.everyMs; one.waitedMs -= one.everyMs) one.act()
      }
    },
    [Symbol.dispose]() {
      setting.mockRestore()
      clearing.mockRestore()
    },
  }
}
