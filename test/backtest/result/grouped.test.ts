/** Numbers with commas, as the platform would write them. */
import { expect, test } from 'bun:test'
import { grouped } from '../../../src/backtest/result/grouped'

/** As the platform has it, but for the sign of a zero. */
function spelled(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return /^-[0.]+$/.test(text) ? text.slice(1) : text
}

const EDGES = [0, -0, 0.5, 1.005, 2.675, 999.995, 999_999.5, 0.1 + 0.2, 9.99e20, 1e21, 1e-6, 5e-7, 1e-300, 2 ** 53]

test('what the platform writes is written, at every size and however many digits there are', () => {
  const sizes = Array.from({ length: 26 }, (_, exponent) => 10 ** (exponent - 8))
  const values = sizes.flatMap((size) => [1, 1.5, 4.445, 7.0005, 9.99999, Math.PI, Math.E].map((one) => one * size))
  const all = [...EDGES, ...values, Number.POSITIVE_INFINITY, Number.NaN].flatMap((value) => [value, -value])
  const cases = [0, 1, 2, 4].flatMap((digits) => all.map((value) => [value, digits] as const))
  const told = (write: typeof grouped) => cases.map(([value, digits]) => `${value} ${digits}: ${write(value, digits)}`)
  expect(told(grouped)).toEqual(told(spelled))
  expect(grouped(-1_234_567.891, 2)).toBe('-1,234,567.89')
})
