/** Waiting for what nothing tells of. */

/** A loaded machine takes its time. */
const LIMIT_MS = 20_000

/** Between two looks: who looks more and more rarely leaves the machine to what is waited for. */
const LONGEST_PAUSE_MS = 16

/** Comes back when the condition holds. @throws Error when it has not come to hold in time. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs
  for (let pauseMs = 1; !(await holds()); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    if (performance.now() > deadline) throw new Error(`it never came to hold: ${String(holds)}`)
    await Bun.sleep(pauseMs)
  }
}
