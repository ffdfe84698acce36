import { expect, test } from 'bun:test'
import { honestyLines, honestyOf } from '../../../src/backtest/validation/honesty'
import { overfitting } from '../../../src/backtest/validation/overfitting'
import { returnMoments } from '../../../src/backtest/validation/return-moments'
import { deflatedSharpe, minimumTrackRecord, probabilisticSharpe } from '../../../src/backtest/validation/sharpe-tests'
import { shuffledDrawdowns } from '../../../src/backtest/validation/shuffle'
import { random } from '../../../src/market/random'

function returnsOf(seed: number, mean: number, count = 40): Float64Array {
  const draw = random(seed, 'returns')
  return Float64Array.from({ length: count }, () => mean + (draw() - 0.5) / 50)
}

test('beside the best stand the figures of all runs, those included that came to nothing', () => {
  const runs = [returnsOf(1, 0.001), returnsOf(2, 0.003), new Float64Array(40)]
  const pnls = [10, -5, 20, -8, 3]
  const best = { returns: runs[1]!, pnls, opening: 1000 }
  const moments = returnMoments(runs[1]!)!
  const sharpes = [returnMoments(runs[0]!)!.sharpe, moments.sharpe]
  expect(honestyOf({ runs, sharpes, tried: 5, best, seed: 7 })).toEqual({
    tried: 5,
    probabilisticSharpe: probabilisticSharpe(moments)!,
    deflatedSharpe: deflatedSharpe(moments, sharpes, 5)!,
    minimumTrackRecord: minimumTrackRecord(moments)!,
    returns: 40,
    overfitting: overfitting(runs)!,
    shuffled: shuffledDrawdowns(pnls, 1000, { seed: 7 })!,
  })
})

test('what is not defined is null, and a line says what it needs', () => {
  const honesty = honestyOf({
    runs: undefined,
    sharpes: [],
    tried: 1,
    best: { returns: [0.01], pnls: [1], opening: 1000 },
    seed: 1,
  })
  expect(honesty).toEqual({
    tried: 1,
    probabilisticSharpe: null,
    deflatedSharpe: null,
    minimumTrackRecord: null,
    returns: 1,
    overfitting: null,
    shuffled: null,
  })
  expect(honestyLines(honesty, 'day')).toEqual([
    ['Runs tried in all', '1'],
    ['Probabilistic Sharpe ratio', '-  probability that the true ratio is above 0'],
    ['Deflated Sharpe ratio', '-  the same against the best of 1 runs without skill'],
    ['Minimum track record', '-  returns (one a day) for 95 %; there are 1'],
    ['Probability of overfitting', '-  needs the returns of two runs, 16 of each'],
    ['Drawdown of shuffled trades', '-  needs two trades'],
  ])
})

test('the lines give every figure', () => {
  const shuffled = { times: 1000, quantiles: { 50: -5, 90: -8, 95: -9.25, 99: -12 }, actual: -4, deeperPct: 62.5 }
  const overfit = { probability: 0.25, blocks: 16, splits: 12_870 }
  const figures = { tried: 80, probabilisticSharpe: 0.97, deflatedSharpe: 0.4, minimumTrackRecord: 31.2, returns: 30 }
  expect(honestyLines({ ...figures, overfitting: overfit, shuffled }, 'week')).toEqual([
    ['Runs tried in all', '80'],
    ['Probabilistic Sharpe ratio', '0.9700  probability that the true ratio is above 0'],
    ['Deflated Sharpe ratio', '0.4000  the same against the best of 80 runs without skill'],
    ['Minimum track record', '32  returns (one a week) for 95 %; there are 30'],
    [
      'Probability of overfitting',
      '0.2500  best in one half, below the median in the other; 12870 splits of 16 blocks',
    ],
    [
      'Drawdown of shuffled trades',
      'median -5.00 %, 95 of 100 above -9.25 %, 99 above -12.00 %; as it came -4.00 %, deeper in 62.5 % of 1000 orders',
    ],
  ])
})
