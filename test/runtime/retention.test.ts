/** What is old goes, and nothing that is needed: accounts, open orders, reports that are still to be told, the audit. */
import { describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActivityStream } from '../../src/runtime/activity/activity-stream'
import { AuditLog } from '../../src/runtime/audit-log'
import { Retention } from '../../src/runtime/retention'
import type { RetentionSettings } from '../../src/schema/retention'
import { NO_RESTARTS } from '../../src/store/instances'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import type { Log } from '../../src/telemetry/log'
import { Account } from '../../src/trading/accounts/account'
import { heldIntervals } from '../intervals'
import { orderOf, report, trade } from '../store/trades'
import { until } from '../until'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const page = { offset: 0, limit: 1000 }
const BEGIN_MS = Date.UTC(2026, 0, 1)

const instance = (id: string) =>
  ({
    id,
    selector: 'grid',
    strategy: 'grid',
    hash: 'sha256:1',
    tag: 'v1',
    config: {},
    scope: {},
    wanted: false,
    state: 'stopped',
    restart: 'never',
    restarts: NO_RESTARTS,
    createdMs: 1,
    updatedMs: 1,
  }) as const

function openKeeper(keep: RetentionSettings = {}, directory = mkdtempSync(join(tmpdir(), 'retention-'))) {
  const stack = new AsyncDisposableStack()
  const logged: string[] = []
  const log: Log = (_level, message, fields) => {
    // what is in the audit is in the log too
    if (!fields?.who) logged.push(`${message} ${JSON.stringify(fields)}`)
  }
  const store = stack.use(Store.open({ directory, log }))
  const clock = { ms: BEGIN_MS }
  const now = () => clock.ms
  const activity = new ActivityStream(log)
  const auditLog = new AuditLog({ store, activity, log, now })
  const retention = stack.use(new Retention({ store, auditLog, log, now, keep }))
  const done = () => until(() => !retention.view().pruning)
  return {
    store,
    clock,
    retention,
    logged,
    done,
    prune: async (body = {}) => {
      retention.prune(body, 'ops')
      await done()
    },
    /** The hour has come again. */
    sweep: async () => {
      retention.begin()
      await done()
    },
    orders: (key: number) => finish(store.lists.orders(key, page)).items.map(({ clientOrderId }) => clientOrderId),
    prices: (key: number) => finish(store.lists.executions(key, page)).items.map(({ price }) => price),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const instrument = (symbol: string) => {
  const [baseCurrency = '', quoteCurrency = ''] = symbol.split('-')
  return { symbol, type: 'spot', baseCurrency, quoteCurrency, venue: 'sim' }
}

/** As a venue opens it from the journal. */
function accountOf(store: Store, key: number, model: 'linear' | 'spot') {
  const { state, fills } = store.journal.history(key, 'sim', model)
  const account = new Account({ model, cash: { USDT: '1000' }, leverage: '1', checkMargin: false }, instrument)
  if (state) account.restore(state)
  for (const fill of fills) account.applyFill(fill)
  return { state: account.state, positions: account.positions(), balances: account.balances(), fills: fills.length }
}

describe('by age', () => {
  test('it is looked at at the start and then every hour, until the gateway ends', async () => {
    using hours = heldIntervals(HOUR_MS)
    await using keeper = openKeeper()
    const { store, clock, retention } = keeper
    const key = store.instances.create(instance('a'))
    const left = async () => {
      await keeper.done()
      return keeper.orders(key)
    }
    trade(store, key, 'old')
    await keeper.sweep()
    // to begin again is no second timer
    await keeper.sweep()
    clock.ms += 30 * DAY_MS
    hours.pass(HOUR_MS - 1)
    expect(await left()).toEqual(['old'])
    hours.pass(1)
    expect(await left()).toEqual([])
    clock.ms += HOUR_MS
    hours.pass(HOUR_MS)
    await keeper.done()
    expect(retention.view().last).toEqual({ at: new Date(clock.ms).toISOString(), orders: 0, executions: 0 })
    await retention[Symbol.asyncDispose]()
    const { last } = retention.view()
    clock.ms += HOUR_MS
    hours.pass(HOUR_MS)
    await keeper.done()
    expect(retention.view().last).toEqual(last)
  })

  test('what was written more than thirty days ago goes, whatever the time of its market', async () => {
    await using keeper = openKeeper()
    const { store, clock } = keeper
    const key = store.instances.create(instance('a'))
    trade(store, key, 'old', { price: '1', timeMs: BEGIN_MS + 99 * DAY_MS })
    await keeper.sweep()
    clock.ms += DAY_MS
    trade(store, key, 'young', { price: '2', timeMs: 0 })
    await keeper.sweep()
    clock.ms += 29 * DAY_MS - 1
    await keeper.sweep()
    expect(keeper.orders(key)).toEqual(['young', 'old'])
    clock.ms += 1
    await keeper.sweep()
    expect(keeper.orders(key)).toEqual(['young'])
    expect(keeper.prices(key)).toEqual(['2'])
    expect(keeper.retention.view()).toMatchObject({
      pruning: false,
      orders: { total: 1, days: 30 },
      executions: { total: 1, days: 30 },
      last: { orders: 1, executions: 1, at: new Date(clock.ms).toISOString() },
    })
  })

  test('nothing goes when it is kept forever, nor when the clock was set back', async () => {
    const forever = { days: 'forever' } as const
    await using keeper = openKeeper({ orders: forever })
    const { store, clock } = keeper
    const key = store.instances.create(instance('a'))
    await keeper.sweep()
    clock.ms -= 400 * DAY_MS
    trade(store, key, 'while the clock was wrong')
    await keeper.sweep()
    clock.ms += 401 * DAY_MS
    await keeper.sweep()
    expect([keeper.orders(key).length, keeper.prices(key).length]).toEqual([1, 1])
    clock.ms += 30 * DAY_MS
    await keeper.sweep()
    expect([keeper.orders(key).length, keeper.prices(key).length]).toEqual([1, 0])
    expect(keeper.retention.view().orders).toEqual({ total: 1 })
  })
})

test('by size, each table keeps its newest rows', async () => {
  await using keeper = openKeeper({ orders: { rows: 3 }, executions: { rows: 250, days: 30 } })
  const key = keeper.store.instances.create(instance('a'))
  for (let n = 1; n <= 400; n++) trade(keeper.store, key, `o${n}`, { price: String(n) })
  await keeper.prune()
  expect(keeper.orders(key)).toEqual(['o400', 'o399', 'o398'])
  expect(keeper.prices(key)).toEqual(Array.from({ length: 250 }, (_, back) => String(400 - back)))
  await keeper.prune({ rows: 2 })
  expect([keeper.orders(key), keeper.prices(key)]).toEqual([
    ['o400', 'o399'],
    ['400', '399'],
  ])
  const { orders, executions, last } = keeper.retention.view()
  expect({ orders, executions, last }).toEqual({
    orders: { total: 2, days: 30, rows: 3 },
    executions: { total: 2, days: 30, rows: 250 },
    last: { at: new Date(BEGIN_MS).toISOString(), orders: 1, executions: 248 },
  })
  await keeper.prune({ rows: 2 })
  expect(keeper.logged).toEqual([
    'history pruned {"orders":397,"executions":150}',
    'history pruned {"orders":1,"executions":248}',
  ])
  for (const id of ['c1', 'c2']) {
    const order = orderOf(id)
    keeper.store.journal.ordered(key, order, 1)
    keeper.store.journal.told(key, report(keeper.store, key, order, 'CANCELLED'))
  }
  await keeper.prune()
  expect(keeper.logged.slice(2)).toEqual(['history pruned {"orders":1,"executions":0}'])
})

test('trading goes on between its steps; the hour that comes meanwhile begins nothing, and the end of the gateway ends it', async () => {
  const keeper = openKeeper()
  const { store, retention } = keeper
  const key = store.instances.create(instance('a'))
  store.transaction(() => {
    for (let n = 0; n < 5000; n++) trade(store, key, `o${n}`)
  })
  const total = () => retention.view().orders.total
  retention.prune({ rows: 4000 }, 'ops')
  retention.begin()
  await new Promise((resolve) => setImmediate(resolve))
  expect(total()).toBe(5000)
  await keeper.done()
  expect(retention.view().last).toMatchObject({ orders: 1000, executions: 1000 })
  retention.prune({ rows: 1 }, 'ops')
  await until(() => total() < 4000)
  await retention[Symbol.asyncDispose]()
  expect(retention.view().pruning).toBe(false)
  expect(total()).toBeGreaterThan(1)
  await keeper[Symbol.asyncDispose]()
})

test('an account is the same without what was pruned, be it of this model or of the other one some day', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'retention-'))
  const before: (readonly unknown[])[] = []
  {
    await using keeper = openKeeper({}, directory)
    const { store } = keeper
    for (const [id, kept] of Object.entries({ a: 0, b: 150, c: 330 })) {
      const key = store.instances.create(instance(id))
      for (let n = 1; n <= 330; n++) {
        const side = n % 3 === 0 ? 'sell' : 'buy'
        const symbol = n % 7 === 0 ? 'ETH-BTC' : 'BTC-USDT'
        trade(store, key, `${id}${n}`, { side, symbol, price: `${n}.25`, quantity: '0.5', feeCurrency: 'USDT' })
        if (n === kept) store.journal.accountStood(key, 'sim', accountOf(store, key, 'linear').state)
      }
      for (const model of ['linear', 'spot'] as const) {
        const { fills: _, ...account } = accountOf(store, key, model)
        before.push([key, model, account])
      }
    }
    await keeper.prune({ rows: 10 })
    await keeper.prune({ rows: 5 })
    expect(keeper.retention.view().executions.total).toBe(5)
  }
  await using keeper = openKeeper({}, directory)
  const after = [1, 2, 3].flatMap((key) =>
    (['linear', 'spot'] as const).map((model) => {
      const { fills, ...account } = accountOf(keeper.store, key, model)
      expect(fills).toBeLessThanOrEqual(5)
      return [key, model, account] as const
    }),
  )
  expect<readonly unknown[]>(after).toEqual(before)
})

test('an open order stays, and one whose owner has not been told of its end; both go when that is over', async () => {
  await using keeper = openKeeper()
  const { store } = keeper
  const key = store.instances.create(instance('a'))
  for (const id of ['open', 'silent', 'untold']) store.journal.ordered(key, orderOf(id), 1)
  store.journal.told(key, report(store, key, orderOf('open'), 'ACK'))
  const told = report(store, key, orderOf('untold'), 'CANCELLED')
  trade(store, key, 'done')
  trade(store, key, 'newest')
  // the end of `untold` is a later report than those above tell
  report(store, key, orderOf('untold'), 'CANCELLED')
  await keeper.prune({ rows: 1 })
  expect(keeper.orders(key)).toEqual(['newest', 'untold', 'silent', 'open'])
  expect(store.journal.history(key, 'sim', 'linear').openOrders.map(({ order }) => order.clientOrderId)).toEqual([
    'open',
    'silent',
  ])
  store.journal.told(key, told + 9)
  store.journal.told(key, report(store, key, orderOf('open'), 'FILLED', {}))
  await keeper.prune({ rows: 1 })
  expect(keeper.orders(key)).toEqual(['newest', 'silent'])
})

test('of a removed instance all goes that nobody can ask for, and nothing of others', async () => {
  await using keeper = openKeeper()
  const { store } = keeper
  const [gone = 0, kept = 0] = ['gone', 'kept'].map((id) => store.instances.create(instance(id)))
  for (const key of [gone, kept]) for (let n = 0; n < 150; n++) trade(store, key, `${key}-${n}`)
  store.instances.remove(gone)
  await keeper.sweep()
  expect([keeper.orders(gone).length, keeper.prices(gone).length]).toEqual([0, 0])
  expect([keeper.orders(kept).length, keeper.prices(kept).length]).toEqual([150, 150])
})

test('the audit stays, and tells who pruned and what was to be kept; two at once are refused', async () => {
  await using keeper = openKeeper()
  const { store } = keeper
  const key = store.instances.create(instance('a'))
  for (let n = 0; n < 300; n++) trade(store, key, `o${n}`)
  keeper.retention.prune({ rows: 1 }, 'ops')
  expect(() => keeper.retention.prune({ rows: 9 }, 'ops')).toThrow(expect.objectContaining({ code: 'prune_running' }))
  await until(() => !keeper.retention.view().pruning)
  const rows = { rows: 1 }
  expect(finish(store.audit.page(page)).items).toMatchObject([
    { who: 'ops', what: 'history_pruned', subject: 'history', after: { orders: rows, executions: rows } },
  ])
})

test('a file of which most is free grows smaller again', async () => {
  await using keeper = openKeeper()
  const { store } = keeper
  const key = store.instances.create(instance('a'))
  store.transaction(() => {
    for (let n = 0; n < 12_000; n++) {
      store.journal.ordered(key, { ...orderOf(`o${n}`), clientTag: 'x'.repeat(1000) }, 1)
      report(store, key, orderOf(`o${n}`), 'CANCELLED')
    }
  })
  store.journal.told(key, Number.MAX_SAFE_INTEGER)
  const before = keeper.retention.view().fileBytes
  await keeper.prune({ rows: 1 })
  const { fileBytes, freeBytes, orders } = keeper.retention.view()
  expect(orders.total).toBe(1)
  expect(fileBytes).toBeLessThan(before / 2)
  expect(freeBytes).toBeLessThanOrEqual(1000 * 4096)
}, 60_000)
