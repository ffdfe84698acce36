/** The files that a run is to write: opened before it begins, put in their places when it has ended. */
import { STANDARD } from '../../files/input'
import type { RunObserver } from '../observer'
import { EquityFile, OrdersFile, TradesFile } from './csv'
import { type BacktestResult, ResultFile } from './result'

/** Their paths; `-` is standard output. */
export interface ResultPaths {
  readonly json?: string
  readonly equity?: string
  readonly trades?: string
  readonly orders?: string
  /** Written by its own room. */
  readonly report?: string
}

type OpenFile = RunObserver & Disposable & { finish(result: BacktestResult): void }

export class ResultFiles implements Disposable {
  readonly observers: readonly RunObserver[]
  /** One of them goes to standard output. */
  readonly onStandardOutput: boolean
  private readonly files: readonly OpenFile[]
  private readonly stack: DisposableStack

  /**
   * @param paths of different files.
   * @param isOfSeveral strategies beside each other.
   * @throws Failure file_unwritable.
   */
  constructor(paths: ResultPaths, isOfSeveral = false) {
    const { json, equity, trades, orders, report } = paths
    this.onStandardOutput = [json, equity, trades, orders, report].includes(STANDARD)
    using opening = new DisposableStack()
    const files: OpenFile[] = []
    if (json !== undefined) files.push(opening.use(new ResultFile(json)))
    if (equity !== undefined) files.push(opening.use(new EquityFile(equity)))
    if (trades !== undefined) files.push(opening.use(new TradesFile(trades, isOfSeveral)))
    if (orders !== undefined) files.push(opening.use(new OrdersFile(orders, isOfSeveral)))
    this.files = files
    this.observers = files
    this.stack = opening.move()
  }

  /** @throws Failure file_unwritable. */
  finish(result: BacktestResult): void {
    for (const file of this.files) file.finish(result)
  }

  [Symbol.dispose](): void {
    this.stack.dispose()
  }
}
