/** Accounts of instances whose equity reaches zero: what they are told, what is kept, and that it lasts. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

/** Buys 100 at the first trade, and tries again at 55 and at 200. */
const gambler = `module.exports = {
  metadata: {
    name: 'gambler', tag: 'v1', displayName: 'Gambler', config: [], events: ['Trade', 'ExecReport', 'RiskControl'],
  },
  create({ runtime, helpers }) {
    const told = (what) => (ctx, evt, p, reason) =>
      helpers.log(what, p.clientOrderId.replace(/-.*/, ''), p.side, p.avgFillPrice, reason ?? p.rejectReason ?? '')
    return {
      onTrade(ctx, evt, payload, price) {
        try {
          if (price === 100) runtime.submitMarketOrder('', 'buy', 100)
          if (price === 101) runtime.submitOrder('', 'sell', 1, 150)
          if (price === 55 || price === 200) runtime.submitMarketOrder('', 'buy', 1)
        } catch (error) {
          helpers.log(price, error.message, runtime.position().quantity, runtime.equity())
        }
      },
      onOrderFilled: told('filled'),
      onOrderCancelled: told('cancelled'),
      onRiskControl(ctx, evt, p) {
        helpers.log(evt.provider, evt.symbol, JSON.stringify(p))
      },
    }
  },
}`

const GONE = 'the account was liquidated: no equity is left in USDT'
const PAPER = { feeBps: 0, cash: { USDT: '1000' }, leverage: 20 }

async function withGambler(house: House, ids = ['g1']): Promise<void> {
  await house.upload(gambler)
  await house.runtime.providers.create(
    { name: 'tape', adapter: { identifier: 'tape', config: { paper: PAPER } } },
    'test',
  )
  for (const id of ids) {
    const strategy = { identifier: 'gambler', config: { dry_run: false } }
    await house.runtime.instances.create({ id, strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
  }
}

async function lose(house: House): Promise<void> {
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('g1', everything)).total === 1)
  house.tape.trades('tape', BTC, '101')
  await until(() => finish(house.runtime.records.orders('g1', everything)).total === 2)
  house.tape.trades('tape', BTC, '60')
  await until(() => house.lines('g1').some((line) => line.includes('RiskControl') || line.includes('LIQUIDATION')))
}

test('an account that has lost its equity is closed, its instance is told, and what it orders is refused', async () => {
  await using house = await openHouse()
  await withGambler(house)
  await lose(house)
  house.tape.trades('tape', BTC, '55', '200')
  await until(() => house.lines('g1').filter((line) => line.endsWith('-3100')).length === 2)
  const [, ...lines] = house.lines('g1').filter((line) => line !== `${GONE} at tape`)
  const timestamp = '2023-11-14T22:13:23.000Z'
  const notice = { strategyId: 'g1', provider: 'tape', symbol: BTC, status: 'TRIGGERED', reason: GONE }
  expect(lines.slice(0, 3)).toEqual([
    `cancelled g1 Sell 0 ${GONE}`,
    'filled liquidation Sell 60 ',
    `tape ${BTC} ${JSON.stringify({ ...notice, breachType: 'LIQUIDATION', killSwitchEngaged: false, circuitBreakerOpen: false, timestamp })}`,
  ])
  expect(lines.slice(3)).toEqual([`55 ${GONE} 0 -3100`, `200 ${GONE} 0 -3100`])
  expect(house.lines('g1')).toContain(`${GONE} at tape`)
  const { items } = finish(house.runtime.records.executions('g1', everything))
  expect(items.map(({ side, quantity, price, fee, tradedAt }) => ({ side, quantity, price, fee, tradedAt }))).toEqual([
    { side: 'Sell', quantity: '100', price: '60', fee: '0', tradedAt: timestamp },
    { side: 'Buy', quantity: '100', price: '101', fee: '0', tradedAt: '2023-11-14T22:13:22.000Z' },
  ])
  const orders = finish(house.runtime.records.orders('g1', everything)).items
  expect(
    orders.map(({ clientOrderId, state, rejectReason }) => [clientOrderId.split('-')[0], state, rejectReason]),
  ).toEqual([
    ['liquidation', 'FILLED', undefined],
    ['g1', 'CANCELLED', GONE],
    ['g1', 'FILLED', undefined],
  ])
  expect(house.runtime.balances.of('g1', everything).items).toEqual([
    { provider: 'tape', currency: 'USDT', total: '-3100', available: '0' },
  ])
  expect(finish(house.runtime.records.audit(everything, { what: 'account_liquidated' })).items).toMatchObject([
    {
      who: 'gateway',
      what: 'account_liquidated',
      subject: 'g1',
      strategy: 'gambler',
      after: { provider: 'tape', currency: 'USDT', symbol: BTC, at: timestamp },
    },
  ])
})

test('it stays liquidated after a restart of the gateway, and its neighbour trades on', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await withGambler(house)
    await lose(house)
    return house.directory
  })()
  {
    // As if it had ended before the end of an order was on the disk.
    using database = new Database(join(directory, 'data/meltica.db'))
    database.run("UPDATE orders SET state = 'ACK' WHERE state = 'CANCELLED'")
  }
  await using house = await openHouse(directory)
  expect(finish(house.runtime.records.orders('g1', everything)).items.map(({ state }) => state)).toEqual([
    'FILLED',
    'CANCELLED',
    'FILLED',
  ])
  const scope = { tape: { symbols: [BTC] } }
  const other = { id: 'g2', strategy: { identifier: 'gambler', config: { dry_run: false } }, scope, autostart: true }
  await house.runtime.instances.create(other, 'test')
  house.tape.trades('tape', BTC, '200')
  await until(() => house.lines('g1').includes(`200 ${GONE} 0 -3100`))
  await until(() => finish(house.runtime.records.orders('g2', everything)).total === 1)
  house.tape.trades('tape', BTC, '201')
  await until(() => finish(house.runtime.records.executions('g2', everything)).total === 1)
  expect(finish(house.runtime.records.orders('g1', everything)).total).toBe(3)
})

test('an account whose position has lost its equity while the gateway was down is liquidated at the next price', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await withGambler(house)
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(house.runtime.records.orders('g1', everything)).total === 1)
    house.tape.trades('tape', BTC, '101')
    await until(() => finish(house.runtime.records.executions('g1', everything)).total === 1)
    return house.directory
  })()
  await using house = await openHouse(directory)
  house.tape.trades('tape', BTC, '70')
  await until(() => finish(house.runtime.records.executions('g1', everything)).total === 2)
  const [closing] = finish(house.runtime.records.executions('g1', everything)).items
  expect(closing).toMatchObject({ side: 'Sell', quantity: '100', price: '70' })
})
