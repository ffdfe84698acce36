/** docs/migration.md, "Call by call": each row shown on a gateway. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { answered } from './limits'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = `
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 20 } } }
`
const BUYER = strategySource(
  { name: 'buyer', tag: 'v1', config: [{ name: 'size', type: 'float', default: 0.001 }] },
  `onTrade(ctx, evt) { env.runtime.submitMarketOrder(evt.provider, 'buy', env.config.size) }`,
)
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const PAGE = ['items', 'limit', 'offset', 'total']

let gateway: TestGateway
let hash: string
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  hash = (await gateway.upload(BUYER, { aliases: ['prod'] })).hash
  const strategy = { identifier: 'buyer:prod', config: { dry_run: false } }
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  await gateway.post('/strategy/instances', { id: 'b1', strategy, scope, autostart: true })
  await gateway.until('/strategy/instances/b1/executions', ({ body }) => body.total > 1)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const keysOf = (value: object) => Object.keys(value).sort()
const refusedFilter = async (path: string, field: string) => {
  const { status, body } = await gateway.get(`${path}?${field}=x`)
  expect([status, body.message]).toEqual([400, `query field "${field}" is unknown`])
}
/** What the Go gateway's short form names of a snapshot. */
const short = () => ({
  id: 'b1',
  strategyIdentifier: 'buyer',
  strategyTag: 'v1',
  strategyHash: hash,
  strategySelector: 'buyer:prod',
  providers: ['sim'],
  aggregatedSymbols: ['BTC-USDT'],
  running: true,
  createdAt: TIME,
  updatedAt: TIME,
})
const adapterOf = async (identifier: string) => (await gateway.get(`/adapters/${identifier}`)).body

const ROWS: Record<string, () => Promise<void>> = {
  '`GET /strategy/instances`': async () => {
    const { body } = await gateway.get('/strategy/instances')
    expect(keysOf(body)).toEqual(['instances', 'offset', 'total'])
    expect(structuredClone(body.instances)).toMatchObject([short()])
    expect(body.instances).toMatchObject([(await gateway.get('/strategy/instances/b1')).body].map(withoutCounts))
    for (const field of ['baseline', 'dynamic', 'metadata']) expect(body.instances[0]).not.toHaveProperty(field)
  },
  '`POST /strategy/instances`, `GET` and `PUT /strategy/instances/{id}`': async () => {
    const { body: snapshot } = await gateway.get('/strategy/instances/b1')
    // matching writes the matchers into what it is given
    expect(structuredClone(snapshot)).toMatchObject({
      ...short(),
      strategy: { identifier: 'buyer', selector: 'buyer:prod', hash },
    })
    const { status, body } = await gateway.put('/strategy/instances/b1', snapshot)
    expect([status, withoutCounts(body)]).toEqual([200, { ...withoutCounts(snapshot), updatedAt: TIME }])
    expect([body.createdAt, body.updatedAt > snapshot.updatedAt]).toEqual([snapshot.createdAt, true])
    const { strategy, scope } = snapshot
    const sent = { id: 'b2', strategy: { identifier: 'buyer', config: strategy.config }, scope }
    const made = await gateway.post('/strategy/instances', sent)
    expect(structuredClone(made.body)).toMatchObject({
      ...short(),
      id: 'b2',
      strategySelector: 'buyer',
      running: false,
    })
    expect(made.body.updatedAt).toBe(made.body.createdAt)
    await gateway.delete('/strategy/instances/b2')
  },
  '`POST /strategy/instances/{id}/start`, `/stop`': async () => {
    for (const action of ['stop', 'start']) {
      const { body } = await gateway.post(`/strategy/instances/b1/${action}`)
      expect(body).toMatchObject({
        id: 'b1',
        status: 'ok',
        action,
        instance: { id: 'b1', running: action === 'start' },
      })
    }
  },
  '`GET /strategy/instances/{id}/orders`': async () => {
    const { body } = await gateway.until('/strategy/instances/b1/orders', (answer) =>
      answer.body.items.some(({ state }: { state: string }) => state === 'FILLED'),
    )
    expect(keysOf(body)).toEqual(PAGE)
    const order = body.items.find(({ state }: { state: string }) => state === 'FILLED')
    expect(order).toMatchObject({ exchangeOrderId: expect.any(String), placedAt: TIME, updatedAt: TIME })
    for (const field of ['provider', 'states']) await refusedFilter('/strategy/instances/b1/orders', field)
  },
  '`GET /strategy/instances/{id}/executions`': async () => {
    const { body } = await gateway.get('/strategy/instances/b1/executions')
    expect(keysOf(body)).toEqual(PAGE)
    expect(body.items[0]).toMatchObject({ clientOrderId: expect.any(String), feeCurrency: 'USDT', tradedAt: TIME })
    for (const field of ['provider', 'orderId']) await refusedFilter('/strategy/instances/b1/executions', field)
  },
  '`GET /providers`': async () => {
    const statuses = async () => (await gateway.get('/providers')).body.providers.map(({ status }: Named) => status)
    const made = (name: string, adapter: object, enabled: boolean) =>
      gateway.post('/providers', { name, adapter, enabled })
    await made('idle', { identifier: 'sim' }, false)
    await made('brief', { identifier: 'sim', config: { speed: 0, maxEvents: 1 } }, true)
    const scope = { brief: { symbols: ['BTC-USDT'] } }
    await gateway.post('/strategy/instances', { id: 'b3', strategy: { identifier: 'buyer' }, scope, autostart: true })
    await gateway.until('/providers/brief', ({ body }) => body.status === 'finished')
    expect(await statuses()).toEqual(['running', 'stopped', 'finished'])
    for (const path of ['/strategy/instances/b3', '/providers/idle', '/providers/brief']) await gateway.delete(path)
  },
  '`POST /providers`, `GET` and `PUT /providers/{name}`': async () => {
    const config = { seed: 8, intervalMs: 20 }
    const replaced = await gateway.put('/providers/sim', { adapter: { identifier: 'sim', config } })
    expect(replaced.body).toMatchObject({ name: 'sim', adapter: 'sim', running: true, settings: config })
    const body = { name: 'sim', adapter: { identifier: 'sim', config }, enabled: true }
    expect((await gateway.put('/providers/sim', body)).status).toBe(200)
    expect((await gateway.get('/strategy/instances/b1')).body.running).toBe(true)
    expect((await gateway.put('/providers/none', body)).body.error).toBe('provider_not_found')
    expect((await gateway.put('/providers/sim', { ...body, extra: 1 })).body.error).toBe('invalid_request')
    expect(await adapterOf('sim')).toEqual((await gateway.get('/adapters')).body.adapters[0])
    expect(await adapterOf('replay')).toMatchObject({
      identifier: 'replay',
      displayName: 'Replay',
      venue: 'replay',
      description: expect.any(String),
      capabilities: ['market-data', 'trading'],
      settingsSchema: expect.arrayContaining([
        { name: 'file', type: 'string', description: expect.any(String), required: true },
      ]),
    })
    const { status, body: refused } = await gateway.get('/adapters/nyse')
    expect([status, refused.error]).toEqual([404, 'adapter_not_found'])
  },
  '`POST /providers/{name}/start`, `/stop`': async () => {
    for (const action of ['stop', 'start']) {
      const { status, body } = await gateway.post(`/providers/sim/${action}`)
      expect([status, keysOf(body)]).toEqual([200, ['action', 'name', 'provider', 'status']])
      expect(body.provider.running).toBe(action === 'start')
    }
  },
  '`GET /providers/{name}/balances`': async () => {
    const { body } = await gateway.get('/providers/sim/balances')
    expect(keysOf(body)).toEqual(PAGE)
    const fields = ['available', 'currency', 'instance', 'provider', 'total']
    expect(body.items.map(keysOf)).toEqual(body.items.map(() => fields))
    expect(body.items.length).toBeGreaterThan(0)
    await refusedFilter('/providers/sim/balances', 'asset')
  },
  '`GET` and `PUT /risk/limits`': async () => {
    const { body } = await gateway.get('/risk/limits')
    expect(body).toEqual({ limits: answered({}), killSwitches: [], breaches: [], totals: [], lossStops: [] })
    expect((await gateway.put('/risk/limits', body.limits)).body.limits).toEqual(answered({}))
    const circuitBreaker = { enabled: false }
    const sent = { maxPositionSize: 5, circuitBreaker, instances: { b1: { orderBurst: null, orderThrottle: 0 } } }
    const set = (await gateway.put('/risk/limits', sent)).body.limits
    expect(set).toEqual(
      answered({
        maxPositionSize: '5',
        circuitBreaker: { enabled: false, threshold: null, cooldown: null },
        instances: { b1: { orderThrottle: 0 } },
      }),
    )
    expect((await gateway.put('/risk/limits', set)).body.limits).toEqual(set)
    const zeros = {
      maxPositionSize: '0',
      maxNotionalValue: '0',
      notionalCurrency: '',
      orderThrottle: 0,
      orderBurst: 0,
      maxConcurrentOrders: 0,
      priceBandPercent: 0,
      allowedOrderTypes: [],
      killSwitchEnabled: false,
      maxRiskBreaches: 0,
      circuitBreaker: { enabled: false, threshold: 0, cooldown: '' },
    }
    expect((await gateway.put('/risk/limits', zeros)).body.limits).toEqual(answered(zeros))
    await gateway.put('/risk/limits', {})
  },
  '`GET /context/backup`': async () => {
    const { body } = await gateway.get('/context/backup')
    expect(keysOf(body)).toEqual(['lambdas', 'omitted', 'providers', 'risk', 'takenAt', 'version'])
    expect(body.risk).toEqual(answered({}))
  },
  '`POST /context/backup`': async () => {
    const { body: backup } = await gateway.get('/context/backup')
    expect((await gateway.post('/context/backup', backup)).body).toEqual({
      status: 'restored',
      providers: [{ name: 'sim', outcome: 'unchanged' }],
      lambdas: [{ id: 'b1', outcome: 'unchanged' }],
      risk: 'unchanged',
    })
  },
  '`GET /outbox`, `DELETE /outbox/{id}`': async () => {
    for (const [method, path] of [
      ['GET', '/outbox?limit=5'],
      ['DELETE', '/outbox/7'],
    ] as const) {
      const { status, body } = await gateway.call(method, path)
      expect([status, body.error, body.hint]).toEqual([404, 'not_found', expect.stringContaining('there is no outbox')])
    }
    expect((await gateway.get('/outboxes')).body.hint).not.toContain('outbox')
  },
}

interface Named {
  readonly status: string
}

/** What grows with every event. */
const withoutCounts = ({ stats: _, usage: __, ...rest }: Record<string, unknown>) => rest

describe('call by call', () => {
  test('each row of the table is shown here', () => {
    const document = readFileSync(join(import.meta.dir, '../../docs/migration.md'), 'utf8')
    const section = document.split('\n## ').find((part) => part.startsWith('Call by call')) ?? ''
    const rows = [...section.matchAll(/^\| (.+?) \| .+ \| .+ \|$/gm)].map(([, first]) => first ?? '')
    expect(rows).toEqual(['call', ...Object.keys(ROWS)])
  })

  test.each(Object.entries(ROWS))('%s', async (_, show) => await show())
})

test('when an instance was created and last changed is kept over a crash', async () => {
  await gateway.post('/strategy/instances/b1/stop')
  const times = async (of: TestGateway) => {
    const { createdAt, updatedAt } = (await of.get('/strategy/instances/b1')).body
    return { createdAt, updatedAt }
  }
  const before = await times(gateway)
  expect(before.updatedAt > before.createdAt).toBe(true)
  await gateway.stop('SIGKILL')
  await using again = await startGateway({ folder: gateway.folder, config: CONFIG })
  expect(await times(again)).toEqual(before)
})
