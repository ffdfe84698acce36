/** The promise that the size of a delivery changes nothing, and that two runs are equal to the byte. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { backtest, candles, strategy, trades } from './backtests'

/** Does whatever a strategy can do, at random, and logs all that it sees. */
const RESTLESS = strategy(
  `
  onTrade(ctx, evt, payload, price) { act('trade', evt, price) },
  onKlineSummary(ctx, evt, payload) { act('kline', evt, Number(payload.closePrice)) },
  onTicker(ctx, evt, payload) { act('ticker', evt, Number(payload.lastPrice)) },
  onOrderAcknowledged(ctx, evt, payload) { report(payload) },
  onOrderPartialFill(ctx, evt, payload) { report(payload) },
  onOrderFilled(ctx, evt, payload) { report(payload); if (Math.random() < 0.1) act('filled', evt, Number(payload.avgFillPrice)) },
  onOrderCancelled(ctx, evt, payload) { report(payload) },
  onOrderExpired(ctx, evt, payload) { report(payload) },
  onOrderRejected(ctx, evt, payload, reason) { report(payload, reason) },
  `,
  `
  const ids = []
  const report = (p, ...more) => log(p.state, p.clientOrderId, p.filledQuantity, p.avgFillPrice, p.timestamp, ...more)
  function act(what, evt, price) {
    const dice = Math.random() * config.n
    if (dice < 0.05) log(what, evt.seqProvider, price, runtime.getLastPrice(), runtime.position(), runtime.equity(), runtime.openOrders())
    else if (dice < 0.15) ids.push(runtime.submitMarketOrder('', Math.random() - 0.5, (1 + Math.floor(Math.random() * 3)) / 2))
    else if (dice < 0.30) ids.push(runtime.submitOrder('', Math.random() - 0.5, 1, (price + Math.random() * 4 - 2).toFixed(1)))
    else if (dice < 0.35) ids.push(runtime.submit({ side: 'sell', type: 'stop', quantity: 1, stopPrice: (price - 1).toFixed(1) }))
    else if (dice < 0.40) ids.push(runtime.submit({ side: 'buy', type: 'limit', quantity: 2, price: price.toFixed(1), timeInForce: Math.random() < 0.5 ? 'IOC' : 'FOK' }))
    else if (dice < 0.45) ids.push(runtime.submit({ side: 'buy', type: 'limit', quantity: 1, price: price.toFixed(1), postOnly: true }))
    else if (dice < 0.55) log('cancel', runtime.cancelOrder(ids[Math.floor(Math.random() * ids.length)] ?? 'none'))
    else if (dice < 0.58) log('cancelled', runtime.cancelAll())
    else if (dice < 0.62) { helpers.sleep(Math.floor(Math.random() * 3000)); log('slept', new Date().toISOString()) }
    else if (dice < 0.64) throw new Error('as it pleases at ' + price)
  }
  `,
)

/** A walk of small steps from 100, in tenths. */
const walk = (length: number) =>
  fc.array(fc.integer({ min: -8, max: 8 }), { minLength: length, maxLength: length }).map((steps) => {
    let tenths = 1000
    return steps.map((step) => {
      tenths = Math.max(10, tenths + step)
      return tenths / 10
    })
  })

const settings = fc.record({
  seed: fc.integer({ min: 0, max: 1000 }).map(BigInt),
  config: fc.record({ n: fc.constantFrom(1, 5) }),
  account: fc.constantFrom('linear' as const, 'spot' as const),
  rules: fc.record({
    fill: fc.constantFrom('next' as const, 'same' as const),
    limit: fc.constantFrom('through' as const, 'touch' as const),
    latencyMs: fc.constantFrom(0, 1500),
    slippageBps: fc.constantFrom('0', '3'),
  }),
})

async function expectSameBytes(source: string, csv: string, options: Parameters<typeof backtest>[2]) {
  const [one, some, all] = [
    await backtest(source, csv, { ...options, batch: 1 }),
    await backtest(source, csv, { ...options, batch: 7 }),
    await backtest(source, csv, { ...options, batch: 1000 }),
  ]
  expect(JSON.stringify(some)).toBe(JSON.stringify(one))
  expect(JSON.stringify(all)).toBe(JSON.stringify(one))
  return one
}

test('trades delivered one by one or a thousand at a time come to the same bytes', async () => {
  let orders = 0
  await fc.assert(
    fc.asyncProperty(walk(150), settings, async (prices, options) => {
      orders += (await expectSameBytes(RESTLESS, trades(...prices), options)).orders
    }),
    { numRuns: 12, seed: 7 },
  )
  expect(orders).toBeGreaterThan(200)
})

test('candles delivered one by one or a thousand at a time come to the same bytes', async () => {
  let orders = 0
  await fc.assert(
    fc.asyncProperty(walk(150), settings, async (prices, options) => {
      const bars = prices.map((open, i) => {
        const close = prices[i + 1] ?? open
        return [open, Math.max(open, close) + 0.3, Math.min(open, close) - 0.3, close] as const
      })
      orders += (await expectSameBytes(RESTLESS, candles(...bars), options)).orders
    }),
    { numRuns: 12, seed: 8 },
  )
  expect(orders).toBeGreaterThan(200)
})

test('quotes delivered one by one or a thousand at a time come to the same bytes', async () => {
  let orders = 0
  await fc.assert(
    fc.asyncProperty(walk(150), settings, async (prices, options) => {
      const rows = prices.map((price, i) => `${Date.UTC(2024, 0, 1) + 1000 * i},${price - 0.1},${price + 0.1}`)
      orders += (await expectSameBytes(RESTLESS, ['timestamp,bid,ask', ...rows, ''].join('\n'), options)).orders
    }),
    { numRuns: 12, seed: 9 },
  )
  expect(orders).toBeGreaterThan(200)
})

test('a handler that runs away stops a backtest at the same event whatever is delivered together', async () => {
  const runaway = strategy('onTrade(ctx, evt, payload, price) { if (price === 150) for (;;); log(price) }')
  const told = await expectSameBytes(runaway, trades(...Array.from({ length: 100 }, (_, i) => 101 + i)), {})
  expect(told.stopped).toMatch(/^tester.js:/)
  expect(told.stats).toMatchObject({ events: 50 })
})
