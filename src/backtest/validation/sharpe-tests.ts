/**
 * How far a Sharpe ratio is to be believed.
 *
 * Sources: Bailey and López de Prado 2012, "The Sharpe Ratio Efficient Frontier" (probabilistic Sharpe ratio, minimum
 * track record length); 2014, "The Deflated Sharpe Ratio". All ratios are of a single period, not annualised, and the
 * kurtosis is the full one, 3 for the normal distribution.
 */
import cdf from '@stdlib/stats-base-dists-normal-cdf'
import quantile from '@stdlib/stats-base-dists-normal-quantile'
import type { ReturnMoments } from './return-moments'

const EULER_MASCHERONI = 0.5772156649015329

/**
 * The probability that the true Sharpe ratio is above the benchmark:
 * Φ((SR − SR*) √(n − 1) / √(1 − skew SR + (kurtosis − 1)/4 SR²)).
 * @param benchmark SR*, of a single period.
 * @returns undefined where the estimate has no variance.
 */
export function probabilisticSharpe(moments: ReturnMoments, benchmark = 0): number | undefined {
  const spread = spreadOf(moments)
  if (!(spread > 0)) return undefined
  return cdf(((moments.sharpe - benchmark) * Math.sqrt(moments.count - 1)) / Math.sqrt(spread), 0, 1)
}

/**
 * How many returns it takes until the Sharpe ratio is above the benchmark with this confidence:
 * 1 + (1 − skew SR + (kurtosis − 1)/4 SR²) (z / (SR − SR*))².
 * @returns undefined where the ratio is not above the benchmark: no track record is long enough.
 */
export function minimumTrackRecord(moments: ReturnMoments, benchmark = 0, confidence = 0.95): number | undefined {
  const spread = spreadOf(moments)
  if (!(moments.sharpe > benchmark) || !(spread > 0)) return undefined
  return 1 + spread * (quantile(confidence, 0, 1) / (moments.sharpe - benchmark)) ** 2
}

/**
 * The Sharpe ratio that the best of so many runs is expected to have when none of them has any skill:
 * √V ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e))), γ the Euler–Mascheroni constant.
 * @param variance V, of the runs' Sharpe ratios. @param trials N: all the runs that were tried.
 */
export function expectedMaximumSharpe(variance: number, trials: number): number {
  if (trials < 2) return 0
  const best = (1 - EULER_MASCHERONI) * quantile(1 - 1 / trials, 0, 1)
  return Math.sqrt(variance) * (best + EULER_MASCHERONI * quantile(1 - 1 / (trials * Math.E), 0, 1))
}

/**
 * The probabilistic Sharpe ratio of the best run against what luck alone would have brought it to.
 * @param sharpes of all runs, of a single period. @param trials all that were tried, those without a ratio included.
 */
export function deflatedSharpe(best: ReturnMoments, sharpes: readonly number[], trials: number): number | undefined {
  return probabilisticSharpe(best, expectedMaximumSharpe(sampleVariance(sharpes), trials))
}

/** The variance of the estimated ratio, times n − 1. */
function spreadOf({ sharpe, skew, kurtosis }: ReturnMoments): number {
  return 1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2
}

function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}
