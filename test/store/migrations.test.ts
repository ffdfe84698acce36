/** A database of an older version: brought to the newest tables with what it holds. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIGRATIONS } from '../../src/store/migrations'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'

const log = () => undefined

/** As it was before the first step with this text. */
function before(text: string): { directory: string; db: Database } {
  const directory = mkdtempSync(join(tmpdir(), 'migrations-'))
  const db = new Database(join(directory, 'meltica.db'), { create: true, strict: true })
  const steps = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex((step) => step.includes(text)),
  )
  for (const step of steps) db.run(step)
  db.run(`PRAGMA user_version = ${steps.length}`)
  return { directory, db }
}

test('when instances were created and last changed is read from the audit, and is about now where that is silent', () => {
  const { directory, db } = before('ADD COLUMN created_ms')
  const instance = (id: string) =>
    db.run(
      `INSERT INTO instances (id, selector, strategy, hash, tag, config, scope, wanted, state)
       VALUES (?, 'grid', 'grid', 'sha256:1', 'v1', '{}', '{}', 0, 'stopped')`,
      [id],
    )
  const audited = (timeMs: number, what: string, subject: string) =>
    db.run("INSERT INTO audit (time_ms, who, what, subject) VALUES (?, 'ops', ?, ?)", [timeMs, what, subject])
  for (const id of ['old', 'again', 'silent']) instance(id)
  audited(1000, 'instance_created', 'old')
  audited(2000, 'instance_started', 'old')
  audited(9000, 'provider_stopped', 'old')
  audited(1000, 'instance_created', 'again')
  audited(3000, 'instance_removed', 'again')
  audited(4000, 'instance_created', 'again')
  db.close()
  const startMs = Date.now()
  using store = Store.open({ directory, log })
  const [silent, ...others] = store.instances.all().reverse()
  expect(others.map(({ id, createdMs, updatedMs }) => [id, createdMs, updatedMs])).toEqual([
    ['again', 4000, 4000],
    ['old', 1000, 2000],
  ])
  expect(silent?.createdMs).toBeWithin(startMs, Date.now() + 1)
  expect(silent?.updatedMs).toBe(silent?.createdMs ?? 0)
  rmSync(directory, { recursive: true })
})

test('orders kept as JSON are the same orders as columns, and those half moved by a start that ended are moved on', () => {
  const { directory, db } = before('ALTER TABLE orders RENAME TO orders_as_json')
  const order = {
    symbol: 'BTC-USDT',
    side: 'sell',
    type: 'stopLimit',
    quantity: '2',
    price: '9',
    stopPrice: '10',
  } as const
  const asked = { asked: { quantity: '2.05' }, clientTag: 'exit' }
  const flags = { timeInForce: 'IOC', postOnly: true, reduceOnly: false } as const
  const report = { side: 'Sell', orderType: 'Limit', price: '9', quantity: '2', timestamp: 7 }
  const insert = (id: string, state: string, terms: object, progress?: object) =>
    db.run(
      `INSERT INTO orders (id, instance, provider, body, state, report, placed_ms, updated_ms)
       VALUES (?, 1, 'sim', ?, ?, ?, 1, 7)`,
      [
        id,
        JSON.stringify({ clientOrderId: id, provider: 'sim', ...order, ...flags, ...terms }),
        state,
        progress ? JSON.stringify({ clientOrderId: id, state, ...report, ...progress }) : null,
      ],
    )
  insert('filled', 'FILLED', asked, {
    exchangeOrderId: 'sim-filled',
    filledQuantity: '2',
    remainingQty: '0',
    avgFillPrice: '9.5',
  })
  insert(
    'part',
    'PARTIAL',
    {},
    { exchangeOrderId: 'x7', filledQuantity: '0.5', remainingQty: '1.5', avgFillPrice: '9' },
  )
  insert(
    'refused',
    'REJECTED',
    { price: undefined, stopPrice: undefined },
    {
      exchangeOrderId: 'sim-refused',
      filledQuantity: '0',
      remainingQty: '2',
      avgFillPrice: '0',
      rejectReason: 'no',
    },
  )
  insert('silent', 'PENDING', {})
  // more than one slice of them, the last of which are looked at below
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
     INSERT INTO orders (id, instance, provider, body, state, report, placed_ms, updated_ms)
     SELECT 'many-' || i, 2, provider, body, state, report, placed_ms, updated_ms FROM orders, n WHERE id = 'filled'`,
  )
  const from = MIGRATIONS.findIndex((step) => step.includes('orders_as_json'))
  for (const step of MIGRATIONS.slice(from)) db.run(step)
  db.run(`PRAGMA user_version = ${MIGRATIONS.length}`)
  // as if a start had ended behind the first of them
  db.run(
    `INSERT INTO orders (seq, id, instance, provider, symbol, side, type, quantity, price, stop_price, time_in_force,
       post_only, reduce_only, client_tag, asked, state, average, placed_ms, updated_ms)
     SELECT seq, id, 1, 'sim', 'BTC-USDT', 'sell', 'stopLimit', '2', '9', '10', 'IOC', 1, 0, 'exit', body ->> 'asked',
       'FILLED', '9.5', 1, 7 FROM orders_as_json WHERE seq = 1`,
  )
  db.run('DELETE FROM orders_as_json WHERE seq = 1')
  db.close()
  for (const _start of ['first', 'again']) {
    using store = Store.open({ directory, log })
    const listed = finish(store.lists.orders(1, { offset: 0, limit: 10 }))
    const { type, quantity, price, stopPrice, symbol } = order
    const shown = { provider: 'sim', symbol, side: 'Sell' as const, type, quantity, price, stopPrice, ...flags }
    const times = { placedAt: '1970-01-01T00:00:00.001Z', updatedAt: '1970-01-01T00:00:00.007Z' }
    const none = { filledQuantity: '0', remainingQty: '2', avgFillPrice: '0' }
    const { price: _, stopPrice: __, ...priceless } = shown
    expect(listed).toEqual({
      items: [
        { clientOrderId: 'silent', ...shown, state: 'PENDING', ...none, ...times },
        {
          clientOrderId: 'refused',
          exchangeOrderId: 'sim-refused',
          ...priceless,
          type,
          state: 'REJECTED',
          rejectReason: 'no',
          ...none,
          ...times,
        },
        {
          clientOrderId: 'part',
          exchangeOrderId: 'x7',
          ...shown,
          state: 'PARTIAL',
          filledQuantity: '0.5',
          remainingQty: '1.5',
          avgFillPrice: '9',
          ...times,
        },
        {
          clientOrderId: 'filled',
          exchangeOrderId: 'sim-filled',
          ...shown,
          ...asked,
          state: 'FILLED',
          filledQuantity: '2',
          remainingQty: '0',
          avgFillPrice: '9.5',
          ...times,
        },
      ],
      total: 4,
      offset: 0,
      limit: 10,
    })
    const many = finish(store.lists.orders(2, { offset: 11_999, limit: 1 }))
    expect([many.total, many.items[0]?.clientOrderId, many.items[0]?.exchangeOrderId]).toEqual([
      12_000,
      'many-1',
      'sim-filled',
    ])
    expect(
      store.journal
        .history(1, 'sim', 'linear')
        .openOrders.map(({ order, progress }) => [order.clientOrderId, progress]),
    ).toEqual([
      ['part', { filledQuantity: '0.5', remainingQty: '1.5', avgFillPrice: '9' }],
      ['silent', none],
    ])
  }
  rmSync(directory, { recursive: true })
})

test('the kept state of an account is the state of its model', () => {
  const { directory, db } = before('account_states_by_model')
  const state = { model: 'spot', cash: [['USDT', '-7']], positions: [] }
  db.run("INSERT INTO account_states VALUES (1, 'sim', 42, ?)", [JSON.stringify(state)])
  db.close()
  using store = Store.open({ directory, log })
  expect<unknown>(store.journal.history(1, 'sim', 'spot')).toEqual({ state, fills: [], openOrders: [] })
  expect(store.journal.history(1, 'sim', 'linear')).toEqual({ fills: [], openOrders: [] })
  rmSync(directory, { recursive: true })
})
