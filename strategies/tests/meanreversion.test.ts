import { backtest, expect, sweep, test } from 'meltica'
import { candles, closing } from './market'

const shipped = { strategy: 'meanreversion', strategies: '..', symbol: 'BTC-USDT', cash: '10000' }

test('what it does in some hours is what it did', async () => {
  const config = { lookback: 50, entry: 2.5 }
  expect(await backtest({ ...shipped, data: candles(1000), config })).toMatchGolden('golden/meanreversion.json')
})

test('it sells what has risen far, and buys it back near the mean', async () => {
  const data = closing(100, 101, 100, 101, 100, 101, 120, 101, 100, 101)
  const { fills } = await backtest({ ...shipped, data, config: { lookback: 6, entry: 1.5, quantity: 1 } })
  expect(fills.map(({ side, price }) => `${side} ${price}`)).toEqual(['sell 120', 'buy 101'])
})

test('the farther the entry, the fewer trades', async () => {
  const runs = await sweep({ ...shipped, data: candles(1000), set: { entry: '1.5:3.5:1' } })
  const trades = runs.map(({ stats }) => stats.trades ?? 0)
  expect(trades).toEqual([...trades].sort((a, b) => b - a))
  expect(runs.best('trades')?.config.entry).toBe(1.5)
})
