/** What handlers are given and what becomes of what they throw, await and keep. */
import { books, candles, quotes, trades } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100)

export const handlers: Situation[] = [
  {
    name: 'the shapes of all answers',
    data: FEW,
    strategy: `const shapes = () => write('shapes', runtime.openOrders(), runtime.position(), runtime.balance('USDT'),
      runtime.balance('EUR'), runtime.instrument(), runtime.instrument('BTC-USDT'), runtime.getMarketState(),
      [runtime.getLastPrice(), runtime.getBidPrice(), runtime.getAskPrice()], runtime.symbols(), runtime.providers(),
      String(runtime.selectProvider()), runtime.selectProvider('7').name, runtime.isTradingActive(), runtime.isDryRun())
    shapes()
    write('env', config.dry_run, env.metadata, env.events)
    return watch({ 1: () => { limit('buy', '1', '98.5'); market('buy', '2'); shapes() }, 2: shapes, 5: shapes })`,
    sampled: true,
  },
  {
    name: 'exceptions',
    data: FEW,
    sampled: true,
    strategy: `return watch({
      1: () => { market('buy', '1'); throw new Error('after an order') },
      2: () => { limit('buy', '1', '90'); null.nothing },
      3: () => { throw 'a text' },
      4: () => { cancelAll(); throw undefined },
      5: () => runtime.submit({ side: 'buy', type: 'limit', quantity: 'x', price: '1' }),
    })`,
  },
  {
    name: 'an exception in the handler of a report',
    data: FEW,
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '99.5') } },
      (state) => { if (state === 'FILLED') { market('sell', '0.5'); throw new TypeError('told of a fill') } })`,
  },
  {
    name: 'asynchronous handlers',
    data: FEW,
    strategy: `return watch({
      1: async () => { market('buy', '1'); await null; limit('buy', '1', '98.5'); await Promise.resolve(); nap(500); market('sell', '1') },
      3: async () => { await null; throw new Error('after an await') },
      4: () => Promise.all([1, 2].map(async (n) => { await null; limit('buy', String(n), '97') })),
    })`,
  },
  {
    name: 'what is kept in the state',
    data: FEW,
    strategy: `return watch({ each: (payload, n) => {
      helpers.state.count = (helpers.state.count ?? 0) + 1
      helpers.state.prices = [...(helpers.state.prices ?? []), payload.price]
      if (n === 3) delete helpers.state.prices
      write('state', helpers.state)
    } })`,
  },
  {
    name: 'arguments that are changed by the handler',
    data: FEW,
    strategy: `return watch({
      each: (payload) => { payload.price = 'changed'; payload.more = 1 },
      2: () => { const open = runtime.openOrders(); open.push(1); limit('buy', '1', '90'); runtime.openOrders()[0].quantity = '7'; look() },
      3: () => { runtime.position().quantity = 5; runtime.instrument().venue = 'mine'; write('mine', runtime.instrument()); look() },
    })`,
  },
  {
    name: 'a request that is changed after it was sent',
    data: FEW,
    strategy: `return watch({ 1: () => {
      const request = { side: 'buy', type: 'limit', quantity: '1', price: '99.5' }
      order(request); request.quantity = '2'; look(); order(request)
    } })`,
  },
  {
    name: 'ways to log',
    data: FEW,
    strategy: String.raw`return watch({ 1: () => {
      helpers.log(); helpers.log('two', 'texts'); helpers.log({ a: [1, { b: undefined }] }, null, undefined, 1n, Symbol('s'))
      helpers.log(new Error('with its stack')); console.log('%s of %d', 'one', 2); console.error('an error'); helpers.log('x'.repeat(9000))
      helpers.log('two\nlines and \u001b[31mcolour\u0000'); helpers.log(new Map([[1, new Set([2])]]), () => 1, class A {})
    } })`,
  },
  {
    name: 'trades alone are listened to',
    data: quotes([99, 100], [100, 101], [98, 99]),
    strategy: `let events = 0
    return { onTicker() { if (++events === config.events) { look(); write('the end') } } }`,
  },
  {
    name: 'handlers of other data',
    data: books({ bids: [[99, 1]], asks: [[100, 1]] }, { bids: [[98, 1]], asks: [] }, { bids: [], asks: [[101, 1]] }),
    strategy: `return watch({ each: () => { market('buy', '0.5'); market('sell', '0.5') }, 3: () => look() })`,
  },
  {
    name: 'candles with gaps',
    data: candles([100, 101, 99, 100], [100, 100, 100, 100], [100.5, 101.25, 99.125, 100.75]),
    strategy: `return watch({ 1: () => limit('buy', '1', '99.5'), 2: () => look() })`,
  },
  {
    name: 'events of one time',
    data: trades(100, [101, 1, 0], [99, 1, 0], [98, 1, 0], [102, 1, 1], [97, 1, 0]),
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '98.5') }, 3: () => { nap(1); market('sell', '1') }, 4: () => market('sell', '1') })`,
  },
]
