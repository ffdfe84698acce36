/** What of a position market orders can close. */
import { expect, test } from 'bun:test'
import type { Instrument } from '../../src/schema/events'
import { closable } from '../../src/trading/closable'
import { Contract } from '../../src/trading/contract'
import { Decimal } from '../../src/trading/decimal'

function closing(held: string, rules: Partial<Instrument>): [quantities: string[], left: string] {
  const instrument = {
    symbol: 'BTC-USDT',
    type: 'spot',
    baseCurrency: 'BTC',
    quoteCurrency: 'USDT',
    venue: 'v',
    ...rules,
  }
  const { quantities, left } = closable(new Contract(instrument, { model: 'linear' }), Decimal.parse(held))
  return [quantities.map(String), left.toString()]
}

test('a market without rules takes all of it', () => {
  expect(closing('1.23456789', {})).toEqual([['1.23456789'], '0'])
})

test('quantities are on the coarser of the two lots, and the rest is left', () => {
  const lots = { quantityIncrement: '0.001', marketQuantityIncrement: '0.01' }
  expect(closing('1.2345', lots)).toEqual([['1.23'], '0.0045'])
  expect(closing('1.2345', { ...lots, marketQuantityIncrement: '0.0001' })).toEqual([['1.234'], '0.0005'])
  expect(closing('0.009', lots)).toEqual([[], '0.009'])
})

test('what is more than an order may have is split, and what is less than one is left', () => {
  const rules = { quantityIncrement: '1', minQuantity: '3', maxQuantity: '50', marketMaxQuantity: '10' }
  expect(closing('25', rules)).toEqual([['10', '10', '5'], '0'])
  expect(closing('22', rules)).toEqual([['10', '10'], '2'])
  expect(closing('2', rules)).toEqual([[], '2'])
})

test('so many orders close so much at once, the rest comes after', () => {
  const [quantities, left] = closing('1234', { maxQuantity: '10' })
  expect([quantities.length, left]).toEqual([100, '234'])
})
