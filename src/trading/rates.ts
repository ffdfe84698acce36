/** Fees and slippage, in basis points: hundredths of a percent of a notional or a price. */
import { Decimal, isDecimal } from './decimal'

/** A fee of all that is traded, or a price of nothing. */
const WHOLE = 10_000
/** More are of no use to anybody, and slow to compute with. */
const MOST_DIGITS = 40

export type Rate = 'feeBps' | 'makerBps' | 'takerBps' | 'slippageBps'

/** What a rate must be, in words; undefined when it is. Some venues pay makers: their fee alone may be below zero. */
export function rateProblem(rate: Rate, text: string): string | undefined {
  const bps = isDecimal(text) && text.length <= MOST_DIGITS ? Number(text) : Number.NaN
  if (rate === 'makerBps') {
    if (bps > -WHOLE && bps < WHOLE) return undefined
    return 'must be a decimal number above -10000 and below 10000 (100 %); below zero it is a rebate'
  }
  return bps >= 0 && bps < WHOLE ? undefined : 'must be a decimal number from 0 to below 10000 (100 %)'
}

/** @throws RangeError: whoever takes rates from a user has asked for the problem before. */
export function parseRate(rate: Rate, text: string): Decimal {
  const problem = rateProblem(rate, text)
  if (problem !== undefined) throw new RangeError(`${rate} ${problem}`)
  return Decimal.parse(text)
}
