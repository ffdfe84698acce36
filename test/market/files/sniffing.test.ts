/** What bytes are by the first of them, and what is to be read by people. */
import { expect, test } from 'bun:test'
import { isNote } from '../../../src/market/files/notes'
import { SNIFF_SIZE, sniff } from '../../../src/market/files/sniffing'

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))

test.each([
  ['gzip', '\x1f\x8b\x08'],
  ['zip', 'PK\x03\x04'],
  ['arrow', 'ARROW1\0\0'],
  ['parquet', 'PAR1'],
  ['feather1', 'FEA1'],
  ['encrypted', 'PARE'],
  ['stream', '\xff\xff\xff\xff'],
  ['tar', `${'a.csv'.padEnd(257, '\0')}ustar`],
  ['utf16', '\xff\xfea\0'],
  ['utf16', '\xfe\xff\0a'],
  ['text', 'ARROW'],
  ['text', 'timestamp,price'],
  ['text', ''],
  ['binary', `${'a.csv'.padEnd(256, '\0')}ustar`],
  ['binary', '\x1f'],
] as const)('%s: %j', (what, text) => expect(sniff(bytes(text))).toBe(what))

test('texts have tabs, ends of lines and of files, and no other control characters', () => {
  const texts = Array.from({ length: 34 }, (_, code) => code).filter(
    (code) => sniff(Uint8Array.of(97, code)) === 'text',
  )
  expect(texts).toEqual([9, 10, 13, 26, 32, 33])
  const late = (at: number) => sniff(bytes(`${'a'.repeat(at)}\0`))
  expect([late(SNIFF_SIZE - 1), late(SNIFF_SIZE)]).toEqual(['binary', 'text'])
})

test.each([
  ['README', '1,2,3\n4,5,6\n', true],
  ['readme.csv', '1,2\n', true],
  ['licence.csv', undefined, true],
  ['data.pdf', undefined, true],
  ['data.png', '1,2', true],
  ['data.csv', undefined, false],
  ['data.csv', 'nothing but words, and no row\n', true],
  ['data.csv', 'a word\n1,2\n', false],
  ['data.csv', '2024-01-01;-5\n', false],
  ['data.csv', '[1, 2]', false],
  ['data.csv', '"1","2"', false],
  ['data.csv', 'version 1.5 of 2024', true],
  ['unreadme.csv', '1,2', false],
])('%s with %j is a note: %p', (name, head, is) => expect(isNote(name, head)).toBe(is))
