/** What may be set of contracts and fees together, whichever door it comes by. */
import { expect, test } from 'bun:test'
import { amountProblem, contradictions } from '../../src/trading/terms'

test.each([
  ['multiplier', ['10', '0.001', '1e3', '0', '0.00', '-1', '', 'ten', `1${'0'.repeat(40)}`], 2],
  ['marginPerContract', ['1000', '0.5', '0', '-5', '+1'], 2],
  ['feePerContract', ['2', '0', '0.005', '-0.1', '1,5'], 3],
  ['feeMinimum', ['1.00', '0', '-1', 'NaN'], 2],
] as const)('%s: of %o so many are taken: %d', (term, texts, taken) => {
  const problem =
    term === 'multiplier' || term === 'marginPerContract'
      ? 'must be a decimal number above zero'
      : 'must be a decimal number that is not negative'
  const wanted = texts.map((_, index) => (index < taken ? undefined : problem))
  expect(texts.map((text) => amountProblem(term, text))).toEqual(wanted)
})

const named = (term: string) => `<${term}>`

test.each([
  [{ multiplier: '10', marginPerContract: '1000', feePerContract: '2', feeMinimum: '1', account: 'linear' }, []],
  [{ leverage: '10', feeBps: '1', makerBps: '-1', checkMargin: false, account: 'spot' }, []],
  [{ multiplier: '10', leverage: '3', checkMargin: true, account: 'inverse' }, []],
  [
    { multiplier: '10', marginPerContract: '5', account: 'spot' },
    [
      ['multiplier', 'a spot account trades units, not contracts: choose linear or inverse'],
      ['marginPerContract', 'a spot account has no margin: choose linear or inverse'],
    ],
  ],
  [
    { marginPerContract: '5', leverage: '1', checkMargin: false },
    [
      [
        'marginPerContract',
        'the margin is either a fixed amount or notional / leverage: leave out one of it and <leverage>',
      ],
      ['marginPerContract', 'it would bind nothing beside <checkMargin>: leave out one of the two'],
    ],
  ],
  [
    { feePerContract: '0', feeBps: '0', takerBps: '1' },
    [
      [
        'feePerContract',
        'fees are either an amount for each contract or in basis points: leave out one of it and <feeBps>, <takerBps>',
      ],
    ],
  ],
  [{ feeMinimum: '1' }, [['feeMinimum', 'it is the least that an order pays by <feePerContract>, which is missing']]],
] as const)('%o: %o', (given, found) => {
  expect(contradictions(given, named)).toEqual(found.map(([term, message]) => ({ term, message })))
})
