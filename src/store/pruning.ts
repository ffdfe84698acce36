/**
 * What is too old goes, a little at a time. What an account needs of its executions is kept as its state before they go;
 * open orders stay, and those of which the owner is still to be told; the audit is never touched.
 */
import type { Fill } from '../schema/orders'
import type { AccountState } from '../schema/paper'
import type { Database } from './database'
import { type ExecutionRow, fillOf } from './execution-row'
import { OPEN } from './order-row'
import type { Reading } from './reading'

/** What fills make of an account; without a state, of a new one. */
export type Fold = (
  model: AccountState['model'],
  state: AccountState | undefined,
  fills: readonly Fill[],
) => AccountState

/** The last number of each table that may go. */
export interface Bounds {
  readonly orders: number
  readonly executions: number
}

type Counts = Record<'orders' | 'executions', number>

const MODELS = ['linear', 'inverse', 'spot'] as const
/** Rows of one step. */
const ROWS = 100
/** Pages that one step gives back to the disk. */
const PAGES = 50
/** So many free pages are worth nobody's time. */
const MOST_FREE_PAGES = 1000

export class Pruning {
  constructor(private readonly db: Database) {}

  /** What there is at a time, for those who ask later what was there then. A clock that was set back changes nothing. */
  mark(nowMs: number): void {
    this.db.transaction(() => {
      const last = this.db.prepare<{ ms: number | null }, []>('SELECT max(time_ms) ms FROM marks').get()?.ms ?? 0
      const { orders, executions } = this.newest()
      this.db
        .prepare<null, [number, number, number]>('INSERT OR REPLACE INTO marks VALUES (?, ?, ?)')
        .run(Math.max(nowMs, last), orders, executions)
    })
  }

  /** The newest numbers that were there at a time; 0 where nobody knows. */
  asOf(timeMs: number): Bounds {
    const mark = this.db.prepare<Counts, [number]>(
      'SELECT orders, executions FROM marks WHERE time_ms <= ? ORDER BY time_ms DESC LIMIT 1',
    )
    return mark.get(timeMs) ?? { orders: 0, executions: 0 }
  }

  newest(): Bounds {
    this.db.flush()
    return this.db
      .prepare<Counts, []>(
        `SELECT coalesce((SELECT max(seq) FROM orders), 0) orders,
           coalesce((SELECT max(seq) FROM executions), 0) executions`,
      )
      .get()!
  }

  totals(): Counts {
    this.db.flush()
    const total = this.db.prepare<{ n: number }, [string]>(
      'SELECT coalesce(sum(entries), 0) n FROM totals WHERE what = ?',
    )
    return { orders: total.get('orders')!.n, executions: total.get('executions')!.n }
  }

  /** In bytes. */
  size(): { readonly fileBytes: number; readonly freeBytes: number } {
    const { pages, free, size } = this.db
      .prepare<{ pages: number; free: number; size: number }, []>(
        `SELECT page_count pages, freelist_count free, page_size size
         FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
      )
      .get()!
    return { fileBytes: pages * size, freeBytes: free * size }
  }

  /** How many went. Each step is done with what is committed next. */
  *prune(bounds: Bounds, fold: Fold): Reading<Counts> {
    const removed = yield* this.pruneRemoved()
    const orders = yield* this.pruneOrders(bounds.orders)
    const executions = yield* this.pruneExecutions(bounds.executions, fold)
    yield* this.shrink()
    return { orders: orders + removed.orders, executions: executions + removed.executions }
  }

  /** What is left of instances that are no more: nobody can ask for it. */
  private *pruneRemoved(): Reading<Counts> {
    this.db.flush()
    const gone = this.db
      .prepare<{ what: keyof Counts; instance: number }, []>(
        'SELECT what, instance FROM totals WHERE instance NOT IN (SELECT key FROM instances)',
      )
      .all()
    const counts = { orders: 0, executions: 0 }
    for (const { what, instance } of gone) {
      const oldest = `SELECT seq FROM ${what} WHERE instance = ? ORDER BY seq LIMIT ${ROWS}`
      const erase = this.db.prepare<null, [number]>(`DELETE FROM ${what} WHERE seq IN (${oldest})`)
      const left = this.db.prepare<{ seq: number }, [number]>(oldest)
      for (let rows = left.all(instance); rows.length > 0; rows = left.all(instance)) {
        this.db.writeLazily(() => erase.run(instance))
        if (this.db.problem !== undefined) return counts
        counts[what] += rows.length
        yield
      }
    }
    return counts
  }

  private *pruneOrders(bound: number): Reading<number> {
    const some = this.db.prepare<{ seq: number }, [number, number]>(
      `SELECT seq FROM orders WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${ROWS}`,
    )
    const erase = this.db.prepare<{ seq: number }, [number, number]>(
      `DELETE FROM orders WHERE seq > ? AND seq <= ? AND NOT (${OPEN})
       AND id NOT IN (SELECT order_id FROM untold_reports) RETURNING seq`,
    )
    let count = 0
    for (let from = 0; ; ) {
      const last = some.all(from, bound).at(-1)?.seq
      if (last === undefined || this.db.problem !== undefined) return count
      const after = from
      let gone = 0
      this.db.writeLazily(() => {
        gone = erase.all(after, last).length
      })
      count += gone
      from = last
      yield
    }
  }

  private *pruneExecutions(bound: number, fold: Fold): Reading<number> {
    const some = this.db.prepare<ExecutionRow, [number, number]>(
      `SELECT * FROM executions WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${ROWS}`,
    )
    const erase = this.db.prepare<null, [number, number]>('DELETE FROM executions WHERE seq > ? AND seq <= ?')
    let count = 0
    for (let from = 0; ; ) {
      const rows = some.all(from, bound)
      const last = rows.at(-1)?.seq
      if (last === undefined || this.db.problem !== undefined) return count
      const after = from
      this.db.writeLazily(() => {
        for (const of of Object.values(Object.groupBy(rows, ({ instance, provider }) => `${instance} ${provider}`))) {
          if (of) this.keepStates(of, fold)
        }
        erase.run(after, last)
      })
      count += rows.length
      from = last
      yield
    }
  }

  /** @param rows of one account, the oldest that there are. */
  private keepStates(rows: readonly ExecutionRow[], fold: Fold): void {
    const { instance, provider } = rows[0]!
    const last = rows.at(-1)!.seq
    const read = this.db.prepare<{ seq: number; state: string }, [number, string, string]>(
      'SELECT seq, state FROM account_states WHERE instance = ? AND provider = ? AND model = ?',
    )
    const keep = this.db.prepare<null, [number, string, string, number, string]>(
      'INSERT OR REPLACE INTO account_states VALUES (?, ?, ?, ?, ?)',
    )
    for (const model of MODELS) {
      const kept = read.get(instance, provider, model)
      const fills = rows.filter(({ seq }) => seq > (kept?.seq ?? 0)).map(fillOf)
      if (fills.length === 0) continue
      const state = fold(model, kept ? JSON.parse(kept.state) : undefined, fills)
      keep.run(instance, provider, model, last, JSON.stringify(state))
    }
  }

  /** Gives the end of the file back to the disk, where much of it is free. */
  private *shrink(): Reading<void> {
    const vacuum = this.db.prepare<unknown, []>(`PRAGMA incremental_vacuum(${PAGES})`)
    const free = this.db.prepare<{ n: number; mode: number }, []>(
      'SELECT freelist_count n, auto_vacuum mode FROM pragma_freelist_count, pragma_auto_vacuum',
    )
    for (;;) {
      const { n, mode } = free.get()!
      if (mode !== 2 || n <= MOST_FREE_PAGES || this.db.problem !== undefined) return
      this.db.writeLazily(() => vacuum.all())
      yield
    }
  }
}
