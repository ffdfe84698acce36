/** What annual figures are made of: one return for each day, or for each week or month of longer candles. */
import { expect, test } from 'bun:test'
import { periodOf } from '../../../src/backtest/statistics/periods'
import { backtest, strategy } from '../backtests'

const DAY_MS = 86_400_000
/** A Monday. */
const START = Date.UTC(2024, 0, 1)

/** Prices that go up and down without an end, and never in the same way. */
const walk = (count: number) => Array.from({ length: count }, (_, i) => Number((100 + 20 * Math.sin(i * i)).toFixed(2)))

interface Bar {
  readonly opensAt: number
  readonly symbol?: string
  readonly open: number
  readonly close: number
}

function csv(bars: readonly Bar[]): string {
  const rows = bars.map(({ opensAt, symbol = 'BTC-USDT', open, close }) =>
    [opensAt, symbol, open, Math.max(open, close) + 1, Math.min(open, close) - 1, close, 1].join(','),
  )
  return ['timestamp,symbol,open,high,low,close,volume', ...rows, ''].join('\n')
}

/** Candles of so many days each, without gaps. */
function bars(count: number, days: number, symbol = 'BTC-USDT', startMs = START): Bar[] {
  const closes = walk(count)
  return closes.map((close, i) => ({ opensAt: startMs + i * days * DAY_MS, symbol, open: closes[i - 1] ?? 100, close }))
}

/** Buys 10 after each first candle of three, at the next one's open, and sells them after each third. */
const IN_AND_OUT = strategy(
  `onKlineSummary(ctx, evt) {
    if (evt.symbol !== 'BTC-USDT') return
    n++
    if (n % 3 === 1) runtime.submit({ symbol: 'BTC-USDT', side: 'buy', type: 'market', quantity: 10 })
    if (n % 3 === 0) runtime.submit({ symbol: 'BTC-USDT', side: 'sell', type: 'market', quantity: 10 })
  }`,
  'let n = 0',
)

/** The equity of the strategy above at the close of each candle, by plain sums. */
function equities(all: readonly Bar[]): number[] {
  let cash = 10_000
  let held = 0
  return all.map(({ open, close }, i) => {
    if (i > 0 && i % 3 === 1) [cash, held] = [cash - 10 * open, 10]
    if (i > 0 && i % 3 === 0) [cash, held] = [cash + held * open, 0]
    return cash + held * close
  })
}

/** The change of each value over the one before: what pandas calls pct_change. */
const changes = (values: readonly number[]) => values.slice(1).map((value, i) => value / values[i]! - 1)

/** As empyrical and quantstats define them. */
function expected(returns: readonly number[], periods: number) {
  const count = returns.length
  const mean = returns.reduce((sum, value) => sum + value, 0) / count
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1))
  const downside = Math.sqrt(returns.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0) / count)
  const growth = returns.reduce((product, value) => product * (1 + value), 1)
  return {
    annualReturnPct: 100 * (growth ** (periods / count) - 1),
    annualVolatilityPct: 100 * deviation * Math.sqrt(periods),
    sharpe: (mean / deviation) * Math.sqrt(periods),
    sortino: (mean / downside) * Math.sqrt(periods),
  }
}

async function expectFigures(
  text: string | readonly string[],
  returns: readonly number[],
  periods: number,
  told?: { periods: number },
) {
  const ran = await backtest(IN_AND_OUT, text, {
    symbol: '',
    rules: { makerBps: '0', takerBps: '0' },
    ...told,
  })
  expect(ran.periods).toBe(periods)
  for (const [name, value] of Object.entries(expected(returns, periods))) {
    const figure = ran.stats[name as keyof ReturnType<typeof expected>]!
    expect(Math.abs(figure / value - 1)).toBeLessThan(1e-10)
  }
  return ran
}

test('the first of daily candles has no return, as nothing can be traded in it', async () => {
  const days = bars(40, 1)
  await expectFigures(csv(days), changes(equities(days)), 365)
  await expectFigures(csv(days), changes(equities(days)), 252, { periods: 252 })
})

test('the first day of shorter candles has one, over the opening equity', async () => {
  const hours = bars(24 * 6, 1 / 24)
  const closes = equities(hours).filter((_, i) => i % 24 === 23)
  await expectFigures(csv(hours), changes([10_000, ...closes]), 365)
})

test('of daily candles that are no whole days of UTC each still makes one return, and days without any make none', async () => {
  const eastern = bars(40, 1, 'BTC-USDT', START + 5 * 3_600_000)
  const sessions = eastern.filter((_, i) => i % 7 < 5)
  await expectFigures(csv(sessions), changes(equities(sessions)), 365)
})

test('weekly candles make weekly returns, on whatever day they begin', async () => {
  for (const day of [0, 3, 6]) {
    const weeks = bars(30, 7, 'BTC-USDT', START + day * DAY_MS)
    const { period } = await expectFigures(csv(weeks), changes(equities(weeks)), 52)
    expect(period).toBe('week')
  }
})

test('weekly candles can be counted otherwise', async () => {
  const weeks = bars(30, 7)
  await expectFigures(csv(weeks), changes(equities(weeks)), 50, { periods: 50 })
})

function months(count: number, symbol = 'BTC-USDT'): Bar[] {
  return bars(count, 1, symbol).map((bar, i) => ({ ...bar, opensAt: Date.UTC(2022, i, 1) }))
}

test('monthly candles make monthly returns', async () => {
  const all = months(30)
  const { period } = await expectFigures(csv(all), changes(equities(all)), 12)
  expect(period).toBe('month')
})

test('what happens at the very end of a period belongs to it', () => {
  const iso = (days: number, time: string) => new Date(periodOf(days * DAY_MS).endOf(Date.parse(time))).toISOString()
  for (const days of [0, 5]) expect(iso(days, '2024-02-29T00:00:00Z')).toBe('2024-02-29T00:00:00.000Z')
  expect(iso(1, '2024-02-29T00:00:00.001Z')).toBe('2024-03-01T00:00:00.000Z')
  for (const days of [6, 26]) expect(iso(days, '2024-03-04T00:00:00Z')).toBe('2024-03-04T00:00:00.000Z')
  expect(iso(7, '2024-03-04T00:00:00.001Z')).toBe('2024-03-11T00:00:00.000Z')
  for (const days of [27, 366]) expect(iso(days, '2024-03-01T00:00:00Z')).toBe('2024-03-01T00:00:00.000Z')
  expect(iso(30, '2024-12-01T00:00:00.001Z')).toBe('2025-01-01T00:00:00.000Z')
})

/** The equity at the close of each candle, and each of the days, weeks or months before that it covers too. */
const repeated = (values: readonly number[], times: number) =>
  values.flatMap((value, i) => (i === 0 ? [value] : [...Array<number>(times - 1).fill(values[i - 1]!), value]))

const LENGTHS: [days: number, periods: number, covered: number][] = [
  [3, 365, 3],
  [5, 365, 5],
  [6, 52, 1],
  [14, 52, 2],
  [21, 52, 3],
]

test.each(LENGTHS)('of candles of %p days %p periods make a year', async (days, periods, covered) => {
  const all = bars(30, days)
  const values = equities(all)
  if (days !== 6) return void (await expectFigures(csv(all), changes(repeated(values, covered)), periods))
  // Seven of six days lie in six weeks: the last one in a week counts.
  const lasts = values.filter((_, i) => i === values.length - 1 || (i * 6 + 5) % 7 >= ((i + 1) * 6 + 5) % 7)
  await expectFigures(csv(all), changes(lasts), periods)
})

test('where candles of several lengths are mixed, the shortest decide', async () => {
  const days = bars(35, 1)
  const weeks = bars(5, 7, 'ETH-USDT')
  await expectFigures([csv(days), csv(weeks)], changes(equities(days)), 365)
  await expectFigures([csv(weeks), csv(days)], changes(equities(days)), 365)
})

test('where longer candles follow, each makes a return for every day that it covers', async () => {
  const days = bars(15, 1)
  const weeks = bars(15, 7, 'BTC-USDT', START + 15 * DAY_MS)
  const values = equities([...days, ...weeks])
  const later = repeated(values.slice(14), 7)
  await expectFigures([csv(days), csv(weeks)], changes([...values.slice(0, 14), ...later]), 365)
})

test('weekly candles of two markets that begin on different days make one return a week', async () => {
  const weeks = bars(30, 7)
  const others = bars(30, 7, 'ETH-USDT', START + 3 * DAY_MS)
  const both = [...weeks, ...others].sort((a, b) => a.opensAt - b.opensAt)
  // The other one's last candle ends in a week of its own, in which nothing was held.
  await expectFigures(csv(both), [...changes(equities(weeks)), 0], 52)
})

test('of two markets with daily candles nothing can be traded in the first day either', async () => {
  const days = bars(40, 1)
  for (const hours of [0, -12]) {
    const others = bars(40, 1, 'ETH-USDT', START + hours * 3_600_000)
    await expectFigures([csv(days), csv(others)], changes(equities(days)), 365)
  }
})
