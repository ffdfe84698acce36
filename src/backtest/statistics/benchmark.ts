/** The benchmark that a run is held against: buying and holding, in a purse that is parted equally among all markets. */

/** @param sums at the end of each period, what each market's price has gained, of 1, over all markets. */
export function returnsOfHolding(sums: Float64Array, markets: number): Float64Array {
  let before = 1
  return sums.map((sum) => {
    const after = 1 + sum / markets
    const change = after / before - 1
    before = after
    return change
  })
}

/** A spread of the benchmark below this is none, as empyrical has it. */
const LEAST_VARIANCE = 1e-30

/** What the returns have in common with those of a benchmark. */
export interface Regression {
  readonly beta: number
  /** For one period. */
  readonly alpha: number
}

/**
 * Least squares, as empyrical alpha_beta and quantstats greeks; both series are equally long.
 * @returns null when the benchmark does not move, or for fewer than two.
 */
export function regressionOn(benchmark: Float64Array, returns: Float64Array): Regression | null {
  const count = returns.length
  if (count < 2) return null
  const mean = meanOf(returns)
  const benchmarkMean = meanOf(benchmark)
  let together = 0
  let alone = 0
  for (const [index, value] of benchmark.entries()) {
    const deviation = value - benchmarkMean
    together += deviation * (returns[index]! - mean)
    alone += deviation * deviation
  }
  if (!(alone / count >= LEAST_VARIANCE)) return null
  const beta = together / alone
  return { beta, alpha: mean - beta * benchmarkMean }
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
