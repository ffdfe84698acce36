/** Bars of a picture: whatever came, no price is lost from their highs and lows, and there are never too many. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Bars } from '../../../src/backtest/report/bars'
import { placeOf, putTogether } from '../../../src/backtest/report/page/charts/candle-bars'
import { drawdownsOf, sampled } from '../../../src/backtest/report/page/charts/samples'

const START = Date.UTC(2024, 0, 1)
const listed = ({ times, open, high, low, close }: Bars) =>
  times.map((time, index) => [time - START, open[index]!, high[index]!, low[index]!, close[index]!])

test('prices of the same second are one bar', () => {
  const bars = new Bars(100)
  for (const [ms, price] of [
    [0, 5],
    [400, 7],
    [999, 4],
    [1000, 6],
    [65_000, 8],
  ] as const)
    bars.price(START + ms, price)
  expect(listed(bars)).toEqual([
    [0, 5, 7, 4, 4],
    [1000, 6, 6, 6, 6],
    [65_000, 8, 8, 8, 8],
  ])
})

test('when there would be too many they are put together to longer ones', () => {
  const bars = new Bars(3)
  for (let second = 0; second < 12; second++) bars.price(START + 1000 * second, 10 + second)
  expect(bars.lengthMs).toBe(5000)
  expect(listed(bars)).toEqual([
    [0, 10, 14, 10, 14],
    [5000, 15, 19, 15, 19],
    [10_000, 20, 21, 20, 21],
  ])
})

test('bars of few prices each are put together until they have a body', () => {
  const [sparse, few] = [new Bars(10_000), new Bars(10_000)]
  for (let minute = 0; minute < 4000; minute++) sparse.price(START + 60_000 * minute, 100 + (minute % 7))
  for (let minute = 0; minute < 300; minute++) few.price(START + 60_000 * minute, 100)
  for (const bars of [sparse, few]) bars.settle()
  expect([sparse.lengthMs, sparse.times.length]).toEqual([300_000, 800])
  expect([few.lengthMs, few.times.length]).toEqual([1000, 300])
})

test('no price leaves the bars, and time goes forward', () => {
  const move = fc.tuple(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: 1, max: 1000 }))
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (moves, most) => {
      const bars = new Bars(most)
      let timeMs = START
      for (const [ms, price] of moves) {
        timeMs += ms
        bars.price(timeMs, price)
      }
      const { times, open, high, low, close } = bars
      const prices = moves.map(([, price]) => price)
      expect(times.length).toBeLessThanOrEqual(most)
      expect(times.every((time, index) => index === 0 || time > times[index - 1]!)).toBe(true)
      expect([open[0], close.at(-1)]).toEqual([prices[0]!, prices.at(-1)!])
      expect([Math.max(...high), Math.min(...low)]).toEqual([Math.max(...prices), Math.min(...prices)])
    }),
  )
})

test('candles stay as they are, and longer ones over them are left out', () => {
  const bars = new Bars(100, 60_000)
  const minute = (at: number, price: number) =>
    bars.candle(START + 60_000 * at, START + 60_000 * (at + 1) - 1, price, price + 2, price - 2, price + 1)
  for (let at = 0; at < 3; at++) minute(at, 10 * at)
  bars.candle(START, START + 180_000 - 1, 0, 1000, -1000, 5)
  minute(7, 70)
  expect(listed(bars)).toEqual([
    [0, 0, 2, -2, 1],
    [60_000, 10, 12, 8, 11],
    [120_000, 20, 22, 18, 21],
    [420_000, 70, 72, 68, 71],
  ])
})

test('candles are put together for the width of the screen', () => {
  const candles = {
    times: Float64Array.of(0, 1, 2, 3, 4),
    open: Float64Array.of(1, 2, 3, 4, 5),
    high: Float64Array.of(9, 2, 7, 4, 5),
    low: Float64Array.of(1, 0, 3, 2, 5),
    close: Float64Array.of(2, 3, 4, 5, 6),
  }
  expect(putTogether(candles, 0, 5, 2)).toEqual([
    { timeMs: 0, open: 1, high: 9, low: 0, close: 3 },
    { timeMs: 2, open: 3, high: 7, low: 2, close: 5 },
    { timeMs: 4, open: 5, high: 5, low: 5, close: 6 },
  ])
  expect([-1, 0, 2.5, 9].map((value) => placeOf(candles.times, value))).toEqual([-1, 0, 2, 4])
})

test('a curve holds its value until the next point, and keeps the lowest one within a stretch', () => {
  const points = { times: Float64Array.of(10, 12, 14, 31), values: Float64Array.of(5, 2, 4, 8) }
  const { last, lowest, own } = sampled(points, 0, 10, 4)
  expect([...last]).toEqual([Number.NaN, 4, 4, 8])
  expect([...lowest]).toEqual([Number.NaN, 2, 4, 4])
  expect([...own]).toEqual([0, 1, 0, 1])
  expect([...drawdownsOf(points).values]).toEqual([0, -60, -20, 0].map((percent) => expect.closeTo(percent, 9)))
})
