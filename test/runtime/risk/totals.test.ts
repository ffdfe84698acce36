/** Limits on the sum over all instances: of two that order at once, one finds the other. */
import { expect, test } from 'bun:test'
import type { SentLimitSet } from '../../../src/schema/risk-limits'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

const ETH = 'ETH-USDT'

/** Buys 3 at market when the price is 100, and rests a purchase of 2 when it is 101. */
const BUYER = `module.exports = {
  metadata: { name: 'buyer', tag: 'v1', displayName: 'Buyer', config: [], events: ['Trade', 'ExecReport', 'RiskControl'] },
  create({ runtime, helpers }) {
    return {
      onTrade(ctx, evt, payload, price) {
        if (price === 100) runtime.submitOrder('', 'buy', '3')
        if (price === 101) runtime.submitOrder('', 'buy', '2', '50')
      },
      onOrderRejected(ctx, evt, payload, reason) { helpers.log('rejected', reason) },
      onOrderAcknowledged() { helpers.log('placed') },
      onRiskControl(ctx, evt, { status, breachType }) { helpers.log(status, breachType) },
    }
  },
}`

async function opened(limits: SentLimitSet, ids: readonly string[] = ['a', 'b']): Promise<House> {
  const house = await openHouse()
  await house.upload(BUYER)
  for (const name of ['tape', 'other']) {
    await house.runtime.providers.create(
      { name, adapter: { identifier: 'tape', config: { paper: { feeBps: 0 } } } },
      'test',
    )
  }
  for (const id of ids) {
    const strategy = { identifier: 'buyer', config: { dry_run: false } }
    const scope = { tape: { symbols: [BTC, ETH] }, other: { symbols: [BTC] } }
    await house.runtime.instances.create({ id, strategy, scope, autostart: true }, 'test')
  }
  house.runtime.risk.setLimits(limits, 'ops')
  return house
}

const ordersOf = (house: House, id: string) => finish(house.runtime.records.orders(id, everything)).items
const place = async (house: House, id: string, body: object) =>
  (await house.runtime.operatorOrders.place(id, { side: 'buy', type: 'market', quantity: '1', ...body }, 'ops')).order
const totals = (house: House) =>
  house.runtime.risk
    .view()
    .totals.map(({ subject = 'all', measure, of = '', value, limit }) => [subject, measure, of, value, limit])

test('of two instances that order at once one is rejected, and told why', async () => {
  await using house = await opened({ maxTotalPosition: { [BTC]: '5' } })
  house.tape.trades('tape', BTC, '100')
  await until(() => ['a', 'b'].every((id) => house.lines(id).some((line) => /^(placed|rejected)/.test(line))))
  const states = ['a', 'b'].map((id) => ordersOf(house, id)[0]?.state)
  expect(states).toEqual(expect.arrayContaining(['ACK', 'REJECTED']))
  const loser = ordersOf(house, 'a')[0]?.state === 'REJECTED' ? 'a' : 'b'
  await until(() => house.lines(loser).length === 2)
  expect(new Set(house.lines(loser))).toEqual(
    new Set([
      'TRIGGERED TOTAL_POSITION_LIMIT',
      'rejected the positions in BTC-USDT of all instances could become 6, the limit is 5',
    ]),
  )
  expect(totals(house)).toEqual([['all', 'position', BTC, '3', '5']])
  expect(await house.metrics.text()).toContain('breachType="TOTAL_POSITION_LIMIT"} 1')
  expect(house.runtime.risk.view().breaches).toEqual([])
})

test('longs and shorts add up, what shrinks goes, and what is cancelled makes room', async () => {
  await using house = await opened({ maxTotalPosition: { [BTC]: '5' } })
  house.tape.trades('tape', BTC, '99')
  await place(house, 'a', { quantity: '3' })
  await place(house, 'b', { side: 'sell', quantity: '2' })
  house.tape.trades('tape', BTC, '99')
  expect(totals(house)).toEqual([['all', 'position', BTC, '5', '5']])
  const tooMuch = await place(house, 'b', { side: 'sell', quantity: '0.0001', type: 'limit', price: '200' })
  expect([tooMuch.state, tooMuch.rejectReason]).toEqual([
    'REJECTED',
    'the positions in BTC-USDT of all instances could become 5.0001, the limit is 5',
  ])
  expect((await place(house, 'b', { quantity: '2' })).state).toBe('ACK')
  house.tape.trades('tape', BTC, '99')
  expect(totals(house)).toEqual([['all', 'position', BTC, '3', '5']])
  expect((await place(house, 'b', { type: 'limit', price: '90', quantity: '2' })).state).toBe('ACK')
  expect((await place(house, 'a', { type: 'limit', price: '90' })).state).toBe('REJECTED')
  await house.runtime.flattener.flatten('b', {}, 'ops')
  expect((await place(house, 'a', { type: 'limit', price: '90' })).state).toBe('ACK')
})

test('what positions are worth is added up over symbols and providers, by currency', async () => {
  const limits = { maxTotalNotional: { USDT: 1000 }, providers: { other: { maxTotalNotional: { USDT: '150' } } } }
  await using house = await opened(limits)
  house.tape.trades('tape', BTC, '99')
  house.tape.trades('tape', ETH, '10')
  house.tape.trades('other', BTC, '99')
  expect((await place(house, 'a', { quantity: '5' })).state).toBe('ACK')
  expect((await place(house, 'b', { symbol: ETH, quantity: '40' })).state).toBe('ACK')
  expect(totals(house)).toEqual([
    ['all', 'notional', 'USDT', '895', '1000'],
    ['other', 'notional', 'USDT', '0', '150'],
  ])
  const other = await place(house, 'a', { provider: 'other', quantity: '2' })
  expect(other.rejectReason).toBe('the positions of all instances could become worth 1093 USDT, the limit is 1000')
  expect((await place(house, 'a', { provider: 'other' })).state).toBe('ACK')
  house.runtime.risk.setLimits({ ...limits, maxTotalNotional: {} }, 'ops')
  expect((await place(house, 'b', { provider: 'other' })).rejectReason).toBe(
    'the positions of all at other could become worth 198 USDT, the limit is 150',
  )
})

test('so many orders are open at once, over all', async () => {
  await using house = await opened({ maxTotalOpenOrders: 2 })
  house.tape.trades('tape', BTC, '99')
  const rest = (id: string) => place(house, id, { type: 'limit', price: '50' })
  expect([await rest('a'), await rest('b'), await rest('b')].map(({ state }) => state)).toEqual([
    'ACK',
    'ACK',
    'REJECTED',
  ])
  expect(ordersOf(house, 'b')[0]?.rejectReason).toBe('as many orders are open of all instances as are allowed: 2')
  await house.runtime.instances.remove('a', 'ops')
  expect((await rest('b')).state).toBe('ACK')
  expect(totals(house)).toEqual([['all', 'openOrders', '', '2', '2']])
})

test('they bind all, or a provider, and no instance', async () => {
  await using house = await openHouse()
  const set = () =>
    house.runtime.risk.setLimits({ instances: { a: { maxTotalOpenOrders: 1, maxTotalPosition: { x: 1 } } } }, 'ops')
  expect(await refusal(set)).toBe(
    '422 invalid_limits: instances.a.maxTotalPosition binds all instances, or those at a provider: set it there; ' +
      'instances.a.maxTotalOpenOrders binds all instances, or those at a provider: set it there',
  )
})
