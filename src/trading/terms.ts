/**
 * What may be set of an account's contracts and fees, and what contradicts what: the same for the flags of a backtest and
 * the settings of a provider's paper exchange.
 */
import { isDecimal } from './decimal'

export type Term = TermAmount | 'account' | 'leverage' | 'checkMargin' | 'feeBps' | 'makerBps' | 'takerBps'

/** Amounts of a contract or of its fees. */
export type TermAmount = 'multiplier' | 'marginPerContract' | 'feePerContract' | 'feeMinimum'

export const TERM_AMOUNTS = ['multiplier', 'marginPerContract', 'feePerContract', 'feeMinimum'] as const
/** More are of no use to anybody, and slow to compute with. */
const MOST_DIGITS = 40

/** What an amount must be, in words; undefined when it is. */
export function amountProblem(term: TermAmount, text: string): string | undefined {
  const isAmount = isDecimal(text) && text.length <= MOST_DIGITS && !text.startsWith('-')
  if (term === 'feePerContract' || term === 'feeMinimum') {
    return isAmount ? undefined : 'must be a decimal number that is not negative'
  }
  return isAmount && /[1-9]/.test(text) ? undefined : 'must be a decimal number above zero'
}

/**
 * @param given what was not set is absent or undefined; the others are looked at only as far as they contradict.
 * @param named what a term is called where it was set.
 * @returns every contradiction, with the term to begin with.
 */
export function contradictions(given: Readonly<Partial<Record<Term, unknown>>>, named: (term: Term) => string) {
  const has = (term: Term) => given[term] !== undefined
  const found: { readonly term: Term; readonly message: string }[] = []
  const spot = given.account === 'spot'
  const bps = (['feeBps', 'makerBps', 'takerBps'] as const).filter(has).map(named)
  if (has('multiplier') && spot) {
    found.push({ term: 'multiplier', message: 'a spot account trades units, not contracts: choose linear or inverse' })
  }
  if (has('marginPerContract') && spot) {
    found.push({ term: 'marginPerContract', message: 'a spot account has no margin: choose linear or inverse' })
  }
  if (has('marginPerContract') && has('leverage')) {
    const message = `the margin is either a fixed amount or notional / leverage: leave out one of it and ${named('leverage')}`
    found.push({ term: 'marginPerContract', message })
  }
  if (has('marginPerContract') && given.checkMargin === false) {
    const message = `it would bind nothing beside ${named('checkMargin')}: leave out one of the two`
    found.push({ term: 'marginPerContract', message })
  }
  if (has('feePerContract') && bps.length > 0) {
    const message = `fees are either an amount for each contract or in basis points: leave out one of it and ${bps.join(', ')}`
    found.push({ term: 'feePerContract', message })
  }
  if (has('feeMinimum') && !has('feePerContract')) {
    const message = `it is the least that an order pays by ${named('feePerContract')}, which is missing`
    found.push({ term: 'feeMinimum', message })
  }
  return found
}
