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
  /** The period returns of every run, those of the best among them. */
  readonly runs: readonly ArrayLike<number>[]
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

export function honestyOf({ runs, tried, best, seed }: Searched): Honesty {
  const moments = returnMoments(best.returns)
  const sharpes = runs.map((returns) => returnMoments(returns)?.sharpe).filter((sharpe) => sharpe !== undefined)
  return {
    tried,
    probabilisticSharpe: (moments && probabilisticSharpe(moments)) ?? null,
    deflatedSharpe: (moments && deflatedSharpe(moments, sharpes, tried)) ?? null,
    minimumTrackRecord: (moments && minimumTrackRecord(moments)) ?? null,
    returns: best.returns.length,
    overfitting: overfitting(runs) ?? null,
    shuffled: shuffledDrawdowns(best.pnls, best.opening, { seed }) ?? null,
  }
}

/** For people, a line each, with what to make of it. @param period of the returns, as `day`. */
export function honestyLines(honesty: Honesty, period: string): string[] {
  const { tried, probabilisticSharpe, deflatedSharpe, minimumTrackRecord, returns, overfitting, shuffled } = honesty
  const share = (value: number | null) => (value === null ? '-' : value.toFixed(4))
  const lines = [
    `runs tried in all             ${tried}`,
    `probabilistic Sharpe ratio    ${share(probabilisticSharpe)}  probability that the true ratio is above 0`,
    `deflated Sharpe ratio         ${share(deflatedSharpe)}  the same against the best of ${tried} runs without skill`,
    `minimum track record          ${minimumTrackRecord === null ? '-' : Math.ceil(minimumTrackRecord)}  returns (one a ${period}) for 95 %; there are ${returns}`,
    overfitting === null
      ? 'probability of overfitting    -  needs two runs and 16 returns'
      : `probability of overfitting    ${share(overfitting.probability)}  best in one half, below the median in the other; ${overfitting.splits} splits of ${overfitting.blocks} blocks`,
  ]
  if (!shuffled) return [...lines, 'drawdown of shuffled trades   -  needs two trades']
  const { quantiles, actual, deeperPct, times } = shuffled
  const depth = (value: number) => `${value.toFixed(2)} %`
  const named = `median ${depth(quantiles[50])}, 95 of 100 above ${depth(quantiles[95])}, 99 above ${depth(quantiles[99])}`
  return [
    ...lines,
    `drawdown of shuffled trades   ${named}; as it came ${depth(actual)}, deeper in ${deeperPct.toFixed(1)} % of ${times} orders`,
  ]
}
