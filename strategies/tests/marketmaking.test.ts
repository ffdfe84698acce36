import { backtest, expect, test } from 'meltica'
import { trades } from './market'

const shipped = { strategy: 'marketmaking', strategies: '..', symbol: 'BTC-USDT', cash: '10000', makerBps: 0 }

test('what it does in a quarter of an hour is what it did', async () => {
  expect(await backtest({ ...shipped, data: trades(450) })).toMatchGolden('golden/marketmaking.json')
})

test('it holds no more than it may, on either side', async () => {
  const config = { quantity: 0.01, maxInventory: 0.02, spread: 4 }
  const result = await backtest({ ...shipped, data: trades(1800), config })
  const held = result.fills.map(({ time }) => Math.abs(Number(result.position(time))))
  expect(held.length).toBeGreaterThan(50)
  expect(Math.max(...held)).toBe(0.02)
})
