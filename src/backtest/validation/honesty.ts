/** What stands beside the best of a search, so that nobody takes luck for skill. docs/validation.md has the formulas. */
import { type Overfitting, overfitting } from './overfitting'
import { returnMoments } from './return-moments'
import { deflatedSharpe, minimumTrackRecord, probabilisticSharpe } from './sharpe-tests'
import { type ShuffledDrawdowns, shuffledDrawdowns } from './shuffle'

export interface Honesty {
  /** How many runs were tried in all. */
  readonly tried: number
  /** The probability that the true Sharpe ratio of the best is above 0; null where it has none. */
  readonly probabilisticSharpe: number | null
  /** That it is above what the best of so many runs without skill would have. */
  readonly deflatedSharpe: number | null
  /** Returns until the ratio is above 0 with 95 %; null where it never is. */
  readonly minimumTrackRecord: number | null
  /** The returns that there are. */
  readonly returns: number
  /** Null for fewer than two runs or 16 returns. */
  readonly overfitting: Overfitting | null
  /** Null for fewer than two trades. */
  readonly shuffled: ShuffledDrawdowns | null
}

export interface Searched {
  /** The period returns of every run; undefined where they were not kept. */
  readonly runs: readonly ArrayLike<number>[] | undefined
  /** The Sharpe ratios of all runs that have one, of a single period. */
  readonly sharpes: readonly number[]
  /** Runs that were tried in all, those that came to nothing included. */
  readonly tried: number
  readonly best: {
    readonly returns: ArrayLike<number>
    /** Profits of its trades after fees, in the order of their ends. */
    readonly pnls: readonly number[]
    readonly opening: number
  }
  readonly seed: number
}

export function honestyOf({ runs, sharpes, tried, best, seed }: Searched): Honesty {
  const moments = returnMoments(best.returns)
  return {
    tried,
    probabilisticSharpe: (moments && probabilisticSharpe(moments)) ?? null,
    deflatedSharpe: (moments && deflatedSharpe(moments, sharpes, tried)) ?? null,
    minimumTrackRecord: (moments && minimumTrackRecord(moments)) ?? null,
    returns: best.returns.length,
    overfitting: (runs && overfitting(runs)) ?? null,
    shuffled: shuffledDrawdowns(best.pnls, best.opening, { seed }) ?? null,
  }
}

/** A figure, and what to make of it. */
export type HonestyLine = readonly [term: string, text: string]

/**
 * For people.
 * @param period of the returns, as `day`.
 */
export function honestyLines(honesty: Honesty, period: string): HonestyLine[] {
  const { tried, probabilisticSharpe, deflatedSharpe, minimumTrackRecord, returns, overfitting, shuffled } = honesty
  const share = (value: number | null) => (value === null ? '-' : value.toFixed(4))
  const lines: HonestyLine[] = [
    ['Runs tried in all', String(tried)],
    ['Probabilistic Sharpe ratio', `${share(probabilisticSharpe)}  probability that the true ratio is above 0`],
    ['Deflated Sharpe ratio', `${share(deflatedSharpe)}  the same against the best of ${tried} runs without skill`],
    [
      'Minimum track record',
      `${minimumTrackRecord === null ? '-' : Math.ceil(minimumTrackRecord)}  returns (one a ${period}) for 95 %; there are ${returns}`,
    ],
    [
      'Probability of overfitting',
      overfitting === null
        ? '-  needs the returns of two runs, 16 of each'
        : `${share(overfitting.probability)}  best in one half, below the median in the other; ${overfitting.splits} splits of ${overfitting.blocks} blocks`,
    ],
  ]
  if (!shuffled) return [...lines, ['Drawdown of shuffled trades', '-  needs two trades']]
  const { quantiles, actual, deeperPct, times } = shuffled
  const depth = (value: number) => `${value.toFixed(2)} %`
  const named = `median ${depth(quantiles[50])}, 95 of 100 above ${depth(quantiles[95])}, 99 above ${depth(quantiles[99])}`
  const came = `as it came ${depth(actual)}, deeper in ${deeperPct.toFixed(1)} % of ${times} orders`
  return [...lines, ['Drawdown of shuffled trades', `${named}; ${came}`]]
}
