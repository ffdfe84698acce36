/** The orders and executions of an instance as lists, newest first. */
import type { ExecutionItem, OrderItem } from '../schema/instance-records'
import type { HistoryRequest, Page } from '../schema/page'
import type { Database } from './database'
import { type ExecutionRow, executionItem } from './execution-row'
import { type OrderRow, orderItem } from './order-row'
import { pageOf } from './pages'
import type { Reading } from './reading'

/** `instance` is always the key of an instance. */
export class InstanceLists {
  readonly orders
  readonly executions

  constructor(db: Database) {
    this.orders = listOf<OrderRow, OrderItem>(db, 'orders', orderItem)
    this.executions = listOf<ExecutionRow, ExecutionItem>(db, 'executions', executionItem)
  }
}

function listOf<Row extends { readonly seq: number }, Item>(
  db: Database,
  table: 'orders' | 'executions',
  item: (row: Row) => Item,
) {
  const total = db.prepare<{ entries: number }, [number]>(
    `SELECT entries FROM totals WHERE what = '${table}' AND instance = ?`,
  )
  const below = db.prepare<Row, [number, number, number]>(
    `SELECT * FROM ${table} WHERE instance = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  )
  const skip = db.prepare<{ seq: number }, [number, number, number]>(
    `SELECT seq FROM ${table} WHERE instance = ? AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?`,
  )
  return function* (instance: number, page: HistoryRequest): Reading<Page<Item>> {
    db.flush()
    const rows = {
      below: (before: number, limit: number) => below.all(instance, before, limit),
      skip: (before: number, count: number) => skip.get(instance, before, count - 1)?.seq,
    }
    return yield* pageOf(rows, page, total.get(instance)?.entries ?? 0, item)
  }
}
