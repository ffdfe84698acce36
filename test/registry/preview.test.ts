/** What a start would find, asked before: the same as it finds then, and nothing of the home is changed. */
import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { inProcessCompiler } from '../../src/compiler/compile'
import { Preview } from '../../src/registry/preview'
import { loadEngine } from '../../src/sandbox/engine'
import { filed, Home, hashOf, openRegistry, pathOf, refusal, refusedAs, source } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')
const OTHER = source('other', 'v1')

const preview = async (directory: string, selectors: readonly string[], shipped?: Home) =>
  Preview.of(
    { directory, compiler: inProcessCompiler(await loadEngine()), ...(shipped && { shipped: shipped.path }) },
    selectors,
  )

/** A home whose registry file holds these, each under its own path and tag. */
function registered(revisions: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): Home {
  const entries = Object.entries(revisions).map(([tag, text]) => [tag, [pathOf('grid', text), text]] as const)
  const files = Object.fromEntries(entries.map(([, [path, text]]) => [path, text]))
  return new Home({ ...files, ...more, 'registry.json': JSON.stringify({ grid: filed(Object.fromEntries(entries)) }) })
}

/** What a preview says of a selector, which is then what a start says. */
async function foretold(home: Home, selector: string, shipped?: Home) {
  const before = home.files()
  const seen = await preview(home.path, [selector], shipped)
  const revision = seen.resolve(selector)
  const { metadata } = await seen.launchable(revision)
  expect(home.files()).toEqual(before)
  await using registry = await openRegistry(home, shipped ? { shipped: shipped.path } : {})
  const found = registry.resolve(selector)
  expect([revision.name, revision.hash, revision.tag, revision.path]).toEqual([
    found.name,
    found.hash,
    found.tag,
    found.path,
  ])
  expect(metadata).toEqual((await registry.launchable(found)).metadata)
  return revision.hash
}

describe('is found before a start as after it:', () => {
  test('what is registered, with the tag that it is stored under', async () => {
    using home = registered({ 'release-1': ONE })
    expect(await foretold(home, 'grid:release-1')).toBe(hashOf(ONE))
  })

  test('a file that no entry knows', async () => {
    using home = registered({ v1: ONE }, { 'dropped.js': TWO })
    expect(await foretold(home, 'grid:v2')).toBe(hashOf(TWO))
  })

  test('what is shipped, into a home that is empty, and beside what is there', async () => {
    using shipped = registered({ v2: TWO, latest: TWO })
    using empty = new Home()
    expect(await foretold(empty, 'grid', shipped)).toBe(hashOf(TWO))
    using home = registered({ v1: ONE, latest: ONE })
    expect(await foretold(home, 'grid', shipped)).toBe(hashOf(ONE))
    using another = registered({ v1: ONE, latest: ONE })
    expect(await foretold(another, 'grid:v2', shipped)).toBe(hashOf(TWO))
    using next = registered({ v3: source('grid', 'v3') })
    expect(await foretold(another, 'grid:v3', next)).toBe(hashOf(source('grid', 'v3')))
  })

  test('what was taken over once and deleted since: it does not come back', async () => {
    using shipped = registered({ v1: ONE, latest: ONE })
    using home = new Home()
    {
      await using registry = await openRegistry(home, { shipped: shipped.path })
      await registry.remove('grid', 'ann')
    }
    const seen = await preview(home.path, [], shipped)
    expect(await refusedAs(() => seen.resolve('grid'))).toBe('strategy_not_found')
  })
})

test('a home that is not there yet holds what is shipped or nothing, and is not made', async () => {
  using home = new Home()
  using shipped = registered({ v1: ONE })
  const nothing = await preview(home.at('none'), ['grid'])
  expect(await refusedAs(() => nothing.resolve('grid'))).toBe('strategy_not_found')
  const seen = await preview(home.at('none'), ['grid:v1'], shipped)
  expect((await seen.launchable(seen.resolve('grid:v1'))).metadata.name).toBe('grid')
  expect(existsSync(home.at('none'))).toBe(false)
  using file = new Home({ file: '' })
  expect(await refusedAs(() => preview(file.at('file'), []))).toBe('home_unwritable')
})

test('files that no entry knows are looked at when one of the selectors needs them', async () => {
  using home = registered({ v1: ONE }, { 'other.js': OTHER })
  const finds = async (...selectors: string[]) => {
    const seen = await preview(home.path, selectors)
    return refusedAs(() => seen.resolve('other')).catch(() => 'found')
  }
  expect([await finds('grid:v1'), await finds('grid:v1', 'other')]).toEqual(['strategy_not_found', 'found'] as never)
})

test('a registry file that is broken holds as much as can be read of it, and nothing comes to it', async () => {
  using shipped = registered({ v2: TWO })
  using home = new Home({ 'registry.json': '{"grid": 5}', 'other.js': OTHER })
  const seen = await preview(home.path, ['other', 'grid:v2'], shipped)
  for (const selector of ['other', 'grid:v2']) {
    expect(await refusedAs(() => seen.resolve(selector))).toBe('strategy_not_found')
  }
})

test('what cannot be launched is refused as at a launch', async () => {
  using home = registered({ v1: ONE, v2: TWO, v3: 'nope(' })
  home.write(pathOf('grid', ONE), 'edited')
  home.write(pathOf('grid', TWO), TWO)
  const seen = await preview(home.path, ['grid:v1', 'grid:v2', 'grid:v3'])
  expect(await refusedAs(() => seen.launchable(seen.resolve('grid:v1')))).toBe('revision_drifted')
  expect((await seen.launchable(seen.resolve('grid:v2'))).metadata.tag).toBe('v2')
  const { code, message } = await refusal(() => seen.launchable(seen.resolve('grid:v3')))
  expect([code, message]).toEqual([
    'revision_invalid',
    expect.stringMatching(/^it is not valid: .*SyntaxError|expect/i),
  ])
  using without = registered({ v1: ONE })
  const missing = { ...seen.resolve('grid:v1'), path: 'nowhere.js' }
  const other = await preview(without.path, [])
  expect(await refusedAs(() => other.launchable(missing))).toBe('revision_missing')
})
