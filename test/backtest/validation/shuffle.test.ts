import { expect, test } from 'bun:test'
import { shuffledDrawdowns } from '../../../src/backtest/validation/shuffle'

test('drawdowns of shuffled trades lie between the best and the worst order, deeper ones further out', () => {
  const pnls = [10, -10, 10, -10, 10, -10, 10, -10]
  const { times, quantiles, actual, deeperPct } = shuffledDrawdowns(pnls, 100, { seed: 1 })!
  expect(times).toBe(1000)
  // Won and lost in turn: 100 to 110 and back.
  expect(actual).toBeCloseTo((100 / 110 - 1) * 100, 12)
  const worst = (100 / 140 - 1) * 100
  const shallowToDeep = [quantiles[50], quantiles[90], quantiles[95], quantiles[99]]
  expect(shallowToDeep).toEqual([...shallowToDeep].sort((a, b) => b - a))
  expect(quantiles[50]).toBeLessThan(actual)
  expect(quantiles[99]).toBeGreaterThanOrEqual(-40)
  expect(quantiles[99]).toBeLessThan(worst / 2)
  expect(deeperPct).toBeGreaterThan(80)
})

test('of two trades both orders come up, each as often', () => {
  const { quantiles, actual, deeperPct } = shuffledDrawdowns([50, -30], 100, { seed: 3 })!
  expect(actual).toBeCloseTo(-20, 12)
  expect(quantiles[99]).toBeCloseTo(-30, 12)
  expect(deeperPct).toBeGreaterThan(40)
  expect(deeperPct).toBeLessThan(60)
})

test('the same seed gives the same figures, another one others', () => {
  const pnls = Array.from({ length: 30 }, (_, at) => (at % 3) - 1 + at / 100)
  const of = (seed: number) => shuffledDrawdowns(pnls, 100, { seed, times: 50 })
  expect(of(1)).toEqual(of(1)!)
  expect(of(1)).not.toEqual(of(2)!)
})

test('nothing is said of fewer than two trades', () => {
  expect(shuffledDrawdowns([], 100, { seed: 1 })).toBeUndefined()
  expect(shuffledDrawdowns([5], 100, { seed: 1 })).toBeUndefined()
})
