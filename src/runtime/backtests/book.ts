/** All backtests that are known, in memory as in the store. */
import { Failure } from '../../errors/failure'
import type { BacktestState } from '../../schema/backtests'
import type { BacktestTable, StoredBacktest } from '../../store/backtests'

export class BacktestBook {
  /** The oldest first. */
  private readonly known: Map<number, StoredBacktest>

  constructor(private readonly table: BacktestTable) {
    this.known = new Map(table.all().map((backtest) => [backtest.id, backtest]))
  }

  /** The oldest first. */
  all(): StoredBacktest[] {
    return [...this.known.values()]
  }

  inState(state: BacktestState): StoredBacktest[] {
    return this.all().filter((one) => one.state === state)
  }

  /** @throws Failure backtest_not_found. */
  find(id: number): StoredBacktest {
    const backtest = this.known.get(id)
    if (backtest) return backtest
    throw new Failure('backtest_not_found', `there is no backtest ${id}`)
  }

  /** Undefined for one that does not run, or that is no more. */
  running(id: number): StoredBacktest | undefined {
    const backtest = this.known.get(id)
    return backtest?.state === 'running' ? backtest : undefined
  }

  /** What the store has by now. */
  know(backtest: StoredBacktest): void {
    this.known.set(backtest.id, backtest)
  }

  /** What the store has no longer. */
  forget(id: number): void {
    this.known.delete(id)
  }

  save(backtest: StoredBacktest): void {
    this.know(backtest)
    this.table.save(backtest)
  }

  /**
   * The oldest that are over go where they are too many or too large together.
   * @returns their ids.
   */
  prune(keep: number, keepBytes: number): number[] {
    const over = this.all().filter(({ endedMs }) => endedMs !== undefined)
    const gone: number[] = []
    let bytes = over.reduce((sum, backtest) => sum + backtest.bytes, 0)
    for (const { id, bytes: its } of over) {
      if (over.length - gone.length <= keep && bytes <= keepBytes) break
      bytes -= its
      gone.push(id)
      this.forget(id)
      this.table.remove(id)
    }
    return gone
  }
}
