import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { ProviderScope } from '../../src/protocol/launch'
import { DEFAULT_RATES } from '../../src/schema/instance-rates'
import { filled, Hosts, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

/** What the strategy is told when it does this at the first trade. */
async function answer(id: string, act: string, change: { scope?: ProviderScope[] } = {}) {
  const body = `return { onTrade() { try { helpers.log(${act}) } catch (error) { helpers.log(error.message) } } }`
  const heard = await hosts.launch(id, body, change)
  hosts.publish(hosts.trade('20000'))
  await heard.until(({ printed }) => printed.length === 1)
  await hosts.pool.stop(id)
  return { said: heard.printed[0]!, heard }
}

const market = `runtime.submitMarketOrder`
const refusals: [what: string, act: string, reason: string][] = [
  ['a foreign provider', `${market}('elsewhere', 'buy', 1)`, 'provider "elsewhere" is not in scope, only "sim"'],
  [
    'a foreign symbol',
    `runtime.submit({ symbol: 'ETH-USDT', side: 'buy', type: 'market', quantity: 1 })`,
    'symbol "ETH-USDT" is not in scope, only BTC-USDT',
  ],
  ['a price off the tick', `runtime.submitOrder('', 'buy', 1, '100.55')`, 'is not a multiple of the tick size 0.1'],
  ['too small a quantity', `${market}('', 'buy', '0.01')`, 'quantity 0.01 is below the minimum of 0.1'],
  ['more than the account bears', `${market}('', 'buy', 1)`, 'margin'],
]
const rules = scope('sim', ['BTC-USDT'], { priceIncrement: '0.1', minQuantity: '0.1' })
for (const [index, [what, act, reason]] of refusals.entries()) {
  test(`an order with ${what} is refused where it is made, and the reason is told`, async () => {
    const { said, heard } = await answer(`refused-${index}`, act, { scope: [rules] })
    expect(said).toContain(reason)
    expect(heard.orders).toEqual([])
  })
}

test('an order leaves with everything settled and a client order id of its own', async () => {
  const act = `runtime.submit({ side: 'sell', type: 'limit', quantity: '0.1', price: '21000.5', clientTag: 'a\\u001b[31mb' })`
  const { said, heard } = await answer('settled', act)
  expect(heard.orders).toEqual([
    {
      provider: 'sim',
      symbol: 'BTC-USDT',
      side: 'sell',
      type: 'limit',
      quantity: '0.1',
      price: '21000.5',
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: false,
      clientTag: 'ab',
      clientOrderId: said,
    },
  ])
  expect(said).toMatch(/^settled-[0-9a-z]+-1$/)
})

test('no client order id comes twice, however often an instance is started', async () => {
  const ids: string[] = []
  for (let start = 0; start < 5; start++) {
    const { heard } = await answer('ids', `${market}('', 'buy', 0.1), ${market}('', 'buy', 0.1)`)
    ids.push(...heard.orders.map(({ clientOrderId }) => clientOrderId))
  }
  expect(new Set(ids).size).toBe(10)
})

test('a dry run checks orders, says so, and sends none', async () => {
  const body = `return { onTrade() { ${market}('', 'buy', 0.1); try { ${market}('', 'buy', 9) } catch (e) { helpers.log('refused') } } }`
  const heard = await hosts.launch('dry', body, { dryRun: true })
  hosts.publish(hosts.trade('20000'))
  await heard.until(({ lines }) => lines.length === 2)
  expect(heard.notices).toEqual(['dry run: market order to buy 0.1 BTC-USDT was not sent'])
  expect(heard.printed).toEqual(['refused'])
  expect(heard.dry).toHaveLength(1)
  expect(heard.orders).toEqual([])
})

test('orders beyond the rate are refused, and none is held back', async () => {
  const body = `return { onTrade() {
    let n = 0
    try { for (; n < 10; n++) runtime.submitOrder('', 'buy', '0.001', 10000) } catch (error) { helpers.log(n, error.message) } } }`
  const heard = await hosts.launch('rate', body, { rates: { ...DEFAULT_RATES, ordersPerSecond: 4 } })
  hosts.publish(hosts.trade('20000'))
  await heard.until(({ printed }) => printed.length === 1)
  expect(heard.printed).toEqual(['4 more than 4 orders within a second'])
  expect(heard.orders).toHaveLength(4)
})

test('the rate of orders goes on when the time of events goes back', async () => {
  const body = `return { onTrade(ctx, evt, payload, price) {
    try { runtime.submitOrder('', 'buy', '0.001', 10000); helpers.log('sent') } catch (error) { helpers.log(error.message) } } }`
  const heard = await hosts.launch('back', body, {
    rates: { ...DEFAULT_RATES, ordersPerSecond: 2 },
    scope: [scope('sim', ['BACK-USDT'])],
  })
  const hour = Date.UTC(2026, 5, 1, 1)
  const earlier = hour - 3_600_000
  for (const timeMs of [hour, hour, hour, earlier, earlier + 999, earlier + 1000, earlier + 1001]) {
    hosts.publish({ ...hosts.trade('20000', { symbol: 'BACK-USDT' }), timeMs })
  }
  await heard.until(({ printed }) => printed.length === 7)
  const refused = 'more than 2 orders within a second'
  expect(heard.printed).toEqual(['sent', 'sent', refused, refused, refused, 'sent', 'sent'])
})

test('open orders can be seen until they are cancelled, and their money is free from then on', async () => {
  const body = `
    let ids
    const show = () => helpers.log(runtime.openOrders().map((o) => o.price + ' ' + o.quantity).join(', ') || 'none')
    return {
      onTrade(ctx, evt, payload, price) {
        if (price === 1) ids = ['1', '2'].map((quantity) => runtime.submitOrder('', 'buy', quantity, quantity + '00')), show()
        if (price === 2) {
          helpers.log(runtime.cancelOrder(ids[0]), runtime.cancelOrder(ids[0]), runtime.balance('USDT').available), show()
          helpers.log(runtime.cancelAll(), runtime.cancelAll(), runtime.cancelOrder('unknown')), show()
          helpers.log(runtime.balance('USDT').available)
        }
      },
      onOrderFilled() { helpers.log(runtime.position().quantity), show() },
    }`
  const heard = await hosts.launch('open', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ printed }) => printed.length === 1)
  const [first, second] = heard.orders
  hosts.publish(hosts.trade('2'))
  hosts.pool.report('open', 'sim', filled(first!, '100'))
  await heard.until(({ printed }) => printed.length === 8)
  expect(heard.printed).toEqual(['100 1, 200 2', 'true false 9600', '200 2', '1 0 false', 'none', '10000', '1', 'none'])
  expect(heard.cancels).toEqual([first!.clientOrderId, second!.clientOrderId])
})

test('money is summed over providers, the account of each is kept apart', async () => {
  const body = `return {
    onTrade(ctx, evt, payload, price) {
      if (price === 1) ${market}('b', 'buy', 100)
      if (price === 2) helpers.log(runtime.equity(), runtime.balance('USDT').total, runtime.position('BTC-USDT').quantity)
    },
  }`
  const heard = await hosts.launch('two', body, { scope: [scope('a', ['BTC-USDT']), scope('b', ['BTC-USDT'])] })
  hosts.publish(hosts.trade('1', { provider: 'b' }))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.report('two', 'b', filled(heard.orders[0]!, '1'))
  hosts.publish(hosts.trade('2', { provider: 'b' }))
  await heard.until(({ printed }) => printed.length === 1)
  expect(heard.printed).toEqual(['20099 19999 0'])
})

test('positions and equity are those of the event at hand, however large the batch', async () => {
  const body = `let n = 0
    return { onTrade(ctx, evt, payload, price) { if (++n % 10 === 0) helpers.log(price, runtime.position().unrealizedPnl) } }`
  const held = { symbol: 'BTC-USDT', side: 'buy', price: '100', quantity: '1', fee: '0', feeCurrency: 'USDT' } as const
  const fills = [{ ...held, liquidity: 'taker', timeMs: 0 } as const]
  const heard = await hosts.launch('exact', body, { scope: [{ ...scope('sim', ['BTC-USDT']), fills }] })
  hosts.publish(...Array.from({ length: 40 }, (_, i) => hosts.trade(`${101 + i}`)))
  await heard.until(({ printed }) => printed.length === 4)
  expect(heard.printed).toEqual(['110 10', '120 20', '130 30', '140 40'])
})
