/** The equity over time: every point of a short run, and of a long one the last, lowest and highest of each bar. */
import { describe, expect, test } from 'bun:test'
import { type EquityPoint, MOST_EVENTS, writtenPoints } from '../../../src/backtest/statistics/equity-points'
import { Performance } from '../../../src/backtest/statistics/performance'
import { periodOf } from '../../../src/backtest/statistics/periods'
import type { MarketEvent } from '../../../src/schema/events'
import type { OrderSide } from '../../../src/schema/orders'
import { type ContractTerms, contractOf } from '../../../src/trading/contract'
import { instrument } from '../../trading/venue'

const START = Date.UTC(2024, 0, 1)

class Story {
  private readonly performance: Performance
  private timeMs = START

  constructor(opening = '1000', terms: ContractTerms = { model: 'linear' }) {
    const valuing = { opening, period: periodOf(0), perYear: 365, keepsPoints: 'exact' as const }
    const contract = (symbol: string) => contractOf(instrument(symbol), terms)
    this.performance = new Performance(valuing, contract, () => undefined)
  }

  price(ms: number, price: string, symbol = 'BTC-USDT'): this {
    this.timeMs = START + ms
    const payload = { tradeId: '', side: 'Buy' as const, price, quantity: '1', timestamp: this.timeMs }
    const about = { eventId: '', provider: 'test', symbol, sequence: 0, timeMs: this.timeMs }
    const event: MarketEvent = { type: 'Trade', ...about, payload }
    this.performance.event(event)
    return this
  }

  /** That no event follows. */
  fill(side: OrderSide, quantity: string, price: string, fee = '0', symbol = 'BTC-USDT'): this {
    this.fillBefore(side, quantity, price, fee, symbol, this.timeMs)
    this.performance.settle()
    return this
  }

  /** That the next event causes. */
  fillBefore(side: OrderSide, quantity: string, price: string, fee = '0', symbol = 'BTC-USDT', timeMs = 0): this {
    const fill = { symbol, side, price, quantity, fee, feeCurrency: 'USDT', liquidity: 'taker', timeMs } as const
    this.performance.fill(fill)
    return this
  }

  /** Times from the start on. */
  points(): EquityPoint[] {
    return writtenPoints(this.performance.end()!.equity!).map(([timeMs, equity]) => [timeMs - START, equity])
  }
}

describe('of a short run', () => {
  test('each event that changed the equity has its point, exact, between the first event and the last', () => {
    const story = new Story().price(0, '100').price(1, '101').fillBefore('buy', '0.3', '101.1', '0.0303')
    story.price(2, '101.2').price(3, '101.2').price(4, '101.3').price(5, '101.1').fill('sell', '0.3', '101.1')
    expect(story.price(6, '120').price(7, '130').points()).toEqual([
      [0, '1000'],
      // 0.3 of 0.1 more than it was bought for, less the fee
      [2, '999.9997'],
      [4, '1000.0297'],
      [5, '999.9697'],
      [7, '999.9697'],
    ])
  })

  test('a fill that no event follows has its point at the time of the last event', () => {
    const points = new Story().price(0, '100').price(5, '100').fill('buy', '1', '100', '0.1').price(9, '100').points()
    expect(points).toEqual([
      [0, '1000'],
      [5, '999.9'],
      [9, '999.9'],
    ])
  })

  test('several symbols add up, each at its own last price', () => {
    const story = new Story().price(0, '100').price(0, '10', 'ETH-USDT')
    story.fill('buy', '1', '100').fill('sell', '2', '10', '0', 'ETH-USDT').price(1, '101').price(2, '11', 'ETH-USDT')
    expect(story.price(2, '9.5', 'ETH-USDT').points()).toEqual([
      [0, '1000'],
      [1, '1001'],
      [2, '999'],
      [2, '1002'],
    ])
  })

  test('what is too small for a double is not lost', () => {
    const story = new Story('100000000000').price(0, '1').fill('buy', '0.00000001', '1')
    expect(story.price(1, '1.00000001').price(2, '1').points()).toEqual([
      [0, '100000000000'],
      [1, '100000000000.0000000000000001'],
      [2, '100000000000'],
    ])
  })

  test('inverse contracts are worth what they are worth in the base currency', () => {
    const story = new Story('1', { model: 'inverse', multiplier: '100' }).price(0, '20000').fill('buy', '10', '20000')
    expect(story.price(1, '25000').points()).toEqual([
      [0, '1'],
      [1, '1.01'],
    ])
  })

  test('a run without orders is a line', () => {
    expect(new Story().price(0, '1').price(3, '2').price(8, '3').points()).toEqual([
      [0, '1000'],
      [8, '1000'],
    ])
    expect(new Story().price(0, '1').points()).toEqual([[0, '1000']])
  })
})

const BARS = 5000

/** All points of a walk, in its order; every 997th event comes with a fill that costs a fee. */
function walk(events: number, timeOf: (index: number) => number): { story: Story; all: EquityPoint[] } {
  const story = new Story('1000').price(timeOf(0), '100')
  const all: EquityPoint[] = [[timeOf(0), '1000']]
  let [cents, cash, held] = [10_000, 100_000, 0]
  for (let index = 1; index < events; index++) {
    const price = cents + Math.round(90 * Math.sin(index * index) + 800 * Math.sin(index / 9000))
    const text = (price / 100).toFixed(2)
    if (index % 997 === 1) {
      const buys = held <= 0
      story.fillBefore(buys ? 'buy' : 'sell', held === 0 ? '1' : '2', text, '0.01')
      const quantity = held === 0 ? 1 : 2
      cash += (buys ? -quantity : quantity) * price - 1
      held += buys ? quantity : -quantity
    }
    story.price(timeOf(index), text)
    const equity = cash + held * price
    const before = all.at(-1)!
    const written = String(equity / 100)
    if (before[1] !== written) all.push([timeOf(index), written])
    cents = 10_000 + (index % 50)
  }
  return { story, all }
}

/** The same points of each bar, from all of them at once. */
function thinned(all: readonly EquityPoint[], events: number, timeOf: (index: number) => number): EquityPoint[] {
  const endMs = timeOf(events - 1)
  let lengthMs = Math.max(1, Math.ceil((timeOf(MOST_EVENTS) - timeOf(0) + 1) / (4 * BARS)))
  while (Math.floor(endMs / lengthMs) >= 4 * BARS) lengthMs *= 2
  const barOf = (timeMs: number) => Math.floor((Math.floor(timeMs / lengthMs) * lengthMs * BARS) / endMs)
  const kept = new Set([0, all.length - 1])
  let [first, bar] = [0, 0]
  for (let index = 0; index <= all.length; index++) {
    if (index < all.length && barOf(all[index]![0]) === bar) continue
    const values = all.slice(first, index).map(([, equity]) => Number(equity))
    kept.add(first + values.indexOf(Math.min(...values)))
    kept.add(first + values.indexOf(Math.max(...values)))
    kept.add(index - 1)
    if (index < all.length) [first, bar] = [index, barOf(all[index]![0])]
  }
  const points = [...kept].sort((one, other) => one - other).map((index) => all[index]!)
  return points.at(-1)![0] === endMs ? points : [...points, [endMs, points.at(-1)![1]]]
}

describe('of a run with more events', () => {
  const EVEN = (index: number) => index * 1000
  const BURSTS = (index: number) => Math.floor(index / 700) * 86_400_000 + (index % 700)

  test('up to 100,000 events all points are there', () => {
    const { story, all } = walk(MOST_EVENTS, EVEN)
    expect(story.points()).toEqual(all)
  })

  test.each([
    ['just more', MOST_EVENTS + 1, EVEN],
    ['several times as many', 460_000, EVEN],
    ['in bursts', 230_000, BURSTS],
    ['in too short a time for so many bars', 130_000, (index: number) => Math.floor(index / 100)],
  ])('%s: the lowest, the highest and the last point of each bar are there, and no others', (_, events, timeOf) => {
    const { story, all } = walk(events, timeOf)
    const points = story.points()
    const expected = thinned(all, events, timeOf)
    expect(points.length).toBe(expected.length)
    expect(points).toEqual(expected)
    expect(points.length).toBeLessThanOrEqual(3 * BARS + 2)
    const equities = all.map(([, equity]) => Number(equity))
    const listed = points.map(([, equity]) => Number(equity))
    expect([Math.min(...listed), Math.max(...listed)]).toEqual([Math.min(...equities), Math.max(...equities)])
  })

  test('all at one moment are one bar', () => {
    const { story, all } = walk(MOST_EVENTS + 5, () => 0)
    expect(story.points().length).toBeLessThanOrEqual(4)
    expect(story.points().at(-1)![1]).toBe(all.at(-1)![1])
  })
})
