/** For crash tests: ends the process as a loss of power would, before a chosen step of a write. */
import type { FailPoint } from './disk'

/**
 * @param text `<step>`, or `<step>#<n>` for its n-th time; the step `*` is any.
 * @param end ends the process; never returns.
 */
export function failPointAt(text: string, end: () => never): FailPoint {
  const [chosen = '', times = '1'] = text.split('#')
  let left = Number(times)
  return (step) => {
    if ((chosen === '*' || step === chosen) && --left === 0) end()
  }
}
