/** Strategies compute in numbers: these are brought onto the instrument wherever an order is judged, live and in backtests. */
import { expect, test } from 'bun:test'
import { finish } from '../../src/store/reading'
import { backtest, trades } from '../backtest/backtests'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

/** As strategies of the field compute: a price in percent, a quantity for an amount of money. */
const percenter = `module.exports = {
  metadata: { name: 'percenter', tag: 'v1', displayName: 'Percenter', config: [], events: ['Trade', 'ExecReport'] },
  create({ runtime, helpers }) {
    let done = false
    return {
      onTrade(ctx, evt, payload, price) {
        if (done) return
        done = true
        const quantity = 100 / price
        const tries = [
          () => runtime.submitOrder('', 'buy', quantity, price * 0.995),
          () => runtime.submitOrder('', 'sell', quantity, price * 1.005),
          () => runtime.submit({ side: 'buy', type: 'stop', quantity, stopPrice: price * 1.007 }),
          () => runtime.submit({ side: 'sell', type: 'stopLimit', quantity, stopPrice: price * 0.993, price: price * 0.991 }),
          () => runtime.submitOrder('', 'buy', '0.01', 40000),
          () => runtime.submitOrder('', 'buy', String(quantity), '40000'),
          () => runtime.submitOrder('', 'buy', '0.01', String(price * 0.995)),
          () => runtime.submitMarketOrder('', 'buy', 0.00001),
        ]
        for (const attempt of tries) try { attempt() } catch (error) { helpers.log('refused:', error.message) }
        helpers.log(JSON.stringify(runtime.openOrders().map(({ side, type, price, quantity }) => [side, type, quantity, price])))
      },
    }
  },
}`
const PRICE = '43424.365'
const NOTE =
  'numbers are rounded to the tick and lot size of BTC-USDT, as here quantity 0.0023028546301137624 to 0.0023, ' +
  'price 43207.243174999996 to 43207.24; decimal strings are taken exactly'
const REFUSED = [
  'refused: quantity 0.0023028546301137624 is not a multiple of the lot size 0.0001',
  'refused: price 43207.243174999996 is not a multiple of the tick size 0.01',
  'refused: quantity 0.00001 rounds to zero: the minimum is 0.0001',
]
const OPEN = JSON.stringify([
  ['buy', 'limit', '0.0023', '43207.24'],
  ['sell', 'limit', '0.0023', '43641.49'],
  ['buy', 'stop', '0.0023', null],
  ['sell', 'stopLimit', '0.0023', '43033.55'],
  ['buy', 'limit', '0.01', '40000'],
])

async function launch(house: House, config: Record<string, unknown> = { dry_run: false }): Promise<void> {
  await house.upload(percenter)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const strategy = { identifier: 'percenter', config }
  await house.runtime.instances.create(
    { id: 'p', strategy, scope: { tape: { symbols: [BTC] } }, autostart: true },
    'test',
  )
  house.tape.trades('tape', BTC, PRICE)
}

test('orders of numbers are sent rounded, show what was asked, and the log says it once; text is exact', async () => {
  await using house = await openHouse()
  await launch(house)
  await until(() => house.lines('p').includes(OPEN))
  expect(house.lines('p')).toEqual([NOTE, ...REFUSED, OPEN])
  const orders = finish(house.runtime.records.orders('p', everything)).items.reverse()
  const quantity = '0.0023028546301137624'
  expect(orders.map(({ quantity, price, stopPrice, asked }) => ({ quantity, price, stopPrice, asked }))).toEqual([
    { quantity: '0.0023', price: '43207.24', stopPrice: undefined, asked: { quantity, price: '43207.243174999996' } },
    { quantity: '0.0023', price: '43641.49', stopPrice: undefined, asked: { quantity, price: '43641.48682499999' } },
    {
      quantity: '0.0023',
      price: undefined,
      stopPrice: '43728.34',
      asked: { quantity, stopPrice: '43728.33555499999' },
    },
    {
      quantity: '0.0023',
      price: '43033.55',
      stopPrice: '43120.39',
      asked: { quantity, price: '43033.545715', stopPrice: '43120.394445' },
    },
    { quantity: '0.01', price: '40000', stopPrice: undefined, asked: undefined },
  ])
})

test('a backtest whose market has the same rules does the same', async () => {
  const instrument = { priceIncrement: '0.01', quantityIncrement: '0.0001' }
  const { lines, orders } = await backtest(percenter, trades(PRICE), { instrument })
  expect(lines.map((line) => line.slice(13))).toEqual([NOTE, ...REFUSED, OPEN])
  expect(orders).toBe(5)
})

test('risk limits and a dry run look at what would be sent', async () => {
  await using house = await openHouse()
  // less than the numbers themselves, and than 0.01
  house.runtime.risk.setLimits({ maxPositionSize: '0.0023' }, 'ops')
  await launch(house, {})
  await until(() => house.lines('p').at(-1) === '[]')
  expect(house.lines('p').filter((line) => line.startsWith('dry run') || line.includes('limit'))).toEqual([
    'dry run: limit order to buy 0.0023 BTC-USDT at 43207.24 was not sent',
    'dry run: limit order to sell 0.0023 BTC-USDT at 43641.49 was not sent',
    'dry run: stop order to buy 0.0023 BTC-USDT was not sent',
    'dry run: stopLimit order to sell 0.0023 BTC-USDT at 43033.55 was not sent',
    'refused: the position in BTC-USDT could become 0.01, the limit is 0.0023',
  ])
})
