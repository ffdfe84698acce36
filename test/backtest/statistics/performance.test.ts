/** The figures of a backtest against examples worked by hand. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { MOST_EVENTS } from '../../../src/backtest/statistics/equity-points'
import { FIGURES, type Statistics } from '../../../src/backtest/statistics/figures'
import { type Measurements, Performance } from '../../../src/backtest/statistics/performance'
import { periodOf } from '../../../src/backtest/statistics/periods'
import type { Trade } from '../../../src/backtest/statistics/trades'
import type { MarketEvent } from '../../../src/schema/events'
import type { OrderSide } from '../../../src/schema/orders'
import { Decimal } from '../../../src/trading/decimal'
import { contract } from '../../trading/venue'

const DAY_MS = 86_400_000
const START = Date.UTC(2024, 0, 1, 12)

/** Events and fills in their order; times in days from the start. */
class Story {
  readonly trades: Trade[] = []
  private readonly performance: Performance
  private timeMs = START

  constructor(cash = '1000', periods = 365) {
    this.performance = new Performance(
      { opening: cash, period: periodOf(0), perYear: periods, keepsPoints: 'exact' as const },
      (symbol) => contract(symbol),
      (trade) => this.trades.push(trade.toJSON()),
    )
  }

  price(days: number, price: string, symbol = 'BTC-USDT'): this {
    this.timeMs = START + days * DAY_MS
    this.performance.event(tick(this.timeMs, symbol, price))
    return this
  }

  fill(side: OrderSide, quantity: string, price: string, fee = '0', symbol = 'BTC-USDT'): this {
    const feeCurrency = 'USDT'
    this.performance.fill({ symbol, side, price, quantity, fee, feeCurrency, liquidity: 'taker', timeMs: this.timeMs })
    this.performance.settle()
    return this
  }

  end(): Statistics {
    return this.measured().stats
  }

  measured(): Measurements {
    return this.performance.end()!
  }
}

/** The standard deviation of a sample. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

function tick(timeMs: number, symbol: string, price: string): MarketEvent {
  const payload = { tradeId: '', side: 'Buy' as const, price, quantity: '1', timestamp: timeMs }
  return { type: 'Trade', eventId: '', provider: 'test', symbol, sequence: 0, timeMs, payload }
}

/** Daily equity 1000, 1000, 1100, 1045, 1149.5, 1034.55: returns 0, +10 %, −5 %, +10 %, −10 %, the first day being none. */
function fiveDays(periods?: number): Story {
  return new Story('1000', periods)
    .price(-1, '90')
    .price(0, '100')
    .fill('buy', '10', '100')
    .price(1, '110')
    .price(2, '104.5')
    .price(3, '114.95')
    .price(4, '103.455')
}

test('the figures stand in the order in which a result lists them', () => {
  expect(Object.keys(fiveDays().end())).toEqual(Object.keys(FIGURES))
})

test('annual figures come from daily returns and their sample deviation', () => {
  const stats = fiveDays().end()
  // mean 0.01; squares of deviations 0.0001 + 0.0081 + 0.0036 + 0.0081 + 0.0121 = 0.032, over n - 1 = 4: 0.008.
  expect(stats.annualVolatilityPct).toBeCloseTo(100 * Math.sqrt(0.008) * Math.sqrt(365), 10)
  expect(stats.sharpe).toBeCloseTo((0.01 / Math.sqrt(0.008)) * Math.sqrt(365), 10)
  // Losses 0.05 and 0.1, over all five days: (0.0025 + 0.01) / 5 = 0.0025, the root 0.05.
  expect(stats.sortino).toBeCloseTo((0.01 / 0.05) * Math.sqrt(365), 10)
  expect(stats.omega).toBeCloseTo(0.2 / 0.15, 10)
  expect(stats.annualReturnPct).toBeCloseTo(100 * (1.03455 ** (365 / 5) - 1), 6)
  expect(stats.cagrPct).toBeCloseTo(100 * (1.03455 ** (365 / 5) - 1), 6)
  expect(stats.calmar).toBeCloseTo((100 * (1.03455 ** 73 - 1)) / 10, 6)
})

test('the number of trading days of a year can be that of stocks', () => {
  const stats = fiveDays(252).end()
  expect(stats.sharpe).toBeCloseTo((0.01 / Math.sqrt(0.008)) * Math.sqrt(252), 10)
  expect(stats.annualReturnPct).toBeCloseTo(100 * (1.03455 ** (252 / 5) - 1), 6)
})

test('a drawdown lasts from its peak until the equity is back there, or to the end', () => {
  const stats = fiveDays().end()
  expect(stats.maxDrawdownPct).toBeCloseTo(-10, 10)
  expect(stats.avgDrawdownPct).toBeCloseTo(-7.5, 10)
  // The first from day 1 to day 3, the second from day 3 to the end on day 4.
  expect(stats.maxDrawdownDurationMs).toBe(2 * DAY_MS)
  expect(stats.avgDrawdownDurationMs).toBe(1.5 * DAY_MS)
  expect(stats.peakEquity).toBe(1149.5)
})

test('a drawdown ends when the equity is back at its peak, to the digit, and the next one begins there', () => {
  const story = new Story().price(0, '100').fill('buy', '10', '100').price(1, '90').price(3, '100').price(4, '100')
  const stats = story.price(5, '80').end()
  expect(stats.maxDrawdownPct).toBeCloseTo(-20, 10)
  expect(stats.avgDrawdownPct).toBeCloseTo(-15, 10)
  // From day 0 to day 3, and from day 4 to the end on day 5.
  expect([stats.maxDrawdownDurationMs, stats.avgDrawdownDurationMs]).toEqual([3 * DAY_MS, 2 * DAY_MS])
})

test('of hundreds of trades none is forgotten', () => {
  const story = new Story('1000000').price(0, '100')
  const exits = Array.from({ length: 601 }, (_, n) => 100 + ((n * 37) % 601))
  for (const [n, exit] of exits.entries()) {
    story
      .fill('buy', '1', '100')
      .price(n + 0.25, String(exit))
      .fill('sell', '1', String(exit))
      .price(n + 1, '100')
  }
  const stats = story.end()
  expect(stats).toMatchObject({ trades: 601, medianTradePct: 300, bestTradePct: 600, worstTradePct: 0 })
  expect(stats.exposurePct).toBeCloseTo(25, 1)
})

test('of an odd number of trades the median is the middle one, of an even number the mean of two', () => {
  const median = (...exits: number[]) => {
    const story = new Story().price(0, '100')
    for (const [n, exit] of exits.entries()) {
      story
        .fill('buy', '1', '100')
        .price(n + 1, String(exit))
        .fill('sell', '1', String(exit))
        .price(n + 1, '100')
    }
    return story.end().medianTradePct
  }
  expect([median(107), median(101, 107), median(107, 101, 104), median(109, 101, 107, 103)]).toEqual([7, 4, 4, 5])
})

test('returns, exposure and what holding would have brought are of the whole time', () => {
  const stats = new Story()
    .price(0, '100')
    .price(1, '120')
    .fill('buy', '5', '120', '0.6')
    .price(1, '120')
    .price(3, '150')
    .fill('sell', '5', '150', '0.75')
    .price(3, '150')
    .price(4, '90')
    .end()
  expect(stats).toMatchObject({
    start: START,
    end: START + 4 * DAY_MS,
    durationMs: 4 * DAY_MS,
    events: 6,
    exposurePct: 50,
    startEquity: 1000,
    finalEquity: 1148.65,
    turnover: 1350,
    fees: 1.35,
  })
  expect(stats.returnPct).toBeCloseTo(14.865, 10)
  expect(stats.buyHoldReturnPct).toBeCloseTo(-10, 10)
})

test('a day without events does not count as a day without return', () => {
  const stats = new Story().price(0, '100').fill('buy', '1', '100').price(1, '110').price(30, '121').end()
  expect(stats.annualReturnPct).toBeCloseTo(100 * (1.021 ** (365 / 2) - 1), 6)
})

test('a candle that closes at midnight belongs to the day that ends', () => {
  const midnight = 0.5
  const stats = new Story().price(0, '100').fill('buy', '1', '100').price(midnight, '110').end()
  expect(stats.sharpe).toBeNull()
  expect(stats.annualReturnPct).toBeCloseTo(100 * (1.01 ** 365 - 1), 6)
})

test('each midnight belongs to the day that it ends', () => {
  const story = new Story().price(-0.5, '100').price(0.5, '100').fill('buy', '1', '100')
  const stats = story.price(1.5, '110').price(2.4, '105').price(2.5, '132').end()
  // Three days, all with their last event at midnight: 0, 10, and 22 in 1010.
  expect(stats.annualReturnPct).toBeCloseTo(100 * (1.032 ** (365 / 3) - 1), 6)
  expect(stats.omega).toBeNull()
  expect(stats.annualVolatilityPct).toBeCloseTo(100 * deviation([0, 0.01, 22 / 1010]) * Math.sqrt(365), 10)
})

test('a year means nothing to an account that is used up, however many periods it has', () => {
  for (const [exit, equity] of [
    ['250', -500],
    ['200', 0],
  ] as const) {
    for (const periods of [1, 2, 252, 360, 365]) {
      const story = new Story('1000', periods).price(0, '100').fill('sell', '10', '100').price(1, '110')
      const stats = story.price(2, exit).end()
      expect(stats).toMatchObject({
        finalEquity: equity,
        returnPct: (100 * equity) / 1000 - 100,
        annualReturnPct: null,
        annualVolatilityPct: null,
        cagrPct: null,
        sharpe: null,
        sortino: null,
        calmar: null,
      })
    }
  }
})

test('what a single moment cost is no year', () => {
  const stats = new Story().price(0, '100').fill('buy', '1', '100', '1').end()
  expect(stats).toMatchObject({ finalEquity: 999, annualReturnPct: null, cagrPct: null, exposurePct: null })
})

test('what was paid in the first day is part of the first return that counts', () => {
  const stats = new Story().price(0, '100').fill('buy', '1', '100', '10').price(1, '100').price(2, '120').end()
  // 990 of 1000, then 1010 of 990.
  expect(stats.sharpe).toBeCloseTo(((-0.01 + 2 / 99) / 2 / deviation([-0.01, 2 / 99])) * Math.sqrt(365), 10)
})

test('a trade goes from flat to flat, over any number of fills, and its profit is exact and after fees', () => {
  const story = new Story()
    .price(0, '100')
    .fill('buy', '0.1', '100.1', '0.01001')
    .fill('buy', '0.2', '100.4', '0.02008')
    .price(1, '110')
    .fill('sell', '0.05', '110', '0.0055')
    .price(2, '111')
    .fill('sell', '0.25', '111', '0.02775')
    .price(2, '111')
  story.end()
  expect(story.trades).toEqual([
    {
      symbol: 'BTC-USDT',
      side: 'long',
      quantity: '0.3',
      entryTime: '2024-01-01T12:00:00.000Z',
      exitTime: '2024-01-03T12:00:00.000Z',
      entryPrice: '100.3',
      exitPrice: '110.8333333333333333',
      // 5.5 + 27.75 - 10.01 - 20.08 = 3.16, less 0.06334.
      pnl: '3.09666',
      pnlPct: (100 * 3.09666) / 30.09,
      fees: '0.06334',
      durationMs: 2 * DAY_MS,
      mae: 0,
      // Closed at 111, with 0.05 of it at 110: 5.5 + 27.75 - 10.01 - 20.08.
      mfe: (100 * 3.16) / 30.09,
    },
  ])
})

test('a fill to the other side ends one trade and begins the next, and shares its fee by quantity', () => {
  const story = new Story()
    .price(0, '100')
    .fill('buy', '1', '100', '0.1')
    .price(1, '90')
    .fill('sell', '3', '90', '0.27')
  story.price(2, '80').fill('buy', '2', '80', '0.16').price(2, '80')
  const stats = story.end()
  expect(story.trades.map(({ side, quantity, pnl, fees }) => ({ side, quantity, pnl, fees }))).toEqual([
    { side: 'long', quantity: '1', pnl: '-10.19', fees: '0.19' },
    { side: 'short', quantity: '2', pnl: '19.66', fees: '0.34' },
  ])
  expect(stats).toMatchObject({ trades: 2, longTrades: 1, shortTrades: 1, winRatePct: 50, finalEquity: 1009.47 })
})

test('what is open at the end is marked at the last price and counts as a trade', () => {
  const story = new Story().price(0, '100').fill('sell', '2', '100', '0.2').price(1, '95')
  expect(story.end()).toMatchObject({ trades: 1, finalEquity: 1009.8, exposurePct: 100, winRatePct: 100 })
  expect(story.trades).toMatchObject([{ side: 'short', exitPrice: '95', pnl: '9.8', open: true }])
})

test('a trade that brought nothing is neither won nor lost, and ends a streak of either', () => {
  const story = new Story().price(0, '100')
  for (const [days, exit] of [
    [1, '110'],
    [2, '100'],
    [3, '110'],
    [4, '90'],
    [5, '100'],
    [6, '90'],
  ] as const) {
    story.fill('buy', '1', '100').price(days, exit).fill('sell', '1', exit).price(days, '100')
  }
  const stats = story.end()
  expect(stats).toMatchObject({ trades: 6, maxConsecutiveWins: 1, maxConsecutiveLosses: 1, profitFactor: 1 })
  expect(stats.winRatePct).toBeCloseTo(100 / 3, 10)
  expect(stats.kelly).toBeCloseTo(1 / 3 - 2 / 3, 10)
})

/** Trades of 100 each with profits of 10, −5, −5, 20. */
function fourTrades(): Story {
  const story = new Story().price(0, '100')
  for (const [days, exit] of [
    [1, '110'],
    [2, '95'],
    [4, '95'],
    [5, '120'],
  ] as const) {
    story.fill('buy', '1', '100').price(days, exit).fill('sell', '1', exit).price(days, '100')
  }
  return story
}

test('the figures of trades are those of backtesting.py', () => {
  const stats = fourTrades().end()
  expect(stats).toMatchObject({
    trades: 4,
    winRatePct: 50,
    bestTradePct: 20,
    worstTradePct: -5,
    medianTradePct: 2.5,
    expectancyPct: 5,
    profitFactor: 3,
    maxTradeDurationMs: 2 * DAY_MS,
    avgTradeDurationMs: 1.25 * DAY_MS,
    maxConsecutiveWins: 1,
    maxConsecutiveLosses: 2,
  })
  expect(stats.avgTradePct).toBeCloseTo(100 * ((1.1 * 0.95 * 0.95 * 1.2) ** 0.25 - 1), 10)
  // Mean 5; squares of deviations 25 + 100 + 100 + 225 = 450, over n - 1 = 3: 150.
  expect(stats.sqn).toBeCloseTo((2 * 5) / Math.sqrt(150), 10)
  // Mean profit 15, mean loss 5.
  expect(stats.kelly).toBeCloseTo(0.5 - 0.5 / 3, 10)
})

test('figures that are not defined are null, never NaN or infinite', () => {
  const nothing = new Story().price(0, '100').end()
  const flat = new Story().price(0, '100').price(3, '100').end()
  const ruined = new Story()
    .price(0, '100')
    .fill('buy', '100', '100')
    .price(1, '50')
    .price(2, '60')
    .price(3, '40')
    .end()
  for (const stats of [nothing, flat, ruined]) {
    for (const value of Object.values(stats)) expect(value === null || Number.isFinite(value)).toBe(true)
  }
  expect(nothing).toMatchObject({ sharpe: null, exposurePct: null, cagrPct: null, avgTradePct: null, kelly: null })
  expect(flat).toMatchObject({ sharpe: null, calmar: null, omega: null, maxDrawdownPct: 0, avgDrawdownPct: null })
  expect(ruined).toMatchObject({ sharpe: null, annualReturnPct: null, finalEquity: -5000 })
})

test('the time with positions of several symbols counts once', () => {
  const story = new Story().price(0, '100', 'BTC-USDT').price(0, '10', 'ETH-USDT')
  story.price(1, '100').fill('buy', '1', '100').price(2, '10', 'ETH-USDT').fill('sell', '1', '10', '0', 'ETH-USDT')
  story.price(3, '100').fill('sell', '1', '100').price(4, '10', 'ETH-USDT').fill('buy', '1', '10', '0', 'ETH-USDT')
  story.price(6, '100').fill('buy', '1', '100').price(6, '100').fill('sell', '1', '100')
  expect(story.price(9, '10', 'ETH-USDT').fill('buy', '1', '10', '0', 'ETH-USDT').price(10, '100').end()).toMatchObject(
    {
      durationMs: 10 * DAY_MS,
      exposurePct: 40,
    },
  )
})

test('several symbols add up, each at its own last price', () => {
  const stats = new Story()
    .price(0, '100', 'BTC-USDT')
    .price(0, '10', 'ETH-USDT')
    .fill('buy', '1', '100', '0', 'BTC-USDT')
    .fill('sell', '5', '10', '0', 'ETH-USDT')
    .price(1, '105', 'BTC-USDT')
    .price(1, '8', 'ETH-USDT')
    .end()
  expect(stats.finalEquity).toBe(1015)
  expect(stats.buyHoldReturnPct).toBeCloseTo((5 - 20) / 2, 10)
})

test('the profits of all trades add up to the change of the equity, whatever was filled', () => {
  const decimal = (max: number) => fc.integer({ min: 1, max }).map((units) => String(units / 1000))
  const fills = fc.array(
    fc.record({ buys: fc.boolean(), quantity: decimal(5000), price: decimal(200_000), fee: decimal(500) }),
    { minLength: 1, maxLength: 40 },
  )
  fc.assert(
    fc.property(fills, (made) => {
      const story = new Story('1000000').price(0, '100')
      for (const [i, { buys, quantity, price, fee }] of made.entries()) {
        story.fill(buys ? 'buy' : 'sell', quantity, price, fee).price(i + 1, price)
      }
      const stats = story.end()
      const sum = (field: 'pnl' | 'fees') =>
        story.trades.reduce((total, trade) => total.plus(Decimal.parse(trade[field])), Decimal.parse('0')).toString()
      expect(Number(Decimal.parse(sum('pnl')).plus(Decimal.parse('1000000')).toString())).toBe(stats.finalEquity!)
      expect(Number(sum('fees'))).toBe(stats.fees!)
      expect(story.trades.length).toBe(stats.trades!)
    }),
    { numRuns: 200, seed: 3 },
  )
})

test('an excursion is over all fills, in percent of all that was put in, and of nothing where there was none', () => {
  const story = new Story()
    .price(0, '100')
    .fill('buy', '1', '100')
    .price(1, '90')
    .fill('buy', '1', '90')
    .price(2, '120')
  story.fill('sell', '1', '120').price(3, '110').fill('sell', '1', '110')
  story.fill('sell', '1', '110').price(4, '100').fill('buy', '1', '95')
  story.end()
  const excursions = story.trades.map(({ side, pnl, mae, mfe }) => ({ side, pnl, mae, mfe }))
  expect(excursions).toEqual([
    // 10 of 190 lost at 90; 20 and 30 gained at 120
    { side: 'long', pnl: '40', mae: (100 * -10) / 190, mfe: (100 * 50) / 190 },
    // never above its price; filled below every mark
    { side: 'short', pnl: '15', mae: 0, mfe: (100 * 15) / 110 },
  ])
})

test('a trade that is open at the end has been as far as its marks', () => {
  const story = new Story().price(0, '100').fill('sell', '2', '100', '1').price(1, '130').price(2, '60').price(3, '90')
  story.end()
  expect(story.trades).toMatchObject([{ open: true, mae: -30, mfe: 40 }])
})

test('a price that stands still has been seen again by a trade that was filled away from it', () => {
  const story = new Story().price(0, '100').fill('buy', '1', '80').price(1, '100').fill('sell', '1', '90')
  story.fill('sell', '1', '125').price(2, '100').fill('buy', '1', '110').fill('buy', '1', '110')
  story.end()
  const excursions = story.trades.map(({ side, mae, mfe }) => ({ side, mae, mfe }))
  expect(excursions).toEqual([
    { side: 'long', mae: 0, mfe: 25 },
    { side: 'short', mae: 0, mfe: 20 },
    // filled after the last event, and worth less at its price
    { side: 'long', mae: (100 * -10) / 110, mfe: 0 },
  ])
})

test('each month has the return from the end of the one before, the first from what there was to begin with', () => {
  // The start is noon on the first of January.
  const story = new Story().price(0, '100').fill('buy', '10', '100').price(10, '110').price(29.5, '105')
  story.price(30.5, '120').price(40, '90').price(100, '99')
  expect(story.measured().monthly).toEqual([
    // what happens at the midnight that ends a month belongs to it
    { month: '2024-01', returnPct: 100 * (1200 / 1000 - 1) },
    { month: '2024-02', returnPct: 100 * (900 / 1200 - 1) },
    { month: '2024-04', returnPct: 100 * (990 / 900 - 1) },
  ])
})

test('a month that begins with nothing has no return', () => {
  const story = new Story().price(0, '100').fill('sell', '10', '100').price(1, '100').price(20, '210').price(40, '200')
  expect(story.measured().monthly).toEqual([
    { month: '2024-01', returnPct: expect.closeTo(-110, 10) },
    { month: '2024-02', returnPct: null },
  ])
})

test('each symbol has its share, and the shares add up', () => {
  const story = new Story().price(0, '100').price(0, '10', 'ETH-USDT').price(0, '1', 'XRP-USDT')
  story
    .fill('buy', '1', '100', '0.1')
    .fill('sell', '5', '10', '0.05', 'ETH-USDT')
    .price(1, '110')
    .price(1, '11', 'ETH-USDT')
  story.fill('sell', '1', '110', '0.11').fill('buy', '1', '110', '0.11').price(2, '100')
  const { bySymbol, stats } = story.measured()
  const losing = (100 * -10.11) / 110
  expect(bySymbol).toEqual([
    {
      symbol: 'BTC-USDT',
      trades: 2,
      longTrades: 2,
      shortTrades: 0,
      winRatePct: 50,
      profitFactor: 9.79 / 10.11,
      expectancyPct: (9.79 + losing) / 2,
      bestTradePct: 9.79,
      worstTradePct: losing,
      pnl: '-0.32',
      fees: '0.32',
      turnover: '320',
    },
    {
      symbol: 'ETH-USDT',
      trades: 1,
      longTrades: 0,
      shortTrades: 1,
      winRatePct: 0,
      profitFactor: 0,
      expectancyPct: -10.1,
      bestTradePct: -10.1,
      worstTradePct: -10.1,
      pnl: '-5.05',
      fees: '0.05',
      turnover: '50',
    },
  ])
  expect(stats).toMatchObject({ fees: 0.37, turnover: 370, finalEquity: 994.63 })
})

test('what is held against buying and holding is not defined where the price stands still, nor for one return', () => {
  const still = new Story().price(0, '100').fill('buy', '1', '100', '1').price(1, '100').price(2, '100')
  const one = new Story().price(0, '100').fill('buy', '1', '100').price(0.1, '101')
  for (const story of [still, one]) expect(story.end()).toMatchObject({ alphaPct: null, beta: null })
})

test('a run that buys all and holds it is the benchmark', () => {
  const { stats, returns, holdReturns } = fiveDays().measured()
  // The first return of holding is over the first price, 90, at which nothing could be bought.
  expect(Array.from(returns.subarray(1))).toEqual(
    [...holdReturns.subarray(1)].map((value) => expect.closeTo(value, 12)),
  )
  expect(holdReturns[0]).toBeCloseTo(100 / 90 - 1, 12)
  expect(stats.beta).not.toBeNull()
})

/** What a walk of prices with a few fills comes to. @param most events that are taken in at once. */
function measured(events: readonly MarketEvent[], fillsBefore: ReadonlySet<number>, most: number): Measurements {
  const terms = { opening: '1000', period: periodOf(0), perYear: 365, keepsPoints: 'exact' as const }
  const performance = new Performance(
    terms,
    (symbol) => contract(symbol),
    () => undefined,
  )
  let isLong = false
  for (let from = 0; from < events.length; ) {
    if (fillsBefore.has(from)) {
      const { symbol, timeMs } = events[from]!
      const traded = { price: String(90 + (from % 20)), quantity: '1', fee: '0.1', feeCurrency: 'USDT' } as const
      performance.fill({ symbol, side: isLong ? 'sell' : 'buy', ...traded, liquidity: 'taker', timeMs })
      isLong = !isLong
    }
    let to = from + 1
    while (to < events.length && to - from < most && !fillsBefore.has(to)) to++
    performance.events(events, from, to)
    from = to
  }
  return performance.end()!
}

test('events that are taken in together come to what each of them by itself comes to', () => {
  const gap = fc.constantFrom(0, 1, DAY_MS / 5, DAY_MS, 3 * DAY_MS, 20 * DAY_MS)
  const walk = fc.array(fc.tuple(gap, fc.integer({ min: 80, max: 120 }), fc.integer({ min: 0, max: 7 })), {
    minLength: 1,
    maxLength: 80,
  })
  fc.assert(
    fc.property(walk, fc.integer({ min: 2, max: 30 }), (steps, most) => {
      let timeMs = START
      const events = steps.map(([gapMs, price]) => {
        timeMs += gapMs
        return tick(timeMs, 'BTC-USDT', String(price))
      })
      const fills = new Set(steps.flatMap(([, , dice], index) => (index > 0 && dice === 0 ? [index] : [])))
      expect(measured(events, fills, most)).toEqual(measured(events, fills, 1))
    }),
    { numRuns: 300, seed: 11 },
  )
})

test('so do more events than the equity has points for, before and after a position', () => {
  const count = MOST_EVENTS + 20_000
  const events = Array.from({ length: count }, (_, index) =>
    tick(START + index * 1500, 'BTC-USDT', String(100 + (index % 17))),
  )
  const [early, late] = [new Set([50, 4000, 100_500, 101_000]), new Set([110_000, 110_400])]
  for (const fills of [new Set<number>(), early, late]) {
    const one = measured(events, fills, 1)
    expect(one.stats.events).toBe(count)
    expect(measured(events, fills, 256)).toEqual(one)
  }
})
