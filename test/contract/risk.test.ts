/** Risk limits and the kill switch at the gateway's door: contract §2 to §4. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, type TestGateway } from '../gateway'
import { answered } from './limits'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = `
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 5 } } }
risk: { maxPositionSize: 1000, maxConcurrentOrders: 3 }
`
/** Orders at each trade, in line 7. */
const EAGER = `module.exports = {
  metadata: { name: 'eager', tag: 'v1', displayName: 'Eager', config: [], events: ['Trade', 'RiskControl'] },
  create({ runtime, helpers }) {
    return {
      onTrade() {
        try {
          runtime.submitMarketOrder('sim', 'buy', '0.001')
        } catch (error) {
          helpers.log('refused', error.message, error.stack)
        }
      },
      onRiskControl(ctx, evt, payload) { helpers.log('told', JSON.stringify(payload)) },
    }
  },
}`
/** As the Go gateway answers and takes it. */
const ANCESTORS = {
  maxPositionSize: '250',
  maxNotionalValue: '50000',
  notionalCurrency: 'USDT',
  orderThrottle: 5,
  orderBurst: 3,
  maxConcurrentOrders: 0,
  priceBandPercent: 0,
  allowedOrderTypes: ['Limit', 'Market'],
  killSwitchEnabled: true,
  maxRiskBreaches: 0,
  circuitBreaker: { enabled: false, threshold: 0, cooldown: '' },
}

let gateway: TestGateway
/** The one whose folder it is. */
let first: TestGateway
beforeAll(async () => {
  first = await startGateway({ config: CONFIG })
  gateway = first
  await gateway.upload(EAGER)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
})

/** An instance that trades, with an order in its journal. */
async function launch(id: string): Promise<void> {
  const strategy = { identifier: 'eager', config: { dry_run: false } }
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  await gateway.post('/strategy/instances', { id, strategy, scope, autostart: true })
  await gateway.until(`/strategy/instances/${id}/executions`, ({ body }) => body.total > 0)
}
const logged = (id: string, text: string) =>
  gateway.until(`/strategy/instances/${id}/logs`, ({ body }) =>
    body.items.some(({ message }: { message: string }) => message.includes(text)),
  )

test('limits of the configuration hold from the start, set by config in the audit', async () => {
  const { body } = await gateway.get('/risk/limits')
  const limits = { maxPositionSize: '1000', maxConcurrentOrders: 3 }
  expect(body).toEqual({ limits: answered(limits), killSwitches: [], breaches: [], totals: [], lossStops: [] })
  const { items } = (await gateway.get('/audit?what=risk_limits_set')).body
  expect(items).toMatchObject([{ who: 'config', subject: 'risk', after: limits }])
})

describe('PUT /risk/limits', () => {
  test('takes what the Go gateway took and answers as it did; what is absent binds no more', async () => {
    const { status, body } = await gateway.put('/risk/limits', ANCESTORS)
    expect([status, body.status, body.limits]).toEqual([200, 'updated', answered(ANCESTORS)])
    expect((await gateway.put('/risk/limits', {})).body.limits).toEqual(answered({}))
  })

  test('takes overrides for providers and instances, there or not', async () => {
    const set = {
      orderThrottle: 2.5,
      providers: { sim: { orderBurst: 2 } },
      instances: { later: { orderThrottle: 0 } },
    }
    await gateway.put('/risk/limits', set)
    expect((await gateway.get('/risk/limits')).body.limits).toEqual(answered(set))
    await gateway.put('/risk/limits', {})
  })

  const wrong: [unknown, number, string, string[]][] = [
    [[], 400, 'invalid_request', []],
    [{ maxPosition: '1', orderBurst: 1.5 }, 400, 'invalid_request', ['maxPosition', 'orderBurst']],
    [
      { maxPositionSize: '-1', maxNotionalValue: '1e3' },
      400,
      'invalid_request',
      ['maxPositionSize', 'maxNotionalValue'],
    ],
    [{ maxPositionSize: -1, maxNotionalValue: false }, 400, 'invalid_request', ['maxPositionSize', 'maxNotionalValue']],
    [{ circuitBreaker: { enabled: null } }, 400, 'invalid_request', ['circuitBreaker.enabled']],
    [{ providers: null, instances: { a: null } }, 400, 'invalid_request', ['providers', 'instances.a']],
    [{ orderThrottle: -1, priceBandPercent: '1' }, 400, 'invalid_request', ['orderThrottle', 'priceBandPercent']],
    [{ allowedOrderTypes: ['Iceberg'] }, 400, 'invalid_request', ['allowedOrderTypes[0]']],
    [
      { circuitBreaker: { cooldown: '1 day' } },
      400,
      'invalid_request',
      ['circuitBreaker.enabled', 'circuitBreaker.cooldown'],
    ],
    [{ providers: { sim: { killSwitch: true } } }, 400, 'invalid_request', ['providers.sim.killSwitch']],
    [{ instances: { '../x': {} } }, 400, 'invalid_request', ['instances.../x']],
    [
      { maxPositionSize: 1e-31, providers: { sim: { maxNotionalValue: 1e-300 } } },
      422,
      'invalid_limits',
      ['maxPositionSize', 'providers.sim.maxNotionalValue'],
    ],
    [
      { instances: { a: { circuitBreaker: { enabled: true } } } },
      422,
      'invalid_limits',
      ['instances.a.circuitBreaker.threshold', 'instances.a.circuitBreaker.cooldown'],
    ],
  ]
  for (const [body, status, code, fields] of wrong) {
    test(`refuses ${JSON.stringify(body)} with all that is wrong, and changes nothing`, async () => {
      const answer = await gateway.put('/risk/limits', body)
      expect([answer.status, answer.body.error]).toEqual([status, code])
      expect(
        (answer.body.problems ?? [])
          .map(({ path }: { path: string }) => path)
          .filter(Boolean)
          .sort(),
      ).toEqual(fields.toSorted())
      expect((await gateway.get('/risk/limits')).body.limits).toEqual(answered({}))
    })
  }
})

test('a refusal by a limit is thrown at the line that ordered, and onRiskControl is told', async () => {
  await launch('limited')
  await gateway.put('/risk/limits', { instances: { limited: { maxPositionSize: '0.001' } } })
  await logged('limited', 'the limit is 0.001')
  const { body } = await logged('limited', 'told')
  const messages = body.items.map(({ message }: { message: string }) => message)
  // it orders more often than it may, too
  expect(messages.find((text: string) => /^refused .*the limit is/.test(text))).toMatch(
    /^refused .*could become [\d.]+, the limit is 0\.001 .*eager\.js:7:\d+/,
  )
  const told = JSON.parse(messages.find((text: string) => text.startsWith('told')).slice('told '.length))
  expect(told).toMatchObject({
    strategyId: 'limited',
    provider: 'sim',
    symbol: 'BTC-USDT',
    status: 'TRIGGERED',
    breachType: 'POSITION_LIMIT',
    metrics: { max_position: '0.001' },
    killSwitchEngaged: false,
    circuitBreakerOpen: false,
  })
  expect(told.timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  expect((await gateway.get('/metrics')).text).toMatch(
    /meltica_risk_breaches_total\{provider="sim",breachType="POSITION_LIMIT"\} \d+/,
  )
  await gateway.delete('/strategy/instances/limited')
  await gateway.put('/risk/limits', {})
})

test('from the moment a kill is answered nothing is traded, also by a gateway that was killed itself, until a resume', async () => {
  await launch('trading')
  const { status, body } = await gateway.post('/risk/kill', { reason: 'feed is wrong' })
  const { total } = (await gateway.get('/strategy/instances/trading/executions')).body
  expect([status, body.killSwitches]).toMatchObject([
    200,
    [{ scope: 'all', reason: 'feed is wrong', who: '127.0.0.1' }],
  ])
  await logged('trading', 'the kill switch is set: feed is wrong')
  const { items } = (await gateway.get('/strategy/instances/trading/orders')).body
  const states = new Set(items.map(({ state }: { state: string }) => state))
  expect(states.intersection(new Set(['PENDING', 'ACK', 'PARTIAL']))).toEqual(new Set())
  expect((await gateway.get('/strategy/instances/trading/executions')).body.total).toBe(total)

  await gateway.stop('SIGKILL')
  gateway = await startGateway({ folder: gateway.folder, config: CONFIG })
  expect((await gateway.get('/risk/limits')).body).toMatchObject({ limits: {}, killSwitches: body.killSwitches })
  const { body: before } = await gateway.get('/strategy/instances/trading')
  await gateway.until('/strategy/instances/trading', (answer) => answer.body.stats.events > before.stats.events + 5)
  expect((await gateway.get('/strategy/instances/trading/executions')).body.total).toBe(total)

  expect((await gateway.post('/risk/resume')).body.killSwitches).toEqual([])
  await gateway.until('/strategy/instances/trading/executions', (answer) => answer.body.total > total)
  const audited = (await gateway.get('/audit?subject=risk&limit=2')).body.items
  expect(audited).toMatchObject([
    { who: '127.0.0.1', what: 'trading_resumed', before: { reason: 'feed is wrong' } },
    { who: '127.0.0.1', what: 'trading_killed', after: { scope: 'all', reason: 'feed is wrong', cancelOrders: true } },
  ])
})

test('a body that is missing or no object changes nothing', async () => {
  await gateway.put('/risk/limits', { maxPositionSize: '9' })
  for (const [method, path, body] of [
    ['PUT', '/risk/limits', undefined],
    ['PUT', '/risk/limits', ''],
    ['PUT', '/risk/limits', 'null'],
    ['POST', '/risk/kill', 'null'],
    ['POST', '/risk/kill', 'false'],
    ['POST', '/risk/kill', '[]'],
  ] as const) {
    expect([path, (await gateway.call(method, path, body)).status]).toEqual([path, 400])
  }
  const { limits, killSwitches } = (await gateway.get('/risk/limits')).body
  expect([limits, killSwitches]).toEqual([answered({ maxPositionSize: '9' }), []])
  await gateway.put('/risk/limits', {})
})

describe('kill and resume', () => {
  for (const call of ['kill', 'resume'])
    for (const [body, status, code] of [
      [{ provider: 'nope' }, 404, 'provider_not_found'],
      [{ instance: 'nope' }, 404, 'instance_not_found'],
      [{ provider: 'sim', instance: 'trading' }, 400, 'invalid_request'],
      [{ provider: '' }, 400, 'invalid_request'],
      [{ providers: ['sim'] }, 400, 'invalid_request'],
      [{ instance: 5 }, 400, 'invalid_request'],
    ] as const) {
      test(`${call} refuses ${JSON.stringify(body)}`, async () => {
        const answer = await gateway.post(`/risk/${call}`, body)
        expect([answer.status, answer.body.error]).toEqual([status, code])
        expect((await gateway.get('/risk/limits')).body.killSwitches).toEqual([])
      })
    }
})
