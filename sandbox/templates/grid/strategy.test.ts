import { backtest, type CandleRow, check, expect, test } from 'meltica'

const strategy = './strategy.ts'

/** Candles of a minute, each from the close of the one before. */
function candles(closes: number[]): CandleRow[] {
  return closes.map((close, minute) => {
    const open = closes[minute - 1] ?? close
    const time = Date.UTC(2024, 0, 1, 0, minute)
    return { time, open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 10 }
  })
}

test('an upload would take it, without a warning', async () => {
  const { ok, name, diagnostics, warnings } = await check(strategy)
  expect({ ok, name, diagnostics, warnings }).toEqual({ ok: true, name: 'my-strategy', diagnostics: [], warnings: [] })
})

test('it trades on the sample', async () => {
  const result = await backtest({ strategy, data: 'data/sample.csv.gz', cash: '10000' })
  expect(result.errors).toBe(0)
  expect(result.fills.length).toBeGreaterThan(20)
})

test('a filled buy is answered by a sell one step above it', async () => {
  const config = { levels: 2, spacing: 1, quantity: 1 }
  const data = candles([100, 100, 98.5, 98.5, 100.5, 100.5])
  const result = await backtest({ strategy, data, symbol: 'BTC-USDT', config })
  expect(result.fills.map(({ side, price }) => `${side} ${price}`)).toEqual(['buy 99', 'sell 99.99'])
})
