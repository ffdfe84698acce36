/** A backup and its restoration: providers, instances and limits, without secrets; restoring starts nothing (contract §2). */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { answered } from './limits'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const BACKUP = '/context/backup'
const SCOPE = { sim: { symbols: ['BTC-USDT', 'ETH-USDT'] } }
const BUYER = strategySource(
  { name: 'buyer', tag: 'v1', config: [{ name: 'size', type: 'float', default: 0.001 }], events: ['Trade'] },
  `onTrade(ctx, evt) { env.runtime.submitMarketOrder(evt.provider, 'buy', env.config.size) }`,
)

let first: TestGateway
let backup: ReturnType<typeof JSON.parse>
beforeAll(async () => {
  first = await startGateway()
  const { hash } = await first.upload(BUYER, { aliases: ['prod'] })
  const instance = (id: string, identifier: string, config: object, autostart: boolean) =>
    first.post('/strategy/instances', { id, strategy: { identifier, config }, scope: SCOPE, autostart })
  const adapter = { identifier: 'sim', config: { seed: 7, intervalMs: 20, paper: { feeBps: '2.5' } } }
  const made = [
    await first.post('/providers', { name: 'sim', adapter }),
    await first.post('/providers', { name: 'idle', adapter: { identifier: 'sim' }, enabled: false }),
    await instance('follows', 'buyer:prod', { dry_run: false, size: 0.002 }, true),
    await instance('pinned', `buyer@${hash}`, {}, false),
    await first.put('/risk/limits', { maxPositionSize: '5', instances: { follows: { maxConcurrentOrders: 50 } } }),
  ]
  expect(made.map(({ status }) => status)).toEqual([202, 202, 201, 201, 200])
  backup = (await first.get(BACKUP)).body
})
afterAll(() => first[Symbol.asyncDispose]())

const state = async (gateway: TestGateway) => {
  const { takenAt: _, ...rest } = (await gateway.get(BACKUP)).body
  return rest
}

test('a backup holds all that was created, each part as it would be sent to create it', async () => {
  expect(backup).toEqual({
    version: 1,
    takenAt: expect.stringMatching(/^\d{4}-.*Z$/),
    providers: [
      { name: 'sim', adapter: { identifier: 'sim', config: { seed: 7, intervalMs: 20, paper: { feeBps: '2.5' } } } },
      { name: 'idle', adapter: { identifier: 'sim', config: {} } },
    ],
    lambdas: [
      {
        id: 'follows',
        strategy: { identifier: 'buyer:prod', config: { dry_run: false, size: 0.002 } },
        scope: SCOPE,
      },
      { id: 'pinned', strategy: { identifier: expect.stringMatching(/^buyer@sha256:/), config: {} }, scope: SCOPE },
    ],
    risk: answered({ maxPositionSize: '5', instances: { follows: { maxConcurrentOrders: 50 } } }),
    omitted: [],
  })
})

test('restored into an empty gateway everything is there, stopped, outlasts a crash, and trades when it is started', async () => {
  await using gateway = await startGateway()
  await gateway.upload(BUYER, { aliases: ['prod'] })
  const restored = (of: Record<string, string>) => ({ ...of, outcome: 'restored' })
  const { status, body } = await gateway.post(BACKUP, backup)
  expect([status, body]).toEqual([
    200,
    {
      status: 'restored',
      providers: [restored({ name: 'sim' }), restored({ name: 'idle' })],
      lambdas: [restored({ id: 'follows' }), restored({ id: 'pinned' })],
      risk: 'restored',
    },
  ])
  const { takenAt: _, ...asBefore } = backup
  expect(await state(gateway)).toEqual(asBefore)
  const { items } = (await gateway.get('/audit')).body
  expect(items.slice(0, 6).map(({ what, subject }: Record<string, string>) => `${what} ${subject}`)).toEqual([
    'risk_limits_set risk',
    'instance_created pinned',
    'instance_created follows',
    'provider_created idle',
    'provider_created sim',
    'context_restored context',
  ])
  await gateway.stop('SIGKILL')

  await using again = await startGateway({ folder: gateway.folder })
  expect(await state(again)).toEqual(asBefore)
  const { instances } = (await again.get('/strategy/instances')).body
  const { providers } = (await again.get('/providers')).body
  expect(instances.map(({ state: now }: Record<string, string>) => now)).toEqual(['created', 'created'])
  expect(providers.map(({ status: now }: Record<string, string>) => now)).toEqual(['stopped', 'stopped'])
  await again.post('/providers/sim/start')
  await again.post('/strategy/instances/follows/start')
  await again.until('/strategy/instances/follows/executions', (answer) => answer.body.total > 0)
})

test('restored where it was taken it changes nothing, not even what runs', async () => {
  const before = (await first.get('/audit?limit=1')).body.total
  const { status, body } = await first.post(BACKUP, backup)
  expect(status).toBe(200)
  const outcomes = [...body.providers, ...body.lambdas].map(({ outcome }) => outcome)
  expect([...outcomes, body.risk]).toEqual(Array(5).fill('unchanged'))
  expect((await first.get('/strategy/instances/follows')).body.running).toBe(true)
  expect((await first.get('/audit?limit=1')).body.total).toBe(before + 1)
})

test('what a backup leaves out stays as it is, and an instance may come as the Go gateway kept it', async () => {
  await using gateway = await startGateway({ config: 'providers: [{ name: sim, adapter: { identifier: sim } }]' })
  const { hash } = await gateway.upload(BUYER)
  const strategy = { identifier: 'buyer', selector: 'buyer:v1', tag: 'v1', hash, config: { dry_run: true } }
  expect((await gateway.post(BACKUP, { lambdas: [{ id: 'old', strategy, scope: SCOPE }] })).body).toEqual({
    status: 'restored',
    providers: [],
    lambdas: [{ id: 'old', outcome: 'restored' }],
    risk: 'unchanged',
  })
  expect((await gateway.get('/strategy/instances/old')).body.strategy.selector).toBe('buyer:v1')
})

test('an instance may come as a snapshot: what of it is read-only is ignored', async () => {
  await using gateway = await startGateway({ config: 'providers: [{ name: sim, adapter: { identifier: sim } }]' })
  await gateway.upload(BUYER, { aliases: ['prod'] })
  const { body: snapshot } = await first.get('/strategy/instances/follows')
  const { status, body } = await gateway.post(BACKUP, { lambdas: [snapshot] })
  expect([status, body.lambdas]).toEqual([200, [{ id: 'follows', outcome: 'restored' }]])
  const { strategySelector, state, createdAt } = (await gateway.get('/strategy/instances/follows')).body
  expect([strategySelector, state, createdAt > snapshot.createdAt]).toEqual(['buyer:prod', 'created', true])
})

test('a field that is unknown or wrong is refused by its name', async () => {
  const [sim] = backup.providers
  const odd = { ...backup, version: 2, extra: 1, providers: [{ ...sim, adapter: { identifier: 'sim', secret: 'x' } }] }
  const { status, body } = await first.post(BACKUP, odd)
  expect([status, body.error]).toEqual([400, 'invalid_request'])
  for (const name of ['"version"', '"extra" is unknown', '"providers[0].adapter.secret" is unknown']) {
    expect(body.message).toContain(name)
  }
})

test('everything that does not fit is told at once, and nothing is created', async () => {
  await using gateway = await startGateway()
  await gateway.upload(BUYER)
  const before = await state(gateway)
  const instance = (id: string, identifier: string, config: object, scope: object) => ({
    id,
    strategy: { identifier, config },
    scope,
  })
  const { status, body } = await gateway.post(BACKUP, {
    providers: [
      ...backup.providers,
      { name: 'idle', adapter: { identifier: 'sim' } },
      { name: 'nyse', adapter: { identifier: 'nyse' } },
      { name: 'wrong', adapter: { identifier: 'sim', config: { seed: 'x', colour: 'red' } } },
    ],
    lambdas: [
      instance('fits', 'buyer', {}, SCOPE),
      instance('gone', 'seller:prod', {}, SCOPE),
      instance('odd', 'buyer:v1', { size: 'big', colour: 'red' }, { ...SCOPE, nowhere: { symbols: ['BTC-USDT'] } }),
      instance('../x', 'buyer', {}, { sim: { symbols: ['BTC'] } }),
    ],
    risk: { circuitBreaker: { enabled: true } },
  })
  expect([status, body.error]).toEqual([422, 'invalid_backup'])
  expect(body.problems.map(({ path }: { path: string }) => path).sort()).toEqual([
    'lambdas[1].strategy.identifier',
    'lambdas[2].scope.nowhere',
    'lambdas[2].strategy.config.colour',
    'lambdas[2].strategy.config.size',
    'lambdas[3].id',
    'lambdas[3].scope.sim',
    'providers[2]',
    'providers[3]',
    'providers[4].adapter.config.colour',
    'providers[4].adapter.config.seed',
    'risk.circuitBreaker.cooldown',
    'risk.circuitBreaker.threshold',
  ])
  expect(await state(gateway)).toEqual(before)
})

test('what is there and differs is in the way, all of it is told, and nothing is created', async () => {
  await using gateway = await startGateway()
  await gateway.upload(BUYER, { aliases: ['prod'] })
  await gateway.post('/providers', { name: 'sim', adapter: { identifier: 'sim', config: { seed: 8 } }, enabled: false })
  await gateway.post('/strategy/instances', { id: 'pinned', strategy: { identifier: 'buyer:prod' }, scope: SCOPE })
  await gateway.put('/risk/limits', { maxPositionSize: '4' })
  const before = await state(gateway)
  const { status, body } = await gateway.post(BACKUP, backup)
  expect([status, body.error]).toEqual([409, 'backup_conflict'])
  expect(body.problems.map(({ path }: { path: string }) => path)).toEqual(['providers[0]', 'lambdas[1]', 'risk'])
  expect(await state(gateway)).toEqual(before)
})
