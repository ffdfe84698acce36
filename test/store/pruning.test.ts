/** What goes when history is pruned, to the very number, and that nothing does while the disk fails. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../src/store/database'
import { type Fold, Pruning } from '../../src/store/pruning'
import { finish } from '../../src/store/reading'

let directory: string
let db: Database
let pruning: Pruning
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pruning-'))
  db = new Database(join(directory, 'meltica.db'), () => undefined)
  pruning = new Pruning(db)
})
afterEach(() => {
  db[Symbol.dispose]()
  rmSync(directory, { recursive: true })
})

/** Orders and executions of an instance with these numbers. */
function add(instance: number, from: number, to: number): void {
  db.transaction(() => {
    for (const sql of [
      `INSERT INTO orders (seq, id, instance, provider, symbol, side, type, quantity, time_in_force, post_only, reduce_only,
       state, placed_ms, updated_ms)
       SELECT i, 'o' || i, ${instance}, 'sim', 'A-B', 'buy', 'market', '1', 'GTC', 0, 0, 'FILLED', 1, 1 FROM n`,
      `INSERT INTO executions (seq, order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity,
       time_ms) SELECT i, 'o' || i, ${instance}, 'sim', 'A-B', 'buy', '1', '1', '0', 'B', 'taker', i FROM n`,
    ]) {
      db.prepare(`WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) ${sql}`).run()
    }
  })
}

function keep(...keys: number[]): void {
  const insert = `INSERT INTO instances (key, id, selector, strategy, hash, tag, config, scope, wanted, state, created_ms,
    updated_ms) VALUES (?, ?, 's', 's', 'h', 't', '{}', '{}', 0, 'created', 1, 1)`
  db.transaction(() => {
    for (const key of keys) db.prepare<null, [number, string]>(insert).run(key, `i${key}`)
  })
}

const numbers = (table: 'orders' | 'executions') =>
  db
    .prepare<{ seq: number }, []>(`SELECT seq FROM ${table} ORDER BY seq`)
    .all()
    .map(({ seq }) => seq)
/** How many fills there were, the state's included. */
const fold: Fold = (model, state, fills) => {
  const before = Number(state?.cash[0]?.[1] ?? '0')
  return { model, cash: [['B', String(before - fills.length)]], positions: [] }
}
const prune = (orders: number, executions: number) => finish(pruning.prune({ orders, executions }, fold))
const states = () =>
  db
    .prepare<{ instance: number; seq: number; state: string }, []>(
      "SELECT instance, seq, state ->> 'cash' state FROM account_states WHERE model = 'spot' ORDER BY instance",
    )
    .all()

test('from the first to the last that may go, and no further; what its executions made of an account stays', () => {
  keep(1, 2)
  add(1, 1, 250)
  add(2, 251, 260)
  expect(prune(201, 255)).toEqual({ orders: 201, executions: 255 })
  expect([numbers('orders')[0], numbers('executions')[0]]).toEqual([202, 256])
  expect(pruning.totals()).toEqual({ orders: 59, executions: 5 })
  expect(states().map(({ instance, seq }) => [instance, seq])).toEqual([
    [1, 250],
    [2, 255],
  ])
  expect(states().map(({ state }) => state)).toEqual(['[["B","-250"]]', '[["B","-5"]]'])
  expect(prune(202, 256)).toEqual({ orders: 1, executions: 1 })
  expect(states()[1]).toEqual({ instance: 2, seq: 256, state: '[["B","-6"]]' })
  expect(prune(0, 0)).toEqual({ orders: 0, executions: 0 })
})

test('what is in the state of an account already is not counted again, whatever there is of the other models', () => {
  keep(1)
  add(1, 1, 10)
  const account = (model: 'linear' | 'spot', seq: number) =>
    db
      .prepare<null, [string, number, string]>("INSERT INTO account_states VALUES (1, 'sim', ?, ?, ?)")
      .run(model, seq, JSON.stringify({ model, cash: [['B', '-100']], positions: [] }))
  account('spot', 4)
  account('linear', 8)
  const of = (model: string) =>
    db
      .prepare<{ seq: number; cash: string }, [string]>(
        "SELECT seq, state ->> '$.cash[0][1]' cash FROM account_states WHERE model = ?",
      )
      .get(model)
  prune(0, 8)
  expect([of('spot'), of('linear')]).toEqual([
    { seq: 8, cash: '-104' },
    { seq: 8, cash: '-100' },
  ])
})

test('accounts are kept apart by their provider', () => {
  keep(1)
  add(1, 1, 6)
  db.transaction(() => db.prepare("UPDATE executions SET provider = 'other' WHERE seq > 4").run())
  prune(0, 6)
  const found = db
    .prepare<{ provider: string; state: string }, []>(
      "SELECT provider, state ->> 'cash' state FROM account_states WHERE model = 'linear' ORDER BY provider",
    )
    .all()
  expect(found).toEqual([
    { provider: 'other', state: '[["B","-2"]]' },
    { provider: 'sim', state: '[["B","-4"]]' },
  ])
})

test('orders that are open stay, and those of which the owner is still to be told', () => {
  keep(1)
  add(1, 1, 6)
  db.transaction(() => {
    for (const [seq, state] of [
      [2, 'PENDING'],
      [3, 'ACK'],
      [4, 'PARTIAL'],
    ] as const) {
      db.prepare<null, [string, number]>('UPDATE orders SET state = ? WHERE seq = ?').run(state, seq)
    }
    db.prepare("INSERT INTO untold_reports (seq, instance, order_id, report) VALUES (1, 1, 'o5', '{}')").run()
  })
  expect(prune(9, 0)).toEqual({ orders: 2, executions: 0 })
  expect(numbers('orders')).toEqual([2, 3, 4, 5])
  expect(numbers('executions')).toEqual([1, 2, 3, 4, 5, 6])
})

test('what has become free of the file is given back, but for a thousand pages', () => {
  keep(1)
  db.transaction(() => {
    db.prepare('CREATE TABLE ballast (bytes)').run()
    db.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1130)
       INSERT INTO ballast SELECT zeroblob(4000) FROM n`,
    ).run()
  })
  const thousand = 1000 * 4096
  const whole = pruning.size()
  expect(whole.freeBytes).toBe(0)
  expect(whole.fileBytes).toBeGreaterThan(thousand)
  const remove = (rows: number) =>
    db.transaction(() =>
      db
        .prepare<null, [number]>(
          'DELETE FROM ballast WHERE rowid IN (SELECT rowid FROM ballast ORDER BY rowid LIMIT ?)',
        )
        .run(rows),
    )
  for (remove(900); pruning.size().freeBytes < thousand; ) remove(1)
  prune(0, 0)
  expect(pruning.size()).toEqual({ fileBytes: whole.fileBytes, freeBytes: thousand })
  while (pruning.size().freeBytes === thousand) remove(1)
  prune(0, 0)
  const left = pruning.size()
  expect(left.freeBytes).toBeLessThanOrEqual(thousand)
  expect(left.freeBytes).toBeGreaterThan(0.9 * thousand)
  expect(whole.fileBytes - left.fileBytes).toBeGreaterThan(0)
})

test('of an instance that is no more all goes, whatever may go of others', () => {
  keep(1)
  add(1, 1, 3)
  add(2, 4, 153)
  expect(prune(0, 0)).toEqual({ orders: 150, executions: 150 })
  expect([numbers('orders'), numbers('executions'), states()]).toEqual([[1, 2, 3], [1, 2, 3], []])
})

test('what was there at a time is known by the last mark before it, and a clock that was set back moves none', () => {
  expect(pruning.asOf(99)).toEqual({ orders: 0, executions: 0 })
  keep(1)
  add(1, 1, 2)
  pruning.mark(10)
  add(1, 3, 5)
  pruning.mark(4)
  expect([9, 10].map((ms) => pruning.asOf(ms).orders)).toEqual([0, 5])
  add(1, 6, 6)
  pruning.mark(20)
  expect([19, 20, 21].map((ms) => pruning.asOf(ms))).toEqual([5, 6, 6].map((n) => ({ orders: n, executions: n })))
  expect(pruning.newest()).toEqual({ orders: 6, executions: 6 })
})

test('nothing goes while the disk fails', () => {
  keep(1)
  add(1, 1, 3)
  add(2, 4, 6)
  db.write(() => {
    throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
  })
  expect(prune(99, 99)).toEqual({ orders: 0, executions: 0 })
  expect([numbers('orders'), numbers('executions')]).toEqual([
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
  ])
})
