/** Real runs over the windows of one file, stitched. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { runBacktest } from '../../../src/backtest/run'
import { DEFAULT_SETTINGS } from '../../../src/backtest/settings'
import type { EquityPoint } from '../../../src/backtest/statistics/equity-points'
import type { ClosedTrade } from '../../../src/backtest/statistics/trades'
import { compileForBacktest } from '../../../src/backtest/strategy'
import type { Part } from '../../../src/backtest/validation/stitched'
import { type WalkForwardSteps, walkForward } from '../../../src/backtest/validation/walk-forward'
import { type Span, windowsOf } from '../../../src/backtest/validation/windows'
import { openData } from '../../../src/market/files/open'
import { loadEngine } from '../../../src/sandbox/engine'
import { digestOf } from '../../../src/schema/digest'
import { folder, strategy } from '../backtests'

const DAY = 86_400_000
const BEGIN = Date.UTC(2024, 0, 1)

/** Buys `n` at the first candle, sells it at the second, of each of its runs. */
const IN_AND_OUT = strategy(
  `
  onKlineSummary() {
    seen++
    if (seen === 1) runtime.submitMarketOrder('', 'buy', config.n)
    if (seen === 2) runtime.submitMarketOrder('', 'sell', config.n)
  },`,
  'let seen = 0',
)

/** Six days of four candles each; prices go up by one with each candle. */
function csv(): string {
  const rows = Array.from(
    { length: 24 },
    (_, i) => `${BEGIN + (i * DAY) / 4},${100 + i},${101 + i},${100 + i},${101 + i},1`,
  )
  return ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n')
}

async function prepared() {
  const home = await folder()
  const path = join(home.path, 'BTC-USDT.csv')
  await Bun.write(path, csv())
  const engine = await loadEngine()
  const bytes = new TextEncoder().encode(IN_AND_OUT)
  const compiled = await compileForBacktest(engine, { bytes, hash: digestOf(bytes), tag: undefined })
  if ('diagnostics' in compiled) throw new Error('it does not compile')
  const run = async (
    config: Readonly<Record<string, unknown>>,
    { fromMs, toMs }: Span,
    cash: string,
  ): Promise<Part> => {
    await using feed = await openData([path], { provider: 'backtest', from: fromMs, to: toMs })
    const trades: ClosedTrade[] = []
    let equity: readonly EquityPoint[] = []
    const observer = {
      traded: (trade: ClosedTrade) => void trades.push(trade),
      valued: (points: readonly EquityPoint[]) => {
        equity = points
      },
    }
    const settings = { ...DEFAULT_SETTINGS, cash }
    const ran = await runBacktest({
      engine,
      strategy: compiled,
      settings,
      feed,
      provider: 'backtest',
      config: { dry_run: false, n: Number(config.n) },
      observers: [observer],
    })
    return { ran, equity, trades }
  }
  return { run, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}

const WINDOWS = windowsOf(
  { trainMs: 2 * DAY, testMs: 2 * DAY, anchored: false },
  { fromMs: BEGIN, toMs: BEGIN + 6 * DAY },
)

test('each test begins with what the one before has left, and all are one curve', async () => {
  await using at = await prepared()
  const trained: Span[] = []
  const steps: WalkForwardSteps = {
    search: async ({ train }, index) => {
      trained.push(train)
      return { tried: 3, best: { config: { n: `${index + 1}` }, objective: 1 } }
    },
    test: at.run,
  }
  const { whole, tried, steps: done } = await walkForward(WINDOWS, steps, '10000')
  expect(trained).toEqual(WINDOWS.map(({ train }) => train))
  expect(tried).toBe(6)
  expect(done.map(({ part }) => part!.trades.length)).toEqual([1, 1])
  // Bought at the open of the second candle of a test, sold at that of the third: one more, less two fees of 0.1 %.
  const first = 10_000 + 1 - 0.109 - 0.11
  const second = first + 2 - 2 * (0.117 + 0.118)
  expect(done[0]!.part!.equity.at(-1)![1]).toBe('10000.781')
  expect(done[1]!.part!.equity[0]![1]).toBe('10000.781')
  const { stats, equity, returns, trades } = whole!
  expect(stats.startEquity).toBe(10_000)
  expect(stats.finalEquity).toBeCloseTo(second, 9)
  expect(equity[0]).toEqual([done[0]!.part!.equity[0]![0], '10000'])
  expect(equity.at(-1)).toEqual([BEGIN + 6 * DAY - 1, String(stats.finalEquity)])
  expect(stats.trades).toBe(2)
  expect(trades).toHaveLength(2)
  expect(stats.events).toBe(16)
  expect(stats.fees).toBeCloseTo(0.109 + 0.11 + 2 * (0.117 + 0.118), 12)
  expect([...returns]).toEqual(done.flatMap(({ part }) => [...part!.ran.returns]))
  expect(stats.returnPct).toBeCloseTo((100 * (second - 10_000)) / 10_000, 9)
  const holds = done.map(({ part }) => 1 + part!.ran.stats.buyHoldReturnPct! / 100)
  expect(stats.buyHoldReturnPct).toBeCloseTo(100 * (holds[0]! * holds[1]! - 1), 9)
})

test('a window in which nothing was found is not traded, and none at all has no curve', async () => {
  await using at = await prepared()
  let searches = 0
  const second: WalkForwardSteps = {
    search: async () => ({ tried: 2, best: searches++ === 0 ? undefined : { config: { n: '1' }, objective: 1 } }),
    test: at.run,
  }
  const found = await walkForward(WINDOWS, second, '10000')
  expect(found.steps.map(({ part }) => part?.trades.length)).toEqual([undefined, 1])
  expect(found.whole!.equity[0]![1]).toBe('10000')
  const never = await walkForward(WINDOWS, { ...second, search: async () => ({ tried: 2, best: undefined }) }, '10000')
  expect(never).toMatchObject({ tried: 4, whole: undefined })
})

test('it ends after a search when it is told to, and trades no more', async () => {
  await using at = await prepared()
  const controller = new AbortController()
  const steps: WalkForwardSteps = {
    search: async () => {
      controller.abort()
      return { tried: 1, best: undefined }
    },
    test: at.run,
  }
  expect((await walkForward(WINDOWS, steps, '10000', controller.signal)).steps).toEqual([])
})
