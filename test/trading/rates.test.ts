/** Fees and slippage, each at its bounds. */
import { expect, test } from 'bun:test'
import { parseRate, type Rate, rateProblem } from '../../src/trading/rates'

const SOUND: [Rate, string][] = [
  ['takerBps', '0'],
  ['takerBps', '9999.9999'],
  ['slippageBps', '0'],
  ['slippageBps', '1.5'],
  ['feeBps', '9999'],
  ['makerBps', '0'],
  ['makerBps', '9999.9'],
  ['makerBps', '-9999.9'],
  ['takerBps', `0.${'0'.repeat(37)}1`],
]

test.each(SOUND)('%s may be %s', (rate, text) => {
  expect(rateProblem(rate, text)).toBeUndefined()
  expect(Number(parseRate(rate, text).toString())).toBe(Number(text))
})

const ABOVE_ZERO = 'must be a decimal number from 0 to below 10000 (100 %)'
const REBATE = 'must be a decimal number above -10000 and below 10000 (100 %); below zero it is a rebate'
const UNSOUND: [Rate, string, string][] = [
  ['takerBps', '-0.1', ABOVE_ZERO],
  ['takerBps', '10000', ABOVE_ZERO],
  ['feeBps', '-1', ABOVE_ZERO],
  ['slippageBps', '10000', ABOVE_ZERO],
  ['takerBps', '1e2', ABOVE_ZERO],
  ['takerBps', '', ABOVE_ZERO],
  ['takerBps', `0.${'0'.repeat(38)}1`, ABOVE_ZERO],
  ['makerBps', '10000', REBATE],
  ['makerBps', '-10000', REBATE],
  ['makerBps', 'none', REBATE],
]

test.each(UNSOUND)('%s may not be %p', (rate, text, problem) => {
  expect(rateProblem(rate, text)).toBe(problem)
  expect(() => parseRate(rate, text)).toThrow(`${rate} ${problem}`)
})
