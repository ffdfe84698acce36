/** The bar: a run that is killed again and again against one that is not, and against backtests, byte for byte. */
import { backtested, inWordsOfBacktest } from './backtested'
import { castOf } from './cast'
import { differenceOf } from './difference'
import type { Kill } from './kills'
import { Played } from './played'
import type { Recording } from './recordings'

export interface BarSettings {
  readonly candles: Recording
  readonly trades: Recording
  readonly kills: number
  readonly seed: number
}

export interface Outcome {
  readonly killed: readonly Kill[]
  /** The first difference of each instance that has one. */
  readonly differences: readonly string[]
}

export async function bar({ candles, trades, kills, seed }: BarSettings): Promise<Outcome> {
  const cast = castOf(candles, trades)
  await using undisturbed = await Played.begin(cast)
  await using disturbed = await Played.begin(cast)
  const [calm, killed] = await Promise.all([undisturbed.end(), disturbed.disturb(kills, seed)])
  const troubled = await disturbed.end()
  const differences: string[] = []
  for (const [at, part] of cast.entries()) {
    const tested = await backtested(part, undisturbed.pathOf(part.recording.file))
    const difference =
      prefixed('undisturbed, against the backtest', differenceOf(tested, inWordsOfBacktest(calm[at]!, part))) ??
      prefixed('killed, against undisturbed', differenceOf(calm[at], troubled[at]))
    if (difference !== undefined) differences.push(`${part.id} ${difference}`)
  }
  return { killed, differences }
}

const prefixed = (what: string, difference: string | undefined) =>
  difference === undefined ? undefined : `${what}: ${difference}`
