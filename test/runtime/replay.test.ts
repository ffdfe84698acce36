/** Recordings as fast as possible: nothing is left out, and orders are in time. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { backtest } from '../backtest/backtests'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

const BEGIN_MS = Date.UTC(2024, 0, 1)
const PRICES = [100, 101, 103, 102, 99, 98, 100, 104, 97, 96, 101]

/** More than may wait for an instance anywhere. */
const ROWS = 10_000

/** Few enough for the log to keep it all. */
const ACTS = 400

/** Trades a minute apart. */
const csv = (length = ROWS) => {
  const rows = Array.from({ length }, (_, i) => {
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

/** Does at random, with the same seed, what a strategy can do, sleeps above all, and prints all that it sees. */
const restless = `module.exports = {
  metadata: {
    name: 'restless', tag: 'v1', displayName: 'Restless', config: [], events: ['Trade', 'ExecReport'],
  },
  create({ runtime, helpers }) {
    const ids = []
    const page = []
    const log = (...args) => {
      page.push(JSON.stringify([new Date(), ...args]))
      if (page.length === 20) helpers.log(page.splice(0).join(' '))
    }
    const report = (ctx, evt, p, reason) => {
      log(p.state, ids.indexOf(p.clientOrderId), p.filledQuantity, p.avgFillPrice, p.timestamp, reason)
    }
    function act(price) {
      const dice = Math.random()
      if (dice < 0.1) log(price, runtime.position(), runtime.equity(), runtime.openOrders().map((order) => order.price))
      else if (dice < 0.2) ids.push(runtime.submitMarketOrder('', Math.random() - 0.5, 1))
      else if (dice < 0.4) ids.push(runtime.submitOrder('', Math.random() - 0.5, 1, Math.round(price + Math.random() * 4 - 2)))
      else if (dice < 0.45) ids.push(runtime.submit({ side: 'sell', type: 'stop', quantity: 1, stopPrice: price - 1 }))
      else if (dice < 0.6) log('cancel', runtime.cancelOrder(ids[Math.floor(Math.random() * ids.length)] ?? 'none'))
      else if (dice < 0.65) log('cancelled', runtime.cancelAll())
      else if (dice < 0.9) {
        helpers.sleep(Math.floor(Math.random() * 200_000))
        log('slept')
        act(price)
      }
    }
    return {
      onTrade(ctx, evt, payload, price) {
        try {
          act(price)
        } catch (error) {
          log(error.message)
        }
      },
      onOrderAcknowledged: report,
      onOrderPartialFill: report,
      onOrderFilled: report,
      onOrderCancelled: report,
      onOrderRejected: report,
    }
  },
}`

/** Prints in each handler what it sees of its account, and orders from within reports what rests, waits or fills at once. */
const witness = `module.exports = {
  metadata: {
    name: 'witness', tag: 'v1', displayName: 'Witness', config: [], events: ['Trade', 'ExecReport'],
  },
  create({ runtime, helpers }) {
    let count = 0
    let answers = 0
    const page = []
    const see = (what) => {
      const { total, available } = runtime.balance('USDT')
      const open = runtime.openOrders().map(({ side, type, filledQuantity }) => [side, type, filledQuantity])
      page.push(JSON.stringify([what, new Date(), runtime.equity(), runtime.position(), total, available, open]))
      if (page.length === 5) helpers.log(page.splice(0).join(' '))
    }
    const report = (ctx, evt, p) => {
      see(p.state)
      if (p.state === 'ACK' && p.orderType === 'Market' && answers++ % 2) runtime.submitOrder('', 'sell', 1, 101)
      if (p.state === 'FILLED' && answers++ % 3 === 0) runtime.submitMarketOrder('', p.side === 'Buy' ? 'sell' : 'buy', 1)
      if (p.state === 'PARTIAL') runtime.cancelOrder(p.clientOrderId)
    }
    return {
      onTrade(ctx, evt, payload, price) {
        see(price)
        count++
        try {
          if (count % 5 === 0) runtime.submitMarketOrder('', count % 2 ? 'buy' : 'sell', 2)
          if (count % 7 === 0) runtime.submitOrder('', 'buy', 9, price - 1)
        } catch {
          see('refused')
        }
        if (count % 31 === 0) runtime.cancelAll()
      },
      onOrderAcknowledged: report,
      onOrderPartialFill: report,
      onOrderFilled: report,
      onOrderCancelled: report,
      onOrderRejected: report,
    }
  },
}`

/** An instance under the strategy's name sees the recording to its end, as fast as possible. */
async function replayed(house: House, name: string, source: string, csv: string) {
  const { runtime } = house
  const file = join(house.directory, 'tape.csv')
  await Bun.write(file, csv)
  await house.upload(source)
  const adapter = { identifier: 'replay', config: { file, speed: 0, symbol: BTC } }
  await runtime.providers.create({ name: 'tape', adapter }, 'test')
  const strategy = { identifier: name, config: { dry_run: false } }
  const scope = { tape: { symbols: [BTC] } }
  await runtime.instances.create({ id: name, strategy, scope, autostart: true }, 'test')
  await until(() => runtime.providers.get('tape').status === 'finished')
}

test.each([
  ['sleeps through a recording', 'restless', restless, 'slept', 20],
  ['looks at its account in every handler', 'witness', witness, 'PARTIAL', 20],
])('a strategy that %s sees and does what it does in a backtest', async (_, name, source, word, least) => {
  const { lines } = await backtest(source, csv(ACTS))
  const said = lines.map((line) => line.slice(line.indexOf(' ') + 1))
  expect(said.filter((line) => line.includes(word)).length).toBeGreaterThan(least)
  await using house = await openHouse()
  await replayed(house, name, source, csv(ACTS))
  await until(() => house.lines(name).length >= said.length)
  expect(house.lines(name)).toEqual(said)
})

test('an instance that sees a recording as fast as possible gets every event and the fills of a backtest', async () => {
  const { lines } = await backtest(trader, csv())
  // They begin with the time of the instance's clock.
  const said = lines.map((line) => line.slice(line.indexOf(' ') + 1))
  const fills = said.filter((line) => !line.startsWith('random'))
  expect(fills.length).toBeGreaterThan(120)
  await using house = await openHouse()
  await replayed(house, 'trader', trader, csv())
  const { items } = finish(house.runtime.records.executions('trader', everything))
  expect(
    items.map(({ side, price, quantity, tradedAt }) => `${side} ${price} ${quantity} ${tradedAt}`).reverse(),
  ).toEqual(fills)
  await until(() => house.runtime.instanceIndex.get('trader').stats.events >= ROWS + fills.length)
  const drawn = (line: string) => line.startsWith('random')
  expect(house.lines('trader').filter(drawn)).toEqual(said.filter(drawn))
  expect(house.runtime.instanceIndex.get('trader').stats).toMatchObject({ dropped: 0, errors: 0 })
})

test('a recording goes on while somebody sleeps who does not see it', async () => {
  const sleeper = `module.exports = {
    metadata: { name: 'sleeper', tag: 'v1', displayName: 'Sleeper', config: [], events: ['Trade'] },
    create: ({ helpers }) => ({ onTrade() { helpers.log('asleep'); helpers.sleep('1h') } }),
  }`
  await using house = await openHouse()
  const { runtime } = house
  await house.upload(sleeper)
  await runtime.providers.create({ name: 'market', adapter: { identifier: 'sim', config: { intervalMs: 10 } } }, 'test')
  const strategy = { identifier: 'sleeper' }
  const scope = { market: { symbols: [BTC] } }
  await runtime.instances.create({ id: 'sleeper', strategy, scope, autostart: true }, 'test')
  await until(() => house.lines('sleeper').includes('asleep'))
  await replayed(house, 'trader', trader, csv(ACTS))
  await until(() => runtime.instanceIndex.get('trader').stats.events >= ACTS)
  expect(house.lines('sleeper')).toEqual(['asleep'])
})
