/** What a sweep and its worker processes say to each other: lines of JSON over their standard streams. */
import type { FailureCode } from '../../errors/failure'
import type { DataSource } from '../../market/files/open'
import type { CardSettings } from '../report/parts/card'
import type { RunLine } from './run-line'
import type { Config } from './space'

/** Events from `from` on and before `to`, ms since 1970; open where one is absent. */
export interface Window {
  readonly from?: number
  readonly to?: number
}

/** One run to be made. */
export interface Task {
  /** A number of the caller's choice; it comes back with what came of the run. */
  readonly run: number
  readonly config: Config
  /** Instead of the time that the data were opened for. */
  readonly window?: Window
  /** Whether the returns are asked for. */
  readonly returns?: boolean
}

export interface RunReturns {
  /** One for each period, simple; NaN where nothing was left before it. */
  readonly returns: Float64Array
  /** Those of buying and holding, in the same periods. */
  readonly holdReturns: Float64Array
}

/** What a worker has opened: the same in all of them. */
export interface Opened {
  readonly strategy: { readonly name: string; readonly tag: string; readonly hash: string }
  readonly engine: string
  readonly data: readonly DataSource[]
  /** Those of every run. */
  readonly settings: CardSettings
  /** The digest of the rules of markets, where there are any. */
  readonly rules?: string
  /** What of rules is not used, and what contradicts how the data are read. */
  readonly warnings: readonly string[]
  /** What was wrong with rows that were skipped. */
  readonly problems: readonly string[]
  /** The strategy's currency of account. */
  readonly currency: string
  /** The data stay in memory; else each run reads the files. */
  readonly cached: boolean
}

/** @typeParam R what is to be opened, for the worker to understand. */
export type ToWorker<R> = { readonly kind: 'open'; readonly request: R } | { readonly kind: 'run'; readonly task: Task }

/** Returns as JSON has them: null for NaN. */
type Returns = readonly (number | null)[]

export type FromWorker =
  | { readonly kind: 'opened'; readonly opened: Opened }
  | {
      readonly kind: 'refused'
      readonly code: FailureCode
      readonly message: string
      readonly hint: string
    }
  | { readonly kind: 'ran'; readonly line: RunLine; readonly returns?: Returns; readonly holdReturns?: Returns }
