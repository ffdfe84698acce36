import { describe, expect, test } from 'bun:test'
import Reference from 'decimal.js'
import fc from 'fast-check'
import { averagePrice, Decimal, isDecimal, shareOfCost } from '../../src/trading/decimal'

/** An independent judge: so many digits that nothing here is ever rounded. */
const Judge = Reference.clone({ precision: 400, toExpNeg: -1000, toExpPos: 1000 })

const digits = (maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength }).map((list) => list.join(''))

const decimal = fc
  .tuple(fc.boolean(), digits(25), fc.option(digits(20)))
  .map(([negative, whole, part]) => `${negative ? '-' : ''}${whole}${part === null ? '' : `.${part}`}`)

const amount = (text: string) => Decimal.parse(text)
const plain = (value: Reference) => (value.isZero() ? '0' : value.toString())

describe('decimals', () => {
  test.each([
    ['20000.50', '20000.5'],
    ['0.00000720', '0.0000072'],
    ['-0.0', '0'],
    ['-12.340', '-12.34'],
    ['00012', '12'],
    ['123456789012345678901234567890.123456789012345678901', '123456789012345678901234567890.123456789012345678901'],
  ])('%s is printed as %s', (text, printed) => {
    expect(amount(text).toString()).toBe(printed)
  })

  test('never lose a unit when they are read, added, subtracted, multiplied and printed', () => {
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        expect(amount(one).toString()).toBe(plain(new Judge(one)))
        expect(amount(one).plus(amount(other)).toString()).toBe(plain(new Judge(one).plus(other)))
        expect(amount(one).minus(amount(other)).toString()).toBe(plain(new Judge(one).minus(other)))
        expect(amount(one).times(amount(other)).toString()).toBe(plain(new Judge(one).times(other)))
      }),
    )
  })

  test('compare by value, whatever their number of digits', () => {
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        expect(amount(one).compare(amount(other))).toBe(new Judge(one).comparedTo(other))
        expect(amount(one).compare(amount(`${one.includes('.') ? one : `${one}.`}00`))).toBe(0)
      }),
    )
  })

  test('are divided with the last digit rounded half to even', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: 0, max: 20 }), (one, other, scale) => {
        fc.pre(!new Judge(other).isZero())
        const judged = new Judge(one).dividedBy(other).toDecimalPlaces(scale, Reference.ROUND_HALF_EVEN)
        expect(amount(one).dividedBy(amount(other), scale).toString()).toBe(plain(judged))
      }),
    )
  })

  test('are the same double when they are worth the same, however they came about', () => {
    fc.assert(
      fc.property(decimal, digits(25), digits(25), (text, parts, zeros) => {
        const plainly = amount(new Judge(text).toFixed())
        const part = amount(`0.${parts}`)
        const padded = amount(`${text.includes('.') ? text : `${text}.`}${zeros.replaceAll(/[0-9]/g, '0')}`)
        expect(padded.toNumber()).toBe(plainly.toNumber())
        expect(plainly.plus(part).minus(part).toNumber()).toBe(plainly.toNumber())
      }),
    )
  })

  test.each(['0.1', '-2.04081632653', '123456789.012345', '0.000000000000001'])('%s is the nearest double', (text) => {
    expect(amount(text).toNumber()).toBe(Number(text))
    expect(amount(`${text}0000000000000000`).toNumber()).toBe(Number(text))
  })

  test.each([
    ['0.5', '1', 0, '0'],
    ['1.5', '1', 0, '2'],
    ['-2.5', '1', 0, '-2'],
    ['-3.5', '1', 0, '-4'],
    ['0.25', '-1', 1, '-0.2'],
    ['2', '3', 4, '0.6667'],
  ])('%s / %s at %d decimals is %s', (above, below, scale, quotient) => {
    expect(amount(above).dividedBy(amount(below), scale).toString()).toBe(quotient)
  })

  test('zero has no sign, wherever it comes from', () => {
    const zeros = [
      amount('-0'),
      amount('-0.00'),
      amount('-5').times(amount('0')),
      amount('0').negated(),
      amount('0').dividedBy(amount('-5'), 2),
      amount('-5').minus(amount('-5')),
      amount('-0.4').rounded(0),
    ]
    for (const zero of zeros) {
      expect(zero.toNumber()).toBe(0)
      expect([zero.toString(), zero.sign, zero.compare(amount('0'))]).toEqual(['0', 0, 0])
    }
  })

  test('a cost that is split into shares adds up again', () => {
    const [cost, whole, part] = [amount('100'), amount('3'), amount('1')]
    const share = shareOfCost(cost, part, whole)
    expect(share.toString()).toBe('33.333333333333333333')
    expect(cost.minus(share).plus(share).toString()).toBe('100')
  })

  test('an average price has sixteen decimals at most', () => {
    expect(averagePrice(amount('200'), amount('3')).toString()).toBe('66.6666666666666667')
  })

  test('a multiple of a step is told from what is not', () => {
    expect(amount('100.12').isMultipleOf(amount('0.01000'))).toBe(true)
    expect(amount('100.123').isMultipleOf(amount('0.01'))).toBe(false)
    expect(amount('0.3').isMultipleOf(amount('0.1'))).toBe(true)
  })

  test.each(['', '.5', '5.', '1e5', '0x10', ' 1', '1 ', '+1', '1_000', 'NaN', 'Infinity', '١'])(
    '"%s" is no decimal number',
    (text) => {
      expect(isDecimal(text)).toBe(false)
    },
  )
})
