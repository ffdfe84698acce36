/** A run of a sweep once more, in this process, with all that is known of it. */
import { KeptRun } from '../../backtest/kept-run'
import { runBacktest } from '../../backtest/run'
import type { Part } from '../../backtest/validation/stitched'
import type { RunFlags } from '../run/flags'
import { openRun } from '../run/opening'

/** @throws Failure as of a backtest. */
export async function measuredRun(selector: string, flags: RunFlags): Promise<Part> {
  await using stack = new AsyncDisposableStack()
  const run = await openRun(selector, flags, stack)
  const kept = new KeptRun({ equity: true })
  const ran = await runBacktest({ ...run, observers: [kept] })
  return { ran, equity: kept.equity, trades: kept.trades }
}
