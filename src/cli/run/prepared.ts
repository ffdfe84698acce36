/** One strategy or several beside each other, found and compiled, with the data to run them over. */
import type { RunObserver } from '../../backtest/observer'
import { type BacktestResult, resultOf, resultOfSeveral } from '../../backtest/result/result'
import { runBacktest, runTogether } from '../../backtest/run'
import type { AnyRan, Together } from '../../backtest/terms'
import type { DataFeed } from '../../market/files/open'
import type { MarketRules } from '../../market/rules/rules'
import type { RunFlags } from './flags'
import { openGroup, openRun } from './opening'
import type { Pin } from './report'

export interface PreparedRun {
  /** For people. */
  readonly name: string
  /** The names of several strategies; empty for one. */
  readonly labels: readonly string[]
  readonly feed: DataFeed
  readonly rules: MarketRules | undefined
  /** Paths of the data, to be opened once more. */
  readonly files: readonly string[]
  /** What the selectors among the arguments have led to. */
  readonly pins: readonly Pin[]
  /** @throws Failure as `runBacktest`. */
  readonly make: (parts: RunParts) => Promise<{ readonly ran: AnyRan; readonly result: BacktestResult }>
}

interface RunParts {
  readonly feed: DataFeed
  readonly observers: readonly RunObserver[]
  readonly signal: AbortSignal
}

/** @param selectors at least one. @param stack closes what is opened here. @throws Failure as `openRun`. */
export async function prepareRun(
  selectors: readonly [string, ...string[]],
  flags: RunFlags & { readonly accounts: Together['accounts'] },
  stack: AsyncDisposableStack,
): Promise<PreparedRun> {
  const [selector] = selectors
  if (selectors.length > 1) return several(selectors, flags, stack)
  const run = await openRun(selector, flags, stack)
  const { strategy, feed, files } = run
  return {
    name: strategy.name,
    labels: [],
    feed,
    rules: run.rules,
    files,
    pins: [{ selector, strategy }],
    make: async (parts) => {
      const ran = await runBacktest({ ...run, ...parts })
      return { ran, result: resultOf({ ...run, ...parts }, ran) }
    },
  }
}

async function several(...[selectors, flags, stack]: Parameters<typeof prepareRun>): Promise<PreparedRun> {
  const group = await openGroup(selectors, flags, stack)
  const { members, feed, files } = group
  const labels = members.map(({ label }) => label)
  return {
    name: labels.join(' + '),
    labels,
    feed,
    rules: group.rules,
    files,
    pins: members,
    make: async (parts) => {
      const ran = await runTogether({ ...group, ...parts })
      return { ran, result: resultOfSeveral({ ...group, ...parts }, members, ran) }
    },
  }
}
