/** On the clock of a recording: a sleep moves the instance's own time, and what it does then reaches the venue later. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { RiskTerms } from '../../src/trading/risk/gate'
import { filled, Hosts, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

const START_MS = Date.UTC(2026, 5, 1)
const SCOPE = [scope('sim', ['BTC-USDT', 'ETH-USDT'])]

/** Trades at times after the start, ms, with prices that count up. */
function play(...afterMs: number[]): void {
  const events = afterMs.map((ms, at) => ({ ...hosts.trade(`${at + 1}`), timeMs: START_MS + ms }))
  hosts.pool.publish(events, true)
}

const launch = (id: string, body: string, terms?: RiskTerms) =>
  hosts.launch(id, `return { onTrade(ctx, evt, payload, price) { ${body} } }`, { recorded: true, scope: SCOPE }, terms)

const ORDER = `runtime.submitOrder('', 'buy', '1', '5')`

test('nobody waits for a sleep; what comes of it bears the time at which it ends, until the market has caught up', async () => {
  const heard = await launch(
    'dozes',
    `${ORDER}; if (price === 1) { helpers.sleep('1s'); ${ORDER}; runtime.cancelAll() }`,
  )
  play(0, 999, 1000, 1001)
  await hosts.pool.drained()
  expect(heard.times.map((timeMs) => timeMs - START_MS)).toEqual([0, 1000, 1000, 1000, 1000, 1000, 1001])
  await hosts.pool.stop('dozes')
})

test('an order that is under way is open until it is cancelled', async () => {
  const heard = await launch(
    'ahead',
    `if (price === 1) {
      helpers.sleep('1s')
      const [one, other] = [${ORDER}, ${ORDER}]
      runtime.submit({ symbol: 'ETH-USDT', side: 'buy', type: 'limit', quantity: '1', price: '5' })
      helpers.log(runtime.openOrders().length, runtime.cancelOrder(other), runtime.cancelOrder('unknown'))
    }
    if (price === 2) helpers.log(runtime.cancelAll('BTC-USDT'), runtime.cancelAll('ETH-USDT'), runtime.cancelAll())
    if (price === 3) helpers.log(runtime.cancelAll())`,
  )
  play(0, 1000, 1001)
  await hosts.pool.drained()
  expect(heard.printed).toEqual(['3 true false', '1 1 0', '0'])
  const [one, other, eth] = heard.orders.map(({ clientOrderId }) => clientOrderId)
  expect(heard.cancels).toEqual([other!, one!, eth!])
  await hosts.pool.stop('ahead')
})

test('an order that is under way counts for the limits of its market alone', async () => {
  const limits = { sim: { maxConcurrentOrders: 1 } } as RiskTerms['limits']
  const body = `if (price !== 1) return
    helpers.sleep('1s')
    for (const symbol of ['BTC-USDT', 'ETH-USDT', 'BTC-USDT']) {
      try { runtime.submit({ symbol, side: 'buy', type: 'limit', quantity: '1', price: '5' }) } catch (error) { helpers.log(error.message) }
    }`
  const heard = await launch('limited', body, { limits, halts: {} })
  play(0)
  await hosts.pool.drained()
  expect(heard.printed).toEqual(['as many orders are open in BTC-USDT as are allowed: 1'])
  expect(heard.orders.map(({ symbol }) => symbol)).toEqual(['BTC-USDT', 'ETH-USDT'])
  await hosts.pool.stop('limited')
})

test('an order without a sleep is open at once', async () => {
  const heard = await launch('quick', `if (price === 1) helpers.log(${ORDER} !== '', runtime.openOrders().length)`)
  play(0)
  await hosts.pool.drained()
  expect(heard.printed).toEqual(['true 1'])
  await hosts.pool.stop('quick')
})

test('of reports any number may wait: the recording waits for them', async () => {
  const heard = await launch('behind', `if (price < 3) ${ORDER}`)
  play(0)
  await hosts.pool.drained()
  for (let i = 0; i < 1500; i++) hosts.pool.report('behind', 'sim', filled(heard.orders[0]!, '1'))
  play(1, 2)
  await hosts.pool.drained()
  expect(heard.orders).toHaveLength(3)
  await hosts.pool.stop('behind')
})
