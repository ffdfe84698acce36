/** What of a text from outside reaches a log or a terminal. */
import { expect, test } from 'bun:test'
import { plainText, plainValue } from '../../src/schema/plain-text'

const PLAIN: readonly (readonly [what: string, text: string, plain: string])[] = [
  ['a colour', 'a\u001b[1;31mb\u001b[0mc', 'abc'],
  ['a cursor move with intermediate bytes', 'a\u001b[?25 hb', 'ab'],
  ['the first and the last of the final bytes', 'a\u001b[@b\u001b[~c', 'abc'],
  ['a title that a bell ends', 'a\u001b]0;title\u0007b', 'ab'],
  ['a title that a string terminator ends', 'a\u001b]0;title\u001b\\b', 'ab'],
  ['an escape of two characters', 'a\u001bMb\u001b_c\u001b@d\u001bZe', 'abcde'],
  ['an escape alone', 'a\u001b', 'a'],
  ['a bell alone', 'a\u0007b', 'ab'],
  ['line breaks with what is around them', 'a \r\n \n b\u2028c\u2029d', 'a b c d'],
  ['a tab', 'a\tb', 'a b'],
  ['controls of both kinds', 'a\u0000b\u009bc\u007fd', 'abcd'],
  ['marks of direction', 'a\u200eb\u200fc\u202ad\u202ee\u2066f\u2069g', 'abcdefg'],
  ['what is only near them', '\u200b\u200d\u202f\u2065é [31m', '\u200b\u200d\u202f\u2065é [31m'],
]

for (const [what, text, plain] of PLAIN) {
  test(`of ${what} there is left ${JSON.stringify(plain)}`, () => expect(plainText(text)).toBe(plain))
}

test('strings are made plain wherever they are in a value, and nothing else is touched', () => {
  const error = new Error('a\u0000')
  expect(plainValue({ 'k\u0000': ['a\tb', 1, null, true, { in: 'c\u0000' }], error, none: undefined })).toEqual({
    k: ['a b', 1, null, true, { in: 'c' }],
    error,
    none: undefined,
  })
  expect(plainValue('a\u0000')).toBe('a')
  expect(plainValue(null)).toBe(null)
})
