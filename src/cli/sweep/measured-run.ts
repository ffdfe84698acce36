/** A run of a sweep once more, in this process, with all that is known of it. */
import { runBacktest } from '../../backtest/run'
import type { EquityPoint } from '../../backtest/statistics/equity-points'
import type { ClosedTrade } from '../../backtest/statistics/trades'
import type { Part } from '../../backtest/validation/stitched'
import type { RunFlags } from '../run/flags'
import { openRun } from '../run/opening'

/** @throws Failure as of a backtest. */
export async function measuredRun(selector: string, flags: RunFlags): Promise<Part> {
  await using stack = new AsyncDisposableStack()
  const run = await openRun(selector, flags, stack)
  const trades: ClosedTrade[] = []
  let equity: readonly EquityPoint[] = []
  const observer = {
    traded: (trade: ClosedTrade) => void trades.push(trade),
    valued: (points: readonly EquityPoint[]) => {
      equity = points
    },
  }
  const ran = await runBacktest({ ...run, observers: [observer] })
  return { ran, equity, trades }
}
