/** The fields of a row, found and read. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isBlank, Row, RowProblem } from '../../../src/market/files/row'

function rowOf(line: string, delimiter = ','): Row {
  const row = new Row()
  row.scan(line, 0, delimiter.charCodeAt(0), true)
  return row
}

describe('a line', () => {
  test.each([
    ['a,b', ['a', 'b']],
    ['a,', ['a', '']],
    [',', ['', '']],
    ['a,1\r', ['a', '1']],
    ['a,\r', ['a', '']],
    ['a\rb,c', ['a\rb', 'c']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""no""",c', ['say "no"', 'c']],
    ['"",c', ['', 'c']],
    ['",c', ['"', 'c']],
    ['a"b,"c"', ['a"b', 'c']],
    ['"a"b,c', ['"a"b', 'c']],
    ['"a,b', ['"a', 'b']],
    ['', []],
    ['\r', []],
  ])('%p has the fields %j', (line, fields) => {
    const row = rowOf(line)
    expect([row.fields(), row.count]).toEqual([fields, fields.length])
    expect(row.line).toBe(line.replace(/\r$/, ''))
  })

  test('ends with its line feed, within a quote too, or where the text does when that is the last of it', () => {
    const row = new Row()
    const text = 'a;b\n"c;d\ne'
    expect(row.scan(text, 0, 59, false)).toBe(4)
    expect([row.fields(), row.line, row.source]).toEqual([['a', 'b'], 'a;b', text])
    expect(row.scan(text, 4, 59, false)).toBe(9)
    expect(row.fields()).toEqual(['"c', 'd'])
    expect(row.scan(text, 9, 59, false)).toBe(-1)
    expect(row.fields()).toEqual(['"c', 'd'])
    expect(row.scan(text, 9, 59, true)).toBe(11)
    expect([row.fields(), row.start(0), row.end(0), row.length(0)]).toEqual([['e'], 9, 10, 1])
  })

  test('of more fields than are kept is counted whole', () => {
    for (const count of [255, 256, 257, 300]) {
      const row = rowOf(Array.from({ length: count }, (_, n) => n).join(','))
      expect([row.count, row.fields().length]).toEqual([count, Math.min(count, 256)])
      expect(row.fields().at(-1)).toBe(String(Math.min(count, 256) - 1))
    }
  })

  test('is blank when all of its fields are', () => {
    const blank = ['', ' ', '\t', '\u001a', ' \u001a '].map(isBlank)
    expect(blank).toEqual([true, true, true, true, true])
    expect(['0', ' x', '"'].map(isBlank)).toEqual([false, false, false])
    expect([' , ,', ', x', ''].map((line) => rowOf(line).isBlank())).toEqual([true, false, true])
  })

  test('that is one field is a line of its own', () => {
    const row = new Row()
    row.whole('ab{1}cd', 2, 5)
    expect([row.line, row.fields(), row.count, row.isPlain(0)]).toEqual(['{1}', ['{1}'], 1, false])
  })
})

describe('a plain number', () => {
  test.each([
    ['5', true],
    ['5.5', true],
    ['05', true],
    ['0', true],
    ['.5', false],
    ['5.', false],
    ['5.5.5', false],
    ['', false],
    ['-5', false],
    ['1e5', false],
    [' 5', false],
    ['"5"', true],
    ['"5.5"', true],
    ['"-5"', false],
    ['"5"""', false],
    ['7'.repeat(1024), true],
    ['7'.repeat(1025), false],
  ])('is %p: %p', (text, is) => {
    expect([rowOf(`x,${text},1`).isPlain(1), rowOf(`${text}\r`).isPlain(0)]).toEqual([is, is])
  })

  test('is the double nearest to its text', () => {
    const digits = (minLength: number) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength: 20 }).map((list) => list.join(''))
    fc.assert(
      fc.property(digits(1), digits(0), (whole, part) => {
        const text = part === '' ? whole : `${whole}.${part}`
        expect(rowOf(`x,${text}`).plainNumber(1)).toBe(Number(text))
      }),
    )
  })
})

describe('a decimal', () => {
  const read = (text: string) => rowOf(text, ';').decimal(0, 'size')

  test.each([
    ['12.50', '12.50'],
    ['"12.50"', '12.50'],
    ['1e3', '1000'],
    ['+5', '5'],
    ['35,755.8', '35755.8'],
    ['0', '0'],
  ])('%s is %s', (text, decimal) => expect(read(text)).toBe(decimal))

  test.each(['', '-1', 'x', '1,5', '1.2.3'])('%p is none', (text) =>
    expect(() => read(text)).toThrow(`size ${JSON.stringify(text)} is not a number of 0 or more`),
  )

  test('of more characters than a number has is none', () => {
    expect(read('1'.repeat(1024))).toHaveLength(1024)
    expect(() => read('1'.repeat(1025))).toThrow('a field of it is longer than 1024 characters')
  })
})

describe('a price', () => {
  const read = (text: string, places?: number) => rowOf(text).price(0, 'bid', places)

  test('is above zero, however it is written', () => {
    expect(['0.01', '"0.01"', '.01', '1e-2', '10', '"10"'].map((text) => read(text))).toEqual([
      '0.01',
      '0.01',
      '0.01',
      '0.01',
      '10',
      '10',
    ])
    for (const none of ['0', '0.00', '"0"', '.0', '+0', '0e5', '00']) {
      expect(() => read(none)).toThrow(/^bid is 0[.0]*$/)
    }
  })

  test('may be written as a whole number of its smallest unit', () => {
    expect([read('1674100', 4), read('1674100', 0), read('1674100')]).toEqual(['167.41', '1674100', '1674100'])
  })
})

describe('a time', () => {
  const read = (text: string) => rowOf(`x,${text},5.5`).time(1, (written) => (written.includes('-') ? 7 : Number.NaN))

  test('is a count since 1970, else what is written', () => {
    expect(['1704067200', '1704067200.25', '1704067200123', '2024-01-01'].map(read)).toEqual([
      1_704_067_200_000, 1_704_067_200_250, 1_704_067_200_123, 7,
    ])
  })

  test.each([
    ['1.70407E+12', 'time 1.70407E+12 has lost its digits (a spreadsheet rounded it); export the file anew'],
    ['2E12', 'time 2E12 has lost its digits (a spreadsheet rounded it); export the file anew'],
    ['20E12', 'time "20E12" is not understood'],
    ['1704067200.1.2', 'time "1704067200.1.2" is not understood'],
    ['soon', 'time "soon" is not understood'],
    ['', 'time "" is not understood'],
  ])('%p is none', (text, message) => expect(() => read(text)).toThrow(message))
})

test('what is told of a row to others than its owner has nothing of it', () => {
  const told = (message: string) => new RowProblem(message).discreet
  expect(told('side "hold" is neither buy nor sell')).toBe('side … is neither buy nor sell')
  expect(told('a "b\\"c" and "d"')).toBe('a … and …')
  expect(new RowProblem('it is of x', 'it is of somebody').discreet).toBe('it is of somebody')
})
