/** The time with a position: by the times of the fills, whatever the data are. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Exposure } from '../../../src/backtest/statistics/exposure'
import { backtest, candles, strategy, type Told } from '../backtests'

const MINUTE_MS = 60_000

/** Calls `on` with the number of each candle. */
const counting = (on: string) => strategy(`onKlineSummary() { n++; ${on} }`, 'let n = 0')

/** Opens at 100, trades between 98 and 102, closes at 100. */
const LEVEL = [100, 102, 98, 100] as const
const FREE = { rules: { makerBps: '0', takerBps: '0' } }

test.each([
  [[], 0],
  [[[1, 4]], 3],
  [[[4, 4]], 0],
  [[[9, 2]], 0],
  [
    [
      [9, 2],
      [0, 3],
    ],
    3,
  ],
  [
    [
      [0, 3],
      [3, 5],
    ],
    5,
  ],
  [
    [
      [0, 3],
      [4, 5],
    ],
    4,
  ],
  [
    [
      [4, 5],
      [0, 3],
    ],
    4,
  ],
  [
    [
      [0, 9],
      [1, 2],
      [3, 4],
    ],
    9,
  ],
  [
    [
      [0, 2],
      [1, 3],
      [5, 6],
    ],
    4,
  ],
] as [[number, number][], number][])('times with positions of %j are %d together', (spans, totalMs) => {
  const exposure = new Exposure()
  for (const [entryMs, exitMs] of spans) exposure.add(entryMs, exitMs)
  expect(exposure.totalMs).toBe(totalMs)
})

test('a position counts from the open at which it was bought, to the end when it stays open', async () => {
  const { stats } = await backtest(
    counting(`if (n === 1) runtime.submitMarketOrder('', 'buy', 1)`),
    candles(LEVEL, LEVEL, LEVEL, LEVEL),
  )
  // The next candle opens a millisecond after the first one closes.
  expect(stats.exposurePct).toBeCloseTo(100 * (1 - 1 / (3 * MINUTE_MS)), 10)
})

test('it counts to the close of the candle in which a limit order sold it', async () => {
  const { stats } = await backtest(
    counting(
      `if (n === 1) runtime.submitMarketOrder('', 'buy', 1); if (n === 2) runtime.submitOrder('', 'sell', 1, 101)`,
    ),
    candles(LEVEL, LEVEL, LEVEL, LEVEL, LEVEL),
    FREE,
  )
  expect(stats.exposurePct).toBeCloseTo(100 * ((2 * MINUTE_MS - 1) / (4 * MINUTE_MS)), 10)
})

test('bought by a limit order within one candle and sold at the open of the next, it hardly counts', async () => {
  const { stats, trades } = await backtest(
    counting(
      `if (n === 1) runtime.submitOrder('', 'buy', 1, 99); if (n === 2) runtime.submitMarketOrder('', 'sell', 1)`,
    ),
    candles(LEVEL, LEVEL, LEVEL, LEVEL),
    FREE,
  )
  expect(trades).toMatchObject([{ durationMs: 1 }])
  expect(stats.exposurePct).toBeCloseTo(100 / (3 * MINUTE_MS), 10)
})

test('a trade that its fills date backwards, of candles that overlap, takes no time from the others', () => {
  const exposure = new Exposure()
  for (const [entry, exit] of [
    [40, 50],
    [30, 10],
    [0, 20],
    [45, 60],
    [50, 50],
  ] as const)
    exposure.add(entry, exit)
  expect(exposure.totalMs).toBe(40)
})

/** In percent, by the trades of the result alone: of each stretch between two of their times it is asked whether one was open. */
function exposureOf({ stats, trades }: Told): number {
  const spans = trades.map(({ entryTime, exitTime }) => [Date.parse(entryTime), Date.parse(exitTime)] as const)
  const times = [...new Set(spans.flat())].sort((a, b) => a - b)
  const exposed = times.slice(1).reduce((sum, to, i) => {
    const from = times[i]!
    return spans.some(([entry, exit]) => entry <= from && to <= exit) ? sum + to - from : sum
  }, 0)
  return (100 * exposed) / stats.durationMs!
}

/** Buys, sells, places limits and sleeps in all markets, at random. */
const RESTLESS = strategy(
  `
  onTrade() { act() },
  onTicker() { act() },
  onKlineSummary() { act() },`,
  `
  function act() {
    const symbols = runtime.symbols()
    const symbol = symbols[Math.floor(Math.random() * symbols.length)]
    const held = runtime.position(symbol).quantity
    const dice = Math.random()
    if (dice < 0.2) helpers.sleep(Math.floor(Math.random() * 200000))
    if (dice < 0.1) runtime.submit({ symbol, side: 'buy', type: 'market', quantity: 1 })
    else if (dice < 0.3 && held !== 0) runtime.submit({ symbol, side: -held, type: 'market', quantity: Math.abs(held) })
    else if (dice < 0.4) runtime.submit({ symbol, side: 'sell', type: 'limit', quantity: 2, price: '101' })
    else if (dice < 0.5) runtime.submit({ symbol, side: 'buy', type: 'limit', quantity: 1, price: '99' })
  }`,
)

/** The rows of two files, each of a market and with so many minutes from row to row. */
function rows(
  head: string,
  row: (price: number) => string,
  files: readonly [symbol: string, minutes: number][],
): string[] {
  return files.map(([symbol, minutes], file) => {
    const lines = Array.from({ length: 300 / minutes }, (_, i) => {
      const price = Math.round(1000 + 20 * Math.sin(i * i + file)) / 10
      return `${Date.UTC(2024, 0, 1) + i * minutes * MINUTE_MS},${symbol},${row(price)}`
    })
    return [`timestamp,symbol,${head}`, ...lines, ''].join('\n')
  })
}

const BTC = 'BTC-USDT'
const ETH = 'ETH-USDT'
const TRADE = ['price,quantity,side', (price: number) => `${price},5,buy`] as const
const QUOTE = ['bid,ask', (price: number) => `${price},${price + 0.5}`] as const
const CANDLE = [
  'open,high,low,close,volume',
  (price: number) => `${price},${price + 4.5},${price - 4.5},${200 - price},1`,
] as const

const FEEDS: [name: string, files: string[]][] = [
  [
    'trades',
    rows(...TRADE, [
      [BTC, 1],
      [ETH, 2],
    ]),
  ],
  [
    'quotes',
    rows(...QUOTE, [
      [BTC, 1],
      [ETH, 3],
    ]),
  ],
  [
    'candles',
    rows(...CANDLE, [
      [BTC, 1],
      [ETH, 1],
    ]),
  ],
  [
    'candles of two lengths',
    rows(...CANDLE, [
      [BTC, 1],
      [ETH, 15],
    ]),
  ],
  [
    'candles of two lengths of one market',
    rows(...CANDLE, [
      [BTC, 1],
      [BTC, 15],
    ]),
  ],
]

test.each(FEEDS)('it is what the trades of the result say, on %s', async (_, files) => {
  const settings = fc.record({
    seed: fc.integer({ min: 0, max: 1000 }).map(BigInt),
    rules: fc.record({
      fill: fc.constantFrom('next' as const, 'same' as const),
      latencyMs: fc.constantFrom(0, 90_000),
    }),
  })
  let partly = 0
  await fc.assert(
    fc.asyncProperty(settings, async (options) => {
      const told = await backtest(RESTLESS, files, { ...options, symbol: '', margin: false })
      const exposure = exposureOf(told)
      expect(told.stats.exposurePct).toBeCloseTo(exposure, 9)
      if (exposure > 1 && exposure < 99) partly++
    }),
    { numRuns: 12, seed: 5 },
  )
  expect(partly).toBeGreaterThan(3)
})
