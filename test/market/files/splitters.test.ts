/** Texts that come in pieces, split into rows: nothing depends on where they were cut. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Row } from '../../../src/market/files/row'
import { FIELD_SEPARATOR, type Split, scalarsOf, splitter } from '../../../src/market/files/splitters'

type Told = [number: number, ...fields: string[]]

const CUT = 'it does not end: the file is cut short'

/** The rows of a text that comes in these pieces: the number of each and its fields, at last what is wrong with its end. */
function rowsOf(split: Split, ...pieces: string[]): Told[] {
  const row = new Row()
  const take = splitter(split, row)
  const rows: Told[] = []
  const each = () => rows.push([row.number, ...(split.by === 'lines' ? [row.line] : row.fields())])
  for (const piece of pieces) take(piece, false, each)
  const wrong = take('', true, each)
  return wrong === undefined ? rows : [...rows, [row.number, wrong]]
}

const FIELDS: Split = { by: 'fields', delimiter: ';' }
const LINES: Split = { by: 'lines' }
const LISTS: Split = { by: 'lists' }
const OBJECTS: Split = { by: 'objects', keys: ['a', 'b'] }
const ROWS: Split = { by: 'rows' }

const CASES: [string, Split, string, Told[]][] = [
  [
    'lines of fields',
    FIELDS,
    'a;b\r\n\n"c;c";d\n;\ne',
    [
      [1, 'a', 'b'],
      [3, 'c;c', 'd'],
      [4, '', ''],
      [5, 'e'],
    ],
  ],
  [
    'lines',
    LINES,
    'a;b\r\n\n\r\n{c}\n d',
    [
      [1, 'a;b'],
      [4, '{c}'],
      [5, ' d'],
    ],
  ],
  [
    'rows',
    ROWS,
    `a${FIELD_SEPARATOR}b\n,${FIELD_SEPARATOR}\n`,
    [
      [1, 'a', 'b'],
      [2, ',', ''],
    ],
  ],
  [
    'lists',
    LISTS,
    ' [ \n [1, "2",null], ["x]y", [3, 4]] \n, [5]]\n',
    [
      [1, '1', '2', 'null'],
      [2, 'x]y', '[3', '4]'],
      [3, '5'],
    ],
  ],
  [
    'objects in a list',
    OBJECTS,
    '[{"a":1.50,"b":"x"}, {"b":"say \\"{\\" \\\\","c":[{"a":2}]},{"a":true,"b":null}]',
    [
      [1, '1.50', 'x'],
      [2, '', 'say "{" \\'],
      [3, 'true', ''],
    ],
  ],
  [
    'objects, one a line',
    OBJECTS,
    '{"a":-1e-7,"b":1}\n{"a":2}\n',
    [
      [1, '-1e-7', '1'],
      [2, '2', ''],
    ],
  ],
  [
    'an object that is none',
    OBJECTS,
    '{"a":1,}{"a":2}',
    [
      [1, '{"a":1,}'],
      [2, '2', ''],
    ],
  ],
  [
    'a list that is cut within an element',
    LISTS,
    '[[1,2],[3,',
    [
      [1, '1', '2'],
      [2, CUT],
    ],
  ],
  [
    'a list that is cut between two elements',
    LISTS,
    '[[1,2],\n',
    [
      [1, '1', '2'],
      [2, CUT],
    ],
  ],
  [
    'a list of objects that is cut before its end',
    OBJECTS,
    ' [ {"a":1},{"a":2}',
    [
      [1, '1', ''],
      [2, '2', ''],
      [3, CUT],
    ],
  ],
  [
    'lists one behind the other, and blanks between and behind them',
    LISTS,
    '[[1],\n[2]]\n[ [3]]\r\n\u001a',
    [
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ],
  ],
  [
    'a list with something else between its elements',
    LISTS,
    '[[1],null,[2],"x" ]oops',
    [
      [1, '1'],
      [2, 'null'],
      [3, '2'],
      [4, '"x"oops'],
    ],
  ],
  [
    'an object that is cut within a text',
    OBJECTS,
    '[{"a":1},{"a":"2}',
    [
      [1, '1', ''],
      [2, CUT],
    ],
  ],
  ['nothing', FIELDS, '', []],
]

describe.each(CASES)('%s', (_, split, text, rows) => {
  test('are these rows', () => expect(rowsOf(split, text)).toEqual(rows))

  test('are the same in however many pieces', () => {
    expect(rowsOf(split, ...text.split(''))).toEqual(rows)
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 4 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((to, i) => text.slice(places[i]!, to))
        expect(rowsOf(split, ...pieces)).toEqual(rows)
      }),
    )
  })
})

const MOST = 1 << 20
const filled = (front: string, back: string, length: number) =>
  front + 'x'.repeat(length - front.length - back.length) + back

test.each([
  ['fields', FIELDS, '', '\n', 1],
  ['lines', LINES, '', '\n', 1],
  ['rows', ROWS, '', '\n', 1],
  ['lists', LISTS, '["', '"]', 0],
  ['objects', OBJECTS, '{"c":"', '"}', 0],
] as const)('a row of %s has at most 2^20 characters, complete or not', (_, split, front, back, ending) => {
  const row = (length: number) => filled(front, back, length + ending)
  expect(rowsOf(split, row(MOST))).toHaveLength(1)
  expect(rowsOf(split, row(MOST).slice(0, -1))).toHaveLength(1)
  for (const long of [row(MOST + 1), row(MOST + 2 + back.length).slice(0, -back.length)]) {
    const read = new Row()
    const take = splitter(split, read)
    take(row(10), false, () => undefined)
    expect(() => take(long, false, () => undefined)).toThrow('it is longer than 1 MiB')
    expect(read.number).toBe(2)
  }
})

test('the scalars of an object are texts, its numbers as they are written', () => {
  expect(
    scalarsOf('{"a": 0.00141342000000001, "b": "1", "c": true, "d": null, "e": [1], "f": {}, "g\\"": -5E+3}'),
  ).toEqual({
    a: '0.00141342000000001',
    b: '1',
    c: 'true',
    d: '',
    e: '',
    f: '',
    'g"': '-5E+3',
  })
  expect([scalarsOf('{'), scalarsOf('null'), scalarsOf('')]).toEqual([undefined, {}, undefined])
})
