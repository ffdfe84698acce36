import { backtest, expect, test } from 'meltica'
import { candles, closing } from './market'

const shipped = { strategy: 'momentum', strategies: '..', symbol: 'BTC-USDT', cash: '10000' }

test('what it does in some hours is what it did', async () => {
  const config = { lookback: 20, threshold: 0.3 }
  expect(await backtest({ ...shipped, data: candles(1000), config })).toMatchGolden('golden/momentum.json')
})

test('it follows the move, and goes short where it may', async () => {
  const data = closing(100, 100, 100, 101, 102, 102, 99, 97, 96, 96)
  const config = { lookback: 3, threshold: 0.5, quantity: 1 }
  const both = await backtest({ ...shipped, data, config })
  expect(both.fills.map(({ side, quantity, price }) => `${side} ${quantity} ${price}`)).toEqual([
    'buy 1 101',
    'sell 2 99',
  ])
  const long = await backtest({ ...shipped, data, config: { ...config, allowShort: false } })
  expect(long.fills.map(({ side, quantity, price }) => `${side} ${quantity} ${price}`)).toEqual([
    'buy 1 101',
    'sell 1 99',
  ])
  expect(long.stats.shortTrades).toBe(0)
})
