/** Waiting for what nothing tells of. */

/** A loaded machine takes its time. */
const LIMIT_MS = 20_000

/** Comes back when the condition holds. @throws Error when it has not come to hold in time. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  for (const deadline = performance.now() + limitMs; !(await holds()); await Bun.sleep(1)) {
    if (performance.now() > deadline) throw new Error(`it never came to hold: ${String(holds)}`)
  }
}
