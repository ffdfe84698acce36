import { backtest, type CandleRow, check, expect, test } from 'meltica'

const strategy = './strategy.ts'

test('an upload would take it, without a warning', async () => {
  const { ok, name, diagnostics, warnings } = await check(strategy)
  expect({ ok, name, diagnostics, warnings }).toEqual({ ok: true, name: 'my-strategy', diagnostics: [], warnings: [] })
})

test('it trades on the sample, and is never short', async () => {
  const result = await backtest({ strategy, data: 'data/sample.csv.gz', cash: '10000' })
  expect(result.errors).toBe(0)
  expect(result.stats.trades).toBeGreaterThan(5)
  expect(result.stats.shortTrades).toBe(0)
})

test('it buys when the price turns up, at the open of the candle after, and sells when it turns down', async () => {
  const closes = [100, 99, 98, 97, 98, 99, 100, 101, 100, 99, 98, 97]
  const data = closes.map((close, minute): CandleRow => {
    const open = closes[minute - 1] ?? close
    const time = Date.UTC(2024, 0, 1, 0, minute)
    return { time, open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 10 }
  })
  const result = await backtest({ strategy, data, symbol: 'BTC-USDT', config: { fast: 2, slow: 4, quantity: 1 } })
  expect(result.fills.map(({ side, price }) => `${side} ${price}`)).toEqual(['buy 99', 'sell 99'])
  expect(result.position('2024-01-01T00:07:00Z')).toBe('1')
})

test('what the account cannot pay for is refused once a trend, and is no error', async () => {
  const result = await backtest({ strategy, data: 'data/sample.csv.gz', cash: '1' })
  expect({ errors: result.errors, fills: result.fills.length }).toEqual({ errors: 0, fills: 0 })
  const refusals = result.logs.filter(({ message }) => message.startsWith('refused:')).length
  expect(refusals).toBeGreaterThan(5)
  expect(refusals).toBeLessThan(200)
})
