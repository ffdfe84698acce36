/** The runs of a sweep by one of their figures. */
import { DIRECTIONS } from '../statistics/directions'
import type { FigureName, Statistics } from '../statistics/figures'

export class Ranking {
  readonly #values: Float64Array

  /** @param count of the runs. */
  constructor(
    readonly objective: FigureName,
    count: number,
  ) {
    this.#values = new Float64Array(count).fill(Number.NaN)
  }

  add(run: number, stats: Statistics): void {
    this.#values[run] = stats[this.objective] ?? Number.NaN
  }

  /** NaN for a run without the figure. */
  value(run: number): number {
    return this.#values[run]!
  }

  /** The best runs first; of equal ones the earlier, and at the end those without a value. */
  best(most: number): number[] {
    const sign = DIRECTIONS[this.objective] === 'higher' ? -1 : 1
    const value = (run: number) => {
      const one = this.#values[run]!
      return Number.isNaN(one) ? Number.POSITIVE_INFINITY : sign * one
    }
    const best: number[] = []
    for (let run = 0; run < this.#values.length; run++) {
      if (best.length === most && value(run) >= value(best[most - 1]!)) continue
      let at = best.length
      while (at > 0 && value(best[at - 1]!) > value(run)) at--
      best.splice(at, 0, run)
      if (best.length > most) best.pop()
    }
    return best
  }

  /** Runs that have the figure. */
  get valued(): number {
    return this.#values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
  }
}
