/** A price collar where orders arrive: what a market order would fill at, and how old the last price is. */
import { expect, test } from 'bun:test'
import { BTC, type House, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

const IDLE = `module.exports = {
  metadata: { name: 'idle', tag: 'v1', displayName: 'Idle', config: [], events: ['Trade'] },
  create() { return {} },
}`

async function opened(): Promise<House> {
  const house = await openHouse(undefined, { staleAfterMs: 200 })
  await house.upload(IDLE)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const strategy = { identifier: 'idle', config: { dry_run: false } }
  await house.runtime.instances.create({ id: 'a', strategy, scope: { tape: { symbols: [BTC] } } }, 'test')
  house.runtime.risk.setLimits({ priceCollarPercent: 5 }, 'ops')
  return house
}

const place = async (house: House, body: object) =>
  (await house.runtime.operatorOrders.place('a', { side: 'buy', type: 'market', quantity: '1', ...body }, 'ops')).order

test('a market order that would go through a thin book is rejected, one that stays near the last price is filled', async () => {
  await using house = await opened()
  house.tape.book(
    'tape',
    BTC,
    [['99', '10']],
    [
      ['101', '2'],
      ['103', '2'],
      ['120', '10'],
    ],
  )
  expect((await place(house, { quantity: '4' })).state).toBe('FILLED')
  house.tape.book(
    'tape',
    BTC,
    [['99', '10']],
    [
      ['101', '2'],
      ['103', '2'],
      ['120', '10'],
    ],
  )
  const far = await place(house, { quantity: '4.1' })
  expect([far.state, far.rejectReason]).toEqual([
    'REJECTED',
    'the price that it would fill at, 120, is more than 5 % away from 100',
  ])
  expect((await place(house, { side: 'sell', quantity: '4', reduceOnly: true })).state).toBe('FILLED')
})

test('one that would go by a price that is too old is rejected, but for what only reduces', async () => {
  await using house = await opened()
  house.tape.book('tape', BTC, [['99', '10']], [['100', '10']])
  expect((await place(house, {})).state).toBe('FILLED')
  await until(async () => (await place(house, { quantity: '0.0001' })).state === 'REJECTED')
  const old = await place(house, {})
  expect(old.rejectReason).toBe('the last price of BTC-USDT is too old for a market order')
  expect((await place(house, { side: 'sell', quantity: '1', reduceOnly: true })).state).toBe('FILLED')
  house.tape.book('tape', BTC, [['99', '10']], [['100', '10']])
  expect((await place(house, {})).state).toBe('FILLED')
})
