/** What leaves a strategy: orders and questions, with their arguments checked. */
import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { NUMBER } from '../../src/schema/orders'
import { logsOf, onTrade, stage, trade } from './stage'

describe('an order', () => {
  const orderOf = async (call: string) => {
    using running = await stage(
      onTrade(`try { helpers.log(${call}); } catch (error) { helpers.log(error instanceof Error, error.message); }`),
    )
    const [outcome] = running.play(trade(0)).slice(-1)
    return { ...running.heard, ordered: outcome?.ordered }
  }
  const MARKET = {
    provider: '',
    symbol: '',
    side: 'buy',
    type: 'market',
    quantity: '1',
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: false,
    numbers: 0,
  }

  test.each([
    ["runtime.submitMarketOrder('okx', 'buy', '1')", { ...MARKET, provider: 'okx' }],
    ["runtime.submitOrder('', 'buy', '1')", MARKET],
    ["runtime.submitOrder(null, 'buy', '1', null)", MARKET],
    [
      "runtime.submitOrder('', 'sell', 0.5, 20)",
      { ...MARKET, side: 'sell', type: 'limit', quantity: '0.5', price: '20', numbers: NUMBER.quantity | NUMBER.price },
    ],
    [
      "runtime.submitOrder('', 'buy', 1e-7, '1e3')",
      { ...MARKET, type: 'limit', quantity: '0.0000001', price: '1000', numbers: NUMBER.quantity },
    ],
    ["runtime.submitOrder('', 'buy', ' 007.50 ', '.5')", { ...MARKET, type: 'limit', quantity: '7.50', price: '0.5' }],
    ["runtime.submitMarketOrder('', 'buy', '100%')", { ...MARKET, quantity: '100%' }],
    ["runtime.submitOrder('', 'buy', ' 012.50 % ', '3')", { ...MARKET, type: 'limit', quantity: '12.50%', price: '3' }],
    ["runtime.submitMarketOrder('', 'buy', '5e-1%')", { ...MARKET, quantity: '0.5%' }],
    [
      "runtime.submitMarketOrder(runtime.selectProvider(1), 'buy', 1)",
      { ...MARKET, provider: 'okx', numbers: NUMBER.quantity },
    ],
    [
      "runtime.submit({ side: 'ask', type: 'stopLimit', quantity: 1, price: 2, stopPrice: '3', timeInForce: 'ioc', reduceOnly: true, clientTag: 'exit', symbol: 'ETH-USDT' })",
      {
        ...MARKET,
        symbol: 'ETH-USDT',
        side: 'sell',
        type: 'stopLimit',
        price: '2',
        stopPrice: '3',
        timeInForce: 'IOC',
        reduceOnly: true,
        clientTag: 'exit',
        numbers: NUMBER.quantity | NUMBER.price,
      },
    ],
    [
      "runtime.submit({ side: 1, type: 'limit', quantity: 1, price: 2, postOnly: true })",
      { ...MARKET, type: 'limit', price: '2', postOnly: true, numbers: NUMBER.quantity | NUMBER.price },
    ],
    [
      "runtime.submit(Object.assign(Object.create({ type: 'market', note: 'inherited' }), { side: 'Buy', quantity: 1, price: undefined, symbol: null }))",
      { ...MARKET, numbers: NUMBER.quantity },
    ],
    [
      "runtime.submit(new Proxy({ side: 'buy', type: 'MARKET', quantity: 1 }, {}))",
      { ...MARKET, numbers: NUMBER.quantity },
    ],
  ])('%s', async (call, order) => {
    const { orders, logs, ordered } = await orderOf(call)
    expect(orders as unknown[]).toEqual([order])
    expect(logs).toEqual(['order-1'])
    expect(ordered).toBe(true)
  })

  test.each([
    ['3', '3', true],
    ['0.1 + 0.2', '0.30000000000000004', true],
    ['2 ** 70', '1180591620717411300000', true],
    ['new Number(2.5)', '2.5', true],
    ["'43858.451249999995'", '43858.451249999995', false],
    ['String(0.1 + 0.2)', '0.30000000000000004', false],
    ["new String('0.75')", '0.75', false],
    ['(0.1 + 0.2).toFixed(2)', '0.30', false],
    ['12345678901234567890n', '12345678901234567890', false],
    ["({ toString: () => '1.5' })", '1.5', false],
    ["({ toString: () => '1.5', valueOf: () => 1.5 })", '1.5', false],
  ])('tells of an amount of %s whether it was a number', async (amount, text, isNumber) => {
    const submit = (fields: string) => `runtime.submit({ side: 'buy', timeInForce: 'GTC', ${fields} })`
    const calls: [call: string, parts: (keyof typeof NUMBER)[]][] = [
      [`runtime.submitMarketOrder('', 'buy', ${amount})`, ['quantity']],
      [`runtime.submitOrder('', 'buy', ${amount})`, ['quantity']],
      [`runtime.submitOrder('', 'buy', '1', ${amount})`, ['price']],
      [`runtime.submitOrder('', 'buy', ${amount}, ${amount})`, ['quantity', 'price']],
      [submit(`type: 'market', quantity: ${amount}`), ['quantity']],
      [submit(`type: 'stop', quantity: '1', stopPrice: ${amount}`), ['stopPrice']],
      [
        submit(`type: 'stopLimit', quantity: ${amount}, price: ${amount}, stopPrice: ${amount}`),
        ['quantity', 'price', 'stopPrice'],
      ],
    ]
    for (const [call, parts] of calls) {
      const [order] = (await orderOf(call)).orders
      const numbers = isNumber ? parts.reduce((bits, part) => bits | NUMBER[part], 0) : 0
      expect([call, order?.numbers, ...parts.map((part) => order?.[part])]).toEqual([
        call,
        numbers,
        ...parts.map(() => text),
      ])
    }
  })

  test.each([
    ...["'buy'", "'BUY'", "'Long'", "'bid'", '1', '0', '0.5'].map((side) => [side, 'buy']),
    ...["'sell'", "'SHORT'", "'Ask'", '-1'].map((side) => [side, 'sell']),
  ])('with the side %s is a %s', async (side, expected) => {
    expect((await orderOf(`runtime.submitMarketOrder('', ${side}, 1)`)).orders[0]?.side as string).toBe(expected!)
  })

  test.each([
    ["runtime.submitMarketOrder('', 'sideways', 1)", 'unknown side "sideways": use buy, long, bid, sell, short or ask'],
    ["runtime.submitMarketOrder('', undefined, 1)", 'side is missing'],
    ["runtime.submitMarketOrder('', NaN, 1)", 'side is not a number: NaN'],
    ["runtime.submitMarketOrder('', 'buy')", 'quantity is missing'],
    ...[
      '-1',
      '0',
      '-0',
      '0n',
      '-1n',
      'true',
      "'0.000'",
      'NaN',
      'Infinity',
      '-Infinity',
      "'abc'",
      "''",
      "'1,5'",
      "'0x10'",
      "'1e99'",
      '{}',
    ].map((bad) => [`runtime.submitMarketOrder('', 'buy', ${bad})`, 'quantity is not a decimal number above zero: ']),
    ...['0', '-5', 'x', '', '1,5', '1e99', '%'].map((share) => [
      `runtime.submitMarketOrder('', 'buy', '${share}%')`,
      `quantity is no share of the equity above zero, as 50%: "${share}%"`,
    ]),
    [
      "runtime.submitOrder('', 'buy', 1, '5%')",
      'price is a share of nothing: "5%"; only a quantity may be one, of the',
    ],
    [
      "runtime.submit({ side: 'buy', type: 'stop', quantity: 1, stopPrice: ' 1 % ' })",
      'stopPrice is a share of nothing: " 1 % "',
    ],
    ["runtime.submitOrder('', 'buy', 1, '')", 'price is not a decimal number above zero: ""'],
    ["runtime.submitOrder('p'.repeat(200), 'buy', 1)", 'provider is longer than 128 bytes'],
    ["runtime.submitOrder('', 'buy', Symbol('x'))", 'cannot convert symbol to string'],
    ['runtime.submit()', 'submit takes an object: { side, type, quantity, … }'],
    ["runtime.submit({ side: 'buy', type: 'market', quantity: 1, stopprice: 2 })", 'an order has no field "stopprice"'],
    ["runtime.submit('buy')", 'submit takes an object: { side, type, quantity, … }'],
    ['runtime.submit(() => 1)', 'submit takes an object: { side, type, quantity, … }'],
    [
      "runtime.submit({ side: 'buy', type: 'market', quantity: 1, ['x'.repeat(200)]: 2 })",
      'the name of a field is longer than 128 bytes',
    ],
    [
      "runtime.submit({ get side() { throw new Error('no side') }, get type() { helpers.log('true is read on') } })",
      'no side',
    ],
    ["runtime.submit(new Proxy({}, { ownKeys() { throw new Error('no keys') } }))", 'no keys'],
    ["runtime.submit({ side: 'buy', quantity: 1 })", 'type is missing'],
    [
      "runtime.submit({ side: 'buy', type: 'iceberg', quantity: 1 })",
      'unknown type "iceberg": use market, limit, stop or stopLimit',
    ],
    ["runtime.submit({ side: 'buy', type: 'limit', quantity: 1 })", 'a limit order needs a price'],
    ["runtime.submit({ side: 'buy', type: 'market', quantity: 1, price: 2 })", 'a market order takes no price'],
    ["runtime.submit({ side: 'buy', type: 'stop', quantity: 1 })", 'a stop order needs a stopPrice'],
    [
      "runtime.submit({ side: 'buy', type: 'market', quantity: 1, postOnly: true })",
      'postOnly is for limit and stopLimit orders that are GTC',
    ],
    [
      "runtime.submit({ side: 'buy', type: 'market', quantity: 1, timeInForce: 'DAY' })",
      'unknown timeInForce "DAY": use GTC, IOC or FOK',
    ],
  ])('is refused before it leaves the sandbox: %s', async (call, reason) => {
    const { orders, logs } = await orderOf(call!)
    expect(logs).toEqual([expect.stringMatching(/^true /)])
    expect(logs[0]).toStartWith(`true ${reason}`)
    expect(orders).toEqual([])
  })

  test('that its holder refuses throws an Error with the reason alone, however long', async () => {
    const reason = `the limit is reached: ${'ä'.repeat(400)}`
    using running = await stage(
      onTrade("try { runtime.submitMarketOrder('', 'buy', 1) } catch (e) { helpers.log(e.message); throw e }"),
      {
        host: {
          submitOrder() {
            throw new Failure('order_refused', reason)
          },
        },
      },
    )
    const [, outcome] = [undefined, ...running.play(trade(0))].slice(-2)
    expect(running.heard.logs).toEqual([reason])
    expect(outcome).toMatchObject({
      ordered: true,
      fault: { cause: 'exception', line: 3, message: `Error: ${reason}` },
    })
    expect(running.sandbox.alive).toBe(true)
  })

  test('stops the batch after its record, whose index the holder is told', async () => {
    using running = await stage(
      onTrade("if (price > 1) { runtime.submitMarketOrder('', 'buy', 1); runtime.cancelOrder('order-1'); }"),
    )
    const outcomes = running.play(trade(0, '1'), trade(1, '2'), trade(2, '1'), trade(3, '1'))
    expect(outcomes.map(({ ordered }) => ordered)).toEqual([true, false])
    const records = running.heard.calls.map((call) => Number(call.split(' ').at(-1)))
    expect(records).toEqual([1, 1])
    expect(outcomes.map(({ consumed }) => consumed)).toEqual([2, 2])
  })
})

describe('accounts and orders can be asked for', () => {
  test.each([
    ["runtime.cancelOrder('order-1')", 'true', 'cancel order-1'],
    ["runtime.cancelOrder('other')", 'false', 'cancel other'],
    ['runtime.cancelAll()', '2', 'cancel all '],
    ["runtime.cancelAll('ETH-USDT')", '2', 'cancel all ETH-USDT'],
    ['runtime.openOrders()', '{"asked":""}', 'openOrders '],
    ["runtime.position('ETH-USDT')", '{"asked":"ETH-USDT"}', 'position ETH-USDT'],
    ["runtime.balance('USDT')", '{"asked":"USDT"}', 'balance USDT'],
    ['runtime.equity()', '1234.5', 'equity '],
    ["runtime.instrument('BTC-USDT')", '{"asked":"BTC-USDT"}', 'instrument BTC-USDT'],
  ])('%s', async (call, answer, heard) => {
    using running = await stage(onTrade(`helpers.log(JSON.stringify(${call}))`))
    running.play(trade(0))
    expect(running.heard.logs).toEqual([answer])
    expect(running.heard.calls[0]).toStartWith(`${heard} `)
  })

  test('and a refused question throws its reason', async () => {
    using running = await stage(onTrade("runtime.instrument('NOPE')"), {
      host: {
        query() {
          throw new Failure('order_refused', 'no such symbol: NOPE')
        },
      },
    })
    expect(running.play(trade(0))[0]?.fault?.message).toBe('Error: no such symbol: NOPE')
  })
})

describe('selectProvider', () => {
  test('answers a string with a name', async () => {
    expect(
      await logsOf(
        "const p = runtime.selectProvider(1); helpers.log('' + p, String(p) === 'okx', p.name, p == 'okx', JSON.stringify(p))",
      ),
    ).toEqual(['okx true okx true "okx"'])
  })

  test('chooses equally for equal seeds, numbers or their texts, and any of them without a seed', async () => {
    const [line] = await logsOf(`const pick = (...a) => runtime.selectProvider(...a).name;
      const seen = new Set(); for (let i = 0; i < 100; i++) seen.add(pick());
      helpers.log([7, '7', 7.9, -7, 8, '8', Date.now(), NaN, 'x', null].map((s) => [pick(s), pick(s)]).every(([a, b]) => a === b),
        pick(7) === pick('7'), pick(7) !== pick(8), [...seen].sort().join())`)
    expect(line).toBe('true true true okx,sim')
  })
})
