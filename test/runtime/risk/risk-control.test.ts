/** Limits and kill switches from the runtime's door to the strategy's handlers, over a restart of the gateway. */
import { expect, test } from 'bun:test'
import type { RiskLimits } from '../../../src/schema/risk-limits'
import { inForce } from '../../../src/schema/risk-set'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

/** Places a resting order at each trade, in line 8, and prints what becomes of it; what it is told of tempts it again. */
const TRADER = `module.exports = {
  metadata: { name: 'trader', tag: 'v1', displayName: 'Trader', config: [], events: ['Trade', 'ExecReport', 'RiskControl'] },
  create({ runtime, helpers }) {
    return {
      onTrade(ctx, evt, payload, price) {
        const active = runtime.isTradingActive()
        try {
          runtime.submitOrder(evt.provider, 'buy', '1', '50')
          helpers.log('sent', active)
        } catch (error) {
          helpers.log('refused', active, error.message, error.stack.includes('trader.js:8:'))
        }
      },
      onOrderCancelled() { helpers.log('cancelled') },
      onOrderRejected(ctx, evt, payload, reason) { helpers.log('rejected', reason) },
      onRiskControl(ctx, evt, { status, breachType, reason, metrics, killSwitchEngaged, circuitBreakerOpen }) {
        helpers.log(status, breachType, reason, metrics, killSwitchEngaged, circuitBreakerOpen)
        try { runtime.submitOrder('', 'buy', '1', '50') } catch {}
      },
    }
  },
}`

/** The trades are of long ago, the gateway's clock is the real one. */
const BREAKER = { enabled: true, threshold: 2, cooldown: '90000h' }

/** A house with running instances of it, dry unless told otherwise. */
async function tradeIn(house: House, ids: readonly string[] = ['t1'], dry = false, source = TRADER): Promise<House> {
  await house.upload(source)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  for (const id of ids) {
    const strategy = { identifier: 'trader', config: { dry_run: dry } }
    await house.runtime.instances.create({ id, strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
  }
  return house
}

/** A trade, and the lines that come of it: so many. */
async function trade(house: House, lines = 1, id = 't1'): Promise<string[]> {
  const before = house.lines(id).length
  house.tape.trades('tape', BTC, '100')
  await until(() => house.lines(id).length >= before + lines)
  await house.hosts.drained()
  return house.lines(id).slice(before)
}

const ordersOf = (house: House, id = 't1') =>
  finish(house.runtime.records.orders(id, everything)).items.map(({ state }) => state)
const audited = (house: House) =>
  finish(house.runtime.records.audit(everything))
    .items.filter(({ what }) => /^risk|^trading/.test(what))
    .map(({ id: _, when: _when, ...entry }) => entry)

test('a refusal is thrown where the order was made, told once, and counted', async () => {
  await using house = await tradeIn(await openHouse())
  house.runtime.risk.setLimits({ maxConcurrentOrders: 1 }, 'ops')
  const reason = 'as many orders are open in BTC-USDT as are allowed: 1'
  expect(await trade(house)).toEqual(['sent true'])
  expect(house.runtime.risk.view().breaches).toEqual([])
  expect(await trade(house, 2)).toEqual([
    `refused true ${reason} true`,
    `TRIGGERED CONCURRENCY ${reason} { symbol: 'BTC-USDT', current: '1', max: '1' } false false`,
  ])
  expect(ordersOf(house)).toEqual(['ACK'])
  expect(await house.metrics.text()).toContain(
    'meltica_risk_breaches_total{provider="tape",breachType="CONCURRENCY"} 2',
  )
  expect(house.runtime.risk.view().breaches).toEqual([{ instance: 't1', provider: 'tape', breaches: 2 }])
})

test('a dry run passes the checks of a real one', async () => {
  await using house = await tradeIn(await openHouse(), ['t1'], true)
  house.runtime.risk.setLimits({ maxPositionSize: '0.5' }, 'ops')
  const [refused] = await trade(house, 2)
  expect(refused).toBe('refused true the position in BTC-USDT could become 1, the limit is 0.5 true')
  expect(house.runtime.instanceIndex.get('t1').stats).toMatchObject({ orders: 0, skippedOrders: 0 })
})

test('limits of an instance come before those of its provider, and these before those of all', async () => {
  await using house = await tradeIn(await openHouse(), ['t1', 't2'])
  const limits: RiskLimits = { allowedOrderTypes: ['Market'], maxConcurrentOrders: 1 }
  house.runtime.risk.setLimits(
    { ...limits, providers: { tape: { allowedOrderTypes: [] } }, instances: { t2: { maxConcurrentOrders: 2 } } },
    'ops',
  )
  const sent = async (id: string) => (await trade(house, 1, id))[0]?.split(' ')[0]
  expect([await sent('t1'), await sent('t1')]).toEqual(['sent', 'refused'])
  await until(() => ordersOf(house, 't2').length === 2)
  expect(await sent('t2')).toBe('refused')
})

test('a kill cancels what rests, refuses what comes, and holds after a restart until it is resumed', async () => {
  const directory = await (async () => {
    await using house = await tradeIn(await openHouse())
    expect(await trade(house)).toEqual(['sent true'])
    house.runtime.risk.kill({ reason: 'too hot' }, 'ops')
    expect(house.runtime.risk.kill({ reason: 'again' }, 'else').killSwitches).toMatchObject([
      { scope: 'all', reason: 'too hot', who: 'ops' },
    ])
    expect(ordersOf(house)).toEqual(['CANCELLED'])
    await until(() => house.lines('t1').length >= 3)
    expect(house.lines('t1').slice(1)).toEqual(['TRIGGERED KILL_SWITCH too hot undefined true false', 'cancelled'])
    expect(await house.metrics.text()).toContain('meltica_kill_switch_engaged{scope="all",subject=""} 1')
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.risk.view().killSwitches).toMatchObject([{ scope: 'all', reason: 'too hot', who: 'ops' }])
  expect(await house.metrics.text()).toContain('meltica_kill_switch_engaged{scope="all",subject=""} 1')
  expect((await trade(house, 2))[0]).toBe('refused false the kill switch is set: too hot true')
  await house.runtime.instances.stop('t1', 'ops')
  await house.runtime.instances.start('t1', 'ops')
  expect((await trade(house, 2))[0]).toBe('refused false the kill switch is set: too hot true')
  house.runtime.risk.resume({}, 'ops')
  house.runtime.risk.resume({}, 'ops')
  expect(house.runtime.risk.view().killSwitches).toEqual([])
  expect(await house.metrics.text()).toContain('meltica_kill_switch_engaged{scope="all",subject=""} 0')
  await until(() => house.lines('t1').some((line) => line.startsWith('CLEARED KILL_SWITCH resumed undefined false')))
  expect(await trade(house)).toEqual(['sent true'])
  expect(audited(house)).toEqual([
    { who: 'ops', what: 'trading_resumed', subject: 'risk', before: { scope: 'all', reason: 'too hot', who: 'ops' } },
    {
      who: 'ops',
      what: 'trading_killed',
      subject: 'risk',
      after: { scope: 'all', reason: 'too hot', cancelOrders: true },
    },
  ])
})

test('a kill stops its provider or instance alone, and may leave orders resting', async () => {
  await using house = await tradeIn(await openHouse(), ['t1', 't2'])
  await house.runtime.providers.create({ name: 'other', adapter: { identifier: 'tape' } }, 'test')
  await trade(house)
  await until(() => ordersOf(house, 't2').length === 1)
  house.runtime.risk.kill({ instance: 't1', cancelOrders: false }, 'ops')
  house.runtime.risk.kill({ provider: 'other' }, 'ops')
  expect(ordersOf(house)).toEqual(['ACK'])
  await until(() => house.lines('t1').some((line) => line.startsWith('TRIGGERED')))
  expect((await trade(house, 2))[0]).toBe('refused false the kill switch of the instance t1 is set: set by ops true')
  await until(() => ordersOf(house, 't2').length === 2)
  expect(house.lines('t2')).toEqual(['sent true', 'sent true'])
  house.runtime.risk.kill({ instance: 't1' }, 'ops')
  expect(ordersOf(house)).toEqual(['CANCELLED'])
  house.runtime.risk.kill({ provider: 'tape' }, 'ops')
  house.runtime.risk.resume({ instance: 't1' }, 'ops')
  const switches = (await house.metrics.text()).match(/(?<=^meltica_kill_switch_engaged){.*/gm)
  expect(switches?.toSorted()).toEqual([
    '{scope="all",subject=""} 0',
    '{scope="provider",subject="other"} 1',
    '{scope="provider",subject="tape"} 1',
  ])
  await until(() => house.lines('t1').at(-1)?.startsWith('CLEARED') === true)
  expect(house.lines('t1').at(-1)).toBe(
    'CLEARED KILL_SWITCH the kill switch of the provider tape is set: set by ops undefined true false',
  )
  expect((await trade(house, 2, 't2'))[0]).toStartWith('refused false the kill switch of the provider tape')
})

test('a notice that is of no order is of the provider that it concerns, else of the first, and of its first symbol', async () => {
  await using house = await openHouse()
  await house.upload(`module.exports = {
    metadata: { name: 'hearer', tag: 'v1', displayName: 'Hearer', config: [], events: ['RiskControl'] },
    create({ helpers }) {
      return {
        onRiskControl(ctx, evt, { timestamp, ...told }) {
          helpers.log(evt.provider, evt.symbol, Date.parse(timestamp) > ${Date.UTC(2026, 0, 1)}, JSON.stringify(told))
        },
      }
    },
  }`)
  const { runtime } = house
  for (const name of ['one', 'two', 'other']) {
    await runtime.providers.create({ name, adapter: { identifier: 'tape' } }, 'test')
  }
  const scope = { one: { symbols: ['ETH-USDT', BTC] }, two: { symbols: [BTC, 'ETH-USDT'] } }
  await runtime.instances.create({ id: 'h1', strategy: { identifier: 'hearer' }, scope, autostart: true }, 'test')
  const killed = { status: 'TRIGGERED', breachType: 'KILL_SWITCH', killSwitchEngaged: true, circuitBreakerOpen: false }
  const cleared = { ...killed, status: 'CLEARED' }
  const acts: [() => unknown, string, string, Record<string, unknown>][] = [
    [() => runtime.risk.kill({ provider: 'two', reason: 'hot' }, 'ops'), 'two', BTC, { ...killed, reason: 'hot' }],
    [() => runtime.risk.kill({ reason: 'all of it' }, 'ops'), 'one', 'ETH-USDT', { ...killed, reason: 'all of it' }],
    [
      () => runtime.risk.resume({ provider: 'two' }, 'ops'),
      'two',
      BTC,
      { ...cleared, reason: 'the kill switch is set: all of it' },
    ],
    [
      () => runtime.risk.resume({}, 'ops'),
      'one',
      'ETH-USDT',
      { ...cleared, reason: 'resumed', killSwitchEngaged: false },
    ],
  ]
  // these do not concern it
  runtime.risk.kill({ provider: 'other' }, 'ops')
  runtime.risk.resume({ provider: 'other' }, 'ops')
  for (const [heard, [act, provider, symbol, told]] of acts.entries()) {
    act()
    await until(() => house.lines('h1').length > heard)
    const line = house.lines('h1')[heard]!
    expect(line).toStartWith(`${provider} ${symbol} true {`)
    expect(JSON.parse(line.slice(line.indexOf('{')))).toEqual({ strategyId: 'h1', provider, symbol, ...told })
  }
})

test('an order that was on its way when trading was killed is rejected', async () => {
  await using house = await tradeIn(await openHouse())
  const { metrics, runtime } = house
  const sent = metrics.orderSent.bind(metrics)
  metrics.orderSent = (provider) => {
    sent(provider)
    runtime.risk.kill({ reason: 'now' }, 'ops')
  }
  expect(await trade(house, 3)).toContain('rejected the kill switch is set: now')
  expect(ordersOf(house)).toEqual(['REJECTED'])
})

test('orders may take the place of those that are cancelled; filled before that, they leave no room for others', async () => {
  const requoting = TRADER.replace(
    "submitOrder(evt.provider, 'buy', '1', '50')",
    "submitOrder(evt.provider, 'buy', '1', '99')",
  )
  await using house = await tradeIn(
    await openHouse(),
    ['t1'],
    false,
    requoting.replace('const active =', 'runtime.cancelAll(); const active ='),
  )
  house.runtime.risk.setLimits({ maxPositionSize: '1', maxConcurrentOrders: 1 }, 'ops')
  expect(await trade(house)).toEqual(['sent true'])
  expect(await trade(house, 2)).toEqual(expect.arrayContaining(['sent true', 'cancelled']))
  // the second has filled its order before the instance hears of the first
  const before = house.lines('t1').length
  house.tape.trades('tape', BTC, '100', '98')
  await until(() => house.lines('t1').length >= before + 3)
  expect(house.lines('t1').slice(before)).toContain('rejected the position in BTC-USDT could become 2, the limit is 1')
  expect(ordersOf(house)).toEqual(expect.arrayContaining(['REJECTED', 'FILLED', 'CANCELLED']))
})

test('so many breaches set the kill switch of the instance by itself', async () => {
  await using house = await tradeIn(await openHouse())
  const limits = { maxConcurrentOrders: 1, killSwitchEnabled: true, maxRiskBreaches: 2 }
  house.runtime.risk.setLimits(limits, 'ops')
  await trade(house)
  await trade(house, 4)
  const reason = '2 risk breaches, the last: as many orders are open in BTC-USDT as are allowed: 1'
  expect(house.runtime.risk.view().killSwitches).toMatchObject([
    { scope: 'instance', subject: 't1', reason, who: 'gateway' },
  ])
  expect(ordersOf(house)).toEqual(['CANCELLED'])
  expect(house.lines('t1')).toContain(`TRIGGERED KILL_SWITCH ${reason} undefined true false`)
  house.runtime.risk.resume({ instance: 't1' }, 'ops')
  expect(house.runtime.risk.view()).toMatchObject({ killSwitches: [], breaches: [] })
  await until(() => ordersOf(house).length === 2)
  expect(ordersOf(house)[0]).toBe('ACK')
  expect(audited(house).map(({ who, what, subject }) => [who, what, subject])).toEqual([
    ['ops', 'trading_resumed', 't1'],
    ['gateway', 'trading_killed', 't1'],
    ['ops', 'risk_limits_set', 'risk'],
  ])
})

test('the circuit breaker refuses everything until its cooldown is over, or until it is resumed', async () => {
  await using house = await tradeIn(await openHouse())
  house.runtime.risk.setLimits({ maxConcurrentOrders: 1, circuitBreaker: BREAKER }, 'ops')
  await trade(house)
  await trade(house, 2)
  const [breaches] = house.runtime.risk.view().breaches
  expect(breaches).toMatchObject({ instance: 't1', breaches: 2 })
  const refused = `refused true the circuit breaker is open until ${breaches?.circuitBreakerOpenUntil}, after 2 breaches true`
  expect((await trade(house, 2))[0]).toBe(refused)
  house.runtime.risk.setLimits({ maxConcurrentOrders: 5, circuitBreaker: BREAKER }, 'ops')
  expect((await trade(house, 2))[0]).toBe(refused)
  house.runtime.risk.resume({}, 'ops')
  expect(house.runtime.risk.view().breaches).toEqual([])
  expect(await trade(house)).toContain('sent true')
})

test('limits hold after a restart, each change is audited with what was before', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    expect(house.runtime.risk.limits).toBeUndefined()
    house.runtime.risk.setLimits({ maxPositionSize: 1e-7, maxNotionalValue: 1e15 }, 'ops')
    house.runtime.risk.setLimits({ providers: { sim: { maxPositionSize: 2.5 } } }, 'ops')
    return house.directory
  })()
  await using house = await openHouse(directory)
  const after = { providers: { sim: { maxPositionSize: '2.5' } } }
  expect(house.runtime.risk.limits).toEqual(after)
  const before = { maxPositionSize: '0.0000001', maxNotionalValue: '1000000000000000' }
  const entry = { who: 'ops', what: 'risk_limits_set', subject: 'risk' } as const
  expect(audited(house)).toEqual([
    { ...entry, before, after },
    { ...entry, after: before },
  ])
})

test('limits that contradict themselves are refused with all that is wrong, and change nothing', async () => {
  await using house = await openHouse()
  const circuitBreaker = { enabled: true, threshold: 3, cooldown: '0s' }
  const set = () =>
    house.runtime.risk.setLimits({ circuitBreaker: { enabled: true }, instances: { 'a.b': { circuitBreaker } } }, 'ops')
  expect(await refusal(set)).toBe(
    '422 invalid_limits: circuitBreaker.threshold must be 1 or more; ' +
      'circuitBreaker.cooldown must be a duration above zero, as 90s; ' +
      'instances.a.b.circuitBreaker.cooldown must be a duration above zero, as 90s',
  )
  expect(house.runtime.risk.view()).toEqual({
    limits: inForce({}),
    killSwitches: [],
    breaches: [],
    totals: [],
    lossStops: [],
  })
})

test('what is not there cannot be killed or resumed, unless it is killed already', async () => {
  await using house = await tradeIn(await openHouse())
  const { runtime } = house
  for (const act of [runtime.risk.kill.bind(runtime.risk), runtime.risk.resume.bind(runtime.risk)]) {
    expect(await refusal(() => act({ instance: 'nope' }, 'ops'))).toBe('404 instance_not_found: no instance "nope"')
    expect(await refusal(() => act({ provider: 'nope' }, 'ops'))).toBe('404 provider_not_found: no provider "nope"')
    expect(await refusal(() => act({ provider: 'tape', instance: 't1' }, 'ops'))).toStartWith('400 invalid_request')
  }
  runtime.risk.kill({ instance: 't1' }, 'ops')
  await runtime.instances.remove('t1', 'ops')
  expect(runtime.risk.view().killSwitches).toMatchObject([{ subject: 't1' }])
  expect(runtime.risk.resume({ instance: 't1' }, 'ops').killSwitches).toEqual([])
})

test('one breach is told, a refusal by a kill switch is none, and a resume that changes nothing leaves no trace', async () => {
  await using house = await tradeIn(await openHouse(), ['t1', 't2'])
  const { runtime } = house
  const told = () => house.lines('t1').filter((line) => line.startsWith('CLEARED')).length
  for (const subject of [{}, { provider: 'tape' }, { instance: 't1' }]) runtime.risk.resume(subject, 'ops')
  expect([audited(house), told()]).toEqual([[], 0])
  runtime.risk.kill({ instance: 't1' }, 'ops')
  await until(() => house.lines('t1').length > 0)
  expect((await trade(house))[0]).toStartWith('refused')
  expect(runtime.risk.view().breaches).toEqual([])
  runtime.risk.resume({ instance: 't1' }, 'ops')
  await until(() => told() === 1)
  runtime.risk.setLimits({ instances: { t1: { allowedOrderTypes: ['Market'], circuitBreaker: BREAKER } } }, 'ops')
  const { length } = house.lines('t1')
  house.tape.trades('tape', BTC, '100')
  await until(() => house.lines('t1').length > length)
  await until(() => runtime.risk.view().breaches.length === 1)
  expect(runtime.risk.view().breaches[0]).toMatchObject({ instance: 't1', provider: 'tape' })
  const { total } = finish(runtime.records.audit(everything))
  runtime.risk.resume({ provider: 'tape' }, 'ops')
  expect(runtime.risk.view().breaches).toEqual([])
  expect(finish(runtime.records.audit(everything)).total).toBe(total + 1)
})

test('a circuit breaker is shown as open until its very end', async () => {
  const clock = { ms: Date.now() }
  await using house = await tradeIn(await openHouse(undefined, { now: () => clock.ms }))
  const cooldown = { ...BREAKER, threshold: 1, cooldown: '1000000h' }
  house.runtime.risk.setLimits({ allowedOrderTypes: ['Market'], circuitBreaker: cooldown }, 'ops')
  await trade(house, 2)
  const until = Date.parse(house.runtime.risk.view().breaches[0]?.circuitBreakerOpenUntil ?? '')
  for (const [ms, isOpen] of [
    [until - 1, true],
    [until, false],
  ] as const) {
    clock.ms = ms
    expect([ms - until, 'circuitBreakerOpenUntil' in house.runtime.risk.view().breaches[0]!]).toEqual([
      ms - until,
      isOpen,
    ])
  }
})

test('breaches and an open breaker hold over a restart of the gateway, until they are resumed', async () => {
  const limits = { maxPositionSize: '0.5', circuitBreaker: BREAKER }
  const directory = await (async () => {
    await using house = await tradeIn(await openHouse())
    house.runtime.risk.setLimits(limits, 'ops')
    await trade(house, 2)
    await trade(house, 2)
    return house.directory
  })()
  const until = expect.any(String)
  const open = [{ instance: 't1', provider: 'tape', breaches: 2, circuitBreakerOpenUntil: until }]
  {
    await using house = await openHouse(directory)
    expect(house.runtime.risk.view().breaches).toEqual(open)
    expect((await trade(house, 2))[0]).toContain('the circuit breaker is open until')
    expect(house.runtime.risk.view().breaches).toEqual(open)
    await house.runtime.instances.stop('t1', 'ops')
    house.runtime.risk.resume({ instance: 't1' }, 'ops')
  }
  await using house = await openHouse(directory)
  expect(house.runtime.risk.view().breaches).toEqual([])
})
