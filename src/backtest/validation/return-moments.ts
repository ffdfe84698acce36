/** What the tests of a Sharpe ratio ask of a series of returns. */
import { powerSums } from '../statistics/distribution'

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
  const values = Float64Array.from(returns)
  const count = values.length
  if (count < 2) return undefined
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const { square, cube, fourth } = powerSums(values)
  const variance = square / count
  // the mean of equal values is rounded, and may lie beside them
  const varies = values.some((value) => value !== values[0])
  if (!varies || !(variance > 0) || !Number.isFinite(fourth)) return undefined
  return {
    count,
    sharpe: mean / Math.sqrt(square / (count - 1)),
    skew: cube / count / variance ** 1.5,
    kurtosis: fourth / count / variance ** 2,
  }
}
