/** The runs of a search as a test looks at them. */
import type { SweepResult, SweepRun } from '../../sandbox/testing'

export function sweepResult(runs: readonly SweepRun[]): SweepResult {
  const best: SweepResult['best'] = (statistic) => {
    let highest: { readonly run: SweepRun; readonly value: number } | undefined
    for (const run of runs) {
      const figure = run.stats[statistic]
      const value = figure === null ? Number.NaN : Number(figure)
      if (value > (highest?.value ?? Number.NEGATIVE_INFINITY)) highest = { run, value }
    }
    return highest?.run
  }
  const listed = Object.assign([...runs], { best })
  Object.defineProperty(listed, 'best', { enumerable: false })
  return listed
}
