/**
 * The drawdowns that the same trades would have brought in another order: the order in which they came is one of many,
 * and often a lucky one. A permutation test, as of Efron and Tibshirani 1993, chapter 15, over closed trades.
 */
import { random } from '../../market/random'
import { quantile } from '../statistics/distribution'

export interface ShuffledDrawdowns {
  /** Orders of the trades that were tried. */
  readonly times: number
  /** Drawdowns in percent, 0 or negative: in so many of a hundred orders it was no deeper. */
  readonly quantiles: { readonly 50: number; readonly 90: number; readonly 95: number; readonly 99: number }
  /** That of the order in which they came. */
  readonly actual: number
  /** Orders with a deeper drawdown than the actual one, in percent. */
  readonly deeperPct: number
}

/**
 * @param pnls of each trade in the order of their ends, after fees, in the settlement currency.
 * @param opening equity to begin with.
 * @returns undefined for fewer than two trades.
 */
export function shuffledDrawdowns(
  pnls: readonly number[],
  opening: number,
  { seed, times = 1000 }: { readonly seed: number; readonly times?: number },
): ShuffledDrawdowns | undefined {
  if (pnls.length < 2) return undefined
  const draw = random(seed, 'shuffle')
  const actual = deepest(pnls, opening)
  const order = [...pnls]
  const depths: number[] = []
  for (let time = 0; time < times; time++) {
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(draw() * (last + 1))
      const swapped = order[last]!
      order[last] = order[other]!
      order[other] = swapped
    }
    depths.push(deepest(order, opening))
  }
  const deepening = Float64Array.from(depths).sort().reverse()
  const at = (share: number) => quantile(deepening, share)
  return {
    times,
    quantiles: { 50: at(0.5), 90: at(0.9), 95: at(0.95), 99: at(0.99) },
    actual,
    deeperPct: (100 * depths.filter((depth) => depth < actual).length) / times,
  }
}

/** Lowest equity over its peak before, less 1, in percent. */
function deepest(pnls: readonly number[], opening: number): number {
  let equity = opening
  let peak = opening
  let depth = 0
  for (const pnl of pnls) {
    equity += pnl
    if (equity > peak) peak = equity
    else depth = Math.min(depth, equity / peak - 1)
  }
  return 100 * depth
}
