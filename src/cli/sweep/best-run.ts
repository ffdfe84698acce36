/** What stands beside the best run of a sweep. */
import type { KeptReturns } from '../../backtest/sweep/kept-returns'
import { type Honesty, honestyOf } from '../../backtest/validation/honesty'
import type { Part } from '../../backtest/validation/stitched'

/**
 * @param best the best run, made once more. @param annual the Sharpe ratios of all runs, of a year; NaN of those that have none.
 * @param tried how many runs there were.
 */
export function besideTheBest(
  { ran, trades }: Part,
  {
    annual,
    tried,
    returns,
    seed,
  }: {
    readonly annual: Float64Array
    readonly tried: number
    readonly returns: KeptReturns
    readonly seed: number
  },
): Honesty {
  const sharpes = Array.from(annual)
    .filter((sharpe) => !Number.isNaN(sharpe))
    .map((sharpe) => sharpe / Math.sqrt(ran.periods))
  const pnls = trades.map(({ pnl }) => pnl)
  const best = { returns: ran.returns, pnls, opening: ran.stats.startEquity ?? 0 }
  return honestyOf({ runs: returns.all, sharpes, tried, best, seed })
}
