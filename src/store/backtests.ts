/** Backtests that were asked for, and what became of them. Their results are files. */
import type { BacktestBody, BacktestOptions, BacktestState, BacktestSummary } from '../schema/backtests'
import type { Database } from './database'

export interface StoredBacktest {
  readonly id: number
  readonly state: BacktestState
  /** As asked for. */
  readonly selector: string
  readonly strategy: string
  readonly tag: string
  /** The revision, pinned. */
  readonly hash: string
  readonly data: BacktestBody['data']
  readonly config: Readonly<Record<string, unknown>>
  readonly options: BacktestOptions
  /** The words of the command, but for those that name its outputs. */
  readonly words: readonly string[]
  /** Who asked. */
  readonly who: string
  readonly createdMs: number
  readonly startedMs?: number
  readonly endedMs?: number
  readonly summary?: BacktestSummary
  readonly warnings: readonly string[]
  readonly error?: BacktestError
  /** What its files take. */
  readonly bytes: number
}

export interface BacktestError {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

export class BacktestTable {
  private readonly insert
  private readonly update
  private readonly erase

  constructor(private readonly db: Database) {
    this.insert = db.prepare<{ id: number }, [string]>('INSERT INTO backtests (body) VALUES (?) RETURNING id')
    this.update = db.prepare<null, [string, number]>('UPDATE backtests SET body = ? WHERE id = ?')
    this.erase = db.prepare<null, [number]>('DELETE FROM backtests WHERE id = ?')
  }

  /** The oldest first. */
  all(): StoredBacktest[] {
    const rows = this.db.prepare<{ id: number; body: string }, []>('SELECT id, body FROM backtests ORDER BY id').all()
    return rows.map(({ id, body }) => ({ ...JSON.parse(body), id }))
  }

  /** To be called within a transaction. */
  add(backtest: Omit<StoredBacktest, 'id'>): StoredBacktest {
    const { id } = this.insert.get(JSON.stringify(backtest))!
    return { ...backtest, id }
  }

  /** Durable at the end of the turn, or with the transaction around it. */
  save({ id, ...backtest }: StoredBacktest): void {
    const body = JSON.stringify(backtest)
    this.db.write(() => this.update.run(body, id))
  }

  /** As `save`. */
  remove(id: number): void {
    this.db.write(() => this.erase.run(id))
  }
}
