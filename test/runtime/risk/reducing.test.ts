/** Only orders that reduce a position: in the gate, at the venue, and over a restart. */
import { expect, test } from 'bun:test'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

/** Orders at each trade what its price says: at 100 buys 2, at 101 sells 1, at 102 sells 5, at 103 rests a sale of 1. */
const TRADER = `module.exports = {
  metadata: { name: 'trader', tag: 'v1', displayName: 'Trader', config: [], events: ['Trade', 'ExecReport', 'RiskControl'] },
  create({ runtime, helpers }) {
    const sizes = { 100: ['buy', '2'], 101: ['sell', '1'], 102: ['sell', '5'], 103: ['sell', '1', '500'], 104: ['buy', '1', '50'] }
    return {
      onTrade(ctx, evt, payload, price) {
        if (!sizes[price]) return
        try { runtime.submitOrder('', ...sizes[price]); helpers.log('sent', price, runtime.isTradingActive()) }
        catch (error) { helpers.log('refused', price, error.message) }
      },
      onOrderFilled(ctx, evt, { quantity }) { helpers.log('filled', quantity) },
      onOrderCancelled(ctx, evt, { price }) { helpers.log('cancelled', price) },
      onRiskControl(ctx, evt, { status, breachType, reason, killSwitchEngaged }) {
        helpers.log(status, breachType, reason, killSwitchEngaged)
      },
    }
  },
}`

async function trading(directory?: string): Promise<House> {
  const house = await openHouse(directory)
  if (directory !== undefined) return house
  await house.upload(TRADER)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const strategy = { identifier: 'trader', config: { dry_run: false } }
  await house.runtime.instances.create(
    { id: 't', strategy, scope: { tape: { symbols: [BTC] } }, autostart: true },
    'test',
  )
  return house
}

/** A trade at which the instance orders, and one that could fill it. */
async function trade(house: House, price: string): Promise<string[]> {
  const before = house.lines('t').length
  house.tape.trades('tape', BTC, price)
  await until(() =>
    house
      .lines('t')
      .slice(before)
      .some((line) => /^(sent|refused)/.test(line)),
  )
  await house.hosts.drained()
  house.tape.trades('tape', BTC, '99')
  await house.hosts.drained()
  return house
    .lines('t')
    .slice(before)
    .filter((line) => /^(sent|refused)/.test(line))
}

const held = (house: House) => house.runtime.worth.positions('t', everything).items[0]?.quantity
const ordersOf = (house: House) => finish(house.runtime.records.orders('t', everything)).items.reverse()

test('what opens or could turn a position is refused, what reduces goes and is held to it, until a resume', async () => {
  const directory = await (async () => {
    await using house = await trading()
    await trade(house, '100')
    await trade(house, '103')
    await trade(house, '104')
    await until(() => held(house) === '2')
    house.runtime.risk.kill({ mode: 'reduce', reason: 'news' }, 'ops')
    await until(() => house.lines('t').filter((line) => line.startsWith('cancelled')).length === 2)
    expect(house.lines('t')).toContain('TRIGGERED REDUCING news false')
    const reason = 'only orders that reduce a position pass: news'
    expect((await trade(house, '100'))[0]).toBe(`refused 100 ${reason}`)
    expect((await trade(house, '102'))[0]).toBe(`refused 102 ${reason}`)
    expect((await trade(house, '101'))[0]).toBe('sent 101 true')
    await until(() => held(house) === '1')
    expect(ordersOf(house).at(-1)).toMatchObject({ side: 'Sell', quantity: '1', reduceOnly: true, state: 'FILLED' })
    expect(await house.metrics.text()).toContain('meltica_reduce_only_engaged{scope="all",subject=""} 1')
    expect(await house.metrics.text()).toContain('meltica_kill_switch_engaged{scope="all",subject=""} 0')
    expect(await house.metrics.text()).toContain('meltica_risk_breaches_total{provider="tape",breachType="REDUCING"} 2')
    expect(house.runtime.risk.view().breaches).toEqual([])
    return house.directory
  })()
  await using house = await trading(directory)
  expect(house.runtime.risk.view().killSwitches).toMatchObject([{ scope: 'all', mode: 'reduce', reason: 'news' }])
  expect((await trade(house, '100'))[0]).toStartWith('refused 100')
  const order = { side: 'buy', type: 'market', quantity: '1' } as const
  expect(await refusal(() => house.runtime.operatorOrders.place('t', order, 'ops'))).toStartWith(
    '422 order_refused: only',
  )
  house.runtime.risk.resume({}, 'ops')
  await until(() => house.lines('t').some((line) => line.startsWith('CLEARED REDUCING resumed')))
  expect((await trade(house, '100'))[0]).toBe('sent 100 true')
  const whats = finish(house.runtime.records.audit(everything)).items.map(({ what, after }) => [what, after])
  expect(whats).toContainEqual([
    'trading_reduced',
    { scope: 'all', reason: 'news', cancelOrders: true, mode: 'reduce' },
  ])
})

test('a switch is made harder or milder by who sets another mode of it, and of one instance binds it alone', async () => {
  await using house = await trading()
  const modes = () => house.runtime.risk.view().killSwitches.map(({ scope, mode }) => [scope, mode])
  house.runtime.risk.kill({ instance: 't', mode: 'reduce' }, 'ops')
  house.runtime.risk.kill({ instance: 't' }, 'ops')
  expect(modes()).toEqual([['instance', 'kill']])
  expect((await trade(house, '100'))[0]).toStartWith('refused 100 the kill switch of the instance t is set')
  house.runtime.risk.kill({ instance: 't', mode: 'reduce' }, 'ops')
  expect(modes()).toEqual([['instance', 'reduce']])
  expect((await trade(house, '100'))[0]).toStartWith('refused 100 only orders of the instance t that reduce')
  house.runtime.risk.resume({ instance: 't' }, 'ops')
  house.runtime.risk.kill({ provider: 'tape', mode: 'reduce' }, 'ops')
  expect((await trade(house, '100'))[0]).toStartWith('refused 100 only orders of the provider tape that reduce')
})

test('close closes what is open, and keeps it closed over a restart', async () => {
  const directory = await (async () => {
    await using house = await trading()
    await trade(house, '100')
    await until(() => held(house) === '2')
    house.runtime.risk.kill({ instance: 't', mode: 'close', reason: 'loss' }, 'ops')
    expect(ordersOf(house).at(-1)).toMatchObject({ side: 'Sell', quantity: '2', reduceOnly: true, placedBy: 'ops' })
    return house.directory
  })()
  await using house = await trading(directory)
  // the order that was on its way has ended with the gateway
  await until(() => {
    house.tape.trades('tape', BTC, '99')
    return held(house) === '0'
  })
  expect(house.runtime.risk.view().killSwitches).toMatchObject([{ scope: 'instance', subject: 't', mode: 'close' }])
})
