import { describe, expect, test } from 'bun:test'
import type { Instrument } from '../../src/schema/events'
import { orderProblem } from '../../src/trading/checks'
import { instrument, limit, order, SYMBOL, stop } from './venue'

const strict: Instrument = {
  ...instrument(SYMBOL),
  priceIncrement: '0.01',
  quantityIncrement: '0.001',
  minQuantity: '0.01',
  maxQuantity: '100',
  minNotional: '10',
}

const market = (quantity: string) => order({ clientOrderId: 'o', quantity })

describe('an order is taken when it fits the rules of its market', () => {
  test.each([
    [market('1')],
    [market('0.010')],
    [market('100')],
    [limit('o', 'buy', '100.12')],
    [limit('o', 'buy', '100.120000', { postOnly: true })],
    [stop('o', 'sell', '99.99')],
    [stop('o', 'sell', '99.99', { price: '99.5' })],
    [limit('o', 'sell', '1000', { quantity: '0.01' })],
    [limit('o', 'sell', '1', { quantity: '0.01', reduceOnly: true })],
  ])('%j', (sound) => {
    expect(orderProblem(sound, strict, '1000')).toBeUndefined()
  })
})

describe('an order that does not is refused with what was expected', () => {
  test.each([
    [market('0'), 'quantity 0 is not above zero'],
    [market('-1'), 'quantity -1 is not above zero'],
    [market('0.000'), 'quantity 0.000 is not above zero'],
    [market('1e-7'), 'quantity "1e-7" is not a decimal number'],
    [market('lots'), 'quantity "lots" is not a decimal number'],
    [market(`0.${'0'.repeat(40)}1`), 'quantity has more than 40 digits'],
    [limit('o', 'buy', '0'), 'price 0 is not above zero'],
    [order({ clientOrderId: 'o', type: 'limit' }), 'a price is required'],
    [order({ clientOrderId: 'o', type: 'stop' }), 'a stop price is required'],
    [order({ clientOrderId: 'o', price: '5' }), 'a market order takes no price'],
    [limit('o', 'buy', '5', { stopPrice: '5' }), 'a limit order takes no stop price'],
    [order({ clientOrderId: 'o', postOnly: true }), 'a market order cannot be post-only: only limit orders can'],
    [limit('o', 'buy', '5', { postOnly: true, timeInForce: 'FOK' }), 'a post-only order cannot be FOK: it has to rest'],
    [limit('o', 'buy', '100.123'), 'price 100.123 is not a multiple of the tick size 0.01'],
    [stop('o', 'buy', '100.123'), 'stop price 100.123 is not a multiple of the tick size 0.01'],
    [market('1.0005'), 'quantity 1.0005 is not a multiple of the lot size 0.001'],
    [market('0.009'), 'quantity 0.009 is below the minimum of 0.01'],
    [market('100.001'), 'quantity 100.001 is above the maximum of 100'],
    [limit('o', 'buy', '99', { quantity: '0.1' }), 'the order is worth 9.9 USDT, below the minimum of 10'],
    [market('0.0100'), 'the order is worth 9.999 USDT, below the minimum of 10'],
  ])('%j: %s', (broken, problem) => {
    expect(orderProblem(broken, strict, '999.9')).toBe(problem)
  })
})

test('an absent rule does not bind, and what is zero is absent', () => {
  expect(orderProblem(limit('o', 'buy', '0.123456789', { quantity: '0.00000001' }), instrument(SYMBOL))).toBeUndefined()
  const zeros: Instrument = { ...instrument(SYMBOL), quantityIncrement: '0.0', maxQuantity: '0', priceIncrement: '0' }
  expect(orderProblem(limit('o', 'buy', '0.123'), zeros)).toBeUndefined()
})
