/** Bars that a strategy is told of before it may order, and candles longer than those that fill its orders. */
import { describe, expect, test } from 'bun:test'
import { backtest, candles, strategy, trades } from './backtests'

/** Fourteen minutes that rise by one. */
const RISING = candles(...Array.from({ length: 14 }, (_, i) => [100 + i, 101 + i, 99 + i, 100 + i] as const))
const ORDERING = strategy(
  `onKlineSummary(ctx, evt, p) {
     if (++n > 4) return
     try { runtime.submitMarketOrder('', 'buy', 1); log(n, p.interval, 'ordered', runtime.isTradingActive()) }
     catch (error) { log(n, p.interval, error.message, runtime.isTradingActive()) }
   },
   onOrderFilled(ctx, evt, p) { log('filled', p.avgFillPrice) }`,
  'let n = 0',
)

describe('the warm-up', () => {
  test('is delivered, its orders are refused with the reason, and trading is active from the bar after it', async () => {
    const { lines, errors, orders } = await backtest(ORDERING, RISING, { warmup: 2 })
    expect(lines).toEqual([
      '00:00:59.999 1 1m warm-up: orders are refused until bar 3 false',
      '00:01:59.999 2 1m warm-up: orders are refused until bar 3 false',
      '00:02:59.999 3 1m ordered true',
      '00:03:00.000 filled 103',
      '00:03:59.999 4 1m ordered true',
      '00:04:00.000 filled 104',
    ])
    expect({ errors, orders }).toEqual({ errors: 0, orders: 2 })
  })

  test('is no part of the figures, which are those of data without it', async () => {
    const figures = ({ stats }: Awaited<ReturnType<typeof backtest>>) => stats
    const buy = strategy(`onKlineSummary(ctx, evt, p) {
      if (p.openTime === '2024-01-01T00:05:00.000Z') runtime.submitMarketOrder('', 'buy', 1)
    }`)
    const [head = '', ...rows] = RISING.trim().split('\n')
    const later = [head, ...rows.slice(3), ''].join('\n')
    expect(figures(await backtest(buy, RISING, { warmup: 3 }))).toEqual(figures(await backtest(buy, later)))
  })

  test('ends with a longer bar where those are counted: what fills at its end is within the figures', async () => {
    const buy = strategy(
      `onKlineSummary() { if (runtime.isTradingActive() && n++ === 0) runtime.submitMarketOrder('', 'buy', 1) }`,
      'let n = 0',
    )
    const { stats } = await backtest(buy, RISING, { warmup: 1, timeframes: ['5m'] })
    expect(new Date(stats.start!).toISOString()).toBe('2024-01-01T00:09:59.999Z')
    expect(stats.exposurePct).toBeLessThanOrEqual(100)
    expect(stats.events).toBe(5)
  })

  test('counts the bars of the shortest timeframe, of each symbol on its own', async () => {
    const lines = ['BTC-USDT', 'ETH-USDT'].map((symbol, late) =>
      Array.from(
        { length: 20 },
        (_, i) => `${Date.UTC(2024, 0, 1) + (i + 10 * late) * 60_000},${symbol},100,100,100,100,1`,
      ),
    )
    const header = 'timestamp,symbol,open,high,low,close,volume'
    const csv = lines.map((rows) => [header, ...rows, ''].join('\n'))
    const source = strategy(`onKlineSummary(ctx, evt, p) {
      if (p.interval !== '5m') return log(evt.symbol, p.interval)
      try { runtime.submit({ symbol: evt.symbol, side: 'buy', type: 'limit', quantity: 1, price: 90 }); log(evt.symbol, 'ok') }
      catch (error) { log(evt.symbol, error.message) }
    }`)
    const told = await backtest(source, csv, { warmup: 1, timeframes: ['5m', '10m'], symbol: '' })
    const refusal = 'warm-up: orders are refused until bar 2'
    expect(told.lines.map((line) => line.slice(13))).toEqual([
      `BTC-USDT ${refusal}`,
      'BTC-USDT ok',
      'BTC-USDT 10m',
      'BTC-USDT ok',
      `ETH-USDT ${refusal}`,
      'BTC-USDT ok',
      'ETH-USDT ok',
      'BTC-USDT 10m',
      'ETH-USDT 10m',
      'ETH-USDT ok',
      'ETH-USDT ok',
      'ETH-USDT 10m',
    ])
  })

  test.each([
    [
      'as long as the data',
      RISING,
      { warmup: 14 },
      'the data have no more than 14 bars: a warm-up of 14 leaves nothing',
    ],
    [
      'in longer candles',
      RISING,
      { warmup: 9, timeframes: ['5m'] },
      'the data have no more than 2 bars of 5m: a warm-up of 9 leaves nothing',
    ],
    ['of trades', trades(1, 2, 3), { warmup: 1 }, 'a warm-up is counted in bars, and the data are trades'],
  ])('%s is refused', async (_, csv, options, message) => {
    expect(backtest(ORDERING, csv, options)).rejects.toThrow(message)
  })
})

describe('longer candles', () => {
  test('are what the strategy sees; orders fill on those of the data, as soon as one comes', async () => {
    const { lines } = await backtest(ORDERING, RISING, { timeframes: ['5m'] })
    expect(lines).toEqual([
      '00:04:59.999 1 5m ordered true',
      '00:05:00.000 filled 105',
      '00:09:59.999 2 5m ordered true',
      '00:10:00.000 filled 110',
    ])
  })

  test('fill nothing again: a limit order below is reached by a later minute, not by what the candle has behind it', async () => {
    const falling = candles(
      ...[100, 100, 100, 80, 100, 100, 100, 89].map((low) => [100, 101, low, 100] as const),
      [100, 101, 99, 100],
      [100, 101, 99, 100],
    )
    const source = strategy(
      `onKlineSummary(ctx, evt, p) {
        if (n++ === 0) runtime.submitOrder('', 'buy', 1, 90)
        log(p.interval, p.lowPrice)
      },
      onOrderFilled(ctx, evt, p) { log('filled', p.timestamp) }`,
      'let n = 0',
    )
    const { lines } = await backtest(source, falling, { timeframes: ['1m', '5m'] })
    expect(lines.filter((line) => line.includes('filled'))).toEqual(['00:03:59.999 filled 2024-01-01T00:03:59.999Z'])
    const longer = await backtest(source, falling, { timeframes: ['5m'] })
    expect(longer.lines.filter((line) => line.includes('filled'))).toEqual([
      '00:07:59.999 filled 2024-01-01T00:07:59.999Z',
    ])
  })

  test('change nothing of the figures, whatever is looked at', async () => {
    const source = strategy(
      `onKlineSummary(ctx, evt, p) { if (p.closeTime.endsWith('04:59.999Z') && n++ === 0) runtime.submitMarketOrder('', 'buy', 1) }`,
      'let n = 0',
    )
    const runs = await Promise.all(
      [undefined, ['5m'], ['1m', '5m', '10m']].map((timeframes) =>
        backtest(source, RISING, { ...(timeframes && { timeframes }), batch: 3 }),
      ),
    )
    const [plain, longer, several] = runs.map(({ stats, trades }) => ({ stats, trades }))
    expect(plain!.trades).toHaveLength(1)
    expect(longer).toEqual(plain!)
    expect(several).toEqual(plain!)
  })
})
