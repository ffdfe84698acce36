/** Mistakes in tests. */
import { backtest, check, expect, sweep, test } from 'meltica'

test('a backtest', async () => {
  const result = await backtest({
    strategy: './strategy.ts',
    data: [{ time: 0, open: 1, high: 1, low: 1, close: '1', volume: 1 }],
    cash: '10000',
    config: { threshold: 0.5, mode: 'calm', short: true },
  })
  const sharpe: number | null = result.stats.sharpe
  const points: (readonly [number, string])[] = [...result.equity]
  const fees: string[] = result.trades.map((trade) => trade.fees)
  expect(sharpe).toBeGreaterThan(points.length + fees.length)
  expect(result.position('2024-01-01T00:00:00Z')).toBe('0.1')
  expect(result).toMatchGolden('golden/cross.json')
  expect(result.logs.map(({ message }) => message)).not.toContain('lost')
  await expect(check('./none.ts')).rejects.toThrow('cannot be read')

  result.stats.sharp //! 2551 Did you mean 'sharpe'?
  result.stats.sharpe + 1 //! 18047 possibly 'null'
  result.trades[0]?.pnl.toFixed(2) //! 2551 Did you mean 'fixed'?
  expect(result.orders).toBe('1') //! 2345 not assignable to parameter of type 'number'
  expect(result).toMatchGoldn('x') //! 2551 Did you mean 'toMatchGolden'?
  await backtest({ strategy: './strategy.ts' }) //! 2345 Property 'data' is missing
  await backtest({ strategy: './strategy.ts', data: 'x.csv', cash: 10_000 }) //! 2322 not assignable to type 'string'
  await backtest({ strategy: './strategy.ts', data: 'x.csv', feeBp: 1 }) //! 2561 Did you mean to write 'feeBps'?
  await backtest({ strategy: './strategy.ts', data: [{ time: 0, open: 1 }] }) //! 2322
})

test('a search', async () => {
  const runs = await sweep({
    strategy: './strategy.ts',
    data: 'x.csv',
    set: { fast: '5:50:5', mode: ['calm', 'wild'] },
  })
  expect(runs.map(({ config }) => config.fast)).toEqual([5, 10])
  expect(runs.best('sharpe')?.stats.trades).toBe(3)
  runs.best('sharp') //! 2345 not assignable to parameter of type
  runs.best('sharpe').orders //! 2532 possibly 'undefined'
})
