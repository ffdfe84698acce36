/** What the store keeps, over restarts and crashes. */
import { expect, test } from 'bun:test'
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionReport, Fill, Order } from '../../src/schema/orders'
import type { StoredInstance } from '../../src/store/instances'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { orderOf, reportOf } from './trades'

const log = () => undefined
const folder = () => mkdtempSync(join(tmpdir(), 'store-'))
const page = { offset: 0, limit: 10 }

const instance: Omit<StoredInstance, 'key' | 'reason'> = {
  id: 'grid-1',
  selector: 'grid:prod',
  strategy: 'grid',
  hash: 'sha256:1',
  tag: 'v1',
  config: { levels: 3 },
  scope: { sim: { symbols: ['BTC-USDT'] } },
  wanted: true,
  state: 'running',
  restart: 'on-failure',
  restarts: { count: 2, inARow: 1, triedMs: [5, 6], nextMs: 7 },
  createdMs: 1_700_000_000_000,
  updatedMs: 1_700_000_000_500,
}

const order = (clientOrderId: string): Order => orderOf(clientOrderId, { quantity: '2', price: '100.5' })

const report = (of: Order, state: ExecutionReport['payload']['state'], fill?: Fill): ExecutionReport =>
  reportOf(of, state, fill, { exchangeOrderId: 'x1', timestamp: 2000 })

const fill = {
  symbol: 'BTC-USDT',
  side: 'buy',
  price: '100.4',
  quantity: '2',
  fee: '0.2',
  feeCurrency: 'USDT',
  liquidity: 'maker',
  timeMs: 2000,
} as const

test('instances, providers, states and usage are there after a restart', () => {
  const directory = folder()
  let key: number
  {
    using store = Store.open({ directory, log })
    key = store.instances.create(instance)
    store.instances.save({ ...instance, key, hash: 'sha256:2', state: 'failed', reason: 'it looped' })
    store.instances.writeState(key, '{"n":1}')
    store.providers.save({ name: 'sim', adapter: 'sim', config: { seed: 42 }, wanted: true })
    store.usage.save({ strategy: 'grid', hash: 'sha256:1', firstSeen: 1, lastSeen: 2 })
    store.usage.save({ strategy: 'grid', hash: 'sha256:1', firstSeen: 5, lastSeen: 6 })
  }
  using store = Store.open({ directory, log })
  expect(store.instances.all()).toEqual([{ ...instance, key, hash: 'sha256:2', state: 'failed', reason: 'it looped' }])
  expect(store.instances.state(key)).toBe('{"n":1}')
  expect(store.providers.all()).toEqual([{ name: 'sim', adapter: 'sim', config: { seed: 42 }, wanted: true }])
  expect(store.usage.all()).toEqual([{ strategy: 'grid', hash: 'sha256:1', firstSeen: 1, lastSeen: 6 }])
})

test('a checkpoint comes back byte for byte', () => {
  using store = Store.open({ directory: folder(), log })
  const memory = new Uint8Array(70_000).map((_, index) => index % 251)
  store.instances.keepCheckpoint(1, { hash: 'sha256:1', engine: 'sha256:e', launch: '{}', memory })
  expect(store.instances.checkpoint(1)).toEqual({ hash: 'sha256:1', engine: 'sha256:e', launch: '{}', memory })
  expect(store.instances.checkpoint(2)).toBeUndefined()
})

test('the journal lists orders and executions, newest first, and says what an account is rebuilt from', () => {
  using store = Store.open({ directory: folder(), log })
  for (const id of ['a', 'b', 'c']) store.journal.ordered(1, order(id), 1000)
  store.journal.reported(1, report(order('a'), 'FILLED', fill))
  store.journal.reported(1, report(order('b'), 'ACK'))
  expect(finish(store.lists.orders(1, page)).items.map(({ clientOrderId, state }) => [clientOrderId, state])).toEqual([
    ['c', 'PENDING'],
    ['b', 'ACK'],
    ['a', 'FILLED'],
  ])
  expect(finish(store.lists.orders(1, { offset: 1, limit: 1 }))).toMatchObject({ total: 3, offset: 1, limit: 1 })
  expect(finish(store.lists.executions(1, page)).items).toEqual([
    {
      executionId: '1',
      clientOrderId: 'a',
      provider: 'sim',
      symbol: 'BTC-USDT',
      side: 'Buy',
      price: '100.4',
      quantity: '2',
      fee: '0.2',
      feeCurrency: 'USDT',
      liquidity: 'maker',
      tradedAt: '1970-01-01T00:00:02.000Z',
    },
  ])
  const history = store.journal.history(1, 'sim', 'linear')
  expect(history.fills).toEqual([fill])
  expect(history.openOrders.map((entry) => [entry.order, entry.progress])).toEqual([
    [order('b'), { filledQuantity: '0', remainingQty: '2', avgFillPrice: '0' }],
    [order('c'), { filledQuantity: '0', remainingQty: '2', avgFillPrice: '0' }],
  ])
  expect(store.journal.history(1, 'other', 'linear')).toEqual({ fills: [], openOrders: [] })
})

test('an account is rebuilt from its last state and the fills after it, unless it has become one of another model', () => {
  const directory = folder()
  const state = { model: 'linear', cash: [['USDT', '-1.5']], positions: [] } as const
  {
    using store = Store.open({ directory, log })
    for (const id of ['a', 'b', 'c']) store.journal.ordered(1, order(id), 1)
    store.journal.reported(1, report(order('a'), 'FILLED', fill))
    store.journal.reported(1, report(order('b'), 'FILLED', { ...fill, price: '99' }))
    store.journal.accountStood(1, 'sim', state)
    store.journal.reported(1, report(order('c'), 'FILLED', { ...fill, price: '98' }))
  }
  using store = Store.open({ directory, log })
  const prices = (model: 'linear' | 'spot') => {
    const { fills, ...rest } = store.journal.history(1, 'sim', model)
    return [rest, fills.map(({ price }) => price)]
  }
  expect(prices('linear')).toEqual([{ state, openOrders: [] }, ['98']])
  expect(prices('spot')).toEqual([{ openOrders: [] }, ['100.4', '99', '98']])
})

test('removing an instance takes its memory and log, and leaves its executions', () => {
  using store = Store.open({ directory: folder(), log })
  const key = store.instances.create(instance)
  store.instances.writeState(key, '{"n":1}')
  store.logs.append(key, { timeMs: 1, level: 'info', source: 'strategy', message: 'hello' })
  store.journal.ordered(key, order('a'), 1)
  store.journal.reported(key, report(order('a'), 'FILLED', fill))
  store.instances.remove(key)
  expect(store.instances.all()).toEqual([])
  expect(store.instances.state(key)).toBe('{}')
  expect(finish(store.logs.page(key, page)).total).toBe(0)
  expect(finish(store.lists.executions(key, page)).total).toBe(1)
  expect(store.instances.create(instance)).toBeGreaterThan(key)
})

test('the log of an instance is bounded and keeps the newest lines', () => {
  using store = Store.open({ directory: folder(), log })
  const line = (message: string) => ({ timeMs: 0, level: 'info', source: 'strategy', message }) as const
  store.logs.append(2, line('neighbour'))
  const add = (from: number, to: number) => {
    for (let n = from; n < to; n++) store.logs.append(1, line(String(n)))
    return finish(store.logs.page(1, { offset: 0, limit: 1000 }))
  }
  expect(add(0, 1500).total).toBe(1500)
  expect(add(1500, 1501).total).toBe(1000)
  const { items, total } = add(1501, 5000)
  expect(total).toBeLessThanOrEqual(1500)
  expect(items.map(({ message }) => message)).toEqual(Array.from({ length: 1000 }, (_, back) => String(4999 - back)))
  expect(finish(store.logs.page(2, page)).total).toBe(1)
})

test('the audit can be filtered and read by pages', () => {
  using store = Store.open({ directory: folder(), log })
  for (let n = 0; n < 5; n++) {
    store.audit.append({
      timeMs: n,
      who: n % 2 ? 'ci' : 'ops',
      what: 'tag_moved',
      subject: 'grid:prod',
      strategy: 'grid',
      before: 'a',
      after: 'b',
    })
  }
  store.audit.append({
    timeMs: 9,
    who: 'ops',
    what: 'instance_started',
    subject: 'grid-1',
    after: { hash: 'sha256:1' },
  })
  expect(finish(store.audit.page({ offset: 0, limit: 1 }))).toEqual({
    items: [
      {
        id: 6,
        when: '1970-01-01T00:00:00.009Z',
        who: 'ops',
        what: 'instance_started',
        subject: 'grid-1',
        after: { hash: 'sha256:1' },
      },
    ],
    total: 6,
    offset: 0,
    limit: 1,
    next: 6,
  })
  const ids = (filter: Parameters<typeof store.audit.page>[1]) =>
    finish(store.audit.page(page, filter)).items.map(({ id }) => id)
  expect(ids({ who: 'ci' })).toEqual([4, 2])
  expect(ids({ strategy: 'grid', since: 1, until: 3 })).toEqual([3, 2])
  expect(ids({ what: 'instance_started' })).toEqual([6])
  expect(ids({ subject: 'grid:prod', who: 'ops' })).toEqual([5, 3, 1])
})

test('what was acknowledged survives a kill of the process', async () => {
  const directory = folder()
  const script = `
    import { Store } from ${JSON.stringify(join(import.meta.dir, '../../src/store/store'))}
    const store = Store.open({ directory: ${JSON.stringify(directory)}, log: () => undefined })
    for (let n = 0; n < 100; n++) store.logs.append(1, { timeMs: n, level: 'info', source: 'host', message: String(n) })
    store.commit()
    process.stdout.write('acknowledged')
    store.logs.append(1, { timeMs: 100, level: 'info', source: 'host', message: 'not acknowledged' })
    process.kill(process.pid, 'SIGKILL')`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' })
  expect(await child.stdout.text()).toBe('acknowledged')
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  using store = Store.open({ directory, log })
  expect(finish(store.logs.page(1, page)).total).toBe(100)
})

test('what happened to an order is on the disk soon, whether or not anybody asks', async () => {
  const directory = folder()
  const placed = order('o-1')
  const script = `
    import { Store } from ${JSON.stringify(join(import.meta.dir, '../../src/store/store'))}
    const store = Store.open({ directory: ${JSON.stringify(directory)}, log: () => undefined })
    store.journal.ordered(1, ${JSON.stringify(placed)}, 1)
    store.commit()
    store.journal.reported(1, ${JSON.stringify(report(placed, 'FILLED', fill))})
    const wal = Bun.file(${JSON.stringify(join(directory, 'meltica.db-wal'))})
    while (!Buffer.from(await wal.bytes()).includes('${fill.price}')) await Bun.sleep(1)
    process.kill(process.pid, 'SIGKILL')`
  const child = Bun.spawn([process.execPath, '-e', script])
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  using store = Store.open({ directory, log })
  expect(finish(store.lists.orders(1, page)).items).toMatchObject([{ clientOrderId: 'o-1', state: 'FILLED' }])
  expect(finish(store.lists.executions(1, page)).total).toBe(1)
})

test('the data folder of a gateway that is just about to be gone is waited for', async () => {
  const directory = folder()
  const script = `
    import { Store } from ${JSON.stringify(join(import.meta.dir, '../../src/store/store'))}
    globalThis.store = Store.open({ directory: ${JSON.stringify(directory)}, log: () => undefined })
    process.stdout.write('open')
    setInterval(() => undefined, 1000)`
  const other = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' })
  for await (const _ of other.stdout) break
  Bun.spawn(['sh', '-c', `sleep 0.02; kill -KILL ${other.pid}`])
  using store = Store.open({ directory, log })
  expect(store.problem).toBeUndefined()
})

test('a second gateway on the same data folder is refused', () => {
  const directory = folder()
  using store = Store.open({ directory, log })
  const script = `
    import { Store } from ${JSON.stringify(join(import.meta.dir, '../../src/store/store'))}
    try { Store.open({ directory: ${JSON.stringify(directory)}, log: () => undefined }) } catch (error) {
      process.stdout.write(error.code + ': ' + error.message)
    }`
  const child = Bun.spawnSync([process.execPath, '-e', script])
  expect(child.stdout.toString()).toBe(`data_locked: ${directory}/meltica.db is in use by another gateway`)
  expect(store.instances.all()).toEqual([])
})

test('the file is readable by its owner alone', () => {
  const directory = folder()
  using _store = Store.open({ directory, log })
  expect(statSync(join(directory, 'meltica.db')).mode & 0o777).toBe(0o600)
})

test('a data folder that cannot be made is a refusal', () => {
  const directory = folder()
  expect(() => Store.open({ directory: join(directory, 'x\u0000'), log })).toThrow(
    expect.objectContaining({ code: 'data_unwritable' }),
  )
})

test('of one that is to begin anew it is known over a restart that nothing was kept of it', () => {
  const directory = folder()
  const progress = { number: 4, slot: 1, startMs: 9, rolls: 0, acts: 2, lines: 3, exceptions: 0 } as const
  const rest = { fills: 1, left: 0, leftForNewer: 0, hash: 'sha256:1', engine: 'sha256:2' } as const
  let key: number
  {
    using store = Store.open({ directory, log })
    key = store.instances.create(instance)
    const write = store.progress.writer(key, () => ({ ...progress, ...rest }))
    write()
    store.commit()
    expect(store.progress.all()).toEqual(new Map([[key, { ...progress, ...rest }]]))
    // what it was to write is of before
    write()
    store.progress.lost(key)
  }
  using store = Store.open({ directory, log })
  expect(store.progress.all().get(key)).toEqual({ ...progress, ...rest, slot: -1 })
})
