/** Recordings as fast as possible: nothing is left out, and orders are in time. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { backtest } from '../backtest/backtests'
import { BTC, everything, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

const BEGIN_MS = Date.UTC(2024, 0, 1)
const PRICES = [100, 101, 103, 102, 99, 98, 100, 104, 97, 96, 101]

/** More than may wait for an instance anywhere. */
const ROWS = 10_000

/** Trades a minute apart. */
const csv = () => {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const price = PRICES[i % PRICES.length]! + (i % 7)
    return `${BEGIN_MS + i * 60_000},${price},5,${i % 2 ? 'sell' : 'buy'}\n`
  })
  return `timestamp,price,quantity,side\n${rows.join('')}`
}

/** Trades at market and rests orders now and then, also from within a report; prints its fills in a backtest. */
const trader = `module.exports = {
  metadata: {
    name: 'trader', tag: 'v1', displayName: 'Trader', config: [], events: ['Trade', 'ExecReport'],
  },
  create({ runtime, helpers }) {
    let count = 0
    return {
      onTrade(ctx, evt, payload, price) {
        count++
        if (count % 1000 === 0) helpers.log('random', Math.random(), new Date().toISOString())
        if (count % 97 === 0) runtime.submitMarketOrder('', count % 2 ? 'buy' : 'sell', '1')
        if (count % 331 === 0) runtime.submitOrder('', 'buy', '0.5', price - 2)
      },
      onOrderFilled(ctx, evt, payload) {
        helpers.log(payload.side, payload.avgFillPrice, payload.quantity, payload.timestamp)
        if (payload.orderType === 'Limit') runtime.submitMarketOrder('', 'sell', payload.quantity)
      },
    }
  },
}`

test('an instance that sees a recording as fast as possible gets every event and the fills of a backtest', async () => {
  const { lines } = await backtest(trader, csv())
  // They begin with the time of the instance's clock.
  const said = lines.map((line) => line.slice(line.indexOf(' ') + 1))
  const fills = said.filter((line) => !line.startsWith('random'))
  expect(fills.length).toBeGreaterThan(120)
  await using house = await openHouse()
  const file = join(house.directory, 'tape.csv')
  await Bun.write(file, csv())
  await house.upload(trader)
  const adapter = { identifier: 'replay', config: { file, speed: 0, symbol: BTC } }
  await house.runtime.createProvider({ name: 'tape', adapter }, 'test')
  const strategy = { identifier: 'trader', config: { dry_run: false } }
  const scope = { tape: { symbols: [BTC] } }
  await house.runtime.createInstance({ id: 't1', strategy, scope, autostart: true }, 'test')
  await until(() => house.runtime.provider('tape').status === 'finished')
  const { items } = house.runtime.executions('t1', everything)
  expect(
    items.map(({ side, price, quantity, tradedAt }) => `${side} ${price} ${quantity} ${tradedAt}`).reverse(),
  ).toEqual(fills)
  await until(() => house.runtime.instance('t1').stats.events >= ROWS + fills.length)
  const drawn = (line: string) => line.startsWith('random')
  expect(house.lines('t1').filter(drawn)).toEqual(said.filter(drawn))
  expect(house.runtime.instance('t1').stats).toMatchObject({ dropped: 0, errors: 0 })
})
