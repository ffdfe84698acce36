/** Against the figures that the authors print. */
import { describe, expect, test } from 'bun:test'
import { returnMoments } from '../../../src/backtest/validation/return-moments'
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  minimumTrackRecord,
  probabilisticSharpe,
} from '../../../src/backtest/validation/sharpe-tests'

describe('the probabilistic Sharpe ratio', () => {
  const fund = { count: 24, sharpe: 0.458 }

  test('of 24 monthly returns is 0.982 when they are normal, and 0.913 with the skew and kurtosis that they have', () => {
    expect(probabilisticSharpe({ ...fund, skew: 0, kurtosis: 3 })).toBeCloseTo(0.9817, 4)
    expect(probabilisticSharpe({ ...fund, skew: -2.448, kurtosis: 10.164 })).toBeCloseTo(0.9134, 4)
  })

  test('is a half against a benchmark as high as the ratio itself', () => {
    expect(probabilisticSharpe({ ...fund, skew: -1, kurtosis: 5 }, 0.458)).toBeCloseTo(0.5, 12)
  })

  test('is not defined where the estimate has no variance', () => {
    expect(probabilisticSharpe({ count: 24, sharpe: 2, skew: 4, kurtosis: 3 })).toBeUndefined()
  })
})

describe('the minimum track record', () => {
  const returns = (perYear: number) => ({ count: 0, sharpe: 2 / Math.sqrt(perYear), skew: 0, kurtosis: 3 })

  test.each([
    ['daily', 252, 2.73],
    ['weekly', 52, 2.83],
    ['monthly', 12, 3.24],
  ])('of %s returns with a ratio of 2 against 1', (_, perYear, years) => {
    expect(minimumTrackRecord(returns(perYear), 1 / Math.sqrt(perYear))! / perYear).toBeCloseTo(years, 2)
  })

  test('is that which gives the confidence that was asked for', () => {
    const moments = { sharpe: 0.1, skew: -0.5, kurtosis: 6 }
    const count = minimumTrackRecord({ ...moments, count: 0 }, 0.02, 0.9)!
    expect(probabilisticSharpe({ ...moments, count }, 0.02)).toBeCloseTo(0.9, 12)
  })

  test('is not defined where the ratio is not above the benchmark', () => {
    expect(minimumTrackRecord(returns(252), returns(252).sharpe)).toBeUndefined()
  })
})

describe('the deflated Sharpe ratio', () => {
  /** Annual ratio 2.5 over five years of 250 days, skew -3, kurtosis 10; annual variance of the trials a half. */
  const best = { count: 1250, sharpe: 2.5 / Math.sqrt(250), skew: -3, kurtosis: 10 }

  test('is the one of the paper: 0.9004 of the best of 100, 0.9505 of the best of 46', () => {
    expect(expectedMaximumSharpe(1 / 500, 100)).toBeCloseTo(0.1132, 4)
    expect(probabilisticSharpe(best, expectedMaximumSharpe(1 / 500, 100))).toBeCloseTo(0.9004, 4)
    expect(probabilisticSharpe(best, expectedMaximumSharpe(1 / 500, 46))).toBeCloseTo(0.9505, 4)
  })

  test('takes the variance of a sample of ratios, and counts every run that was tried', () => {
    const sharpes = [0.01, 0.05, 0.02, 0.16]
    const variance = ((0.06 - 0.01) ** 2 + (0.06 - 0.05) ** 2 + (0.06 - 0.02) ** 2 + (0.06 - 0.16) ** 2) / 3
    expect(deflatedSharpe(best, sharpes, 80)).toBeCloseTo(
      probabilisticSharpe(best, expectedMaximumSharpe(variance, 80))!,
      12,
    )
    expect(deflatedSharpe(best, sharpes, 4)!).toBeGreaterThan(deflatedSharpe(best, sharpes, 80)!)
  })

  test('of a single run is its probabilistic one', () => {
    expect(deflatedSharpe(best, [best.sharpe], 1)).toBe(probabilisticSharpe(best)!)
  })
})

describe('moments of returns', () => {
  test('are the ones of the definitions', () => {
    // Mean 1, deviations -1, -1, 0, 2: second 6, third 6, fourth 18, each a sum.
    const { count, sharpe, skew, kurtosis } = returnMoments([0, 0, 1, 3])!
    expect(count).toBe(4)
    expect(sharpe).toBeCloseTo(1 / Math.sqrt(6 / 3), 12)
    expect(skew).toBeCloseTo(6 / 4 / (6 / 4) ** 1.5, 12)
    expect(kurtosis).toBeCloseTo(18 / 4 / (6 / 4) ** 2, 12)
  })

  test.each([[[]], [[0.1]], [[0.1, 0.1, 0.1]], [[0.1, Number.NaN]]])('there are none of %p', (returns) => {
    expect(returnMoments(returns)).toBeUndefined()
  })
})
