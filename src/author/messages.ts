/**
 * What a process of tests and the process that runs its backtests say to each other: a line of JSON each, one question
 * at a time.
 */
import type { BacktestResult, CheckResult, Fill, LogLine, SweepRun } from '../../sandbox/testing'

/** Options as a test wrote them. */
export type Asked = Readonly<Record<string, unknown>>

export type Question = {
  /** The folder from which paths count. */
  readonly folder: string
} & ({ readonly backtest: Asked } | { readonly check: string } | { readonly sweep: Asked })

/** What was refused, in the words of the command. */
export interface Refusal {
  readonly refused: { readonly code: string; readonly message: string; readonly hint: string }
}

/** A result as `meltica backtest --json` writes it, and what an observer of the run has kept. */
export interface RanBacktest {
  readonly result: Omit<BacktestResult, 'logs' | 'fills' | 'faults' | 'warnings' | 'position'>
  readonly fills: readonly Fill[]
  readonly logs: readonly LogLine[]
  readonly faults: readonly LogLine[]
  /** As the command prints them. */
  readonly warnings: readonly string[]
  /** All that the data have. */
  readonly symbols: readonly string[]
}

export interface RanSweep {
  readonly runs: readonly SweepRun[]
  /** The number of the best run, by statistic; absent where no run has the statistic. */
  readonly best: Readonly<Record<string, number>>
  /** As the command prints them. */
  readonly warnings: readonly string[]
}

export type Answers = {
  readonly backtest: RanBacktest
  readonly check: CheckResult
  readonly sweep: RanSweep
}

/** In the environment of a process of tests: `TestSettings` as JSON. */
export const SETTINGS_VARIABLE = 'MELTICA_TEST'

export interface TestSettings {
  /** What starts the process that runs backtests. */
  readonly command: readonly string[]
  /** Golden files are written anew. */
  readonly update: boolean
  /** Tests run again when a strategy is saved. */
  readonly watch: boolean
}
