/** Sums and comparisons of decimal texts. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compareDecimals, ExactSum } from '../../../src/market/candles/exact-sum'

const decimals = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 22n }), fc.nat(12))
  .map(([units, places]) => ({ units, places, text: textOf(units, places) }))

function textOf(units: bigint, places: number): string {
  const digits = String(units).padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

test('a sum loses nothing, and has the digits of the finest', () => {
  fc.assert(
    fc.property(fc.array(decimals, { minLength: 1, maxLength: 20 }), (all) => {
      const sum = new ExactSum()
      for (const { text } of all) sum.add(text)
      const places = Math.max(...all.map((one) => one.places))
      const units = all.reduce((total, one) => total + one.units * 10n ** BigInt(places - one.places), 0n)
      expect(sum.toString()).toBe(textOf(units, places))
    }),
    { seed: 1 },
  )
})

test('small sums are as exact, and one begins anew', () => {
  const sum = new ExactSum()
  for (const text of ['0.1', '0.2', '0.00000001', '3']) sum.add(text)
  expect(sum.toString()).toBe('3.30000001')
  sum.clear()
  expect(sum.toString()).toBe('0')
  for (let i = 0; i < 10; i++) sum.add('999999999999999')
  expect(sum.toString()).toBe('9999999999999990')
})

test.each([
  ['1', '1.0', 0],
  ['0.3', '0.30000000000000000000', 0],
  ['0.30000000000000000001', '0.3', 1],
  ['123456789012345678', '123456789012345679', -1],
  ['99999999999999999.1', '100000000000000000', -1],
  ['2', '10', -1],
])('%s to %s compares as %d', (one, other, sign) => {
  expect(Math.sign(compareDecimals(one, other))).toBe(sign)
  expect(Math.sign(compareDecimals(other, one))).toBe(sign === 0 ? 0 : -sign)
})
