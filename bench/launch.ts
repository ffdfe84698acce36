/** How long a launch takes, program at hand, until the strategy runs. */
import { percentile, type Row } from './row'

/** @param times of launches one after the other, ms. */
export function launchedRow(times: readonly number[]): Row {
  const sorted = times.toSorted((a, b) => a - b)
  const [half, most] = [percentile(sorted, 50), percentile(sorted, 99)]
  return {
    what: 'launch of momentum, p50 / p99',
    figure: `${half.toFixed(2)} / ${most.toFixed(2)} ms`,
    baseline: 'the ancestor 1.4 / 12.5 ms',
    ratio: half / 1.4,
    goal: '≤ 3 / ≤ 10 ms',
    reached: half <= 3 && most <= 10,
  }
}
