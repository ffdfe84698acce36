import type { BacktestResult } from '../result/result'
import type { AnyRan } from '../terms'
import type { Recorder } from './recorder'

/** What a report of a backtest is made from. */
export interface ReportInput {
  readonly result: BacktestResult
  readonly ran: AnyRan
  /** What the recorder heard of the run. */
  readonly recorder: Recorder
  /** To be typed to get the same once more. */
  readonly command: string
  /** That of this program. */
  readonly version: string
}
