/** What each table keeps, changes and forgets. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionReport } from '../../src/schema/orders'
import type { StoredInstance } from '../../src/store/instances'
import { NO_RESTARTS } from '../../src/store/instances'
import { peek } from '../../src/store/peek'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { orderOf, reportOf } from './trades'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tables-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = () => Store.open({ directory, log: () => undefined })
const provider = (name: string, more = {}) => ({ name, adapter: 'sim', config: {}, wanted: true, ...more })
const instance = (id: string): Omit<StoredInstance, 'key' | 'reason'> => ({
  id,
  selector: 'grid',
  strategy: 'grid',
  hash: 'sha256:1',
  tag: 'v1',
  config: {},
  scope: {},
  wanted: false,
  state: 'created',
  restart: 'never',
  restarts: NO_RESTARTS,
  createdMs: 1,
  updatedMs: 2,
})

test('a provider that is saved again keeps its place in the list', () => {
  {
    using store = open()
    for (const name of ['b', 'a', 'c']) store.providers.save(provider(name))
    store.providers.save(provider('b', { adapter: 'replay', config: { speed: 2 }, wanted: false }))
    store.providers.remove('c')
    store.providers.remove('c')
  }
  using store = open()
  expect(store.providers.all()).toEqual([
    { name: 'b', adapter: 'replay', config: { speed: 2 }, wanted: false },
    { name: 'a', adapter: 'sim', config: {}, wanted: true },
  ])
})

test('limits and kill switches hold after a restart until they are changed', () => {
  {
    using store = open()
    expect(store.risk.limits()).toBeUndefined()
    store.risk.saveLimits({ default: { maxConcurrentOrders: 1 } } as never)
    store.risk.saveLimits({ default: { maxConcurrentOrders: 2 } } as never)
    const of = (scope: 'all' | 'provider' | 'instance', subject: string, reason: string) =>
      store.risk.engage({ scope, subject, mode: 'reduce', reason, who: 'ops', sinceMs: 5, untilMs: 7 })
    of('all', '', 'a storm')
    of('provider', 'sim', 'first')
    of('provider', 'sim', 'second')
    of('instance', 'sim', 'an instance')
    store.risk.release('all', '')
    store.risk.release('provider', 'other')
  }
  using store = open()
  expect(store.risk.limits()).toEqual({ default: { maxConcurrentOrders: 2 } } as never)
  expect(store.risk.switches().sort((a, b) => a.scope.localeCompare(b.scope))).toEqual([
    { scope: 'instance', subject: 'sim', mode: 'reduce', reason: 'an instance', who: 'ops', sinceMs: 5, untilMs: 7 },
    { scope: 'provider', subject: 'sim', mode: 'reduce', reason: 'second', who: 'ops', sinceMs: 5, untilMs: 7 },
  ])
})

test('a checkpoint is replaced, dropped, and gone with its instance', () => {
  using store = open()
  const checkpoint = (n: number) => ({
    hash: `sha256:${n}`,
    engine: 'sha256:e',
    launch: '{}',
    memory: new Uint8Array([n]),
  })
  const [key, other] = [store.instances.create(instance('one')), store.instances.create(instance('other'))]
  for (const of of [key, other]) store.instances.keepCheckpoint(of, checkpoint(1))
  store.instances.keepCheckpoint(key, checkpoint(2))
  expect(store.instances.checkpoint(key)).toEqual(checkpoint(2))
  store.instances.dropCheckpoint(key)
  expect(store.instances.checkpoint(key)).toBeUndefined()
  expect(store.instances.checkpoint(other)).toEqual(checkpoint(1))
  store.instances.remove(other)
  expect(store.instances.checkpoint(other)).toBeUndefined()
})

test('a removed instance leaves the others theirs', () => {
  using store = open()
  const [key, other] = [store.instances.create(instance('one')), store.instances.create(instance('other'))]
  for (const of of [key, other]) {
    store.instances.writeState(of, `{"of":${of}}`)
    store.logs.append(of, { timeMs: 1, level: 'info', source: 'host', message: 'hello' })
    store.journal.accountStood(of, 'sim', { model: 'linear', cash: [['USDT', '1']], positions: [] })
  }
  store.instances.remove(key)
  expect(store.instances.all().map(({ id }) => id)).toEqual(['other'])
  expect([key, other].map((of) => store.instances.state(of))).toEqual(['{}', `{"of":${other}}`])
  const page = { offset: 0, limit: 1 }
  expect([key, other].map((of) => finish(store.logs.page(of, page)).total)).toEqual([0, 1])
  const states = [key, other].map((of) => store.journal.history(of, 'sim', 'linear').state?.cash)
  expect(states).toEqual([undefined, [['USDT', '1']]])
})

test('an id is used by one instance at a time', () => {
  using store = open()
  store.instances.create(instance('one'))
  expect(() => store.instances.create(instance('one'))).toThrow('UNIQUE')
  expect(store.instances.all()).toHaveLength(1)
})

test('the use of a deleted revision is forgotten, that of its neighbours is not', () => {
  using store = open()
  const seen = (strategy: string, hash: string) => ({ strategy, hash, firstSeen: 1, lastSeen: 2 })
  const all = [seen('grid', 'sha256:1'), seen('grid', 'sha256:2'), seen('other', 'sha256:1')]
  for (const each of all) store.usage.save(each)
  store.usage.remove('grid', 'sha256:1')
  expect(store.usage.all()).toEqual(all.slice(1))
})

test('the audited tags are those of the home that was begun last, and follow the entries', () => {
  using store = open()
  const { auditedTags, audit } = store
  const tag = (name: string, hash: string) => ({ subject: `grid:${name}`, strategy: 'grid', hash })
  expect(auditedTags.areOf('/home')).toBe(false)
  auditedTags.begin('/before', [tag('old', 'sha256:0')])
  auditedTags.begin('/home', [
    tag('prod', 'sha256:1'),
    tag('gone', 'sha256:1'),
    tag('with', 'sha256:2'),
    tag('left', 'sha256:1'),
  ])
  expect([auditedTags.areOf('/home'), auditedTags.areOf('/before')]).toEqual([true, false])
  const entry = { timeMs: 1, who: 'ops', strategy: 'grid' }
  audit.append({ ...entry, what: 'tag_moved', subject: 'grid:prod', before: 'sha256:1', after: 'sha256:3' })
  audit.append({ ...entry, what: 'tag_deleted', subject: 'grid:gone', before: 'sha256:1' })
  audit.append({ ...entry, what: 'revision_deleted', subject: 'grid@sha256:2', before: { tags: ['with'] } })
  expect(auditedTags.all().sort((a, b) => a.subject.localeCompare(b.subject))).toEqual([
    tag('left', 'sha256:1'),
    tag('prod', 'sha256:3'),
  ])
})

test('a data folder can be looked into before it is opened', () => {
  const nowhere = join(directory, 'nowhere')
  expect(peek(nowhere)).toEqual({ providers: [], instances: [] })
  {
    using store = open()
    store.providers.save(provider('sim', { wanted: false }))
    store.instances.create(instance('one'))
    store.instances.create(instance('two'))
    expect(peek(directory)).toBeUndefined()
  }
  expect(peek(directory)).toEqual({ providers: [provider('sim', { wanted: false })], instances: ['one', 'two'] })
})

test('a data folder that is missing is made, with those above it', () => {
  using _store = Store.open({ directory: join(directory, 'a/b'), log: () => undefined })
  expect(peek(join(directory, 'a'))).toEqual({ providers: [], instances: [] })
})

test('all that is written at once is kept, or nothing', () => {
  using store = open()
  const both = (ends: () => void) => () => {
    store.providers.save(provider('sim'))
    store.instances.create(instance('one'))
    ends()
  }
  const slip = both(() => {
    throw new Error('a slip')
  })
  expect(() => store.transaction(slip)).toThrow('a slip')
  expect([store.providers.all(), store.instances.all()]).toEqual([[], []])
  store.transaction(both(() => undefined))
  expect([store.providers.all(), store.instances.all()].map((rows) => rows.length)).toEqual([1, 1])
  expect(store.problem).toBeUndefined()
  store.check()
})

test('whether an instance is wanted is kept as it is saved', () => {
  using store = open()
  const key = store.instances.create({ ...instance('one'), wanted: true })
  const wanted = () => store.instances.all().map((one) => one.wanted)
  expect(wanted()).toEqual([true])
  store.instances.save({ ...instance('one'), key, reason: undefined, wanted: false })
  expect(wanted()).toEqual([false])
  store.instances.save({ ...instance('one'), key, reason: undefined, wanted: true })
  expect(wanted()).toEqual([true])
})

const ORDER = orderOf('o', { side: 'sell', quantity: '2' })

const reported = (timestamp: number, more: Partial<ExecutionReport['payload']> = {}): ExecutionReport =>
  reportOf(ORDER, 'ACK', undefined, { exchangeOrderId: '', timestamp, ...more })

test('an order is listed as its last report has it, before the first one as it was placed', () => {
  using store = open()
  const page = { offset: 0, limit: 10 }
  const item = () => finish(store.lists.orders(1, page)).items[0]
  store.journal.ordered(1, ORDER, 1000)
  expect(item()).toEqual({
    clientOrderId: 'o',
    provider: 'sim',
    symbol: 'BTC-USDT',
    side: 'Sell',
    type: 'limit',
    quantity: '2',
    price: '100',
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: false,
    state: 'PENDING',
    filledQuantity: '0',
    remainingQty: '2',
    avgFillPrice: '0',
    placedAt: '1970-01-01T00:00:01.000Z',
    updatedAt: '1970-01-01T00:00:01.000Z',
  })
  store.journal.ordered(
    2,
    { ...ORDER, clientOrderId: 'p', stopPrice: '90', asked: { quantity: '2.5' }, clientTag: 'x' },
    1,
  )
  expect(finish(store.lists.orders(2, page)).items[0]).toMatchObject({
    stopPrice: '90',
    asked: { quantity: '2.5' },
    clientTag: 'x',
  })
  const partly = {
    state: 'EXPIRED',
    filledQuantity: '0.5',
    remainingQty: '1.5',
    avgFillPrice: '99',
    rejectReason: 'late',
  }
  store.journal.reported(1, reported(2000, { ...partly, state: 'EXPIRED', exchangeOrderId: 'x' }))
  expect(item()).toMatchObject({ ...partly, exchangeOrderId: 'x', updatedAt: '1970-01-01T00:00:02.000Z' })
})

test('what an instance was not told is told oldest first, and no more than ten thousand reports', () => {
  using store = open()
  store.journal.ordered(1, ORDER, 1)
  const seqs = [1, 2, 3].map((n) => store.journal.reported(1, reported(n)))
  store.journal.reported(2, reported(9))
  const told = () => {
    const { reports, tooOld } = store.journal.untold(1)
    return [reports.length, reports[0]?.report.payload.timestamp, reports.at(-1)?.report.payload.timestamp, tooOld]
  }
  expect(told()).toEqual([3, 1, 3, 0])
  store.journal.told(1, seqs[0]!)
  expect(told()).toEqual([2, 2, 3, 0])
  for (let n = 4; n <= 10_001; n++) store.journal.reported(1, reported(n))
  expect(told()).toEqual([10_000, 2, 10_001, 0])
  for (let n = 10_002; n <= 10_004; n++) store.journal.reported(1, reported(n))
  expect(told()).toEqual([10_000, 5, 10_004, 3])
})
