/** Numbers travel to the page and come out as they were. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ColumnWriter, Decimals } from '../../../src/backtest/report/columns'
import { Columns, unpack } from '../../../src/backtest/report/page/columns'

/** A decimal as the product writes them: no exponent, no zeros in front, no minus before a zero. */
const decimal = fc
  .record({
    minus: fc.boolean(),
    whole: fc.bigInt({ min: 0n, max: 10n ** 24n }),
    decimals: fc.stringMatching(/^\d{0,22}$/),
  })
  .map(({ minus, whole, decimals }) => {
    const text = decimals === '' ? `${whole}` : `${whole}.${decimals}`
    return minus && /[1-9]/.test(text) ? `-${text}` : text
  })

/** The same number, however many zeros end it. */
const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

test('decimals of any size come out digit by digit, whatever stands beside them', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(decimal, fc.constantFrom('0', '0.01', '43641.48', '0.00000001'))), (texts) => {
      const [column, writer] = [new Decimals(), new ColumnWriter()]
      for (const text of texts) column.add(text)
      writer.wholes([1, 2, 3])
      const ref = writer.decimals(column)
      writer.wholes([4])
      const columns = new Columns(writer.finish())
      expect(texts.map((_, index) => trimmed(columns.text(ref, index)))).toEqual(texts.map(trimmed))
      expect([...columns.numbers(ref)]).toEqual(texts.map(Number))
    }),
  )
})

test('times and other whole numbers come out, rising or not', () => {
  const whole = fc.integer({ min: -(2 ** 50), max: 2 ** 50 })
  fc.assert(
    fc.property(fc.array(whole), fc.array(whole), (one, other) => {
      const writer = new ColumnWriter()
      const refs = [writer.wholes(one), writer.wholes(other)] as const
      const columns = new Columns(writer.finish())
      expect([[...columns.numbers(refs[0])], [...columns.numbers(refs[1])]]).toEqual([one, other])
    }),
  )
})

test('what is no number of the scale keeps its bits', () => {
  const values = [Number.NaN, 1e300, -0.1, Number.POSITIVE_INFINITY, 0]
  const writer = new ColumnWriter()
  const ref = writer.numbers(values, 2)
  expect([...new Columns(writer.finish()).numbers(ref)]).toEqual(values)
})

test('a block is unpacked from compressed base64', async () => {
  const writer = new ColumnWriter()
  const ref = writer.wholes(Array.from({ length: 100_000 }, (_, index) => index * index))
  const text = Buffer.from(Bun.gzipSync(writer.finish())).toString('base64')
  const numbers = (await unpack(text)).numbers(ref)
  expect([numbers.length, numbers[99_999]]).toEqual([100_000, 99_999 ** 2])
})
