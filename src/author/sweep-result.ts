/** The runs of a search as a test looks at them. */
import type { SweepResult } from '../../sandbox/testing'
import type { RanSweep } from './messages'

export function sweepResult({ runs, best: numbers, warnings }: RanSweep): SweepResult {
  const best: SweepResult['best'] = (statistic) => {
    const number = numbers[statistic]
    return number === undefined ? undefined : runs[number]
  }
  const listed = Object.assign([...runs], { best, warnings })
  const hidden = { enumerable: false }
  Object.defineProperties(listed, { best: hidden, warnings: hidden })
  return listed
}
