/**
 * What a migration has left to do row by row: in slices, each a transaction of its own. Where a start ends in the middle of
 * it, the next one goes on from there; until it is done nobody reads.
 */
import type { Database as Sqlite } from 'bun:sqlite'
import type { Log } from '../telemetry/log'

const SLICE = 5000
/** How often it is told how far it is. */
const TOLD_EVERY = 20

const ORDERS = `
  INSERT INTO orders
  SELECT seq, id, instance, provider, body ->> 'symbol', body ->> 'side', body ->> 'type', body ->> 'quantity',
    body ->> 'price', body ->> 'stopPrice', body ->> 'timeInForce', body ->> 'postOnly', body ->> 'reduceOnly',
    body ->> 'clientTag', body ->> 'asked', state,
    nullif(report ->> 'exchangeOrderId', provider || '-' || id),
    nullif(report ->> 'filledQuantity', iif(state = 'FILLED', body ->> 'quantity', '0')),
    nullif(report ->> 'remainingQty', iif(state = 'FILLED', '0', body ->> 'quantity')),
    nullif(report ->> 'avgFillPrice', '0'),
    nullif(report ->> 'rejectReason', ''), placed_ms, updated_ms, NULL
  FROM orders_as_json ORDER BY seq LIMIT ${SLICE}`

/** @param sqlite at the newest tables. */
export function moveRows(sqlite: Sqlite, log: Log): void {
  if (sqlite.query("SELECT 1 FROM sqlite_schema WHERE name = 'orders_as_json'").get() === null) return
  const last = () =>
    sqlite.query<{ seq: number }, []>('SELECT coalesce(max(seq), 0) seq FROM orders_as_json').get()!.seq
  const end = last()
  for (let slices = 1; last() > 0; slices++) {
    sqlite.exec('BEGIN IMMEDIATE')
    sqlite.exec(ORDERS)
    sqlite.exec('DELETE FROM orders_as_json WHERE seq <= (SELECT max(seq) FROM orders)')
    sqlite.exec('COMMIT')
    if (slices % TOLD_EVERY === 0) log('info', 'bringing orders to a new form', { done: slices * SLICE, newest: end })
  }
  sqlite.exec('DROP TABLE orders_as_json')
}
