/** Selectors: `name`, `name:tag`, `name@hash`. */
import { describe, expect, test } from 'bun:test'
import { parseSelector, readSelector, type Selector } from '../../src/registry/selector'
import { Home, hashOf, openRegistry, refusedAs, source } from './home'

const HEX = 'a1b2c3d4e5f6'.padEnd(64, '0')

test('the three forms are told apart', () => {
  expect(parseSelector('grid')).toEqual({ kind: 'name', name: 'grid' })
  expect(parseSelector('grid:v1.0.0')).toEqual({ kind: 'tag', name: 'grid', tag: 'v1.0.0' })
  expect(parseSelector(`grid@sha256:${HEX}`)).toEqual({ kind: 'hash', name: 'grid', prefix: `sha256:${HEX}` })
  expect(parseSelector(`grid@${HEX.slice(0, 12).toUpperCase()}`)).toEqual({
    kind: 'hash',
    name: 'grid',
    prefix: 'sha256:a1b2c3d4e5f6',
  })
})

test.each([
  '',
  ':v1',
  '@abc',
  'grid:',
  'grid@',
  'grid@a1b2c3d4e5f',
  `grid@${HEX}0`,
  'grid@latest',
  'gr\0id',
  `g${'x'.repeat(600)}`,
])('%p is no selector', async (text) => {
  expect(await refusedAs(() => parseSelector(text))).toBe('invalid_selector')
})

describe('where a registry holds names and tags with separators in them', () => {
  const held: Readonly<Record<string, readonly string[]>> = {
    a: ['v1'],
    'a:b': ['c'],
    'a:b:c': [],
    'x@y': ['z'],
    [`h@${HEX}`]: [],
    ['n'.repeat(1024)]: [],
    ['n'.repeat(1025)]: [],
  }
  const knows = (name: string, tag?: string) =>
    held[name] !== undefined && (tag === undefined || held[name].includes(tag))
  const name = (text: string): Selector => ({ kind: 'name', name: text })
  const tag = (text: string, of: string): Selector => ({ kind: 'tag', name: text, tag: of })
  const hash = (text: string, prefix = HEX): Selector => ({ kind: 'hash', name: text, prefix: `sha256:${prefix}` })

  test.each<[string, Selector]>([
    ['a', name('a')],
    ['a:v1', tag('a', 'v1')],
    // a tag that is there comes before one that is not, and the shortest name before all that only could be meant
    ['a:b', name('a:b')],
    ['a:b:c', tag('a:b', 'c')],
    ['a:b:d', tag('a', 'b:d')],
    ['a:nope', tag('a', 'nope')],
    [`a@${HEX}`, hash('a')],
    [`a:b@${HEX}`, hash('a:b')],
    ['x@y', name('x@y')],
    ['x@y:z', tag('x@y', 'z')],
    ['x@y:nope', tag('x@y', 'nope')],
    [`x@y@${HEX.slice(0, 12)}`, hash('x@y', HEX.slice(0, 12))],
    // the hash of a strategy that is not there, until there is one of the whole name
    [`g@${HEX}`, hash('g')],
    [`h@${HEX}`, name(`h@${HEX}`)],
    // begins as a name that is there, and goes on with what is no separator
    [`ax${HEX}`, name(`ax${HEX}`)],
    ['nope:v1', tag('nope', 'v1')],
    ['n'.repeat(1024), name('n'.repeat(1024))],
  ])('%.30s is read as it stands there', (text, expected) => {
    expect(readSelector(text, knows)).toEqual(expected)
  })

  test.each(['', 'a:', 'a@', 'a@b', 'x@y:', 'x@nope', 'x@y@z', 'm'.repeat(513), 'n'.repeat(1025)])(
    '%.30s is no selector',
    async (text) => expect(await refusedAs(() => readSelector(text, knows))).toBe('invalid_selector'),
  )
})

describe('in a registry', () => {
  test('every form finds its revision, whatever the case of the name and with or without the prefix', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    const [one, two] = [source('grid', 'v1'), source('grid', 'v2')]
    await registry.upload({ source: one }, 'ann')
    await registry.upload({ source: two, aliases: ['prod'] }, 'ann')
    const hash = hashOf(one)
    for (const text of ['grid:v1', 'GRID:v1', `grid@${hash}`, `grid@${hash.slice(7)}`, `Grid@${hash.slice(7, 19)}`]) {
      expect(registry.resolve(text).hash).toBe(hash)
    }
    for (const text of ['grid', 'grid:latest', 'grid:prod']) expect(registry.resolve(text).hash).toBe(hashOf(two))
  })

  test.each([
    ['nope', 'strategy_not_found'],
    ['nope:v1', 'strategy_not_found'],
    ['no pe', 'invalid_selector'],
    ['../grid', 'invalid_selector'],
    ['grid:V1', 'tag_not_found'],
    [`grid@${'0'.repeat(12)}`, 'hash_not_found'],
  ])('%p is refused as %s', async (text, code) => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: source('grid', 'v1') }, 'ann')
    expect(await refusedAs(() => registry.resolve(text))).toBe(code as never)
  })

  test('a shortened hash that fits two revisions is refused, one more digit is not', async () => {
    const entry = { tag: 'x', path: 'x.js' }
    const [one, two] = [`sha256:${'ab'.repeat(6)}1${'0'.repeat(51)}`, `sha256:${'ab'.repeat(6)}2${'0'.repeat(51)}`]
    using home = new Home({
      'registry.json': JSON.stringify({ grid: { tags: {}, hashes: { [one]: entry, [two]: entry } } }),
    })
    await using registry = await openRegistry(home)
    expect(await refusedAs(() => registry.resolve(`grid@${'ab'.repeat(6)}`))).toBe('hash_ambiguous')
    expect(registry.resolve(`grid@${'ab'.repeat(6)}2`).hash).toBe(two as never)
  })
})
