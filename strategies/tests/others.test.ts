import { backtest, expect, test } from 'meltica'
import { closing, trades } from './market'

const shipped = { strategies: '..', symbol: 'BTC-USDT' }

test('noop does nothing', async () => {
  const { orders, logs, errors, stats } = await backtest({ ...shipped, strategy: 'noop', data: trades(100) })
  expect({ orders, logs, errors, trades: stats.trades }).toEqual({ orders: 0, logs: [], errors: 0, trades: 0 })
})

test('logging tells one of so many candles', async () => {
  const data = closing(100, 101, 102, 103)
  const { logs } = await backtest({ ...shipped, strategy: 'logging', data, config: { every: 2 } })
  expect(logs.map(({ time }) => time)).toEqual(['2024-01-01T00:01:59.999Z', '2024-01-01T00:03:59.999Z'])
})

test('delay handles each trade when its time is over', async () => {
  const { logs } = await backtest({ ...shipped, strategy: 'delay', data: trades(2), config: { delay: '1s' } })
  expect(logs.map(({ message }) => message.replace(/ at [\d.]+,?/, ''))).toEqual([
    'trade of 2024-01-01T00:00:00.000Z handled at 2024-01-01T00:00:01.000Z',
    'trade of 2024-01-01T00:00:02.000Z handled at 2024-01-01T00:00:03.000Z',
  ])
})
