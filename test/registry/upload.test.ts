/** Uploads: what they store, which tags they move, what they refuse. */
import { describe, expect, test } from 'bun:test'
import { existsSync, rmSync, symlinkSync } from 'node:fs'
import { isProgramOf } from '../../src/compiler/compiled'
import type { UploadBody } from '../../src/registry/upload-plan'
import { loadEngine } from '../../src/sandbox/engine'
import { filed, Home, hashOf, NOW, openRegistry, pathOf, refusal, refusedAs, source, told } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')

test('a first upload writes the source, its program and the registry file', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { revision, unchanged, alias } = await registry.upload({ source: ONE }, 'ann')
  const path = pathOf('grid', ONE)
  expect(revision).toMatchObject({
    name: 'grid',
    hash: hashOf(ONE),
    tag: 'v1',
    path,
    file: 'grid.js',
    size: ONE.length,
    state: 'sound',
  })
  expect({ unchanged, alias }).toEqual({ unchanged: false, alias: 'v1' })
  expect(home.files()).toEqual([path, path.replace('.js', '.wasm'), 'registry.json'])
  expect(home.read(path)).toBe(ONE)
  expect(home.registryFile()).toEqual({
    grid: { tags: { v1: hashOf(ONE), latest: hashOf(ONE) }, hashes: { [hashOf(ONE)]: { tag: 'v1', path } } },
  })
})

test('an upload can be launched at once, with a program of this engine', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { revision } = await registry.upload({ source: ONE }, 'ann')
  const { program, metadata } = await registry.launchable(revision)
  expect(isProgramOf(program, (await loadEngine()).hash, hashOf(ONE))).toBe(true)
  expect(metadata).toMatchObject({ name: 'grid', tag: 'v1' })
})

test('the same upload again changes nothing', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
  const { version } = registry
  const before = home.read('registry.json')
  expect((await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')).unchanged).toBe(true)
  expect([registry.version, home.read('registry.json')]).toEqual([version, before])
})

test('the same bytes under another tag get that tag', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE }, 'ann')
  const { revision, unchanged } = await registry.upload({ source: ONE, tag: 'v1.0.1' }, 'ann')
  expect([unchanged, revision.tag, revision.tags]).toEqual([false, 'v1.0.1', ['v1', 'latest', 'v1.0.1']])
  expect(registry.revisions('grid')).toHaveLength(1)
})

test('the tag of the body wins, and the source stays as it was sent', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { revision } = await registry.upload({ source: ONE, tag: 'build-7' }, 'ann')
  expect([revision.tag, revision.metadata?.tag]).toEqual(['build-7', 'build-7'])
  expect(registry.tags('grid')).toEqual({ 'build-7': hashOf(ONE), latest: hashOf(ONE) })
  expect(new TextDecoder().decode(await registry.source(revision))).toBe(ONE)
})

describe('tags of a second upload:', () => {
  const cases: [string, Omit<UploadBody, 'source'>, Record<string, 1 | 2>][] = [
    ['latest moves by default', {}, { v1: 1, prod: 1, latest: 2, v2: 2 }],
    ['latest stays when not promoted', { promoteLatest: false }, { v1: 1, prod: 1, latest: 1, v2: 2 }],
    ['aliases are new tags', { aliases: ['a', 'b'] }, { v1: 1, prod: 1, latest: 2, v2: 2, a: 2, b: 2 }],
    ['reassigned tags move', { reassignTags: ['prod'] }, { v1: 1, prod: 2, latest: 2, v2: 2 }],
    ['a reassigned tag may be new', { reassignTags: ['x'] }, { v1: 1, prod: 1, latest: 2, v2: 2, x: 2 }],
    ['a fixed tag moves when it is reassigned', { tag: 'prod', reassignTags: ['prod'] }, { v1: 1, prod: 2, latest: 2 }],
    ['latest may be among the reassigned', { reassignTags: ['latest', 'prod'] }, { v1: 1, prod: 2, latest: 2, v2: 2 }],
  ]
  test.each(cases)('%s', async (_, body, expected) => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
    await registry.upload({ source: TWO, ...body }, 'ann')
    const hashes = { 1: hashOf(ONE), 2: hashOf(TWO) }
    expect(registry.tags('grid')).toEqual(
      Object.fromEntries(Object.entries(expected).map(([tag, at]) => [tag, hashes[at]])),
    )
  })
})

test('a strategy has a latest from its first upload, promoted or not', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE, promoteLatest: false }, 'ann')
  expect(registry.resolve('grid').hash).toBe(hashOf(ONE))
})

describe('refused, with nothing changed:', () => {
  const cases: [string, UploadBody, string][] = [
    ['a tag that names another revision', { source: TWO, tag: 'v1' }, 'tag_conflict'],
    ['an alias that names another revision', { source: TWO, aliases: ['prod'] }, 'tag_conflict'],
    ['no tag anywhere', { source: source('grid') }, 'tag_missing'],
    ['a name that is not that of the metadata', { source: TWO, name: 'other' }, 'name_mismatch'],
    ['a tag outside the grammar', { source: TWO, tag: 'v 2' }, 'invalid_tag'],
    ['an empty tag', { source: TWO, tag: '' }, 'invalid_tag'],
    ['an alias outside the grammar', { source: TWO, aliases: ['../x'] }, 'invalid_tag'],
    ['a reassigned tag outside the grammar', { source: TWO, reassignTags: ['-x'] }, 'invalid_tag'],
    ['an alias given twice', { source: TWO, aliases: ['a', 'a'] }, 'invalid_request'],
    ['10,000 aliases', { source: TWO, aliases: Array.from({ length: 10_000 }, (_, i) => `t${i}`) }, 'invalid_request'],
    [
      'latest to be moved and not to be promoted',
      { source: TWO, reassignTags: ['latest'], promoteLatest: false },
      'invalid_request',
    ],
    ['a file name with a path in it', { source: TWO, filename: '../grid.js' }, 'invalid_request'],
    ['a source over 1 MiB', { source: TWO + ' '.repeat(1 << 20) }, 'body_too_large'],
    ['what does not compile', { source: 'nope(' }, 'strategy_validation_failed'],
  ]
  test.each(cases)('%s', async (_, body, code) => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
    const before = [home.files(), home.read('registry.json'), registry.version]
    expect(await refusedAs(() => registry.upload(body, 'ann'))).toBe(code as never)
    expect([home.files(), home.read('registry.json'), registry.version]).toEqual(before)
  })
})

test('a conflict names the tags and says how to move them', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
  const { message, hint, details } = await refusal(() =>
    registry.upload({ source: TWO, tag: 'v1', aliases: ['prod'] }, 'ann'),
  )
  expect(message).toBe(`tag "v1" already names ${hashOf(ONE)}; tag "prod" already names ${hashOf(ONE)}`)
  expect(hint).toContain('reassignTags')
  expect(details).toEqual({ tags: ['v1', 'prod'] })
})

test('a name in the body may be written in capitals', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  expect((await registry.upload({ source: ONE, name: 'GRID', filename: 'my grid.js' }, 'ann')).revision.name).toBe(
    'grid',
  )
})

test('diagnostics come with the refusal', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { details } = await refusal(() => registry.upload({ source: 'module.exports = {}' }, 'ann'))
  expect(details.diagnostics).toMatchObject([{ path: 'metadata' }, { path: 'create' }])
})

test('a folder that leads out of the home is not written through', async () => {
  using home = new Home()
  using elsewhere = new Home()
  symlinkSync(elsewhere.path, home.at('grid'))
  await using registry = await openRegistry(home)
  expect(await refusedAs(() => registry.upload({ source: ONE }, 'ann'))).toBe('storage_unavailable')
  expect(elsewhere.files()).toEqual([])
})

test('a file where the folder of a strategy has to go is in the way', async () => {
  using home = new Home({ 'a.js': source('other', 'v1') })
  await using registry = await openRegistry(home)
  expect(await refusedAs(() => registry.upload({ source: source('a.js', 'v1') }, 'ann'))).toBe('invalid_name')
  expect(existsSync(home.at('a.js'))).toBe(true)
})

test('an upload tells of itself and of every tag that moved', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE, promoteLatest: false }, 'ann')
  const changes = told(registry)
  await registry.upload({ source: TWO, message: 'faster' }, 'bob')
  const common = { strategy: 'grid', when: NOW, actor: 'bob', message: 'faster' }
  expect(changes).toEqual([
    { kind: 'upload', hash: hashOf(TWO), tag: 'v2', unchanged: false, ...common },
    { kind: 'tag-moved', tag: 'v2', before: '', after: hashOf(TWO), ...common },
    { kind: 'tag-moved', tag: 'latest', before: hashOf(ONE), after: hashOf(TWO), ...common },
  ])
})

describe('a replacement takes over', () => {
  const THREE = source('grid', 'v3')
  const open = async (home: Home) => {
    const registry = await openRegistry(home)
    await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
    await registry.upload({ source: TWO }, 'ann')
    return registry
  }
  const hashes = { 1: hashOf(ONE), 2: hashOf(TWO), 3: hashOf(THREE) }
  test.each<[string, string, Record<string, 1 | 2 | 3>]>([
    ['the tag that is named', 'grid:prod', { v1: 1, prod: 3, v2: 2, latest: 2, v3: 3 }],
    ['latest, by the name alone', 'grid', { v1: 1, prod: 1, v2: 2, latest: 3, v3: 3 }],
    ['every tag of the hash', `grid@${hashOf(ONE)}`, { v1: 3, prod: 3, v2: 2, latest: 2, v3: 3 }],
  ])('%s', async (_, selector, expected) => {
    using home = new Home()
    await using registry = await open(home)
    await registry.replace(selector, { source: THREE }, 'ann')
    expect(registry.tags('grid')).toEqual(
      Object.fromEntries(Object.entries(expected).map(([tag, at]) => [tag, hashes[at]])),
    )
    expect(registry.revisions('grid').map(({ hash }) => hash)).toEqual([hashes[1], hashes[2], hashes[3]])
  })

  test('latest too when it is promoted', async () => {
    using home = new Home()
    await using registry = await open(home)
    await registry.replace('grid:prod', { source: THREE, promoteLatest: true }, 'ann')
    expect(registry.tags('grid')).toMatchObject({ prod: hashes[3], latest: hashes[3] })
  })

  test('the selected tag where the source has none', async () => {
    using home = new Home()
    await using registry = await open(home)
    expect((await registry.replace('grid:prod', { source: source('grid') }, 'ann')).revision.tag).toBe('prod')
  })

  test.each([
    ['grid:nope', THREE, 'tag_not_found'],
    ['nope', THREE, 'strategy_not_found'],
    ['grid', source('other', 'v1'), 'name_mismatch'],
    // what is not there is told before what is wrong with the source
    ['nope', 'nope(', 'strategy_not_found'],
  ])('nothing by %p', async (selector, text, code) => {
    using home = new Home()
    await using registry = await open(home)
    const before = home.read('registry.json')
    expect(await refusedAs(() => registry.replace(selector, { source: text }, 'ann'))).toBe(code as never)
    expect(home.read('registry.json')).toBe(before)
  })
})

test.each(['edited', `${ONE}// edited`])(
  'an upload of the right bytes heals a drifted revision and keeps %p',
  async (edit) => {
    using home = new Home()
    await using registry = await openRegistry(home)
    const { revision } = await registry.upload({ source: ONE }, 'ann')
    home.write(revision.path, edit)
    await registry.rescan()
    expect((await registry.upload({ source: ONE }, 'ann')).revision.state).toBe('sound')
    expect([home.read(revision.path), home.read(`${revision.path}.replaced`)]).toEqual([ONE, edit])
  },
)

test('the same bytes that lay in the way of an upload are not kept beside it', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const path = pathOf('grid', ONE)
  home.write(path, ONE)
  await registry.upload({ source: ONE }, 'ann')
  expect(home.files()).toEqual([path, path.replace('.js', '.wasm'), 'registry.json'])
})

test('a source may have 1 MiB and no byte more', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const sized = (bytes: number) => `${ONE}//${'x'.repeat(bytes - ONE.length - 2)}`
  expect((await registry.upload({ source: sized(1 << 20) }, 'ann')).revision.size).toBe(1 << 20)
  const { code, message } = await refusal(() => registry.upload({ source: sized((1 << 20) + 1) }, 'ann'))
  expect([code, message]).toEqual(['body_too_large', 'the source has 1048577 bytes, more than 1 MiB (1048576)'])
})

test('an upload of the right bytes heals a missing revision, even before a refresh finds it', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { revision } = await registry.upload({ source: ONE }, 'ann')
  rmSync(home.at(revision.path))
  const again = await registry.upload({ source: ONE }, 'ann')
  expect([again.revision.state, home.read(revision.path)]).toEqual(['sound', ONE])
})

test('a registry that is closed takes no more writes', async () => {
  using home = new Home()
  const registry = await openRegistry(home)
  await registry[Symbol.asyncDispose]()
  expect(await refusedAs(() => registry.upload({ source: ONE }, 'ann'))).toBe('not_ready')
  expect(home.files()).toEqual([])
})

describe('what a strategy does not have, and uses in a handler,', () => {
  const FETCHES = source('grid', 'v1').replace('return {}', "return { onTrade() { fetch('/') } }")
  const problem = {
    stage: 'validation' as const,
    message: 'fetch is not there',
    line: 3,
    column: 35,
    hint: expect.any(String),
  }

  test('refuses what is new, and nothing is stored', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    const { code, details } = await refusal(() => registry.upload({ source: FETCHES }, 'ann'))
    expect([code, details]).toEqual(['strategy_validation_failed', { diagnostics: [problem] }])
    expect(home.files()).toEqual([])
  })

  test('leaves what is stored valid, and is told as a warning when that is uploaded again', async () => {
    using home = new Home({ [pathOf('grid', FETCHES)]: FETCHES })
    home.write('registry.json', JSON.stringify({ grid: filed({ v1: [pathOf('grid', FETCHES), FETCHES] }) }))
    await using registry = await openRegistry(home)
    const revision = registry.resolve('grid:v1')
    expect(revision.state).toBe('sound')
    expect((await registry.launchable(revision)).metadata.name).toBe('grid')
    const again = await registry.upload({ source: FETCHES, tag: 'v2' }, 'ann')
    expect([again.revision.hash, again.warnings]).toEqual([hashOf(FETCHES), [problem]])
  })
})
