/** Decimal texts stay exact. */
import { expect, test } from 'bun:test'
import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { midpoint, plainDecimal, scaledDown } from '../../../src/market/files/decimals'

const Exact = Decimal.clone({ precision: 100, toExpNeg: -100, toExpPos: 100 })
const plain = fc
  .tuple(fc.bigInt(0n, 10n ** 24n), fc.integer({ min: 0, max: 20 }))
  .map(([digits, places]) => new Exact(digits.toString()).div(new Exact(10).pow(places)).toFixed())

test('a number in scientific notation becomes the same number written plainly', () => {
  fc.assert(
    fc.property(plain, fc.integer({ min: -30, max: 30 }), (mantissa, exponent) => {
      const text = plainDecimal(`${mantissa}e${exponent}`)
      expect(text).toMatch(/^\d+(\.\d+)?$/)
      expect(new Exact(text ?? '').eq(new Exact(mantissa).mul(new Exact(10).pow(exponent)))).toBe(true)
    }),
  )
})

test('the middle of two prices is exact', () => {
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      expect(new Exact(midpoint(a, b)).eq(new Exact(a).add(b).div(2))).toBe(true)
    }),
  )
})

test.each([
  ['35,755.8', '35755.8'],
  ['1,234,567', '1234567'],
  ['105.76K', '105760'],
  ['1.38M', '1380000'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['+5', '5'],
  [' 7 ', '7'],
  ['34475.97000000', '34475.97000000'],
  ['1,085', undefined],
  ['-1', undefined],
  ['', undefined],
  ['.', undefined],
  ['1.2.3', undefined],
  ['NaN', undefined],
  ['0x10', undefined],
])('%s is read as %s', (text, expected) => {
  expect(plainDecimal(text)).toBe(expected)
})

test.each([
  ['1674100', '167.41'],
  ['100', '0.01'],
  ['20000', '2'],
  ['0', '0'],
  ['12.5', '0.00125'],
])('%s ten-thousandths are %s', (text, expected) => {
  expect(scaledDown(text, 4)).toBe(expected)
})
