/** Pages of what is numbered as it is written, newest first: found by key, never by counting what is before them. */
import type { HistoryRequest, Page } from '../schema/page'
import type { Reading } from './reading'

/** Above every number that is given. */
export const ABOVE_ALL = Number.MAX_SAFE_INTEGER

/** Rows of one step. */
const ROWS = 100
/** Entries of an index that one step passes over. */
const SKIPPED = 2000

interface Numbered {
  readonly seq: number
}

export interface Sequence<Row extends Numbered> {
  /** The newest below a number, newest first; so many at most. */
  readonly below: (before: number, limit: number) => Row[]
  /** The number that is `count` further down, counted from 1; undefined when there are fewer. */
  readonly skip: (before: number, count: number) => number | undefined
}

/** @param total how many there are, as it is kept. */
export function* pageOf<Row extends Numbered, Item>(
  { below, skip }: Sequence<Row>,
  { offset, limit, before = ABOVE_ALL }: HistoryRequest,
  total: number,
  item: (row: Row) => Item,
): Reading<Page<Item>> {
  const items: Item[] = []
  const page = { items, total, offset, limit }
  let from: number | undefined = before
  for (let left = Math.min(offset, total); left > 0; left -= SKIPPED) {
    from = skip(from, Math.min(left, SKIPPED))
    if (from === undefined) return page
    yield
  }
  if (offset >= total) return page
  while (items.length < limit) {
    const wanted = Math.min(ROWS, limit - items.length)
    const rows = below(from, wanted)
    for (const row of rows) items.push(item(row))
    from = rows.at(-1)?.seq ?? from
    if (rows.length < wanted) return page
    yield
  }
  return skip(from, 1) === undefined ? page : { ...page, next: from }
}
