import { describe, expect, test } from 'bun:test'
import { overfitting } from '../../../src/backtest/validation/overfitting'
import { random } from '../../../src/market/random'

/** Returns around a mean, in steps that are as often above as below it. */
function noise(seed: number, count: number, mean = 0): Float64Array {
  const draw = random(seed, 'noise')
  return Float64Array.from({ length: count }, () => mean + draw() - 0.5)
}

describe('the probability of backtest overfitting', () => {
  test('is none for a run that is better at all times', () => {
    const runs = [noise(1, 64), noise(2, 64, 3), noise(3, 64)]
    expect(overfitting(runs)).toEqual({ probability: 0, blocks: 16, splits: 12_870 })
  })

  test('is about a half for runs that differ by luck alone', () => {
    const found = Array.from({ length: 20 }, (_, at) => {
      const runs = Array.from({ length: 10 }, (_, run) => noise(100 * at + run, 40))
      return overfitting(runs)!.probability
    })
    const mean = found.reduce((sum, value) => sum + value) / found.length
    expect(mean).toBeGreaterThan(0.4)
    expect(mean).toBeLessThan(0.65)
  })

  test('is whole for runs that are good in one part of the time only, and bad in the rest', () => {
    const block = (good: number) => Array.from({ length: 16 }, (_, at) => (at >> 2 === good ? 2 : -1) + (at % 2) / 10)
    // In any half of the four blocks a run that is good in it is bad in the other half.
    expect(overfitting([0, 1, 2, 3].map(block))).toEqual({ probability: 1, blocks: 4, splits: 6 })
  })

  test('counts what a run lacks at its end as nothing, and a run that does nothing as a ratio of 0', () => {
    const long = noise(5, 32, 0.2)
    const padded = Float64Array.from({ length: 32 }, (_, at) => (at < 20 ? long[at]! : 0))
    expect(overfitting([padded, noise(6, 32), new Float64Array(32)])).toEqual(
      overfitting([long.subarray(0, 20), noise(6, 32), new Float64Array(0)])!,
    )
  })

  test('cuts the time into fewer blocks where there are few returns, or many runs', () => {
    expect(overfitting([noise(1, 31), noise(2, 31)])).toMatchObject({ blocks: 6, splits: 20 })
    const many = Array.from({ length: 3000 }, (_, run) => noise(run, 64))
    expect(overfitting(many)).toMatchObject({ blocks: 14, splits: 3432 })
  })

  test('is not defined for one run, or for less than four blocks of four returns', () => {
    expect(overfitting([])).toBeUndefined()
    expect(overfitting([noise(1, 64)])).toBeUndefined()
    expect(overfitting([noise(1, 15), noise(2, 15)])).toBeUndefined()
  })
})
