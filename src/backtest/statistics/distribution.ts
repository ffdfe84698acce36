/** How the returns of the periods are spread. Null where a figure is not defined, as for too few of them. */

/** The share of the returns that is their tail, at either end. */
const TAIL = 0.05

export interface Tails {
  /** Best of the lowest twentieth of the returns, between two of them where none is there. */
  readonly valueAtRisk: number
  /** Mean of the returns down to it. */
  readonly conditionalValueAtRisk: number
  /** The other end against it. */
  readonly ratio: number
}

export function tailsOf(returns: Float64Array): Tails | null {
  if (returns.length === 0 || returns.some(Number.isNaN)) return null
  const sorted = returns.slice().sort()
  const valueAtRisk = quantile(sorted, TAIL)
  const worst = sorted.subarray(0, Math.floor((sorted.length - 1) * TAIL) + 1)
  const conditionalValueAtRisk = worst.reduce((sum, value) => sum + value, 0) / worst.length
  return { valueAtRisk, conditionalValueAtRisk, ratio: Math.abs(quantile(sorted, 1 - TAIL) / valueAtRisk) }
}

/** By straight lines between the values, as NumPy's percentile does. @param sorted in either direction. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const value = sorted[below]!
  return value + ((sorted[below + 1] ?? value) - value) * (place - below)
}

/** Sums of powers of the deviations from the mean. */
export function powerSums(values: Float64Array): {
  readonly square: number
  readonly cube: number
  readonly fourth: number
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let square = 0
  let cube = 0
  let fourth = 0
  for (const value of values) {
    const deviation = value - mean
    square += deviation ** 2
    cube += deviation ** 3
    fourth += deviation ** 4
  }
  return { square, cube, fourth }
}

/** Adjusted for the size of the sample (Joanes and Gill 1998, G1). */
export function skewOf(returns: Float64Array): number | null {
  const count = returns.length
  const { square, cube } = powerSums(returns)
  if (count < 3 || !(square > 0)) return null
  return ((count * Math.sqrt(count - 1)) / (count - 2)) * (cube / square ** 1.5)
}

/** Above that of a normal distribution, adjusted for the size of the sample (Joanes and Gill 1998, G2). */
export function excessKurtosisOf(returns: Float64Array): number | null {
  const count = returns.length
  const { square, fourth } = powerSums(returns)
  if (count < 4 || !(square > 0)) return null
  const rest = (count - 2) * (count - 3)
  return (count * (count + 1) * (count - 1) * fourth) / (rest * square ** 2) - (3 * (count - 1) ** 2) / rest
}

/** Root mean square of the drawdowns at the ends of the periods (Martin and McCann 1989), over one less than there are. */
export function ulcerIndexOf(returns: Float64Array): number | null {
  let worth = 1
  let peak = 1
  let squares = 0
  for (const value of returns) {
    worth *= 1 + value
    peak = Math.max(peak, worth)
    squares += (worth / peak - 1) ** 2
  }
  return returns.length > 1 ? Math.sqrt(squares / (returns.length - 1)) : null
}
