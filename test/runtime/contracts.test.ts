/** Paper accounts of futures, of shares and of inverse contracts, by a provider's settings. */
import { expect, test } from 'bun:test'
import { finish } from '../../src/store/reading'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

/** Does as its config says, a line for each trade: buys, sells, asks. */
const trader = `module.exports = {
  metadata: { name: 'trader', tag: 'v1', displayName: 'Test', events: ['Trade'], config: [{ name: 'quantity', type: 'string', default: '3' }] },
  create({ runtime, helpers, config }) {
    const attempt = (...order) => {
      try { runtime.submitOrder('', ...order) } catch (error) { helpers.log(error.message) }
    }
    return {
      onTrade(ctx, evt, payload, price) {
        helpers.log(price, runtime.equity(), runtime.balance('USDT').available, runtime.instrument().multiplier)
        if (price === 5000) attempt('buy', config.quantity)
        if (price === 26) attempt('buy', config.quantity, '25')
        if (price === 5005 || price === 30) attempt('sell', config.quantity)
      },
    }
  },
}`

async function opened(house: House, paper: Record<string, unknown>, quantity: string): Promise<void> {
  await house.upload(trader)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape', config: { paper } } }, 'test')
  const strategy = { identifier: 'trader', config: { dry_run: false, quantity } }
  const scope = { tape: { symbols: [BTC] } }
  await house.runtime.instances.create({ id: 't', strategy, scope, autostart: true }, 'test')
}

/** Trades, each when the instance has seen the one before and its orders are with the venue. */
async function play(house: House, ...prices: string[]): Promise<void> {
  for (const price of prices) {
    const seen = house.lines('t').length
    house.tape.trades('tape', BTC, price)
    await until(() => house.lines('t').length > seen)
    const acts = ['5000', '5005'].indexOf(price)
    const acted = () =>
      finish(house.runtime.records.orders('t', everything)).total > acts || house.lines('t').length > seen + 1
    if (acts >= 0) await until(acted)
  }
}

const money = (house: House) => house.runtime.balances.of('t', everything).items

test('a future of an index: 10 a point, 2.00 a contract and fill, a margin of 1,000 a contract', async () => {
  await using house = await openHouse()
  await opened(house, { multiplier: 10, marginPerContract: 1000, feePerContract: '2.00' }, '3')
  await play(house, '5000', '5000.25')
  expect(money(house)).toEqual([{ provider: 'tape', currency: 'USDT', total: '9994', available: '6994' }])
  await play(house, '5005', '5010.25', '5010.25')
  expect(house.lines('t')).toEqual([
    '5000 10000 10000 10',
    '5000.25 9994 6994 10',
    '5005 10136.5 7136.5 10',
    '5010.25 10288 10288 10',
    '5010.25 10288 10288 10',
  ])
  expect(finish(house.runtime.records.executions('t', everything)).items).toMatchObject([
    { side: 'Sell', price: '5010.25', quantity: '3', fee: '6', feeCurrency: 'USDT' },
    { side: 'Buy', price: '5000.25', quantity: '3', fee: '6', feeCurrency: 'USDT' },
  ])
  expect(money(house)).toEqual([{ provider: 'tape', currency: 'USDT', total: '10288', available: '10288' }])
})

test('a margin that the equity does not cover is refused where the strategy calls', async () => {
  await using house = await openHouse()
  await opened(house, { multiplier: 10, marginPerContract: 1000, feePerContract: 2 }, '11')
  await play(house, '5000')
  await until(() => house.lines('t').length === 2)
  expect(house.lines('t')[1]).toBe(
    `insufficient margin: 11000 USDT would be needed, 10000 are available (the account's cash is set by paper.cash in the config of the provider "tape")`,
  )
})

test('shares at 0.005 each, at least 1.00 an order, however many fills it takes', async () => {
  await using house = await openHouse()
  await opened(house, { account: 'spot', feePerContract: '0.005', feeMinimum: '1.00' }, '300')
  house.tape.trades('tape', BTC, '26')
  await until(() => finish(house.runtime.records.orders('t', everything)).total === 1)
  // each trade is of 5 shares
  house.tape.trades('tape', BTC, ...Array.from({ length: 60 }, () => '24.5'))
  await until(() => finish(house.runtime.records.executions('t', everything)).total === 60)
  const fees = finish(house.runtime.records.executions('t', everything)).items.map(({ fee }) => fee)
  expect(fees.toReversed()).toEqual(['1', ...Array(39).fill('0'), ...Array(20).fill('0.025')])
  expect(money(house)).toMatchObject([
    { currency: 'USDT', total: '2498.5' },
    { currency: 'BTC', total: '300' },
  ])
})

test('inverse contracts are opened with, and settled in, the base currency; a restart changes nothing', async () => {
  await using house = await openHouse()
  const paper = { account: 'inverse', multiplier: 100, cash: { BTC: 1 }, feeBps: 5 }
  await opened(house, paper, '30')
  await play(house, '5000', '5000')
  await until(() => finish(house.runtime.records.executions('t', everything)).total === 1)
  // 30 × 100 / 5000
  expect(finish(house.runtime.records.executions('t', everything)).items).toMatchObject([
    { fee: '0.0003', feeCurrency: 'BTC' },
  ])
  expect(money(house)).toEqual([{ provider: 'tape', currency: 'BTC', total: '0.9997', available: '0.3997' }])
  await house.runtime.providers.replace('tape', { adapter: { identifier: 'tape', config: { paper } } }, 'test')
  expect(money(house)).toEqual([{ provider: 'tape', currency: 'BTC', total: '0.9997', available: '0.3997' }])
})
