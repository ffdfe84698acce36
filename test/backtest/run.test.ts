/** What a strategy lives through in a backtest, as it logs it. */
import { expect, test } from 'bun:test'
import { DEFAULT_RATES } from '../../src/schema/instance-rates'
import { backtest, candles, strategy, trades } from './backtests'

const MANY = { ...DEFAULT_RATES, ordersPerSecond: 100_000 }

const REPORTS = `
  onOrderAcknowledged(ctx, evt, p) { log('ack', p.side) },
  onOrderPartialFill(ctx, evt, p) { log('partial', p.filledQuantity, p.remainingQty) },
  onOrderFilled(ctx, evt, p) { log('filled', p.avgFillPrice, runtime.position().quantity) },
  onOrderCancelled(ctx, evt, p) { log('cancelled', p.filledQuantity) },
  onOrderExpired(ctx, evt, p) { log('expired', p.rejectReason) },
  onOrderRejected(ctx, evt, p, reason) { log('rejected', reason) },`

/** @param on what to do at which price, as `{101: "runtime.submitMarketOrder('', 'buy', 1)"}`. */
function at(on: Record<number, string>, handler = 'onTrade', more = REPORTS): string {
  const price = handler === 'onTrade' ? 'payload.price' : 'payload.closePrice'
  const cases = Object.entries(on).map(([when, what]) => `case ${when}: ${what}; break;`)
  return strategy(`${handler}(ctx, evt, payload) {
    log('price', ${price}, runtime.position().quantity)
    switch (Number(${price})) { ${cases.join('\n')} }
  }, ${more}`)
}

const BUY = `runtime.submitMarketOrder('', 'buy', 1)`

test('a market order fills at the next trade, and the fill is told before that trade', async () => {
  const { lines } = await backtest(at({ 101: BUY }), trades(100, 101, 102, 103))
  expect(lines).toEqual([
    '00:00:00.000 price 100 0',
    '00:00:01.000 price 101 0',
    '00:00:01.000 ack Buy',
    '00:00:02.000 filled 102 1',
    '00:00:02.000 price 102 1',
    '00:00:03.000 price 103 1',
  ])
})

test('with --fill same it fills at the trade that was seen', async () => {
  const { lines } = await backtest(at({ 101: BUY }), trades(101, 102), { rules: { fill: 'same' } })
  expect(lines.slice(0, 3)).toEqual(['00:00:00.000 price 101 0', '00:00:00.000 ack Buy', '00:00:00.000 filled 101 1'])
})

test('a market order on candles fills at the open of the next one', async () => {
  const bars = candles([1, 5, 1, 2], [3, 9, 3, 4], [5, 5, 5, 5])
  const { lines, trades: made } = await backtest(at({ 2: BUY }, 'onKlineSummary'), bars)
  expect(lines).toContain('00:01:00.000 filled 3 1')
  expect(made).toMatchObject([{ entryTime: '2024-01-01T00:01:00.000Z', entryPrice: '3', exitPrice: '5', open: true }])
})

test('with --fill same it fills at the close that was seen, on candles', async () => {
  const bars = candles([1, 5, 1, 2], [3, 9, 3, 4], [5, 5, 5, 5])
  const { lines, trades: made } = await backtest(at({ 2: BUY }, 'onKlineSummary'), bars, { rules: { fill: 'same' } })
  expect(lines.slice(0, 3)).toEqual(['00:00:59.999 price 2 0', '00:00:59.999 ack Buy', '00:00:59.999 filled 2 1'])
  expect(made).toMatchObject([{ entryTime: '2024-01-01T00:00:59.999Z', entryPrice: '2', exitPrice: '5', open: true }])
})

test('what is asked within a handler is answered as of its very event', async () => {
  const watch = strategy(
    `onTrade(ctx, evt, payload, price) {
    if (price === 100 && n++ === 0) ${BUY}
    log(price, runtime.getLastPrice(), runtime.equity(), runtime.position().unrealizedPnl, runtime.balance('USDT').available)
  }`,
    'let n = 0',
  )
  const { lines } = await backtest(watch, trades(100, 100, 110, 95, 120), { rules: { takerBps: '0' } })
  expect(lines.map((line) => line.slice(13))).toEqual([
    '100 100 10000 0 9900',
    '100 100 10000 0 9900',
    '110 110 10010 10 9900',
    '95 95 9995 -5 9900',
    '120 120 10020 20 9900',
  ])
})

test('Date is the time of the event and Math.random is seeded', async () => {
  const source = strategy('onTrade() { log(new Date().toISOString(), Math.random()) }')
  const [one, same, other] = [
    await backtest(source, trades(1, 2)),
    await backtest(source, trades(1, 2)),
    await backtest(source, trades(1, 2), { seed: 2n }),
  ]
  expect(one.lines[1]).toStartWith('00:00:01.000 2024-01-01T00:00:01.000Z 0.')
  expect(same.lines).toEqual(one.lines)
  expect(other.lines).not.toEqual(one.lines)
})

test('trading is active, and orders are real unless a dry run is asked for', async () => {
  const source = strategy(`onTrade() { log(runtime.isTradingActive(), runtime.isDryRun()); ${BUY} }`)
  expect(await backtest(source, trades(1))).toMatchObject({ lines: ['00:00:00.000 true false'], orders: 1, skipped: 0 })
  const dry = await backtest(source, trades(1, 2), { config: { dry_run: true } })
  expect(dry).toMatchObject({ orders: 0, skipped: 2, trades: [], logs: 4 })
  expect(dry.lines).toContain('00:00:00.000 dry run: market order to buy 1 BTC-USDT was not sent')
})

test('an order that must not be placed throws where it was called, with the reason alone', async () => {
  const { faults, lines, orders } = await backtest(
    strategy(`onTrade(ctx, evt, payload, price) {
      try { runtime.submitMarketOrder('', 'buy', 1000) } catch (error) { log(error.message) }
      try { runtime.submitMarketOrder('elsewhere', 'buy', 1) } catch (error) { log(error.message) }
      try { runtime.submit({ symbol: 'ETH-USDT', side: 'buy', type: 'market', quantity: 1 }) } catch (error) { log(error.message) }
      runtime.submitMarketOrder('', 'buy', 0)
    }`),
    trades(100),
  )
  expect(lines.map((line) => line.slice(13))).toEqual([
    "insufficient margin: 100000 USDT would be needed, 10000 are available (the account's cash is set by --cash)",
    'provider "elsewhere" is not in scope, only "backtest"',
    'symbol "ETH-USDT" is not in scope, only BTC-USDT',
  ])
  expect(faults).toHaveLength(1)
  expect(orders).toBe(0)
})

test('what is not there cannot be sold on a spot account', async () => {
  const source = at({ 1: `try { runtime.submitMarketOrder('', 'sell', 1) } catch (error) { log(error.message) }` })
  const { lines, orders } = await backtest(source, trades(1, 2), { account: 'spot' })
  expect(lines[1]).toContain('BTC')
  expect(orders).toBe(0)
})

test('a sleep moves the clock of the strategy: what it orders after it meets the market then', async () => {
  const { lines } = await backtest(
    at({ 101: `helpers.sleep('2s500ms'); ${BUY}` }),
    trades(100, 101, 102, 103, 104, 105),
  )
  expect(lines).toEqual([
    '00:00:00.000 price 100 0',
    '00:00:01.000 price 101 0',
    '00:00:03.500 price 102 0',
    '00:00:03.500 price 103 0',
    '00:00:03.500 ack Buy',
    '00:00:04.000 filled 104 1',
    '00:00:04.000 price 104 1',
    '00:00:05.000 price 105 1',
  ])
})

test('an order that is under way after a sleep can be cancelled', async () => {
  const act = `const id = (helpers.sleep(1500), runtime.submitOrder('', 'buy', 1, 50)); log(runtime.cancelOrder(id))`
  const { lines } = await backtest(at({ 101: act }), trades(100, 101, 102, 103, 104))
  expect(lines.filter((line) => !line.includes('price'))).toEqual([
    '00:00:02.500 true',
    '00:00:02.500 ack Buy',
    '00:00:02.500 cancelled 0',
  ])
})

test('open orders are listed, cancelled one by one and all at once', async () => {
  const { lines } = await backtest(
    at({
      101: `this.ids = [50, 60, 70].map((price) => runtime.submitOrder('', 'buy', 1, price))`,
      102: 'log(runtime.openOrders().map((order) => order.price)), log(runtime.cancelOrder(this.ids[1]), runtime.cancelOrder("x"))',
      103: 'log(runtime.cancelAll(), runtime.openOrders().length)',
    }),
    trades(101, 102, 103),
  )
  expect(
    lines.filter((line) => !line.includes('price') && !line.includes('ack')).map((line) => line.slice(13)),
  ).toEqual(["[ '50', '60', '70' ]", 'true false', 'cancelled 0', '2 0', 'cancelled 0', 'cancelled 0'])
})

test('a fill moves balances, and they are told after it', async () => {
  const source = at(
    { 99: BUY },
    'onTrade',
    `${REPORTS} onBalanceUpdate(ctx, evt, p) { log('balance', p.currency, p.total) },`,
  )
  const { lines } = await backtest(source, trades(99, 100), { account: 'spot' })
  expect(lines.map((line) => line.slice(13)).filter((line) => !line.startsWith('price'))).toEqual([
    'ack Buy',
    'filled 100 1',
    'balance USDT 9899.9',
    'balance BTC 1',
  ])
})

test('orders that are open at the end are cancelled, and nothing can be ordered any more', async () => {
  const again = `onOrderCancelled() { log('cancelled'); try { ${BUY} } catch (error) { log(error.message) } },`
  const source = at({ 100: `runtime.submitOrder('', 'buy', 1, 50)` }, 'onTrade', again)
  const { lines, orders } = await backtest(source, trades(100, 101))
  expect(lines.slice(-2).map((line) => line.slice(13))).toEqual(['cancelled', 'the data have ended'])
  expect(orders).toBe(1)
})

test.each([1, 100])('more than %d orders within a second of the market are refused', async (ordersPerSecond) => {
  const source = strategy(`onTrade() {
    let sent = 0
    try { for (; sent < 150; sent++) ${BUY} } catch (error) { log(sent, error.message) }
  }`)
  const settings = { margin: false, rates: { ...DEFAULT_RATES, ordersPerSecond } }
  const { lines, orders } = await backtest(source, trades(1, 2, 3), settings)
  const refused = `${ordersPerSecond} more than ${ordersPerSecond} orders within a second`
  expect(lines).toEqual([0, 1, 2].map((second) => `00:00:0${second}.000 ${refused}`))
  expect(orders).toBe(3 * ordersPerSecond)
})

test('lines beyond those of a second of the market are left out, and that is said', async () => {
  const source = strategy('onTrade() { for (let i = 0; i < 5; i++) log(i) }')
  const { lines, logs } = await backtest(source, trades(1, 2), { rates: { ...DEFAULT_RATES, logsPerSecond: 2 } })
  expect(lines).toEqual([
    '00:00:00.000 0',
    '00:00:00.000 1',
    '00:00:00.000 more than 2 lines within a second: the rest of them is left out',
    '00:00:01.000 0',
    '00:00:01.000 1',
    '00:00:01.000 more than 2 lines within a second: the rest of them is left out, besides 3 before',
  ])
  expect(logs).toBe(10)
})

test('a strategy that answers its own reports with orders for ever is stopped', async () => {
  const source = at({ 1: BUY }, 'onTrade', `onOrderFilled() { ${BUY} },`)
  const { stopped, orders } = await backtest(source, trades(1, 2), {
    rules: { fill: 'same' },
    margin: false,
    rates: MANY,
  })
  expect(stopped).toBe('it answers its order reports with orders without end')
  // The first one's report, and ten thousand of those that it led to.
  expect(orders).toBe(10_002)
})

test('what was thrown is counted and the next event is handled', async () => {
  const { errors, faults, lines } = await backtest(
    strategy(`onTrade(ctx, evt, payload, price) {
      if (price === 2) null.nothing
      log(price)
    }`),
    trades(1, 2, 3),
  )
  expect(errors).toBe(1)
  expect(faults[0]).toMatch(/^8: .*null/)
  expect(lines.map((line) => line.slice(13))).toEqual(['1', '3'])
})

test('every market event counts, also those that the strategy has no handler for', async () => {
  const { stats, handled } = await backtest(strategy('onOrderFilled() {}'), trades(1, 2, 3))
  expect(stats).toMatchObject({ events: 3, buyHoldReturnPct: 200 })
  expect(handled).toBe(false)
})

test('the final equity is that of the account, to the last digit', async () => {
  const source = strategy(
    `onTrade() { n++; if (n % 3 === 0) runtime.submitMarketOrder('', n % 2 ? 'buy' : 'sell', '0.123'); log(runtime.equity()) }`,
    'let n = 0',
  )
  const prices = Array.from({ length: 200 }, (_, i) => (100 + Math.sin(i) * 7).toFixed(3))
  const { stats, lines } = await backtest(source, trades(...prices))
  expect(stats.trades).toBeGreaterThan(20)
  expect(String(stats.finalEquity)).toBe(lines.at(-1)!.slice(13))
})

test('a trade without profit is neither won nor lost', async () => {
  const sell = `runtime.submitMarketOrder('', 'sell', 1)`
  const csv = trades(100, 102, 103, 102, 105, 106, 107)
  const { stats } = await backtest(at({ 100: BUY, 103: sell, 105: BUY, 106: sell }), csv, { rules: { takerBps: '0' } })
  expect(stats).toMatchObject({ trades: 2, winRatePct: 50, maxConsecutiveWins: 1, maxConsecutiveLosses: 0 })
})

test('a handler that breaks its sandbox stops the backtest, with figures of what was', async () => {
  const source = strategy('onTrade() { const list = []; list.length = 4e9; list.indexOf(1) }')
  const { stopped, stats, errors } = await backtest(source, trades(1, 2, 3))
  expect(stopped).toMatch(/^tester\.js: out of time/)
  expect(errors).toBe(1)
  expect(stats.events).toBeGreaterThan(0)
})

test('a strategy that answers ten thousand reports of an event goes on, and has as many again at the next', async () => {
  const source = strategy(
    `onTrade(ctx, evt, payload, price) { n = 0; if (price < 3) ${BUY} }, onOrderFilled() { if (++n < 10000) ${BUY} },`,
    'let n = 0',
  )
  const told = await backtest(source, trades(1, 2, 3), { rules: { fill: 'same' }, margin: false, rates: MANY })
  expect(told).toMatchObject({ stopped: null, orders: 20_000, errors: 0 })
})

test('what was ordered or cancelled after a sleep counts for the symbol that it names alone', async () => {
  const csv = [
    'timestamp,symbol,price,quantity,side',
    ...[0, 1, 2, 3, 4, 5].map((n) => `${Date.UTC(2024, 0, 1) + 1000 * n},${n % 2 ? 'ETH' : 'BTC'}-USDT,100,1,buy`),
    '',
  ].join('\n')
  const buy = (symbol: string) =>
    `runtime.submit({ symbol: '${symbol}-USDT', side: 'buy', type: 'limit', quantity: 1, price: 50 })`
  const source = strategy(
    `onTrade() {
      if (++n !== 1) return
      ${buy('BTC')}
      helpers.sleep(500)
      const id = ${buy('ETH')}
      ${buy('ETH')}
      log(runtime.cancelAll('ETH-USDT'), runtime.cancelAll('BTC-USDT'), runtime.cancelAll(), runtime.cancelOrder(id), runtime.cancelOrder('none'))
    }, ${REPORTS}`,
    'let n = 0',
  )
  const { lines, orders } = await backtest(source, csv, { symbol: '' })
  expect(orders).toBe(3)
  expect(lines[0]).toBe('00:00:00.500 2 1 0 false false')
  expect(lines.filter((line) => line.includes('cancelled')).map((line) => line.slice(0, 12))).toEqual(
    Array(3).fill('00:00:00.500'),
  )
})

test('client order ids are made of the name and a number that goes on through dry runs', async () => {
  const source = strategy(`onTrade() { log(${BUY}) }`)
  const { lines } = await backtest(source, trades(1, 2))
  expect(lines.map((line) => line.slice(13))).toEqual(['tester-0-1', 'tester-0-2'])
  const dry = await backtest(source, trades(1, 2), { config: { dry_run: true } })
  expect(dry.lines.filter((line) => line.includes('tester')).map((line) => line.slice(13))).toEqual(
    lines.map((line) => line.slice(13)),
  )
})

test('an interrupted run ends with what it has come to', async () => {
  const { stopped, stats } = await backtest(strategy('onTrade() {}'), trades(1, 2, 3, 4), {
    batch: 2,
    signal: AbortSignal.abort(),
  })
  expect([stopped, stats.events]).toEqual(['interrupted', 2])
})

test('whoever interrupts it while it runs is heard between two batches', async () => {
  const stop = new AbortController()
  const { stopped, lines } = await backtest(strategy('onTrade(ctx, evt, p) { log(p.price) }'), trades(1, 2, 3, 4, 5), {
    batch: 1,
    signal: stop.signal,
    heard: (price) => {
      if (price === '2') setImmediate(() => stop.abort())
    },
  })
  expect([stopped, lines.length < 5]).toEqual(['interrupted', true])
})

test('data in several currencies, or without a row, are refused', async () => {
  const rows = ['timestamp,symbol,price,quantity,side', `${Date.UTC(2024, 0, 1)},BTC-USDT,1,1,buy`]
  const mixed = [...rows, `${Date.UTC(2024, 0, 1)},BTC-EUR,1,1,buy`, ''].join('\n')
  expect(backtest(strategy('onTrade() {}'), mixed, { symbol: '' })).rejects.toMatchObject({
    code: 'usage',
    message: 'the symbols are quoted in USDT and EUR: choose one with --symbol',
  })
  const other = [...rows, ''].join('\n')
  expect(backtest(strategy('onTrade() {}'), other, { symbol: 'ETH-USDT' })).rejects.toMatchObject({
    code: 'data_unreadable',
  })
})

test('numbers are rounded to the steps of the market, which is said once', async () => {
  const source = strategy(`onTrade() { runtime.submitOrder('', 'buy', 1.26, 50.07); log(runtime.openOrders().length) }`)
  const instrument = { priceIncrement: '0.05', quantityIncrement: '0.1' }
  const { lines, logs } = await backtest(source, trades(100, 101), { instrument })
  expect(lines.map((line) => line.slice(13))).toEqual([
    'numbers are rounded to the tick and lot size of BTC-USDT, as here quantity 1.26 to 1.2, price 50.07 to 50.05; decimal strings are taken exactly',
    '1',
    '2',
  ])
  expect(logs).toBe(3)
})

test('a strategy knows the rules of its markets', async () => {
  const source = strategy(`onTrade() {
    log(runtime.instrument().symbol, runtime.instrument('BTC-USDT').quantityIncrement)
    try { runtime.instrument('ETH-USDT') } catch (error) { log(error.message) }
  }`)
  const { lines } = await backtest(source, trades(1), { instrument: { quantityIncrement: '0.1' } })
  expect(lines.map((line) => line.slice(13))).toEqual([
    'BTC-USDT 0.1',
    'symbol "ETH-USDT" is not in scope, only BTC-USDT',
  ])
})

test('a strategy that cannot be created is told in the words of a live launch, with its place', async () => {
  const broken = strategy('', 'throw new Error("no luck")')
  expect(backtest(broken, trades(1))).rejects.toMatchObject({
    code: 'launch_failed',
    message: expect.stringMatching(/^create of tester\.js failed: Error: no luck at tester\.js:6:\d+$/),
  })
})

test('what a fill costs counts from the fill on, before the next event', async () => {
  const rules = { fill: 'same', takerBps: '100' } as const
  const { stats } = await backtest(at({ 100: BUY }), trades(100, 120), { rules })
  expect(stats.maxDrawdownPct).toBeCloseTo(-0.01, 10)
  expect(stats).toMatchObject({ finalEquity: 10_019, peakEquity: 10_019, fees: 1 })
})
