/** A cell of a CSV file: as RFC 4180 has it, and nothing that a spreadsheet runs. */
import { expect, test } from 'bun:test'
import { csvCell } from '../../src/files/csv'

test.each<[unknown, string]>([
  ['grid', 'grid'],
  ['a "b", c', '"a ""b"", c"'],
  ['two\nlines', '"two\nlines"'],
  [undefined, ''],
  [null, ''],
  [-0.5, '-0.5'],
  ['-1.203', '-1.203'],
  [true, 'true'],
  ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ['+SUM(A1)', "'+SUM(A1)"],
  ['-SUM(A1)', "'-SUM(A1)"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
])('%p is %p', (value, cell) => expect(csvCell(value)).toBe(cell))
