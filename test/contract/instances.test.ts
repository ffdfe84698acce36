/** Instances, what they leave behind, and providers: contract §2, "Instances and their neighbours". */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = `
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 20 } } }
`
/** Buys on every trade, and logs. */
const buyer = (name: string, tag = 'v1', more = {}) =>
  strategySource(
    { name, tag, config: [{ name: 'size', type: 'float', default: 0.001 }], events: ['Trade', 'ExecReport'], ...more },
    `onTrade() { env.helpers.log('buying', env.config.size); env.runtime.submitMarketOrder('', 'buy', env.config.size) }`,
  )
const scope = { sim: { symbols: ['BTC-USDT'] } }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
})
afterAll(() => gateway[Symbol.asyncDispose]())

let names = 0
const fresh = () => `i${++names}`
const create = (id: string, identifier: string, more: object = {}) =>
  gateway.post('/strategy/instances', { id, strategy: { identifier, config: {} }, scope, ...more })
const instance = async (id: string) => (await gateway.get(`/strategy/instances/${id}`)).body

test('an instance is created stopped, started, stopped and removed', async () => {
  const name = fresh()
  const { hash } = await gateway.upload(buyer(name))
  const created = await create(name, `${name}:v1`)
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    id: name,
    strategy: { identifier: name, selector: `${name}:v1`, tag: 'v1', hash, config: { size: 0.001, dry_run: true } },
    providers: ['sim'],
    scope,
    aggregatedSymbols: ['BTC-USDT'],
    running: false,
    state: 'created',
    links: { self: `/strategy/instances/${name}` },
  })
  for (const _ of ['once', 'again']) {
    const { status, body } = await gateway.post(`/strategy/instances/${name}/start`)
    expect([status, body.status, body.action, body.id, body.instance.state]).toEqual([
      200,
      'ok',
      'start',
      name,
      'running',
    ])
  }
  for (const _ of ['once', 'again']) {
    const { status, body } = await gateway.post(`/strategy/instances/${name}/stop`)
    expect([status, body.action, body.instance.running]).toEqual([200, 'stop', false])
  }
  const removed = await gateway.delete(`/strategy/instances/${name}`)
  expect([removed.status, removed.body]).toEqual([200, { status: 'removed', id: name }])
  expect((await gateway.get(`/strategy/instances/${name}`)).body.error).toBe('instance_not_found')
})

test('the example of the manual is uploaded as it stands, and runs', async () => {
  await gateway.upload(`module.exports = {
  metadata: {
    name: "my-strategy",
    tag: "v1.2.0",
    displayName: "My Strategy",
    description: "Short blurb for operators",
    config: [{ name: "threshold", type: "float", default: 0.5 }],
    events: ["Trade", "ExecReport"],
  },
  create(env) {
    const log = (...args) => env.helpers.log("[MYSTRAT]", ...args);
    const { runtime } = env;
    return {
      wantsCrossProviderEvents: () => false,
      onTrade(ctx, evt) {
        if (!runtime.isTradingActive()) return;
        const provider = runtime.selectProvider(Date.now());
        log("selected provider", provider.name);
      },
    };
  },
};
`)
  await create('manual', 'my-strategy:v1.2.0', { autostart: true })
  const { body } = await gateway.until('/strategy/instances/manual/logs', (answer) => answer.body.total > 0)
  expect(body.items[0].message).toBe('[MYSTRAT] selected provider sim')
  await gateway.delete('/strategy/instances/manual')
})

describe('what cannot be an instance is refused', () => {
  const body = (change: object) => ({ id: 'x', strategy: { identifier: 'known', config: {} }, scope, ...change })
  const cases: [string, object, number, string][] = [
    ['an unknown strategy', { strategy: { identifier: 'nope' } }, 404, 'strategy_not_found'],
    ['an unknown tag', { strategy: { identifier: 'known:nope' } }, 404, 'tag_not_found'],
    ['an unknown provider', { scope: { nope: { symbols: ['BTC-USDT'] } } }, 404, 'provider_not_found'],
    [
      'a config that does not fit',
      { strategy: { identifier: 'known', config: { size: 'big', nope: 1 } } },
      422,
      'invalid_config',
    ],
    ['an id with a slash', { id: 'a/b' }, 400, 'invalid_instance_id'],
    ['no scope', { scope: undefined }, 400, 'invalid_request'],
    ['an empty scope', { scope: {} }, 400, 'invalid_request'],
    ['no symbols', { scope: { sim: { symbols: [] } } }, 400, 'invalid_request'],
    ['an unknown field', { autoStart: true }, 400, 'invalid_request'],
    ['an unknown field inside', { strategy: { identifier: 'known', selektor: 1 } }, 400, 'invalid_request'],
    ['a number as id', { id: 5 }, 400, 'invalid_request'],
  ]
  beforeAll(() => gateway.upload(buyer('known')))
  for (const [what, change, status, code] of cases) {
    test(what, async () => {
      const answer = await gateway.post('/strategy/instances', body(change))
      expect([answer.status, answer.body.error]).toEqual([status, code])
      expect((await gateway.get('/strategy/instances/x')).status).toBe(404)
    })
  }

  test('an id that is taken', async () => {
    await create('taken', 'known')
    const answer = await create('taken', 'known')
    expect([answer.status, answer.body.error]).toEqual([409, 'instance_exists'])
  })

  test('a create that throws leaves the instance failed, with the reason', async () => {
    const name = fresh()
    await gateway.upload(strategySource({ name }, '...(() => { throw new Error("no luck") })()'))
    await create(name, name)
    const { status, body } = await gateway.post(`/strategy/instances/${name}/start`)
    expect([status, body.error]).toEqual([422, 'launch_failed'])
    expect(body.message).toContain('no luck')
    expect(await instance(name)).toMatchObject({
      state: 'failed',
      running: false,
      reason: expect.stringContaining('no luck'),
    })
  })
})

test('an instance that trades shows orders, executions, balances and logs, newest first', async () => {
  const name = fresh()
  await gateway.upload(buyer(name))
  await gateway.post('/strategy/instances', {
    id: name,
    strategy: { identifier: name, config: { dry_run: false } },
    scope,
    autostart: true,
  })
  const executions = await gateway.until(
    `/strategy/instances/${name}/executions?limit=2`,
    ({ body }) => body.total >= 3,
  )
  expect(executions.body).toMatchObject({ offset: 0, limit: 2 })
  expect(executions.body.items).toHaveLength(2)
  const [newest, older] = executions.body.items
  expect(newest).toMatchObject({ provider: 'sim', symbol: 'BTC-USDT', side: 'Buy', feeCurrency: 'USDT' })
  expect(Number(newest.executionId)).toBeGreaterThan(Number(older.executionId))
  expect((await gateway.get(`/strategy/instances/${name}/orders`)).body.items[0].type).toBe('market')
  expect((await gateway.get(`/strategy/instances/${name}/logs`)).body.items[0].message).toBe('buying 0.001')
  const balances = (await gateway.get(`/strategy/instances/${name}/balances`)).body.items
  expect(balances.map((balance: { currency: string }) => balance.currency)).toContain('USDT')
  const atProvider = (await gateway.get('/providers/sim/balances')).body.items
  expect(atProvider.map((balance: { instance: string }) => balance.instance)).toContain(name)
  await gateway.delete(`/strategy/instances/${name}`)
})

test('the defaults of the fields are filled in, also where a field is null, and stay when the revision is gone', async () => {
  const name = fresh()
  await gateway.upload(
    buyer(name, 'v1', {
      config: [
        { name: 'size', type: 'float', default: 2 },
        { name: 'note', type: 'string' },
      ],
    }),
  )
  const strategy = { identifier: name, config: { dry_run: null, size: null } }
  const { body } = await gateway.post('/strategy/instances', { id: name, strategy, scope, autostart: true })
  expect(body.strategy.config).toEqual({ size: 2, dry_run: true })
  const registry = await Bun.file(`${gateway.home}/registry.json`).json()
  await Bun.write(`${gateway.home}/registry.json`, JSON.stringify({ ...registry, [name]: undefined }))
  await Bun.$`rm -r ${gateway.home}/${name}`
  await gateway.post('/strategies/refresh')
  expect((await gateway.get(`/strategies/modules/${name}`)).status).toBe(404)
  expect(await instance(name)).toMatchObject({ running: true, strategy: { config: { size: 2, dry_run: true } } })
  await gateway.delete(`/strategy/instances/${name}`)
})

test('a dry run sends nothing', async () => {
  const name = fresh()
  await gateway.upload(buyer(name))
  await create(name, name, { autostart: true })
  await gateway.until(`/strategy/instances/${name}`, ({ body }) => body.stats.skippedOrders >= 2)
  expect((await instance(name)).stats.orders).toBe(0)
  expect((await gateway.get(`/strategy/instances/${name}/executions`)).body.total).toBe(0)
  await gateway.delete(`/strategy/instances/${name}`)
})

test('a snapshot may be sent back by PUT; a running instance restarts with the new config', async () => {
  const name = fresh()
  await gateway.upload(buyer(name))
  await create(name, name, { autostart: true })
  const snapshot = await instance(name)
  snapshot.strategy.config.size = 0.5
  const { status, body } = await gateway.put(`/strategy/instances/${name}`, snapshot)
  expect([status, body.strategy.config.size, body.running]).toEqual([200, 0.5, true])
  expect((await gateway.put(`/strategy/instances/${name}`, { ...snapshot, nope: 1 })).body.error).toBe(
    'invalid_request',
  )
  await gateway.delete(`/strategy/instances/${name}`)
})

test('instances are listed by strategy, hash and state', async () => {
  const name = fresh()
  const { hash } = await gateway.upload(buyer(name))
  await create(`${name}-a`, name)
  await create(`${name}-b`, name, { autostart: true })
  const ids = async (query: string) =>
    (await gateway.get(`/strategy/instances?${query}`)).body.instances.map(({ id }: { id: string }) => id)
  expect(await ids(`strategy=${name}`)).toEqual([`${name}-a`, `${name}-b`])
  expect(await ids(`hash=${hash}&state=running`)).toEqual([`${name}-b`])
  expect(await ids(`strategy=${name}&limit=1&offset=1`)).toEqual([`${name}-b`])
  expect((await gateway.get('/strategy/instances?state=flying')).status).toBe(400)
  await gateway.delete(`/strategy/instances/${name}-b`)
})

describe('an offset past the end is echoed as sent, with an empty list, by', () => {
  const lists: [string, string][] = [
    ['/strategies/modules', 'modules'],
    ['/strategies/modules/paged/usage', 'instances'],
    ['/strategies/modules/paged/tags/v1/history', 'history'],
    ['/strategy/instances', 'instances'],
    ['/strategy/instances/paged/orders', 'items'],
    ['/strategy/instances/paged/executions', 'items'],
    ['/strategy/instances/paged/balances', 'items'],
    ['/strategy/instances/paged/logs', 'items'],
    ['/providers/sim/balances', 'items'],
    ['/audit', 'items'],
  ]
  beforeAll(async () => {
    await gateway.upload(buyer('paged'))
    await create('paged', 'paged', { autostart: true })
  })
  test.each(lists)('GET %s', async (path, list) => {
    const { status, body } = await gateway.get(`${path}?offset=100000&limit=7`)
    expect([status, body]).toMatchObject([200, { [list]: [], offset: 100_000, limit: 7 }])
    expect(body.total).toBeLessThan(100_000)
  })
})

describe('providers', () => {
  test('are created, listed, stopped, started and removed', async () => {
    const body = { name: 'other', adapter: { identifier: 'sim', config: { seed: 1 } } }
    const created = await gateway.post('/providers', body)
    expect([created.status, created.body.name, created.body.adapter]).toEqual([202, 'other', 'sim'])
    expect((await gateway.post('/providers', body)).body.error).toBe('provider_exists')
    expect((await gateway.get('/providers')).body.providers.map(({ name }: { name: string }) => name)).toContain(
      'other',
    )
    expect((await gateway.post('/providers/other/stop')).body.provider.running).toBe(false)
    expect((await gateway.post('/providers/other/start')).body.provider.running).toBe(true)
    expect((await gateway.delete('/providers/other')).body).toEqual({ status: 'removed', name: 'other' })
    expect((await gateway.get('/providers/other')).body.error).toBe('provider_not_found')
  })

  test('of an unknown adapter or with wrong settings are refused', async () => {
    const make = (adapter: object) => gateway.post('/providers', { name: 'bad', adapter })
    expect((await make({ identifier: 'nope' })).body.error).toBe('adapter_not_found')
    expect((await make({ identifier: 'sim', config: { seed: 'x' } })).body.error).toBe('invalid_provider')
    expect((await make({ identifier: 'sim', konfig: {} })).body.error).toBe('invalid_request')
  })

  test('in use cannot be removed', async () => {
    await gateway.upload(buyer('holder'))
    await create('holder', 'holder')
    const { status, body } = await gateway.delete('/providers/sim')
    expect([status, body.error]).toEqual([409, 'provider_in_use'])
  })

  test('have adapters that name their settings', async () => {
    const { adapters } = (await gateway.get('/adapters')).body
    expect(adapters.map(({ identifier }: { identifier: string }) => identifier)).toEqual(['sim', 'replay'])
    expect(adapters[0].settingsSchema.map(({ name }: { name: string }) => name)).toContain('seed')
  })
})
