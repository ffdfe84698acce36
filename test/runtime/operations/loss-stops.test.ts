/** Losses that stop trading: of the day and since the best, over midnight, a resume and a restart. */
import { expect, test } from 'bun:test'
import type { SentLimitSet } from '../../../src/schema/risk-limits'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

const IDLE = `module.exports = {
  metadata: { name: 'idle', tag: 'v1', displayName: 'Idle', config: [], events: ['Trade', 'RiskControl'] },
  create({ helpers }) {
    return { onTrade() {}, onRiskControl(ctx, evt, { status, breachType, reason }) { helpers.log(status, breachType, reason) } }
  },
}`

const NOON = Date.UTC(2026, 4, 4, 12)

/** A house whose clock stands where it is put, with instances that have bought 10 at 100. */
async function holding(ids: readonly string[] = ['a'], limits: SentLimitSet = {}) {
  const clock = { ms: NOON }
  const settings = { now: () => clock.ms }
  const house = await openHouse(undefined, settings)
  await house.upload(IDLE)
  await house.runtime.providers.create(
    { name: 'tape', adapter: { identifier: 'tape', config: { paper: { feeBps: 0 } } } },
    'test',
  )
  house.tape.trades('tape', BTC, '100')
  for (const id of ids) {
    const strategy = { identifier: 'idle', config: { dry_run: false } }
    await house.runtime.instances.create({ id, strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
    await buy(house, id)
  }
  house.tape.trades('tape', BTC, '100')
  house.runtime.risk.setLimits(limits, 'ops')
  return { house, clock, settings }
}

const buy = (house: House, id = 'a', quantity = '10') =>
  house.runtime.operatorOrders.place(id, { side: 'buy', type: 'market', quantity }, 'ops')
const switches = (house: House) =>
  house.runtime.risk.view().killSwitches.map(({ scope, subject, mode, until: end }) => [scope, subject, mode, end])
const held = (house: House, id = 'a') => house.runtime.worth.positions(id, everything).items[0]?.quantity

test('a loss of the day lets only orders pass that reduce, until midnight', async () => {
  const { house, clock } = await holding(['a'], { maxDailyLoss: '50' })
  await using _ = house
  house.tape.trades('tape', BTC, '95.01')
  await until(() => house.runtime.risk.view().lossStops[0]?.value === '49.9')
  expect(switches(house)).toEqual([])
  house.tape.trades('tape', BTC, '95')
  await until(() => switches(house).length === 1)
  expect(switches(house)).toEqual([['all', undefined, 'reduce', '2026-05-05T00:00:00.000Z']])
  const [stop] = house.runtime.risk.view().killSwitches
  expect([stop?.who, stop?.reason]).toEqual(['gateway', 'the loss of today in USDT is 50 USDT, the limit is 50 USDT'])
  expect(await refusal(() => buy(house))).toStartWith('422 order_refused: only orders that reduce a position pass')
  expect(held(house)).toBe('10')
  expect(await house.metrics.text()).toContain('meltica_loss_stops_total{scope="all",limit="dailyLoss"} 1')
  const audited = finish(house.runtime.records.audit(everything, { what: 'trading_reduced' })).items
  expect(audited).toMatchObject([{ who: 'gateway', after: { mode: 'reduce', until: '2026-05-05T00:00:00.000Z' } }])
  clock.ms = Date.UTC(2026, 4, 5)
  await until(() => switches(house).length === 0)
  expect(house.runtime.risk.view().lossStops[0]).toMatchObject({
    value: '0',
    limit: '50',
    percent: false,
    currency: 'USDT',
  })
  await until(() => house.lines('a').some((line) => line.startsWith('CLEARED REDUCING')))
})

test('a resume lets losses count from there on, over a restart too', async () => {
  const { house: first, settings } = await holding(['a'], { maxDailyLoss: '0.5%', dailyLossThen: 'kill' })
  first.tape.trades('tape', BTC, '95')
  await until(() => switches(first).length === 1)
  expect(switches(first)).toEqual([['all', undefined, 'kill', undefined]])
  first.runtime.risk.resume({}, 'ops')
  await until(() => first.runtime.risk.view().lossStops[0]?.value === '0')
  first.tape.trades('tape', BTC, '93')
  await until(() => first.runtime.risk.view().lossStops[0]?.value === '0.201')
  expect(switches(first)).toEqual([])
  await first[Symbol.asyncDispose]()
  await using house = await openHouse(first.directory, settings)
  house.tape.trades('tape', BTC, '92')
  await until(() => house.runtime.risk.view().lossStops[0]?.value === '0.3015')
  house.tape.trades('tape', BTC, '90')
  await until(() => switches(house).length === 1)
})

test('a drawdown closes what is open, and holds over midnight and a restart', async () => {
  const {
    house: first,
    clock,
    settings,
  } = await holding(['a'], { instances: { a: { maxDrawdownPct: 1, drawdownThen: 'close' } } })
  first.tape.trades('tape', BTC, '120')
  await until(() => first.runtime.worth.equity('a', { points: 9 }).equity === '10200')
  await until(() => first.runtime.risk.view().lossStops[0]?.value === '0')
  first.tape.trades('tape', BTC, '109.81')
  await until(() => first.runtime.risk.view().lossStops[0]?.value !== '0')
  expect(switches(first)).toEqual([])
  first.tape.trades('tape', BTC, '109.8')
  await until(() => switches(first).length === 1)
  expect(switches(first)).toEqual([['instance', 'a', 'close', undefined]])
  first.tape.trades('tape', BTC, '109.8')
  expect(held(first)).toBe('0')
  clock.ms += 86_400_000
  await first[Symbol.asyncDispose]()
  await using house = await openHouse(first.directory, settings)
  house.tape.trades('tape', BTC, '110')
  await until(() => house.runtime.risk.view().lossStops.length === 1)
  expect(switches(house)).toEqual([['instance', 'a', 'close', undefined]])
})

test('losses of all and of a provider are those of its instances together, each by its own limit', async () => {
  const limits = {
    maxDailyLoss: '100',
    providers: { tape: { maxDailyLoss: '60' } },
    instances: { a: { maxDailyLoss: '200' } },
  }
  const { house } = await holding(['a', 'b'], limits)
  await using _ = house
  house.tape.trades('tape', BTC, '97')
  await until(() => switches(house).length === 1)
  expect(switches(house)).toEqual([['provider', 'tape', 'reduce', '2026-05-05T00:00:00.000Z']])
  house.tape.trades('tape', BTC, '95')
  await until(() => switches(house).length === 2)
  expect(switches(house)[1]).toEqual(['all', undefined, 'reduce', '2026-05-05T00:00:00.000Z'])
})

test('a switch of the operator is not released at midnight, nor made milder', async () => {
  const { house, clock } = await holding(['a'], { maxDailyLoss: '50', dailyLossThen: 'close' })
  await using _ = house
  house.runtime.risk.kill({ mode: 'reduce', reason: 'mine' }, 'ops')
  house.tape.trades('tape', BTC, '95')
  await until(() => switches(house)[0]?.[2] === 'close')
  clock.ms += 86_400_000
  await until(() => house.runtime.risk.view().lossStops[0]?.value === '0')
  expect(switches(house)).toEqual([['all', undefined, 'close', undefined]])
})

test('limits that make no sense are refused', async () => {
  await using house = await openHouse()
  expect(await refusal(() => house.runtime.risk.setLimits({ maxDailyLoss: '120%' }, 'ops'))).toBe(
    '422 invalid_limits: maxDailyLoss must be at most 100 %',
  )
})
