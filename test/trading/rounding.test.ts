import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Instrument } from '../../src/schema/events'
import { NUMBER, type Order } from '../../src/schema/orders'
import { Decimal } from '../../src/trading/decimal'
import { orderProblem } from '../../src/trading/order-checks'
import { roundingNote, roundNumbers } from '../../src/trading/rounding'
import { contract, instrument, limit, order, SYMBOL, stop } from './venue'

const strict: Instrument = {
  ...instrument(SYMBOL),
  priceIncrement: '0.05',
  quantityIncrement: '0.002',
  minQuantity: '0.01',
}
const ALL = NUMBER.quantity | NUMBER.price | NUMBER.stopPrice

/** What is sent of an order whose amounts are all numbers, and what was asked where that differs. */
function sent(given: Order, rules = strict, numbers = ALL) {
  const rounding = roundNumbers(given, numbers, rules)
  if ('problem' in rounding) return rounding.problem
  const { quantity, price, stopPrice, asked } = rounding.order
  return { quantity, ...(price && { price }), ...(stopPrice && { stopPrice }), ...(asked && { asked }) }
}

describe('a number is rounded to the side that costs its owner nothing', () => {
  test.each([
    ['a limit price of a buy down', limit('o', 'buy', '101.99'), { price: '101.95' }],
    ['a limit price of a sale up', limit('o', 'sell', '101.91'), { price: '101.95' }],
    ['a stop price of a buy up', stop('o', 'buy', '101.91'), { stopPrice: '101.95' }],
    ['a stop price of a sale down', stop('o', 'sell', '101.99'), { stopPrice: '101.95' }],
  ])('%s', (_, given, rounded) => {
    const [[field, value]] = Object.entries(rounded) as [['price' | 'stopPrice', string]]
    expect(sent(given)).toEqual({ quantity: '1', [field]: value, asked: { [field]: given[field] } })
  })

  test('both prices of a stop-limit order, and quantities of either side down', () => {
    const both = { quantity: '0.0199', price: '101.99' }
    expect(sent(stop('o', 'buy', '101.91', both))).toEqual({
      quantity: '0.018',
      price: '101.95',
      stopPrice: '101.95',
      asked: { quantity: '0.0199', price: '101.99', stopPrice: '101.91' },
    })
    expect(sent(stop('o', 'sell', '101.99', { ...both, price: '101.91' }))).toEqual({
      quantity: '0.018',
      price: '101.95',
      stopPrice: '101.95',
      asked: { quantity: '0.0199', price: '101.91', stopPrice: '101.99' },
    })
  })

  test.each([
    ['0.30000000000000004', '0.3'], // 0.1 + 0.2
    ['0.29999999999999993', '0.3'], // 0.7 - 0.4
    ['0.7999999999999999', '0.8'], // 8 * 0.1 - 1e-16
    ['43641.450000000004', '43641.45'],
    ['1180591620717411300000', '1180591620717411300000'],
  ])('what a double cannot hold of %s is no step: %s', (text, expected) => {
    const steps = { ...strict, priceIncrement: '0.05', quantityIncrement: '0.1' }
    for (const side of ['buy', 'sell'] as const) {
      const rounding = roundNumbers(limit('o', side, text), NUMBER.price, steps)
      expect('order' in rounding && rounding.order.price).toBe(expected)
    }
    if (!text.startsWith('43')) {
      const rounding = roundNumbers(order({ clientOrderId: 'o', quantity: text }), NUMBER.quantity, steps)
      expect('order' in rounding && rounding.order.quantity).toBe(expected)
    }
  })
})

describe('nothing is changed', () => {
  test.each([
    ['of what fits', limit('o', 'buy', '101.950', { quantity: '0.020' }), strict, ALL],
    ['of text', limit('o', 'buy', '101.99', { quantity: '0.0199' }), strict, 0],
    ['where there are no rules', limit('o', 'buy', '101.99', { quantity: '0.0199' }), instrument(SYMBOL), ALL],
    [
      'where the rules are zero',
      order({ clientOrderId: 'o', quantity: '0.1' }),
      { ...strict, quantityIncrement: '0' },
      ALL,
    ],
    ['of what is no amount at all', order({ clientOrderId: 'o', quantity: 'lots' }), strict, ALL],
  ] as const)('%s', (_, given, rules, numbers) => {
    const rounding = roundNumbers(given, numbers, rules)
    expect('order' in rounding && rounding.order).toBe(given)
  })

  test('of the amounts that are text beside one that is a number', () => {
    const given = limit('o', 'buy', '101.99', { quantity: '0.0199' })
    const rounding = roundNumbers(given, NUMBER.quantity, strict)
    if (!('order' in rounding)) throw new Error(rounding.problem)
    expect(rounding.order).toEqual({ ...given, quantity: '0.018', asked: { quantity: '0.0199' } })
    expect(orderProblem(rounding.order, contract(SYMBOL, {}, strict))).toBe(
      'price 101.99 is not a multiple of the tick size 0.05',
    )
  })
})

test('what becomes zero is refused with the minimum', () => {
  const tiny = order({ clientOrderId: 'o', quantity: '0.0019' })
  expect(sent(tiny)).toBe('quantity 0.0019 rounds to zero: the minimum is 0.01')
  const { minQuantity: _, ...unbound } = strict
  expect(sent(tiny, unbound)).toBe('quantity 0.0019 rounds to zero: the minimum is 0.002')
  expect(sent(limit('o', 'buy', '0.04'))).toBe('price 0.04 rounds to zero: the tick size is 0.05')
  expect(sent(stop('o', 'sell', '0.04'))).toBe('stop price 0.04 rounds to zero: the tick size is 0.05')
})

test('the note names what was asked and what was sent', () => {
  const rounding = roundNumbers(limit('o', 'buy', '101.99', { quantity: '0.0199' }), ALL, strict)
  expect('order' in rounding && roundingNote(rounding.order)).toBe(
    'numbers are rounded to the tick and lot size of BTC-USDT, as here quantity 0.0199 to 0.018, price 101.99 to 101.95; ' +
      'decimal strings are taken exactly',
  )
})

test('whatever the number and the steps, what is sent fits, is next to what was asked, and on the right side of it', () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 8 }))
  const number = fc.double({ min: 1e-6, max: 1e7, noNaN: true })
  fc.assert(
    fc.property(number, step, fc.constantFrom('buy', 'sell'), fc.boolean(), (asked, [units, decimals], side, stops) => {
      const increment = (units / 10 ** decimals).toFixed(decimals)
      const text = Decimal.parse(asked.toFixed(20)).toString()
      const given = stops ? stop('o', side, text, { quantity: text }) : limit('o', side, text, { quantity: text })
      const rules = { ...instrument(SYMBOL), priceIncrement: increment, quantityIncrement: increment }
      const rounding = roundNumbers(given, ALL, rules)
      if ('problem' in rounding) {
        expect(asked).toBeLessThan(Number(increment))
        return
      }
      const { quantity, price, stopPrice } = rounding.order
      expect(orderProblem(rounding.order, contract(SYMBOL, {}, rules))).toBeUndefined()
      const noise = asked * 1e-14
      const sentPrice = Number(price ?? stopPrice)
      expect(Math.abs(sentPrice - asked)).toBeLessThan(Number(increment) + noise)
      if ((side === 'buy') !== stops) expect(sentPrice).toBeLessThanOrEqual(asked + noise)
      else expect(sentPrice).toBeGreaterThanOrEqual(asked - noise)
      expect(Number(quantity)).toBeLessThanOrEqual(asked + noise)
      expect(asked - Number(quantity)).toBeLessThan(Number(increment) + noise)
    }),
  )
})

test('of a small number as many digits count as of a large one', () => {
  const fine = { ...strict, quantityIncrement: '0.0000000000000001' }
  const quantityOf = (quantity: string) => sent(order({ clientOrderId: 'o', quantity }), fine, NUMBER.quantity)
  // The fifteenth digit is behind the step; what is written behind it would round up where it counted.
  expect(quantityOf('0.00012345678901234567')).toMatchObject({ quantity: '0.0001234567890123' })
  expect(quantityOf('0.00099999999999999999')).toMatchObject({ quantity: '0.001' })
  expect(quantityOf('0.00099999999999999')).toMatchObject({ quantity: '0.0009999999999999' })
})
