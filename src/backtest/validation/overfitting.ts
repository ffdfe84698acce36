/**
 * The probability of backtest overfitting, by combinatorially symmetric cross-validation: how often the run that is best
 * in one half of the time is below the median in the other half.
 *
 * Source: Bailey, Borwein, López de Prado and Zhu 2017, "The Probability of Backtest Overfitting". The time is cut into S
 * blocks of equal length; each choice of S/2 of them is once the sample, the rest the test. What is compared is the
 * Sharpe ratio; a run that does nothing has one of 0.
 */

/** As the authors use it. */
const MOST_BLOCKS = 16
const LEAST_BLOCKS = 4
/** A ratio of fewer returns says nothing. */
const LEAST_RETURNS_OF_BLOCK = 4
/** Ratios that are computed, at most: some seconds. */
const MOST_RATIOS = 60_000_000

export interface Overfitting {
  /** Between 0 and 1. */
  readonly probability: number
  /** S: blocks of the time. */
  readonly blocks: number
  /** Choices that were looked at. */
  readonly splits: number
}

/**
 * @param runs the returns of each run, over the same periods; what a run lacks at its end counts as 0.
 * @returns undefined for fewer than two runs, or too few returns.
 */
export function overfitting(runs: readonly ArrayLike<number>[]): Overfitting | undefined {
  const count = Math.max(0, ...runs.map(({ length }) => length))
  const blocks = blocksOf(count, runs.length)
  if (runs.length < 2 || blocks < LEAST_BLOCKS) return undefined
  const sums = runs.map((returns) => BlockSums.of(returns, blocks, Math.floor(count / blocks)))
  let splits = 0
  let below = 0
  for (const chosen of choices(blocks)) {
    splits++
    const sampled = sums.map((run) => run.sharpe(chosen, true))
    const best = sampled.indexOf(Math.max(...sampled))
    const tested = sums.map((run) => run.sharpe(chosen, false))
    if (relativeRank(tested, best) <= 0.5) below++
  }
  return { probability: below / splits, blocks, splits }
}

/** Sums over each block: what every ratio is made of. */
class BlockSums {
  private constructor(
    private readonly first: Float64Array,
    private readonly second: Float64Array,
    private readonly length: number,
  ) {}

  static of(returns: ArrayLike<number>, blocks: number, length: number): BlockSums {
    const first = new Float64Array(blocks)
    const second = new Float64Array(blocks)
    for (let i = 0; i < blocks * length; i++) {
      const value = returns[i] ?? 0
      const block = Math.floor(i / length)
      first[block]! += value
      second[block]! += value * value
    }
    return new BlockSums(first, second, length)
  }

  /** Over the chosen blocks, or over the others. */
  sharpe(chosen: number, inside: boolean): number {
    let [first, second, count] = [0, 0, 0]
    for (let block = 0; block < this.first.length; block++) {
      if (((chosen >> block) & 1) === (inside ? 1 : 0)) {
        first += this.first[block]!
        second += this.second[block]!
        count += this.length
      }
    }
    const mean = first / count
    const variance = (second - first * mean) / (count - 1)
    return variance > 0 ? mean / Math.sqrt(variance) : 0
  }
}

/** (Runs that are not better, ties by half) / (runs + 1): above 0.5 for what is better than the median. */
function relativeRank(values: readonly number[], at: number): number {
  const own = values[at]!
  let rank = 0.5
  for (const value of values) rank += value < own ? 1 : value === own ? 0.5 : 0
  return rank / (values.length + 1)
}

/** Every choice of half of the blocks, as bits. */
function* choices(blocks: number): Generator<number> {
  for (let bits = 0; bits < 2 ** blocks; bits++) if (bitCount(bits) === blocks / 2) yield bits
}

function bitCount(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}

/** The most, an even number, that the returns suffice for and that is computed in reasonable time. */
function blocksOf(returns: number, runs: number): number {
  let blocks = Math.min(MOST_BLOCKS, 2 * Math.floor(returns / LEAST_RETURNS_OF_BLOCK / 2))
  while (blocks > LEAST_BLOCKS && 2 * runs * splitsOf(blocks) > MOST_RATIOS) blocks -= 2
  return blocks
}

/** Ways to choose half of them. */
function splitsOf(blocks: number): number {
  let ways = 1
  for (let i = 1; i <= blocks / 2; i++) ways = (ways * (blocks / 2 + i)) / i
  return ways
}
