/** Pages of the entries that fit a condition: windows of numbers are looked through, each within a step. */
import type { SQLQueryBindings } from 'bun:sqlite'
import type { HistoryRequest, Page } from '../schema/page'
import type { Database } from './database'
import { ABOVE_ALL } from './pages'
import type { Reading } from './reading'

/** Numbers of one window: so many rows a step looks at, at most. */
const WINDOW = 1000

/** A table whose rows are numbered by `seq`, and what a row has to fit. */
export interface Filter {
  readonly table: string
  readonly where: string
  readonly values: readonly SQLQueryBindings[]
}

/** Newest first, with the count of all that fit. */
export function* filteredPage<Row extends { readonly seq: number }, Item>(
  db: Database,
  { table, where, values }: Filter,
  { offset, limit, before = ABOVE_ALL }: HistoryRequest,
  item: (row: Row) => Item,
): Reading<Page<Item>> {
  const within = `FROM ${table} WHERE (${where}) AND seq > ? AND seq <= ?`
  const count = db.prepare<{ n: number }, SQLQueryBindings[]>(`SELECT count(*) n ${within}`)
  const rows = db.prepare<Row, SQLQueryBindings[]>(`SELECT * ${within} ORDER BY seq DESC LIMIT ?`)
  const newest = db.prepare<{ seq: number | null }, []>(`SELECT max(seq) seq FROM ${table}`)
  const items: Item[] = []
  let total = 0
  let left = offset
  let next: number | undefined
  for (let top = newest.get()?.seq ?? 0; top > 0; ) {
    // the page begins with a window of its own
    const bottom = Math.max(top >= before ? before - 1 : 0, top - WINDOW)
    const found = count.get(...values, bottom, top)!.n
    total += found
    if (top < before && found <= left) left -= found
    else if (top < before && next === undefined) {
      for (const row of rows.all(...values, bottom, top, left + limit - items.length + 1).slice(left)) {
        if (items.length < limit) items.push(item(row))
        else next ??= row.seq + 1
      }
      left = 0
    }
    top = bottom
    yield
  }
  return { items, total, offset, limit, ...(next !== undefined && { next }) }
}
