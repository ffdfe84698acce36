/** What a strategy is answered of its orders, positions, money and rules, and where its orders go. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { LaunchSpec } from '../../src/protocol/launch'
import { filled, type Heard, Hosts, orderOf, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

const SCOPE = [scope('a', ['BTC-USDT', 'ETH-USDT']), scope('b', ['ETH-USDT', 'XRP-USDT'])]
let instances = 0

/** Does this at a trade of ETH-USDT at `b`, each in its turn. */
async function launched(acts: readonly string[], change: Partial<LaunchSpec> = {}): Promise<Heard> {
  const cases = acts.map((act, at) => `if (price === ${at + 1}) helpers.log(JSON.stringify(${act}))`)
  const body = `return { onTrade(ctx, evt, payload, price) {
    try { ${cases.join('\n')} } catch (error) { helpers.log(error.message) }
  } }`
  return hosts.launch(`accounts-${++instances}`, body, { scope: SCOPE, ...change })
}

async function told(acts: readonly string[], change: Partial<LaunchSpec> = {}): Promise<Heard> {
  const heard = await launched(acts, change)
  const trades = acts.map((_, at) => hosts.trade(`${at + 1}`, { provider: 'b', symbol: 'ETH-USDT' }))
  hosts.publish(...trades)
  await heard.until(({ printed }) => printed.length === acts.length)
  await hosts.pool.stop(`accounts-${instances}`)
  return heard
}

test('positions and rules are of the first provider that has the symbol, the first symbol where none is named', async () => {
  const fills = (symbol: string, quantity: string) => [filled(orderOf('o', { symbol, quantity }), '1').fill!]
  const [a, b] = [
    { ...SCOPE[0]!, fills: fills('BTC-USDT', '2') },
    { ...SCOPE[1]!, fills: [...fills('ETH-USDT', '9'), ...fills('XRP-USDT', '3')] },
  ]
  const quantity = (symbol: string) => `runtime.position(${symbol}).quantity`
  const venue = (symbol: string) => `runtime.instrument(${symbol})?.venue`
  const heard = await told(
    [
      quantity(''),
      quantity(`'ETH-USDT'`),
      quantity(`'XRP-USDT'`),
      venue(''),
      venue(`'ETH-USDT'`),
      venue(`'XRP-USDT'`),
      quantity(`'FAR-USDT'`),
      `runtime.instrument('FAR-USDT')`,
    ],
    { scope: [a!, b!] },
  )
  const foreign = 'symbol "FAR-USDT" is not in scope, only BTC-USDT, ETH-USDT, XRP-USDT'
  expect(heard.printed).toEqual(['2', '0', '3', '"a"', '"a"', '"b"', foreign, foreign])
})

test('all of a position is told as numbers', async () => {
  const fill = filled(orderOf('o', { quantity: '4' }), '10').fill!
  const sold = { ...fill, side: 'sell', quantity: '1', price: '12.5' } as const
  const heard = await hosts.launch(
    'position',
    `return { onTrade() { helpers.log(JSON.stringify(runtime.position())) } }`,
    { scope: [{ ...scope('sim', ['BTC-USDT']), fills: [fill, sold] }] },
  )
  hosts.publish(hosts.trade('11'))
  await heard.until(({ printed }) => printed.length === 1)
  expect(JSON.parse(heard.printed[0]!)).toEqual({
    symbol: 'BTC-USDT',
    quantity: 3,
    averagePrice: 10,
    unrealizedPnl: 3,
    realizedPnl: 2.5,
  })
  await hosts.pool.stop('position')
})

test('money is summed over the accounts, what is bound by orders taken off', async () => {
  const heard = await told([
    `runtime.submitOrder('', 'buy', '10', '100')`,
    `[runtime.balance('USDT').total, runtime.balance('USDT').available, runtime.balance('EUR').total, runtime.equity()]`,
  ])
  expect(heard.printed[1]).toBe('[20000,19000,0,20000]')
})

test('rules that are not known yet are told as null, and an order waits for them', async () => {
  const heard = await told([`runtime.instrument()`, `runtime.submitMarketOrder('', 'buy', '1')`], {
    scope: [{ ...SCOPE[0]!, instruments: [] }, SCOPE[1]!],
  })
  expect(heard.printed).toEqual(['null', 'the rules of BTC-USDT are not known yet'])
  expect(heard.orders).toEqual([])
})

test('an order goes to the provider and the symbol that it names, or to the first', async () => {
  const order = (terms: string) => `runtime.submit({ side: 'buy', type: 'limit', quantity: '1', price: '5'${terms} })`
  const heard = await told([
    order(''),
    order(`, provider: 'b'`),
    order(`, symbol: 'ETH-USDT'`),
    order(`, provider: 'b', symbol: 'XRP-USDT'`),
    order(`, provider: 'b', symbol: 'BTC-USDT'`),
    order(`, provider: 'c'`),
  ])
  const markets = heard.orders.map(({ provider, symbol }) => `${provider} ${symbol}`)
  expect(markets).toEqual(['a BTC-USDT', 'b ETH-USDT', 'a ETH-USDT', 'b XRP-USDT'])
  expect(heard.printed.slice(4)).toEqual([
    'symbol "BTC-USDT" is not in scope, only ETH-USDT, XRP-USDT',
    'provider "c" is not in scope, only "a", "b"',
  ])
  // what was refused takes no number
  const numbers = heard.orders.map(({ clientOrderId }) => clientOrderId.split('-').at(-1))
  expect(numbers).toEqual(['1', '2', '3', '4'])
})

test('open orders are seen and cancelled at every provider, of one symbol or of all, at the time of their event', async () => {
  const order = (provider: string, symbol: string) =>
    `runtime.submit({ provider: '${provider}', symbol: '${symbol}', side: 'buy', type: 'limit', quantity: '1', price: '5' })`
  const open = (symbol = '') =>
    `runtime.openOrders(${symbol}).map((one) => one.clientOrderId.split('-').at(-1)).join('')`
  const acts = [
    `[${order('a', 'BTC-USDT')}, ${order('a', 'ETH-USDT')}, ${order('b', 'ETH-USDT')}].length`,
    open(),
    open(`'ETH-USDT'`),
    `runtime.cancelAll('ETH-USDT')`,
    `runtime.cancelOrder(runtime.openOrders('BTC-USDT')[0].clientOrderId)`,
    `runtime.openOrders().length`,
    `runtime.cancelOrder('unknown')`,
    `runtime.cancelAll('XRP-USDT')`,
  ]
  const heard = await launched(acts)
  const trades = acts.map((_, at) => hosts.trade(`${at + 1}`, { provider: 'b', symbol: 'ETH-USDT' }))
  hosts.publish(...trades)
  await heard.until(({ printed }) => printed.length === acts.length)
  expect(heard.printed).toEqual(['3', '"123"', '"23"', '2', 'true', '0', 'false', '0'])
  const [first, second, third] = heard.orders.map(({ clientOrderId }) => clientOrderId)
  expect(heard.cancels).toEqual([second!, third!, first!])
  expect(heard.cancelledAt).toEqual(['a', 'b', 'a'])
  const [made, all, one] = [0, 3, 4].map((at) => trades[at]!.timeMs)
  expect(heard.times).toEqual([made, made, made, all, all, one].map((timeMs) => timeMs!))
})

test('a dry run is told the same of what it would order, and that is numbered, counted and dated', async () => {
  const order = `runtime.submitOrder('', 'sell', '2', '50')`
  const heard = await told([order, order, `runtime.openOrders().length`], { dryRun: true })
  expect(heard.dry.map(({ clientOrderId }) => clientOrderId.split('-').at(-1))).toEqual(['1', '2'])
  expect(heard.notices).toEqual(
    Array.from({ length: 2 }, () => 'dry run: limit order to sell 2 BTC-USDT at 50 was not sent'),
  )
  expect(heard.printed[2]).toBe('0')
  expect([heard.orders, heard.times.length]).toEqual([[], 2])
})

test('numbers that do not fit are rounded, which is said once, and refused where nothing is left of them', async () => {
  const rules = { priceIncrement: '0.5', quantityIncrement: '0.1' }
  const heard = await told(
    [
      `runtime.submitOrder('', 'buy', 0.25, 5.3)`,
      `runtime.submitOrder('', 'buy', 0.37, 5.3)`,
      `runtime.submitOrder('', 'buy', 0.01, 5.3)`,
    ],
    { scope: [scope('b', ['ETH-USDT'], rules)] },
  )
  expect(heard.orders.map(({ quantity, price, asked }) => ({ quantity, price, asked }))).toEqual([
    { quantity: '0.2', price: '5', asked: { quantity: '0.25', price: '5.3' } },
    { quantity: '0.3', price: '5', asked: { quantity: '0.37', price: '5.3' } },
  ])
  expect(heard.notices).toEqual([
    'numbers are rounded to the tick and lot size of ETH-USDT, as here quantity 0.25 to 0.2, price 5.3 to 5; decimal strings are taken exactly',
  ])
  expect(heard.printed[2]).toContain('0.01')
})

test('chance is that of the seed', async () => {
  const draw = async (seed: bigint) => (await told(['Math.random()'], { seed })).printed[0]
  const [one, again, other] = [await draw(7n), await draw(7n), await draw(8n)]
  expect(again).toBe(one!)
  expect(other).not.toBe(one!)
})

test('nothing is cancelled while create runs, and nobody waits', async () => {
  const body = `for (const act of [() => runtime.cancelAll(), () => runtime.cancelOrder('o-1')]) {
      try { act() } catch (error) { helpers.log(error.message) }
    }
    helpers.sleep('1h')
    helpers.log('awake')
    return {}`
  const order = orderOf('o-1', { type: 'limit', price: '5' })
  const heard = await hosts.launch('creating', body, {
    scope: [{ ...scope('sim', ['BTC-USDT']), openOrders: [{ order, filledQuantity: '0' }] }],
  })
  const refused = 'orders are refused while create runs: trade in a handler'
  expect(heard.printed).toEqual([refused, refused, 'awake'])
  expect(heard.cancels).toEqual([])
})
