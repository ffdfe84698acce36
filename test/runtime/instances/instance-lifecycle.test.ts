/** The life of an instance: created, started, stopped, replaced, removed, and there again after a restart. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish } from '../../../src/store/reading'
import type { Log } from '../../../src/telemetry/log'
import { pidOf } from '../../hosts/hosts'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'
import { brokenCounter, buyer, counter, rester } from '../strategies'
import { Tape } from '../tape'

const { openHouse } = houses()

const scope = { tape: { symbols: [BTC] } }

async function furnished(): Promise<House> {
  const house = await openHouse()
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  return house
}

/** Runs `c1`, which has counted these prices when it returns. */
async function count(house: House, ...prices: string[]): Promise<void> {
  await house.upload(counter('v1'))
  await house.runtime.instances.create(
    { id: 'c1', strategy: { identifier: 'counter' }, scope, autostart: true },
    'test',
  )
  if (prices.length > 0) house.tape.trades('tape', BTC, ...prices)
  await until(() => house.lines('c1').length === prices.length + 1)
}

test('an instance is created, started, stopped and removed; start and stop are idempotent', async () => {
  await using house = await furnished()
  const hash = await house.upload(counter('v1'))
  const body = {
    id: 'c1',
    strategy: { identifier: 'counter:v1' },
    scope: { tape: { symbols: [BTC, BTC, 'ETH-USDT'] } },
  }
  const created = await house.runtime.instances.create(body, 'test')
  const { createdAt } = created
  expect(created).toEqual({
    id: 'c1',
    strategyIdentifier: 'counter',
    strategyTag: 'v1',
    strategyHash: hash,
    strategySelector: 'counter:v1',
    strategy: { identifier: 'counter', selector: 'counter:v1', tag: 'v1', hash, config: { dry_run: true } },
    providers: ['tape'],
    scope: { tape: { symbols: [BTC, 'ETH-USDT'] } },
    aggregatedSymbols: [BTC, 'ETH-USDT'],
    running: false,
    state: 'created',
    durable: true,
    restart: 'never',
    restarts: 0,
    usage: { strategy: 'counter', hash, instances: [], count: 0, running: false },
    stats: {
      events: 0,
      dropped: 0,
      errors: 0,
      orders: 0,
      skippedOrders: 0,
      fills: 0,
      logs: 0,
      droppedLogs: 0,
      eventsPerSecond: 0,
      lagMs: 0,
      cpuMs: 0,
    },
    createdAt,
    updatedAt: createdAt,
    links: { self: '/strategy/instances/c1', usage: `/strategies/modules/counter@${hash}/usage` },
  })
  for (const _ of [1, 2])
    expect(await house.runtime.instances.start('c1', 'test')).toMatchObject({ running: true, state: 'running' })
  expect(house.runtime.usage.all()).toMatchObject([
    { strategy: 'counter', hash, instances: ['c1'], count: 1, running: true },
  ])
  house.tape.trades('tape', BTC, '1', '2')
  await until(() => house.lines('c1').length === 3)
  for (const _ of [1, 2])
    expect(await house.runtime.instances.stop('c1', 'test')).toMatchObject({ running: false, state: 'stopped' })
  expect(house.runtime.instanceIndex.get('c1').stats).toMatchObject({ events: 2, logs: 3 })
  expect(house.runtime.usage.all()).toMatchObject([
    { strategy: 'counter', hash, instances: [], count: 0, running: false },
  ])
  await house.runtime.instances.remove('c1', 'test')
  expect(await refusal(() => house.runtime.instanceIndex.get('c1'))).toContain('404 instance_not_found')
  const text = await house.metrics.text()
  expect(text).toContain(`strategy_revision_instances{strategy="counter",hash="${hash}"} 0`)
  expect(text).toContain(`strategy_revision_instances_total{strategy="counter",hash="${hash}",action="start"} 1`)
  expect(text).toContain(`strategy_revision_instances_total{strategy="counter",hash="${hash}",action="stop"} 1`)
})

test('a body that cannot work is refused, and nothing is created', async () => {
  await using house = await furnished()
  await house.upload(buyer)
  const create = (change: object) =>
    refusal(house.runtime.instances.create({ id: 'x', strategy: { identifier: 'buyer' }, scope, ...change }, 'test'))
  expect(await create({ id: '../x' })).toContain('400 invalid_instance_id')
  expect(await create({ strategy: { identifier: 'nobody' } })).toContain('404 strategy_not_found')
  expect(await create({ strategy: { identifier: 'buyer:prod' } })).toContain('404 tag_not_found')
  expect(await create({ scope: { binance: { symbols: [BTC] } } })).toContain('404 provider_not_found')
  expect(await create({ scope: { tape: { symbols: ['BTC'] } } })).toContain('422 symbol_refused')
  const config = { quantity: 5, times: 'often', speed: 1 }
  const refused = await create({ strategy: { identifier: 'buyer', config } })
  for (const part of ['422 invalid_config', '"quantity"', '"times"', '"speed"']) expect(refused).toContain(part)
  expect(house.runtime.instanceIndex.list()).toEqual([])
  expect(await create({})).toBe('done')
  expect(await create({})).toContain('409 instance_exists')
})

test('a strategy whose create fails leaves the instance failed, with the reason in its state and log', async () => {
  await using house = await furnished()
  await house.upload(brokenCounter)
  const body = { id: 'x', strategy: { identifier: 'counter' }, scope, autostart: true }
  const created = await house.runtime.instances.create(body, 'test')
  expect(created).toMatchObject({ state: 'failed', running: false, reason: expect.stringContaining('no such luck') })
  expect(await refusal(house.runtime.instances.start('x', 'test'))).toMatch(
    /422 launch_failed: .*no such luck.*counter\.js:\d+/,
  )
  expect(house.lines('x').slice(-2)).toEqual(
    [1, 2].map(() => `not started: ${house.runtime.instanceIndex.get('x').reason}`),
  )
  expect(house.runtime.usage.all()).toEqual([])
})

test('instances can be listed by strategy, hash and state', async () => {
  await using house = await furnished()
  const hash = await house.upload(counter('v1'))
  await house.upload(buyer)
  await house.runtime.instances.create({ id: 'a', strategy: { identifier: 'counter' }, scope, autostart: true }, 'test')
  await house.runtime.instances.create({ id: 'b', strategy: { identifier: 'buyer' }, scope }, 'test')
  const ids = (filter: Parameters<typeof house.runtime.instanceIndex.list>[0]) =>
    house.runtime.instanceIndex.list(filter).map(({ id }) => id)
  expect(ids({})).toEqual(['a', 'b'])
  expect(ids({ strategy: 'Counter' })).toEqual(['a'])
  expect(ids({ hash: hash.slice(7, 20) })).toEqual(['a'])
  expect(ids({ hash, state: 'created' })).toEqual([])
  expect(ids({ state: 'created' })).toEqual(['b'])
  expect(await refusal(() => ids({ hash: 'xyz' }))).toContain('400 invalid_request')
})

test('a stopped instance goes on from its memory when it is started again', async () => {
  await using house = await furnished()
  await count(house, '1', '2')
  await house.runtime.instances.stop('c1', 'test')
  house.tape.trades('tape', BTC, '3')
  await house.runtime.instances.start('c1', 'test')
  house.tape.trades('tape', BTC, '4')
  await until(() => house.lines('c1').length === 4)
  expect(house.lines('c1').at(-1)).toBe('v1 4 state 3 memory 3')
})

test('a replaced instance restarts with the new body, and keeps its state but not its memory', async () => {
  await using house = await furnished()
  await count(house, '1')
  const strategy = { identifier: 'counter', config: { dry_run: false } }
  const replaced = await house.runtime.instances.replace(
    'c1',
    { strategy, scope: { tape: { symbols: ['ETH-USDT'] } } },
    'test',
  )
  expect(replaced).toMatchObject({
    running: true,
    aggregatedSymbols: ['ETH-USDT'],
    strategy: { config: { dry_run: false } },
  })
  house.tape.trades('tape', BTC, '2')
  house.tape.trades('tape', 'ETH-USDT', '3')
  await until(() => house.lines('c1').length === 4)
  expect(house.lines('c1').slice(2)).toEqual(['v1 begins at 1', 'v1 3 state 2 memory 1'])
  expect(await refusal(house.runtime.instances.replace('c1', { id: 'c2', strategy, scope }, 'test'))).toContain(
    '400 invalid_request',
  )
  expect(await refusal(house.runtime.instances.replace('c9', { strategy, scope }, 'test'))).toContain(
    '404 instance_not_found',
  )
})

test('an instance that is given another strategy keeps nothing of the state of the former one', async () => {
  await using house = await furnished()
  await house.upload(counter('v1').replace("name: 'counter'", "name: 'other'"))
  await count(house, '1')
  await house.runtime.instances.replace('c1', { strategy: { identifier: 'other' }, scope }, 'test')
  house.tape.trades('tape', BTC, '2')
  await until(() => house.lines('c1').length === 4)
  expect(house.lines('c1')).toEqual([
    'v1 begins at 0',
    'v1 1 state 1 memory 1',
    'v1 begins at 0',
    'v1 2 state 1 memory 1',
  ])
})

test('a memory that another engine has left is not gone on with; the state is', async () => {
  const directory = await (async () => {
    await using house = await furnished()
    await count(house, '1', '2')
    return house.directory
  })()
  {
    using database = new Database(join(directory, 'data/meltica.db'), { strict: true })
    const { changes } = database.run("UPDATE checkpoints SET engine = 'sha256:another'")
    expect(changes).toBe(1)
  }
  await using house = await openHouse(directory)
  house.tape.trades('tape', BTC, '3')
  await until(() => house.lines('c1').length === 5)
  expect(house.lines('c1').slice(3)).toEqual(['v1 begins at 2', 'v1 3 state 3 memory 1'])
})

test('an instance that is given other symbols keeps its account', async () => {
  await using house = await furnished()
  await house.upload(buyer)
  const strategy = { identifier: 'buyer', config: { dry_run: false } }
  await house.runtime.instances.create({ id: 'b1', strategy, scope, autostart: true }, 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.executions('b1', everything)).total === 1)
  const before = house.runtime.balances.of('b1', everything).items
  await house.runtime.instances.replace('b1', { strategy, scope: { tape: { symbols: ['ETH-USDT'] } } }, 'test')
  expect(house.runtime.balances.of('b1', everything).items).toEqual(before)
  house.tape.trades('tape', 'ETH-USDT', '10')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 2)
  house.tape.trades('tape', 'ETH-USDT', '10')
  await until(() => finish(house.runtime.records.executions('b1', everything)).total === 2)
  expect(house.runtime.instanceIndex.get('b1').state).toBe('running')
})

test('a snapshot that is sent back changes nothing: the instance still follows its tag', async () => {
  await using house = await furnished()
  await house.upload(counter('v1'), { aliases: ['prod'] })
  await house.runtime.instances.create({ id: 'c1', strategy: { identifier: 'counter:prod' }, scope }, 'test')
  const { strategy, scope: kept } = house.runtime.instanceIndex.get('c1')
  for (const identifier of ['counter', 'Counter']) {
    const body = { id: 'c1', strategy: { ...strategy, identifier }, scope: kept }
    const replaced = await house.runtime.instances.replace('c1', body, 'test')
    expect(replaced.strategy).toMatchObject({ identifier: 'counter', selector: 'counter:prod' })
  }
  const moved = await house.runtime.instances.replace(
    'c1',
    { strategy: { ...strategy, identifier: 'counter:v1' }, scope },
    'test',
  )
  expect(moved.strategy.selector).toBe('counter:v1')
})

test('what ran before a restart runs after it, on the hash it pinned and from its memory; what did not, does not', async () => {
  const directory = await (async () => {
    await using house = await furnished()
    await house.upload(counter('v1'))
    for (const id of ['runs', 'stopped', 'created']) {
      await house.runtime.instances.create(
        { id, strategy: { identifier: 'counter' }, scope, autostart: id !== 'created' },
        'test',
      )
    }
    house.tape.trades('tape', BTC, '1')
    await until(() => house.lines('runs').length === 2)
    await house.runtime.instances.stop('stopped', 'test')
    await house.upload(counter('v2'))
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.providers.list()).toMatchObject([{ name: 'tape', running: true }])
  expect(house.runtime.instanceIndex.list().map(({ id, state }) => [id, state])).toEqual([
    ['runs', 'running'],
    ['stopped', 'stopped'],
    ['created', 'created'],
  ])
  house.tape.trades('tape', BTC, '2')
  await until(() => house.lines('runs').length === 3)
  expect(house.lines('runs').at(-1)).toBe('v1 2 state 2 memory 2')
  await house.runtime.instances.start('stopped', 'test')
  house.tape.trades('tape', BTC, '3')
  await until(() => house.lines('stopped').length === 3)
  expect(house.lines('stopped').at(-1)).toBe('v1 3 state 2 memory 2')
})

test('what ran before does not run again where the gateway is to stop already, and runs after the next start', async () => {
  const directory = await (async () => {
    await using house = await furnished()
    await count(house)
    return house.directory
  })()
  const states = async (stopping?: AbortSignal) => {
    await using house = await openHouse(directory, stopping ? { stopping } : {})
    return house.runtime.instanceIndex.list().map(({ id, state }) => [id, state])
  }
  expect(await states(AbortSignal.abort())).toEqual([['c1', 'stopped']])
  expect(await states()).toEqual([['c1', 'running']])
})

test('what cannot run after a restart says why, stops nothing else, and is tried again at the next one', async () => {
  const inHouse = async (directory: string | undefined, visit: (house: House) => Promise<void>) => {
    await using house = await (directory === undefined ? furnished() : openHouse(directory))
    await visit(house)
    return house.directory
  }
  let path = ''
  const states = ({ runtime }: House) => runtime.instanceIndex.list().map(({ id, state }) => `${id} ${state}`)
  const directory = await inHouse(undefined, async (house) => {
    await house.upload(counter('v1'))
    await house.upload(buyer)
    path = join(house.registry.directory, house.registry.resolve('counter').path)
    for (const identifier of ['counter', 'buyer']) {
      await house.runtime.instances.create({ id: identifier, strategy: { identifier }, scope, autostart: true }, 'test')
    }
  })
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, `${source}// changed`)
  await inHouse(directory, async (house) => {
    expect(states(house)).toEqual(['counter failed', 'buyer running'])
    expect(house.runtime.instanceIndex.get('counter').reason).toContain('hash')
  })
  writeFileSync(path, source)
  await inHouse(directory, async (house) => expect(states(house)).toEqual(['counter running', 'buyer running']))
})

test('an instance whose sandbox host is killed runs again with its state and its account', async () => {
  await using house = await furnished()
  await house.upload(buyer)
  const strategy = { identifier: 'buyer', config: { dry_run: false } }
  await house.runtime.instances.create({ id: 'b1', strategy, scope, autostart: true }, 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '100')
  await until(() => house.lines('b1').some((line) => line.startsWith('trade 100 position 1')))
  process.kill(pidOf(house.hosts), 'SIGKILL')
  await until(() => house.lines('b1').some((line) => line.startsWith('restarted')))
  house.tape.trades('tape', BTC, '101')
  await until(() => house.lines('b1').some((line) => line.startsWith('trade 101')))
  expect(house.lines('b1').find((line) => line.startsWith('trade 101'))).toBe('trade 101 position 1 active true')
  expect(house.runtime.instanceIndex.get('b1')).toMatchObject({ state: 'running' })
})

test('a new instance under an old id starts with nothing of the old one', async () => {
  await using house = await furnished()
  await house.upload(buyer)
  const strategy = { identifier: 'buyer', config: { dry_run: false } }
  const create = () => house.runtime.instances.create({ id: 'b1', strategy, scope, autostart: true }, 'test')
  await create()
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.executions('b1', everything)).total === 1)
  await house.runtime.instances.remove('b1', 'test')
  await create()
  expect(finish(house.runtime.records.executions('b1', everything)).total).toBe(0)
  expect(finish(house.runtime.records.logs('b1', everything)).total).toBe(0)
  expect(house.runtime.balances.of('b1', everything).items).toMatchObject([{ total: '10000' }])
})

const create = (house: House, id: string, more: object = {}) =>
  house.runtime.instances.create({ id, strategy: { identifier: 'counter' }, scope, autostart: true, ...more }, 'test')

/** Steps of a promise within which all is done that waits for nobody. */
async function atOnce(): Promise<void> {
  for (let step = 0; step < 20; step++) await Promise.resolve()
}

test('an instance that is being started or stopped says so, and its changes are seen', async () => {
  await using house = await furnished()
  const { runtime } = house
  await house.upload(counter('v1'))
  await create(house, 'c1', { autostart: false })
  const seen: string[] = []
  for (const change of [runtime.instances.start('c1', 'test'), () => runtime.instances.stop('c1', 'test')]) {
    const before = runtime.instanceIndex.version
    const done = typeof change === 'function' ? change() : change
    await atOnce()
    seen.push(runtime.instanceIndex.get('c1').state, ...runtime.instanceIndex.stopping())
    expect(runtime.instanceIndex.version).toBeGreaterThan(before)
    const between = runtime.instanceIndex.version
    await done
    seen.push(runtime.instanceIndex.get('c1').state, ...runtime.instanceIndex.stopping())
    expect(runtime.instanceIndex.version).toBeGreaterThan(between)
  }
  expect(seen).toEqual(['starting', 'running', 'stopping', 'c1', 'stopped'])
})

test('what runs and what is to run at the next start are told apart', async () => {
  await using house = await furnished()
  const { runtime } = house
  await house.upload(counter('v1'))
  for (const id of ['on', 'off']) await create(house, id)
  await runtime.providers.create({ name: 'idle', adapter: { identifier: 'tape' }, enabled: false }, 'test')
  await runtime.instances.stop('off', 'test')
  expect(runtime.running()).toEqual({
    instances: { now: ['on'], next: ['on'] },
    providers: { now: ['tape'], next: ['tape'] },
  })
  house.tape.providers.get('tape')!.fail('gone')
  expect(runtime.running().providers).toEqual({ now: [], next: ['tape'] })
})

test('one that has failed while it ran does not run after a restart, tells why, and what it had counted', async () => {
  const directory = await (async () => {
    await using house = await furnished()
    await house.upload(
      counter('v1').replace('helpers.state.count =', "if (payload.price === '2') for (;;); helpers.state.count ="),
    )
    await create(house, 'c1')
    house.tape.trades('tape', BTC, '1')
    await until(() => house.runtime.instanceIndex.get('c1').stats.events === 1)
    house.tape.trades('tape', BTC, '2')
    await until(() => house.runtime.instanceIndex.get('c1').state === 'failed')
    const { reason, stats } = house.runtime.instanceIndex.get('c1')
    expect(stats).toMatchObject({ events: 1, logs: 2 })
    expect(finish(house.runtime.records.audit(everything, { what: 'instance_failed' })).items).toMatchObject([
      { who: 'gateway', subject: 'c1', strategy: 'counter', before: { hash: expect.any(String) }, message: reason },
    ])
    expect(house.runtime.readiness.look().problems).toMatchObject([
      { instance: 'c1', message: `instance c1 failed: ${reason}` },
    ])
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.instanceIndex.get('c1')).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('counter.js'),
  })
  const strategy = { identifier: 'counter', config: { dry_run: false } }
  const replaced = await house.runtime.instances.replace('c1', { strategy, scope }, 'test')
  expect([replaced.state, replaced.reason]).toEqual(['stopped', undefined])
  expect(finish(house.runtime.records.audit(everything, { what: 'instance_replaced' })).items).toMatchObject([
    {
      who: 'test',
      subject: 'c1',
      strategy: 'counter',
      before: { selector: 'counter', config: {}, scope },
      after: { selector: 'counter', config: { dry_run: false }, scope },
    },
  ])
})

test('one that could not be started after a restart is tried again at each, until it is stopped', async () => {
  const directory = await (async () => {
    await using house = await furnished()
    await house.upload(counter('v1'))
    await create(house, 'c1')
    return house.directory
  })()
  {
    using database = new Database(join(directory, 'data/meltica.db'), { strict: true })
    database.run("UPDATE instances SET hash = 'sha256:' || printf('%064d', 7)")
  }
  const reason = `counter@sha256:${'7'.padStart(64, '0')} is no longer in the catalogue`
  const tries = (house: House) => house.lines('c1').filter((line) => line === `not started: ${reason}`).length
  for (const tried of [1, 2]) {
    await using house = await openHouse(directory)
    expect(house.runtime.instanceIndex.get('c1')).toMatchObject({ state: 'failed', running: false, reason })
    expect([tries(house), house.runtime.running().instances]).toEqual([tried, { now: [], next: ['c1'] }])
    if (tried === 2) await house.runtime.instances.stop('c1', 'test')
  }
  await using house = await openHouse(directory)
  expect([tries(house), house.runtime.running().instances]).toEqual([2, { now: [], next: [] }])
  expect(await refusal(house.runtime.instances.start('c1', 'test'))).toBe(`404 hash_not_found: ${reason}`)
})

test('an account that cannot be opened is tried again at the start, which says why', async () => {
  const directory = await (async () => {
    await using house = await furnished()
    await house.upload(counter('v1'))
    await create(house, 'late', { scope: { tape: { symbols: ['ETH-USDT'] } } })
    await create(house, 'good')
    return house.directory
  })()
  const tape = new Tape()
  tape.absent.add('ETH-USDT')
  const failed: unknown[] = []
  const log: Log = (level, message, fields) => void (level === 'error' && failed.push([message, fields?.instance]))
  await using house = await openHouse(directory, { log, tape })
  expect(failed).toEqual([['account not opened', 'late']])
  expect(house.runtime.instanceIndex.get('late')).toMatchObject({ state: 'failed', reason: 'there is no ETH-USDT' })
  expect(house.runtime.instanceIndex.get('good').state).toBe('running')
  tape.absent.clear()
  expect((await house.runtime.instances.start('late', 'test')).state).toBe('running')
  tape.trades('tape', 'ETH-USDT', '1')
  await until(() => house.lines('late').some((line) => line.startsWith('v1 1 ')))
  expect(house.runtime.balances.of('late', everything).items).toMatchObject([{ total: '10000' }])
})

test('an order that waits for its fill goes on waiting when its owner is moved to another revision', async () => {
  await using house = await furnished()
  const { runtime } = house
  await house.upload(buyer)
  await create(house, 'b1', { strategy: { identifier: 'buyer', config: { dry_run: false } } })
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(runtime.records.orders('b1', everything)).items[0]?.state === 'ACK')
  await house.upload(buyer.replace("tag: 'v1'", "tag: 'v2'"))
  expect((await runtime.rollout.refresh(undefined, 'test')).results).toMatchObject([{ reason: 'refreshed' }])
  expect(finish(runtime.records.orders('b1', everything)).items.map(({ state }) => state)).toEqual(['ACK'])
  house.tape.trades('tape', BTC, '101')
  await until(() => finish(runtime.records.executions('b1', everything)).total > 0)
  expect(finish(runtime.records.executions('b1', everything)).items).toMatchObject([{ price: '101', quantity: '1' }])
})

test('its memory is of use to none that is told otherwise: of another revision, config or scope', async () => {
  await using house = await furnished()
  const { runtime } = house
  await house.upload(counter('v1'))
  await create(house, 'c1')
  let price = 0
  const memory = async () => {
    const before = house.lines('c1').length
    house.tape.trades('tape', BTC, `${++price}`)
    await until(() =>
      house
        .lines('c1')
        .slice(before)
        .some((line) => line.includes('memory')),
    )
    return Number(house.lines('c1').at(-1)!.split(' ').at(-1))
  }
  await memory()
  const restarted = async (change: () => unknown) => {
    await runtime.instances.stop('c1', 'test')
    await change()
    await runtime.instances.start('c1', 'test')
    return await memory()
  }
  const strategy = { identifier: 'counter' }
  const replace = (body: object) => () => runtime.instances.replace('c1', { strategy, scope, ...body }, 'test')
  expect(await restarted(() => undefined)).toBe(2)
  expect(await restarted(replace({}))).toBe(3)
  expect(await restarted(replace({ strategy: { identifier: 'counter', config: { dry_run: false } } }))).toBe(1)
  expect(await restarted(replace({ scope: { tape: { symbols: [BTC, 'ETH-USDT'] } } }))).toBe(1)
  await memory()
  const other = async () => {
    await house.upload(counter('v2'))
    await runtime.rollout.refresh(undefined, 'test')
  }
  expect(await restarted(other)).toBe(1)
  expect(house.lines('c1').at(-1)).toStartWith('v2')
})

test('what it leaves is cancelled: a provider that is no longer of its scope, or all when it is removed', async () => {
  await using house = await furnished()
  const { runtime } = house
  await house.upload(rester)
  await runtime.providers.create({ name: 'other', adapter: { identifier: 'tape' } }, 'test')
  const both = { ...scope, other: { symbols: [BTC, 'ETH-USDT'] } }
  const strategy = { identifier: 'rester', config: { dry_run: false } }
  const rest = async (id: string) => {
    const created = await runtime.instances.create({ id, strategy, scope: both, autostart: true }, 'test')
    expect(created.aggregatedSymbols).toEqual([BTC, 'ETH-USDT'])
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(runtime.records.orders(id, everything)).items[0]?.state === 'ACK')
  }
  await rest('r1')
  await runtime.instances.replace('r1', { strategy, scope: { other: both.other } }, 'test')
  expect(finish(runtime.records.orders('r1', everything)).items.map(({ state }) => state)).toEqual(['CANCELLED'])
  expect(runtime.providers.get('tape').dependentInstances).toEqual([])
  expect(runtime.balances.of('r1', everything).items.map(({ provider }) => provider)).toEqual(['other'])
  await rest('r2')
  await runtime.instances.remove('r2', 'test')
  expect(finish(runtime.records.audit(everything, { what: 'instance_removed' })).items).toMatchObject([
    { subject: 'r2', strategy: 'rester', before: { selector: 'rester', scope: both } },
  ])
  house.tape.trades('tape', BTC, '80')
  expect(await house.metrics.text()).not.toContain('meltica_fills_total{provider="tape"}')
})

test('what was used is remembered until the revision goes, over restarts, with its users in order', async () => {
  const clock = { ms: Date.UTC(2030, 0, 1) }
  const now = () => clock.ms
  const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours)).toISOString()
  const directory = await (async () => {
    await using house = await openHouse(undefined, { now })
    await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
    const hash = await house.upload(counter('v1'))
    await create(house, 'b')
    clock.ms += 3_600_000
    await create(house, 'a')
    const use = { strategy: 'counter', hash, firstSeen: at(0), lastSeen: at(1) }
    expect(house.runtime.usage.all()).toEqual([{ ...use, instances: ['a', 'b'], count: 2, running: true }])
    expect(house.runtime.instanceIndex.get('b')).toMatchObject({ createdAt: at(0), updatedAt: at(0) })
    clock.ms += 3_600_000
    for (const id of ['a', 'b']) await house.runtime.instances.stop(id, 'test')
    const left = { ...use, lastSeen: at(2), instances: [], count: 0, running: false }
    expect(house.runtime.usage.all()).toEqual([left])
    expect(house.runtime.instanceIndex.get('b')).toMatchObject({ createdAt: at(0), updatedAt: at(2) })
    return house.directory
  })()
  const reopened = async (visit: (house: House) => Promise<void>) => {
    await using house = await openHouse(directory, { now })
    await visit(house)
  }
  clock.ms += 3_600_000
  await reopened(async (house) => {
    expect(house.runtime.usage.all()).toMatchObject([{ firstSeen: at(0), lastSeen: at(2), count: 0 }])
    await house.runtime.instances.start('a', 'test')
    expect(house.runtime.usage.all()).toMatchObject([{ firstSeen: at(0), lastSeen: at(3), count: 1 }])
    for (const id of ['a', 'b']) await house.runtime.instances.remove(id, 'test')
    const { hash } = house.registry.resolve('counter')
    expect(await house.metrics.text()).toContain(hash)
    await house.registry.remove('counter', 'test')
    expect(house.runtime.usage.all()).toEqual([])
    expect(await house.metrics.text()).not.toContain(hash)
  })
  await reopened(async (house) => expect(house.runtime.usage.all()).toEqual([]))
})

test('what is counted of an instance begins with each start; balances come in pages', async () => {
  await using house = await furnished()
  const { runtime } = house
  await house.upload(buyer)
  await runtime.providers.create({ name: 'other', adapter: { identifier: 'tape' } }, 'test')
  const both = { ...scope, other: { symbols: [BTC] } }
  const strategy = { identifier: 'buyer', config: { dry_run: false } }
  await runtime.instances.create({ id: 'b1', strategy, scope: both, autostart: true }, 'test')
  for (const wanted of [1, 2]) {
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(runtime.records.orders('b1', everything)).total === wanted)
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(runtime.records.executions('b1', everything)).total === wanted)
    expect(runtime.instanceIndex.get('b1').stats.fills).toBe(1)
    await runtime.instances.replace(
      'b1',
      { strategy: { ...strategy, config: { dry_run: false, times: 2 } }, scope: both },
      'test',
    )
  }
  const { items, ...page } = runtime.balances.of('b1', { offset: 1, limit: 1 })
  expect([items.map(({ provider }) => provider), page]).toEqual([['other'], { total: 2, offset: 1, limit: 1 }])
  expect(runtime.balances.of('b1', { offset: 0, limit: 1 }).items.map(({ provider }) => provider)).toEqual(['tape'])
})

test('so many orders a second and no more', async () => {
  await using house = await furnished()
  const flood = `module.exports = {
    metadata: { name: 'flood', tag: 'v1', displayName: 'Flood', config: [], events: ['Trade'] },
    create({ runtime, helpers }) {
      return {
        onTrade() {
          let sent = 0
          try { for (; sent < 200; sent++) runtime.submitOrder('', 'buy', '0.001', '50') }
          catch (error) { helpers.log(sent, error.message) }
        },
      }
    },
  }`
  await house.upload(flood)
  await create(house, 'f1', { strategy: { identifier: 'flood', config: { dry_run: false } } })
  house.tape.trades('tape', BTC, '100')
  await until(() => house.lines('f1').length === 1)
  expect(house.lines('f1')[0]).toStartWith('100 ')
})
