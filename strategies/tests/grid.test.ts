import { backtest, expect, test } from 'meltica'
import { candles, closing } from './market'

const shipped = { strategy: 'grid', strategies: '..', symbol: 'BTC-USDT', cash: '10000' }

test('what it does in a day is what it did', async () => {
  expect(await backtest({ ...shipped, data: candles(1500) })).toMatchGolden('golden/grid.json')
})

test('a filled buy is answered by a sell one step above it', async () => {
  const config = { levels: 2, spacing: 1, quantity: 1 }
  const result = await backtest({ ...shipped, data: closing(100, 100, 98.5, 98.5, 100.5, 100.5), config })
  expect(result.fills.map(({ side, price }) => `${side} ${price}`)).toEqual(['buy 99', 'sell 99.99'])
  expect(result.position('2024-01-02')).toBe('0')
})
