/** A backtest as it is answered. */
import type { Backtest } from '../../schema/backtests'
import type { StoredBacktest } from '../../store/backtests'

/** @param progress of one that runs, 0 to 1. */
export function viewOf(backtest: StoredBacktest, progress = 0): Backtest {
  const { id, state, createdMs, startedMs, endedMs, summary, error, words: _, ...told } = backtest
  const self = `/backtests/${id}`
  return {
    id: String(id),
    state,
    progress: state === 'done' ? 1 : progress,
    ...told,
    warnings: [...told.warnings],
    createdAt: timeOf(createdMs),
    ...(startedMs !== undefined && { startedAt: timeOf(startedMs) }),
    ...(endedMs !== undefined && { endedAt: timeOf(endedMs) }),
    ...(summary && { summary }),
    ...(error && { error }),
    links: { self, result: `${self}/result`, report: `${self}/report` },
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
