/** What the tests of a Sharpe ratio ask of a series of returns. */

export interface ReturnMoments {
  /** How many returns. */
  readonly count: number
  /** Mean over sample deviation of a single period, not annualised. Bailey and López de Prado count in it throughout. */
  readonly sharpe: number
  /** Third central moment over the cube of the deviation, both of the population. */
  readonly skew: number
  /** Fourth central moment over the square of the variance, of the population: 3 for the normal distribution. */
  readonly kurtosis: number
}

/** None of fewer than two returns, or of returns that are all the same. */
export function returnMoments(returns: ArrayLike<number>): ReturnMoments | undefined {
  const count = returns.length
  if (count < 2) return undefined
  let sum = 0
  let varies = false
  for (let i = 0; i < count; i++) {
    sum += returns[i]!
    varies ||= returns[i] !== returns[0]
  }
  const mean = sum / count
  let [second, third, fourth] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    const away = returns[i]! - mean
    const square = away * away
    second += square
    third += square * away
    fourth += square * square
  }
  const variance = second / count
  // the mean of equal values is rounded, and may lie beside them
  if (!varies || !(variance > 0) || !Number.isFinite(fourth)) return undefined
  return {
    count,
    sharpe: mean / Math.sqrt(second / (count - 1)),
    skew: third / count / variance ** 1.5,
    kurtosis: fourth / count / variance ** 2,
  }
}
