/** Made-up markets look like markets: seeds are fixed, so that the bounds hold for ever or never. */
import { describe, expect, test } from 'bun:test'
import { type FlowStep, orderFlow } from '../../src/market/order-flow'

const MINUTES_PER_WEEK = 10_080

interface Minute {
  readonly close: number
  readonly lots: number
}

/** Minutes of a market of the sample's kind. */
function minutes(seed: number, count: number, settings: { symbol?: string; volatility?: number } = {}): Minute[] {
  const { symbol = 'BTC-USDT', volatility = 0.00015 } = settings
  const flow = orderFlow(symbol, { seed, volatility, startPrice: 0, intervalMs: 2000 })
  return Array.from({ length: count }, () => {
    const steps: FlowStep[] = Array.from({ length: 30 }, () => flow.next())
    const trades = steps.flatMap((step) => step.trades)
    return { close: trades.at(-1)!.ticks, lots: trades.reduce((sum, trade) => sum + trade.lots, 0) }
  })
}

const returnsOf = (all: readonly Minute[]) => all.slice(1).map(({ close }, i) => Math.log(close / all[i]!.close))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function moment(values: readonly number[], power: number): number {
  const middle = mean(values)
  return mean(values.map((value) => (value - middle) ** power))
}

function autocorrelation(values: readonly number[], lag: number): number {
  const middle = mean(values)
  const products = values.slice(lag).map((value, i) => (value - middle) * (values[i]! - middle))
  return products.reduce((sum, product) => sum + product, 0) / (moment(values, 2) * values.length)
}

describe.each([7, 1, 2, 3, 5, 42, 2024])('a week of minutes of seed %p', (seed) => {
  const week = minutes(seed, MINUTES_PER_WEEK)
  const returns = returnsOf(week)

  test('has returns that tell nothing of the next one', () => {
    for (const lag of [1, 2, 3]) expect(Math.abs(autocorrelation(returns, lag))).toBeLessThan(0.03)
  })

  test('has tails as fat as those of a market', () => {
    const kurtosis = moment(returns, 4) / moment(returns, 2) ** 2
    expect(kurtosis).toBeGreaterThan(6)
    expect(kurtosis).toBeLessThan(20)
  })

  test('has lively times and quiet ones, and more is traded in the lively', () => {
    const sizes = returns.map(Math.abs)
    expect(autocorrelation(sizes, 1)).toBeGreaterThan(0.1)
    for (let lag = 2; lag <= 30; lag++) expect(autocorrelation(sizes, lag)).toBeGreaterThan(0.02)
    const volumes = week.slice(1).map(({ lots }) => lots)
    const [size, volume] = [mean(sizes), mean(volumes)]
    const together = mean(sizes.map((one, i) => (one - size) * (volumes[i]! - volume)))
    expect(together / Math.sqrt(moment(sizes, 2) * moment(volumes, 2))).toBeGreaterThan(0.2)
  })

  test('moves as much as a large coin does', () => {
    const dailyPct = Math.sqrt(moment(returns, 2) * 1440) * 100
    expect(dailyPct).toBeGreaterThan(2)
    expect(dailyPct).toBeLessThan(4.5)
  })
})

test('over many seeds the returns of a minute are not correlated', () => {
  const all = Array.from({ length: 24 }, (_, seed) => autocorrelation(returnsOf(minutes(100 + seed, 5000)), 1))
  expect(Math.abs(mean(all))).toBeLessThan(0.005)
})

test('the middle of a day is livelier than its beginning', () => {
  const returns = returnsOf(minutes(4, 8 * 1440))
  const at = (hour: number) => returns.filter((_, i) => Math.floor((i % 1440) / 60) === hour)
  const busy = mean([13, 14, 15, 16].map((hour) => moment(at(hour), 2)))
  const calm = mean([3, 4, 5, 6].map((hour) => moment(at(hour), 2)))
  expect(busy).toBeGreaterThan(1.3 * calm)
})

test.each([
  ['BTC-USDT', 0.00015],
  ['DOGE-USDT', 0.0005],
  ['NEW-USDT', 0.002],
  ['XRP-USDT', 0.05],
])('for months the price of %s stays near where it began at a volatility of %p', (symbol, volatility) => {
  const flow = orderFlow(symbol, { seed: 11, volatility, startPrice: 0, intervalMs: 10_000 })
  const first = flow.next()
  let [least, most] = [first.bid, first.ask]
  for (let step = 1; step < 120 * 8640; step++) {
    const { bid, ask } = flow.next()
    least = Math.min(least, bid)
    most = Math.max(most, ask)
  }
  expect(least).toBeGreaterThan(first.bid / 10)
  expect(most).toBeLessThan(first.ask * 10)
  expect(most / least).toBeGreaterThan(1.3)
})
