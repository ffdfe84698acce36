/** Providers: created, started, stopped, removed, kept; and the audit of it all. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { finish } from '../../../src/store/reading'
import type { Log } from '../../../src/telemetry/log'
import { BTC, everything, refusal, until } from '../house'
import { houses } from '../houses'
import { buyer, counter, rester } from '../strategies'

const { openHouse } = houses()

const tape = (config: Record<string, unknown> = {}) => ({ name: 'tape', adapter: { identifier: 'tape', config } })
const scope = { tape: { symbols: [BTC] } }

test('a provider is created and started, listed with its instances, and never without them removed', async () => {
  await using house = await openHouse()
  expect(await house.runtime.providers.create(tape({ key: 'hunter2', paper: { feeBps: 5 } }), 'test')).toEqual({
    name: 'tape',
    adapter: 'tape',
    identifier: 'tape',
    status: 'running',
    running: true,
    settings: { paper: { feeBps: 5 } },
    symbols: [],
    instrumentCount: 0,
    instruments: [],
    dependentInstances: [],
    dependentInstanceCount: 0,
    eventsEmitted: 0,
  })
  await house.upload(counter('v1'))
  await house.runtime.instances.create(
    { id: 'c1', strategy: { identifier: 'counter' }, scope, autostart: true },
    'test',
  )
  house.tape.trades('tape', BTC, '1')
  expect(house.runtime.providers.get('tape')).toMatchObject({
    symbols: [BTC],
    dependentInstances: ['c1'],
    eventsEmitted: 1,
  })
  expect(await refusal(house.runtime.providers.remove('tape', 'test'))).toContain('provider_in_use')
  await house.runtime.instances.remove('c1', 'test')
  await house.runtime.providers.remove('tape', 'test')
  expect(house.runtime.providers.list()).toEqual([])
  expect(() => house.runtime.providers.get('tape')).toThrow(expect.objectContaining({ code: 'provider_not_found' }))
  expect(JSON.stringify(finish(house.runtime.records.audit(everything)))).not.toContain('hunter2')
})

test('fees, slippage and money are checked at every adapter: what would sell below zero is refused, a rebate is taken', async () => {
  await using house = await openHouse()
  await Bun.write(join(house.directory, 'tape.csv'), 'timestamp,price,quantity,side\n1704067200000,100,1,buy\n')
  const adapters = [
    { identifier: 'tape', config: {} },
    { identifier: 'sim', config: {} },
    { identifier: 'replay', config: { file: join(house.directory, 'tape.csv'), symbol: BTC } },
  ]
  const least = 'must be a decimal number from 0 to below 10000 (100 %)'
  const rebate = 'must be a decimal number above -10000 and below 10000 (100 %); below zero it is a rebate'
  const wrong = [
    [{ slippageBps: 10_000 }, `paper.slippageBps: ${least}`],
    [{ slippageBps: '10000.00' }, `paper.slippageBps: ${least}`],
    [{ slippageBps: '-1' }, `paper.slippageBps: ${least}`],
    [{ slippageBps: '1e3' }, `paper.slippageBps: ${least}`],
    [{ feeBps: -1 }, `paper.feeBps: ${least}`],
    [{ takerBps: '-0.5', feeBps: 12_000 }, `paper.feeBps: ${least}; paper.takerBps: ${least}`],
    [{ makerBps: -10_000 }, `paper.makerBps: ${rebate}`],
    [{ makerBps: '10000' }, `paper.makerBps: ${rebate}`],
    [{ makerBps: 1e-60 }, `paper.makerBps: ${rebate}`],
    [{ leverage: 0 }, 'paper.leverage: must be a decimal number above zero'],
    [{ cash: { USDT: -5 } }, 'paper.cash.USDT: must be a decimal number that is not negative'],
    [{ latencyMs: 0.5 }, 'paper.latencyMs: must be an integer'],
    [{ latencyMs: -1 }, 'paper.latencyMs: must be an integer greater or equal to 0'],
    [{ latencyMs: 3_600_001 }, 'paper.latencyMs: must be an integer less or equal to 3600000'],
    [{ cash: { '': 5 } }, 'paper.cash.: is unknown'],
    [{ account: 'inverted' }, 'paper.account: must be one of linear, inverse, spot'],
    [{ multiplier: -10 }, 'paper.multiplier: must be a decimal number above zero'],
    [{ multiplier: '0' }, 'paper.multiplier: must be a decimal number above zero'],
    [{ marginPerContract: 0 }, 'paper.marginPerContract: must be a decimal number above zero'],
    [{ feePerContract: '-2' }, 'paper.feePerContract: must be a decimal number that is not negative'],
    [{ feePerContract: 2, feeMinimum: 'free' }, 'paper.feeMinimum: must be a decimal number that is not negative'],
    [
      { feePerContract: 2, takerBps: 5 },
      'paper.feePerContract: fees are either an amount for each contract or in basis points: ' +
        'leave out one of it and paper.takerBps',
    ],
    [
      { feeMinimum: 1 },
      'paper.feeMinimum: it is the least that an order pays by paper.feePerContract, which is missing',
    ],
    [
      { marginPerContract: 5, leverage: 2 },
      'paper.marginPerContract: the margin is either a fixed amount or notional / leverage: ' +
        'leave out one of it and paper.leverage',
    ],
    [
      { account: 'spot', multiplier: 10 },
      'paper.multiplier: a spot account trades units, not contracts: choose linear or inverse',
    ],
  ] as const
  for (const { identifier, config } of adapters) {
    for (const [paper, message] of wrong) {
      const body = { name: identifier, adapter: { identifier, config: { ...config, paper } } }
      expect(await refusal(house.runtime.providers.create(body, 'test'))).toBe(`422 invalid_provider: ${message}`)
    }
    const taken = [
      {
        slippageBps: 9999.9,
        makerBps: '-2.5',
        takerBps: 1e-7,
        cash: { USDT: 1e6 },
        leverage: '0.5',
        latencyMs: 3_600_000,
      },
      { slippageBps: 0, cash: { X: 0 }, leverage: 1, latencyMs: 0 },
      { multiplier: 10, marginPerContract: '1000', feePerContract: 2, feeMinimum: '0' },
    ]
    for (const paper of taken) {
      const body = { name: identifier, adapter: { identifier, config: { ...config, paper } } }
      expect((await house.runtime.providers.create(body, 'test')).settings.paper).toEqual(paper)
      await house.runtime.providers.remove(identifier, 'test')
    }
  }
})

test('wrong settings are refused by name, and nothing is kept', async () => {
  await using house = await openHouse()
  const refusals = [
    [tape({ broken: true }), 'invalid_provider'],
    [tape({ paper: { feeBps: '-1', cash: { USDT: 'much' }, colour: 'red' } }), 'invalid_provider'],
    [{ name: '../x', adapter: { identifier: 'tape' } }, 'invalid_provider'],
    [{ name: 'x', adapter: { identifier: 'nyse' } }, 'adapter_not_found'],
  ] as const
  for (const [body, code] of refusals) {
    expect(await refusal(house.runtime.providers.create(body, 'test'))).toContain(code)
  }
  expect(await refusal(house.runtime.providers.create(refusals[1][0], 'test'))).toMatch(
    /paper\.feeBps.*paper\.colour|paper\.colour.*paper\.feeBps/,
  )
  expect(house.runtime.providers.list()).toEqual([])
  await house.runtime.providers.create(tape(), 'test')
  expect(await refusal(house.runtime.providers.create(tape(), 'test'))).toContain('provider_exists')
})

test('a provider that fails is shown with its reason and makes the gateway say so', async () => {
  await using house = await openHouse()
  await house.runtime.providers.create(tape(), 'test')
  expect(house.runtime.readiness.look()).toEqual({ ready: true, problems: [] })
  house.tape.providers.get('tape')!.fail('the line is dead')
  expect(house.runtime.providers.get('tape')).toMatchObject({
    status: 'failed',
    running: false,
    startupError: 'the line is dead',
  })
  expect(house.runtime.readiness.look().problems).toEqual([
    {
      provider: 'tape',
      message: 'provider tape failed: the line is dead',
      hint: 'put right what it says, then POST /providers/tape/start',
    },
  ])
})

test('a stopped provider stays stopped over a restart, settings and all', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await house.runtime.providers.create(tape({ paper: { cash: { USDT: '5' } } }), 'test')
    await house.runtime.providers.stop('tape', 'test')
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.providers.get('tape')).toMatchObject({
    status: 'stopped',
    settings: { paper: { cash: { USDT: '5' } } },
  })
  expect(await house.runtime.providers.start('tape', 'test')).toMatchObject({ status: 'running' })
})

test('a provider that cannot be made after a restart is listed as failed, and its instances can still be removed', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await house.upload(counter('v1'))
    await house.runtime.providers.create(tape(), 'test')
    await house.runtime.instances.create(
      { id: 'c1', strategy: { identifier: 'counter' }, scope, autostart: true },
      'test',
    )
    return house.directory
  })()
  using db = new Database(join(directory, 'data', 'meltica.db'))
  db.run(`UPDATE providers SET config = '{"broken":true}'`)
  db.close()
  await using house = await openHouse(directory)
  expect(house.runtime.providers.get('tape')).toMatchObject({ status: 'failed', startupError: '"broken" is set' })
  expect(house.runtime.instanceIndex.get('c1')).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('"broken" is set'),
  })
  expect(house.runtime.balances.of('c1', everything).items).toEqual([])
  await house.runtime.instances.remove('c1', 'test')
  await house.runtime.providers.remove('tape', 'test')
  expect(house.runtime.readiness.look()).toEqual({ ready: true, problems: [] })
})

test('the simulator trades by itself', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const adapter = { identifier: 'sim', config: { seed: 1, speed: 0, maxEvents: 5000 } }
  await house.runtime.providers.create({ name: 'sim', adapter }, 'test')
  const strategy = { identifier: 'buyer', config: { dry_run: false, quantity: '0.01', times: 3 } }
  await house.runtime.instances.create(
    { id: 'b1', strategy, scope: { sim: { symbols: [BTC] } }, autostart: true },
    'test',
  )
  await until(() => house.runtime.providers.get('sim').status === 'finished')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 3)
  await until(() => house.runtime.instanceIndex.get('b1').stats.orders === 3)
})

test('every change leaves an entry in the audit: who, what, before and after', async () => {
  await using house = await openHouse()
  const v1 = await house.upload(counter('v1'), { aliases: ['prod'] })
  await house.runtime.providers.create(tape(), 'ann')
  await house.runtime.instances.create({ id: 'c1', strategy: { identifier: 'counter' }, scope, autostart: true }, 'ben')
  const v2 = await house.upload(counter('v2'))
  await house.registry.moveTag('counter', 'prod', v2, 'ci', 'looks good')
  await house.runtime.rollout.refresh(undefined, 'cron')
  await house.runtime.instances.stop('c1', 'ben')
  await house.runtime.instances.remove('c1', 'ben')
  await house.registry.deleteTag('counter', 'prod', false, 'ci')
  await house.registry.remove(`counter@${v1}`, 'ci')
  const { items } = finish(house.runtime.records.audit(everything))
  expect(
    items.map(({ who, what, subject }) => `${who} ${what} ${subject.replace(v1, 'V1').replace(v2, 'V2')}`).reverse(),
  ).toEqual([
    'test upload counter@V1',
    ...['latest', 'v1', 'prod'].map(
      (tag) =>
        expect.stringMatching(/^test tag_moved counter:(latest|v1|prod)$/) &&
        tag &&
        expect.stringMatching(/^test tag_moved/),
    ),
    'ann provider_created tape',
    'ben instance_created c1',
    'ben instance_started c1',
    'test upload counter@V2',
    ...['latest', 'v2'].map(() => expect.stringMatching(/^test tag_moved counter:(latest|v2)$/)),
    'ci tag_moved counter:prod',
    'cron instance_moved c1',
    'cron refresh *',
    'ben instance_stopped c1',
    'ben instance_removed c1',
    'ci tag_deleted counter:prod',
    'ci revision_deleted counter@V1',
  ])
  const [move] = finish(
    house.runtime.records.audit(everything, { subject: 'counter:prod', who: 'ci', what: 'tag_moved' }),
  ).items
  expect(move).toMatchObject({
    strategy: 'counter',
    before: v1,
    after: v2,
    message: 'looks good',
    when: expect.any(String),
  })
  expect(finish(house.runtime.records.audit(everything, { what: 'instance_moved' })).items).toMatchObject([
    { before: { hash: v1 }, after: { hash: v2 } },
  ])
})

test('the tag counters count moves from whichever door, and no creations', async () => {
  await using house = await openHouse()
  await house.upload(counter('v1'), { aliases: ['prod'] })
  const v2 = await house.upload(counter('v2'), { aliases: ['prod'], reassignTags: ['prod'] })
  const v3 = await house.upload(counter('v3'))
  await house.registry.moveTag('counter', 'prod', v3, 'ci')
  await house.registry.moveTag('counter', 'canary', v2, 'ci')
  await house.registry.deleteTag('counter', 'canary', true, 'ci')
  const lines = (await house.metrics.text()).split('\n').filter((line) => line.startsWith('strategy_tag_'))
  expect(lines).toEqual([
    'strategy_tag_reassigned_total{environment="test",strategy="counter",tag="prod"} 2',
    'strategy_tag_reassigned_total{environment="test",strategy="counter",tag="latest"} 2',
    'strategy_tag_deleted_total{environment="test",strategy="counter",tag="canary",allowOrphan="true"} 1',
  ])
})

test('what is the case already changes nothing; of a provider that is gone, replaced or refused nothing stays open', async () => {
  await using house = await openHouse()
  const { runtime } = house
  const entries = () => finish(runtime.records.audit(everything)).total
  expect(await runtime.providers.create({ ...tape(), enabled: false }, 'test')).toMatchObject({ status: 'stopped' })
  expect(entries()).toBe(1)
  await runtime.providers.stop('tape', 'test')
  expect(entries()).toBe(1)
  for (const _ of ['once', 'again']) {
    expect(await runtime.providers.start('tape', 'test')).toMatchObject({ status: 'running', running: true })
    expect(entries()).toBe(2)
  }
  for (const _ of ['once', 'again']) {
    expect(await runtime.providers.stop('tape', 'test')).toMatchObject({ status: 'stopped', running: false })
    expect(entries()).toBe(3)
  }
  expect(await refusal(runtime.providers.replace('tape', tape({ unsound: true }), 'test'))).toBe(
    '422 invalid_provider: "unsound" is set',
  )
  expect(await refusal(runtime.providers.create({ ...tape({ unsound: true }), name: 'x' }, 'test'))).toBe(
    '422 invalid_provider: "unsound" is set',
  )
  expect([house.tape.open, entries()]).toEqual([1, 3])
  await runtime.providers.replace('tape', tape(), 'test')
  expect(house.tape.open).toBe(1)
  await runtime.providers.remove('tape', 'test')
  expect(house.tape.open).toBe(0)
  expect(finish(runtime.records.audit(everything, { what: 'provider_removed' })).items).toMatchObject([
    { who: 'test', subject: 'tape', before: { adapter: 'tape', config: {} } },
  ])
})

test('all that is wrong with a provider is told at once, part by part', async () => {
  await using house = await openHouse()
  const error = await house.runtime.providers
    .create({ name: 'x', adapter: { identifier: 'sim', config: { seed: 'x', paper: { feeBps: -1 } } } }, 'test')
    .catch((reason) => reason)
  expect(error.code).toBe('invalid_provider')
  expect(error.details.problems.map(({ path }: { path: string }) => path)).toEqual(['seed', 'paper.feeBps'])
  expect(error.message).toMatch(/seed.*; paper\.feeBps: /)
})

test('a failure is in the log once, with its provider and reason, and none of one that was replaced', async () => {
  const errors: unknown[] = []
  const log: Log = (level, message, fields) => void (level === 'error' && errors.push([message, fields]))
  await using house = await openHouse(undefined, { log })
  await house.runtime.providers.create(tape(), 'test')
  const former = house.tape.providers.get('tape')!
  former.fail('the line is dead')
  expect(errors.splice(0)).toEqual([['provider failed', { provider: 'tape', reason: 'the line is dead' }]])
  await house.runtime.providers.replace('tape', tape(), 'test')
  former.fail('dead again')
  expect(errors).toEqual([])
})

test('one that could not be made is replaced by one that can, and no more is said of it', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await house.upload(counter('v1'))
    await house.runtime.providers.create(tape(), 'test')
    await house.runtime.instances.create({ id: 'c1', strategy: { identifier: 'counter' }, scope }, 'test')
    return house.directory
  })()
  {
    using db = new Database(join(directory, 'data', 'meltica.db'))
    db.run(`UPDATE providers SET config = '{"broken":true}'`)
  }
  await using house = await openHouse(directory)
  expect(await refusal(house.runtime.instances.start('c1', 'test'))).toBe(
    '422 invalid_provider: the provider "tape" could not be made: "broken" is set',
  )
  const told: unknown[] = []
  house.runtime.activity.observe('provider', ({ provider, status, reason }) => told.push([provider, status, reason]))
  const replaced = await house.runtime.providers.replace('tape', tape(), 'test')
  expect([replaced.status, replaced.startupError]).toEqual(['running', undefined])
  expect(told.at(-1)).toEqual(['tape', 'running', undefined])
  expect(house.runtime.balances.of('c1', everything).items).toMatchObject([{ total: '10000' }])
  expect(await house.runtime.instances.start('c1', 'test')).toMatchObject({ running: true })
})

test('what happens at a provider is dated by its market, and by the clock when that has been quiet for ten seconds', async () => {
  const [marketMs, clock] = [1_700_000_001_000, { ms: 1_700_000_000_000 }]
  await using house = await openHouse(undefined, { now: () => clock.ms })
  await house.upload(rester)
  await house.runtime.providers.create(tape(), 'test')
  const strategy = { identifier: 'rester', config: { dry_run: false } }
  const endedAt = async (id: string, nowMs: number) => {
    await house.runtime.instances.create({ id, strategy, scope, autostart: true }, 'test')
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(house.runtime.records.orders(id, everything)).items[0]?.state === 'ACK')
    clock.ms = nowMs
    house.runtime.risk.kill({ instance: id }, 'test')
    return Date.parse(finish(house.runtime.records.orders(id, everything)).items[0]!.updatedAt)
  }
  expect(await endedAt('quick', marketMs + 9_999)).toBe(marketMs)
  // a second later, as its trades are
  expect(await endedAt('slow', marketMs + 11_000)).toBe(marketMs + 11_000)
})
