/** What a strategy and its result see of an account whose equity reaches zero. */
import { expect, test } from 'bun:test'
import { backtest, candles, strategy, trades } from './backtests'

/** Orders by price, and logs all that it is told. */
function gambler(on: Record<number, string>): string {
  const cases = Object.entries(on).map(([when, what]) => `case ${when}: ${what}; break;`)
  return strategy(`
    onTrade(ctx, evt, payload) { this.at(Number(payload.price)) },
    onKlineSummary(ctx, evt, payload) { this.at(Number(payload.closePrice)) },
    at(price) {
      try {
        switch (price) { ${cases.join('\n')} }
      } catch (error) { log(error.message) }
      log(price, runtime.position().quantity, runtime.equity())
    },
    onOrderFilled(ctx, evt, p) { log('filled', p.clientOrderId.split('-')[0], p.side, p.avgFillPrice, p.commissionAmount) },
    onOrderCancelled(ctx, evt, p) { log('cancelled', p.rejectReason) },
    onRiskControl(ctx, evt, p) { log('risk', p.status, p.breachType, p.symbol, p.strategyId, p.timestamp) },`)
}

const GONE = 'the account was liquidated: no equity is left in USDT'
const buy = (quantity: number) => `runtime.submitMarketOrder('', 'buy', ${quantity})`
const FREE = { rules: { makerBps: '0', takerBps: '0' } }
const lines = (told: readonly string[]) => told.map((line) => line.replace(/^00:/, ''))

test('it is told in order, the run goes on to the end of the data, and nothing comes back', async () => {
  const on = { 100: buy(500), 101: `runtime.submitOrder('', 'sell', 1, 500)`, 130: buy(1) }
  const told = await backtest(gambler(on), trades(100, 101, 79, 130, 300), { leverage: '5', ...FREE })
  expect(lines(told.lines)).toEqual([
    '00:00.000 100 0 10000',
    '00:01.000 filled tester Buy 101 0',
    '00:01.000 101 500 10000',
    `00:02.000 cancelled ${GONE}`,
    '00:02.000 filled liquidation Sell 79 0',
    '00:02.000 risk TRIGGERED LIQUIDATION BTC-USDT tester 2024-01-01T00:00:02.000Z',
    '00:02.000 79 0 -1000',
    `00:03.000 ${GONE}`,
    '00:03.000 130 0 -1000',
    '00:04.000 300 0 -1000',
  ])
  expect(told.liquidatedMs).toBe(Date.UTC(2024, 0, 1, 0, 0, 2))
  expect(told.stats).toMatchObject({ events: 5, finalEquity: -1000, trades: 1, fees: 0 })
  expect(told.trades).toMatchObject([{ quantity: '500', entryPrice: '101', exitPrice: '79', pnl: '-11000' }])
  expect(told).toMatchObject({ orders: 2, errors: 0, stopped: null })
})

test('on candles it is the worst price of the candle that counts', async () => {
  const bars = candles([100, 100, 100, 100], [100, 101, 99, 101], [101, 102, 79.5, 102], [102, 300, 101, 300])
  const told = await backtest(gambler({ 100: buy(500) }), bars, { leverage: '5', ...FREE })
  expect(lines(told.lines)).toEqual([
    '00:59.999 100 0 10000',
    '01:00.000 filled tester Buy 100 0',
    '01:59.999 101 500 10500',
    '02:59.999 filled liquidation Sell 80 0',
    '02:59.999 risk TRIGGERED LIQUIDATION BTC-USDT tester 2024-01-01T00:02:59.999Z',
    '02:59.999 102 0 0',
    '03:59.999 300 0 0',
  ])
  expect(told.stats).toMatchObject({ finalEquity: 0, returnPct: -100 })
})

test('an order that is under way after a sleep is rejected when it arrives', async () => {
  const on = { 100: buy(500), 101: `helpers.sleep(1500); ${buy(1)}` }
  const rejected = gambler(on).replace(
    'onRiskControl',
    'onOrderRejected(ctx, evt, p, reason) { log(reason) }, onRiskControl',
  )
  const told = await backtest(rejected, trades(100, 101, 79, 130), { leverage: '6', ...FREE })
  expect(told.lines.filter((line) => line.endsWith(GONE))).toHaveLength(1)
  expect(told.trades).toHaveLength(1)
})

test('the size of a delivery changes nothing of it', async () => {
  const restless = strategy(
    `onTrade(ctx, evt, payload, price) {
      n++
      try {
        if (n % 7 === 1) runtime.submitMarketOrder('', n % 2 ? 'buy' : 'sell', 300)
        if (n % 11 === 2) runtime.submitOrder('', 'buy', 50, Math.round(price) - 2)
      } catch (error) { log(error.message) }
    },
    onOrderFilled(ctx, evt, p) { log('filled', p.side, p.quantity, p.avgFillPrice) },
    onRiskControl(ctx, evt, p) { log('risk', p.reason, n) },`,
    'let n = 0',
  )
  const prices = Array.from({ length: 300 }, (_, i) => (100 + 12 * Math.sin(i / 9) + (i % 5)).toFixed(2))
  const [one, ...others] = await Promise.all(
    [1, 2, 7, 64, 256].map((batch) => backtest(restless, trades(...prices), { batch, leverage: '8', ...FREE })),
  )
  expect(one!.liquidatedMs).not.toBeNull()
  for (const other of others) expect(other).toEqual(one!)
})

test('a spot account cannot lose more than it has', async () => {
  const told = await backtest(gambler({ 100: buy(100) }), trades(100, 100, 0.01, 100), { account: 'spot', ...FREE })
  expect(told).toMatchObject({ liquidatedMs: null, errors: 0 })
  expect(told.lines.at(-1)).toEndWith('100 100 10000')
})

test('without a check of the margin an account can be liquidated all the same', async () => {
  const told = await backtest(gambler({ 100: buy(500) }), trades(100, 100, 79, 130), { margin: false, ...FREE })
  expect(told.liquidatedMs).toBe(Date.UTC(2024, 0, 1, 0, 0, 2))
})
