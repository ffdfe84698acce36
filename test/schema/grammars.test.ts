/** The grammars of names, tags, files, digests and tokens, to their last character. */
import { describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { digestOf, hexOf, parseDigest, parseDigestPrefix } from '../../src/schema/digest'
import { fieldName, pathOf } from '../../src/schema/mismatch'
import { isFileName, isIdentifier, isReserved, isStrategyName, isTag, lowerCaseName } from '../../src/schema/names'
import { NUMBER } from '../../src/schema/orders'
import { FILED, HASHED, NAMED, ONCE_SELECTED, SELECTED, TAGGED, TIMED, WRITTEN } from '../../src/schema/stated'
import { isTokenName, RateLimit, TokenList } from '../../src/schema/tokens'
import { RefreshBody } from '../../src/schema/usage'

const long = (length: number) => 'a'.repeat(length)

const GRAMMARS: readonly (readonly [name: string, fits: (text: string) => boolean, good: string[], bad: string[]])[] = [
  [
    'a strategy name',
    isStrategyName,
    ['a', '0', 'a.b_c-9', long(128), 'com', 'con1', 'registry.jso', 'node_modules2'],
    [
      '',
      'A',
      '-a',
      '.a',
      '_a',
      'a b',
      'a:b',
      'a/b',
      long(129),
      'con',
      'nul.x',
      'com1',
      'lpt9.js',
      'registry.json',
      'registry.json.bak',
      'node_modules',
    ],
  ],
  ['a tag', isTag, ['a', 'A', '_', '9', 'v1.0-B_c', long(128)], ['', '.a', '-a', 'a b', 'a:b', 'ä', long(129)]],
  [
    'a file name',
    isFileName,
    ['a.js', 'A b', 'é', long(255), '😀'],
    [
      '',
      '.a',
      'a/b',
      'a\\b',
      '/a',
      '\\a',
      'a\n',
      '\u0000a',
      'a\u007f',
      'a\u009f',
      long(256),
      'CON',
      'Nul.txt',
      'Registry.JSON',
    ],
  ],
  [
    'an identifier',
    isIdentifier,
    ['a', 'A', '9', 'a.B_c-1', long(128)],
    ['', '_a', '.a', '-a', 'a b', 'a/b', long(129)],
  ],
  [
    'the name of a token',
    isTokenName,
    ['a', 'Z', 'a_B-9', long(64), 'gateways'],
    [
      '',
      '9a',
      '_a',
      'a.b',
      'a:b',
      long(65),
      'anonymous',
      'Config',
      'GATEWAY',
      'local',
      'recovered',
      'registry',
      'system',
    ],
  ],
  [
    'reserved',
    isReserved,
    ['aux', 'prn', 'com0', 'lpt0', 'con.a.b', 'registry.jsonx'],
    ['au', 'coms', 'com10', 'conx', 'xregistry.json'],
  ],
]

describe.each(GRAMMARS)('%s', (_, fits, good, bad) => {
  test('is', () => expect(good.filter((text) => !fits(text))).toEqual([]))
  test('is not', () => expect(bad.filter(fits)).toEqual([]))
})

const HEX = 'a1b2c3d4e5f6'.padEnd(64, '0')

test('a digest is read with and without its prefix, in any case, whole or from twelve digits on', () => {
  const digest = `sha256:${HEX}` as const
  expect([HEX, digest, HEX.toUpperCase(), `SHA256:${HEX}`].map(parseDigest)).toEqual([digest, digest, digest, digest])
  expect(
    [HEX.slice(1), `${HEX}0`, `sha256:${HEX.slice(1)}`, `x${HEX}`, HEX.replace('a', 'g'), ''].map(parseDigest),
  ).toEqual(Array(6).fill(undefined))
  expect([12, 64].map((digits) => parseDigestPrefix(HEX.slice(0, digits)))).toEqual([
    `sha256:${HEX.slice(0, 12)}`,
    digest,
  ])
  expect([parseDigestPrefix(HEX.slice(0, 11)), parseDigestPrefix(`${HEX}0`)]).toEqual([undefined, undefined])
  expect(parseDigestPrefix(`sha256:${HEX.slice(0, 12).toUpperCase()}`)).toBe('sha256:a1b2c3d4e5f6')
  expect(hexOf(digest)).toBe(HEX)
  expect(digestOf(new TextEncoder().encode('abc'))).toBe(
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('names are made lower case by their ASCII letters alone', () => {
  expect(lowerCaseName('GriD-\u212A\u0130')).toBe('grid-\u212A\u0130')
})

describe('what the API document states is what is checked:', () => {
  const fits = ({ stated }: { readonly stated: { readonly pattern: string } }, text: string) =>
    new RegExp(stated.pattern, 'u').test(text)

  test.each([
    ['a name', NAMED, ['a', 'A', long(128)], ['', '-a', long(129)]],
    ['a tag', TAGGED, ['_', long(128)], ['-', long(129)]],
    ['a file', FILED, ['a.js', long(255)], ['.a', 'a/b', long(256)]],
    ['a hash', HASHED, [HEX, `sha256:${HEX}`, HEX.slice(0, 12)], [HEX.slice(0, 11), `${HEX}0`, 'x']],
    [
      'a selector',
      SELECTED,
      ['a', 'a:_b', `a@${HEX}`, `A@sha256:${HEX.slice(0, 12)}`],
      ['a:', 'a@', 'a@b', ':b', 'a:b:c'],
    ],
    ['a selector of old', ONCE_SELECTED, ['a b', 'a:b c:d', `a:b@${HEX}`], ['', 'a@b', 'a\n', `@${HEX}`]],
    [
      'a time',
      TIMED,
      ['2024-01-31T23:59:59Z', '2024-12-01T00:00:00.123456+02:30', '2024-10-10T10:10:10-23:59'],
      [
        '2024-13-01T00:00:00Z',
        '2024-00-01T00:00:00Z',
        '2024-01-32T00:00:00Z',
        '2024-01-01T24:00:00Z',
        '2024-01-01T00:60:00Z',
        '2024-01-01T00:00:60Z',
        '2024-01-01T00:00:00',
        '2024-01-01',
        '2024-01-01T00:00:00+24:00',
        '2024-01-01T00:00:00.Z',
      ],
    ],
  ])('%s', (_, grammar, good, bad) => {
    expect(good.filter((text) => !fits(grammar, text))).toEqual([])
    expect(bad.filter((text) => fits(grammar, text))).toEqual([])
  })

  test('what people write has lines and tabs and no other control character', () => {
    const written = new RegExp(WRITTEN.pattern)
    expect(['', 'a\tb\nc', ' ~é😀\u00a0'].filter((text) => !written.test(text))).toEqual([])
    const controls = ['\u0000', '\u0008', '\u000b', '\r', '\u001f', '\u007f', '\u009f']
    expect(controls.filter((text) => written.test(`a${text}`))).toEqual([])
  })
})

test('a pointer is told as a field is written', () => {
  expect(['', '/a', '/a/0/b', '/0', '/a~1b/c~0d'].map(fieldName)).toEqual(['', 'a', 'a[0].b', '[0]', 'a/b.c~d'])
  expect(pathOf('/a~01/b')).toEqual(['a~1', 'b'])
})

test('the engine tells in a bit of its own of each amount whether it was given as a number', () => {
  expect(NUMBER).toEqual({ quantity: 1, price: 2, stopPrice: 4 })
})

test('selectors of a refresh have at most 1024 characters', () => {
  const fits = (length: number) => Value.Check(RefreshBody, { strategies: [long(length)] })
  expect([0, 1, 1024, 1025].map(fits)).toEqual([false, true, true, false])
})

test('tokens and their rates are taken up to their bounds', () => {
  const rates = [
    { perSecond: 0.001, burst: 1 },
    { perSecond: 0, burst: 1 },
    { perSecond: 1, burst: 0 },
    { perSecond: 1, burst: 1.5 },
    { perSecond: 1 },
    { perSecond: 1, burst: 1, more: 1 },
  ]
  expect(rates.map((rate) => Value.Check(RateLimit, rate))).toEqual([true, false, false, false, false, false])
  const entry = { name: 'a', role: 'read', hash: `sha256:${HEX}` }
  const taken = (more: object) => Value.Check(TokenList, { tokens: [{ ...entry, ...more }] })
  expect(
    [{}, { role: 'root' }, { hash: HEX }, { hash: `sha256:${HEX.toUpperCase()}` }, { more: 1 }].map(taken),
  ).toEqual([true, false, false, false, false])
})
