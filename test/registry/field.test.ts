/** Registries from the field: older layouts, hand-made files, damage of every kind. */
import { describe, expect, test } from 'bun:test'
import { rmSync, symlinkSync } from 'node:fs'
import { filed, Home, hashOf, openRegistry, pathOf, refusal, refusedAs, source } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')

const json = (registry: object) => JSON.stringify(registry, null, 2)

test('an older layout is served as it stands', async () => {
  const path = 'grid/1.0.0/grid.js'
  using home = new Home({ [path]: ONE, 'registry.json': json({ grid: filed({ '1.0.0': [path, ONE] }) }) })
  const before = home.read('registry.json')
  await using registry = await openRegistry(home)
  expect(registry.resolve('grid:1.0.0')).toMatchObject({ path, file: 'grid.js', state: 'sound' })
  expect((await registry.launchable(registry.resolve('grid:1.0.0'))).metadata.tag).toBe('1.0.0')
  expect(home.read('registry.json')).toBe(before)
  // the same bytes once more are no new file
  const files = home.files()
  expect((await registry.upload({ source: ONE, tag: 'again' }, 'ann')).revision).toMatchObject({ path, tag: 'again' })
  expect(home.files()).toEqual(files)
})

test('names and tags outside the grammars are served exactly as they stand, and new ones are refused', async () => {
  const grid = filed({ 'Release 1/a': ['Grid/x.js', ONE] })
  using home = new Home({ 'Grid/x.js': ONE, 'registry.json': json({ 'My Grid': grid }) })
  await using registry = await openRegistry(home)
  expect(registry.resolve('My Grid:Release 1/a')).toMatchObject({ name: 'My Grid', state: 'sound' })
  await registry.moveTag('My Grid', 'Release 1/a', hashOf(ONE), 'ann')
  expect(await refusedAs(() => registry.moveTag('My Grid', 'Release 2/a', hashOf(ONE), 'ann'))).toBe('invalid_tag')
  await registry.moveTag('My Grid', 'ok', hashOf(ONE), 'ann')
  expect(Object.keys(registry.tags('My Grid'))).toEqual(['Release 1/a', 'ok'])
})

test('hashes without their prefix or in capitals are understood', async () => {
  const bare = hashOf(ONE).slice(7).toUpperCase()
  const file = { grid: { tags: { latest: bare }, hashes: { [bare]: { tag: 'v1', path: 'a.js' } } } }
  using home = new Home({ 'a.js': ONE, 'registry.json': json(file) })
  await using registry = await openRegistry(home)
  expect(registry.resolve('grid')).toMatchObject({ hash: hashOf(ONE), state: 'sound' })
})

test('fields of entries that are not ours outlive our writes', async () => {
  const file = { grid: { tags: {}, hashes: { [hashOf(ONE)]: { tag: 'v1', path: 'a.js', note: 'kept' } } } }
  using home = new Home({ 'a.js': ONE, 'registry.json': json(file) })
  await using registry = await openRegistry(home)
  await registry.moveTag('grid', 'prod', hashOf(ONE), 'ann')
  expect(home.registryFile()).toMatchObject({ grid: { hashes: { [hashOf(ONE)]: { note: 'kept' } } } })
})

describe('a path that leaves the home is refused:', () => {
  test.each(['../outside.js', '/etc/passwd', 'grid/../../outside.js', 'link/outside.js', 'linked.js'])(
    '%s',
    async (path) => {
      using outside = new Home({ 'outside.js': ONE })
      using home = new Home({ 'registry.json': json({ grid: filed({ v1: [path, ONE] }) }) })
      symlinkSync(outside.path, home.at('link'))
      symlinkSync(outside.at('outside.js'), home.at('linked.js'))
      await using registry = await openRegistry(home)
      const revision = registry.resolve('grid:v1')
      expect(revision.state).toBe('missing')
      expect(await refusedAs(() => registry.source(revision))).toBe('revision_missing')
      await registry.remove('grid', 'ann')
      expect(outside.read('outside.js')).toBe(ONE)
    },
  )
})

test('a link that is dropped in is registered when it stays within the home, and told when it leads out', async () => {
  using outside = new Home({ 'out.js': TWO })
  using home = new Home({ '..data/grid.js': ONE })
  symlinkSync('..data/grid.js', home.at('grid.js'))
  symlinkSync(outside.at('out.js'), home.at('out.js'))
  symlinkSync('nowhere.js', home.at('dangling.js'))
  await using registry = await openRegistry(home)
  expect(registry.tags('grid')).toEqual({ v1: hashOf(ONE), latest: hashOf(ONE) })
  expect(registry.problems().map(({ path }) => path)).toEqual(['dangling.js', 'out.js'])
})

test('a file and a name in capitals are registered in lower case, and two files of one name side by side', async () => {
  const [first, second] = [source('Grid', 'V1'), source('GRID', 'V2')]
  using home = new Home({ 'GRID.JS': first, 'Other.js': second })
  await using registry = await openRegistry(home)
  expect([registry.names(), registry.tags('grid')]).toEqual([
    ['grid'],
    { V1: hashOf(first), V2: hashOf(second), latest: hashOf(second) },
  ])
  expect(registry.problems()).toEqual([])
})

test('a symbolic link within the home is followed', async () => {
  using home = new Home({ 'real/a.js': ONE, 'registry.json': json({ grid: filed({ v1: ['link.js', ONE] }) }) })
  symlinkSync('real/a.js', home.at('link.js'))
  await using registry = await openRegistry(home)
  expect(registry.resolve('grid:v1').state).toBe('sound')
})

describe('one bad revision hides no other:', () => {
  const path = pathOf('grid', ONE)
  const registry = json({ grid: filed({ v1: [path, ONE], v2: ['two.js', TWO] }) })
  test.each<[string, Record<string, string>, string, string]>([
    ['a missing file', {}, 'missing', 'revision_missing'],
    ['a drifted file', { [path]: `${ONE} ` }, 'drifted', 'revision_drifted'],
  ])('%s', async (_, files, state, code) => {
    using home = new Home({ ...files, 'two.js': TWO, 'registry.json': registry })
    await using opened = await openRegistry(home)
    const bad = opened.resolve('grid:v1')
    expect(bad.state).toBe(state as never)
    expect(bad.metadata).toBeUndefined()
    expect(await refusedAs(() => opened.launchable(bad))).toBe(code as never)
    expect(await refusedAs(() => opened.source(bad))).toBe(code as never)
    expect(opened.resolve('grid:v2').state).toBe('sound')
    expect(opened.problems()).toMatchObject([{ strategy: 'grid', hash: hashOf(ONE), path }])
  })

  test('a source that is no strategy: its bytes are served, it is not launched', async () => {
    const broken = 'nope('
    const file = json({ grid: filed({ v1: ['a.js', broken], v2: ['two.js', TWO] }) })
    using home = new Home({ 'a.js': broken, 'two.js': TWO, 'registry.json': file })
    await using opened = await openRegistry(home)
    const bad = opened.resolve('grid:v1')
    expect(bad.state).toBe('invalid')
    expect(new TextDecoder().decode(await opened.source(bad))).toBe(broken)
    expect(await refusedAs(() => opened.launchable(bad))).toBe('revision_invalid')
    expect(opened.resolve('grid:v2').state).toBe('sound')
  })

  test('a source that never ends', async () => {
    const endless = 'for (;;) {}'
    const file = json({ grid: filed({ v1: ['a.js', endless], v2: ['two.js', TWO] }) })
    using home = new Home({ 'a.js': endless, 'two.js': TWO, 'registry.json': file })
    await using opened = await openRegistry(home)
    expect([opened.resolve('grid:v1').state, opened.resolve('grid:v2').state]).toEqual(['invalid', 'sound'])
  })
})

test('each problem says what to do about it', async () => {
  using outside = new Home({ 'out.js': ONE })
  const grid = filed({ v1: ['a.js', ONE], v2: ['b.js', TWO] })
  const lost = `sha256:${'0'.repeat(64)}`
  using home = new Home({
    'a.js': `${ONE}// drifted`,
    'bad.js': 'nope(',
    'taken.js': source('grid', 'v1', 'another'),
    'registry.json': json({ grid: { ...grid, tags: { ...grid.tags, lost } }, half: 5 }),
  })
  symlinkSync(outside.at('out.js'), home.at('link.js'))
  await using registry = await openRegistry(home)
  await registry.rescan()
  const problems = registry.problems()
  expect(problems.map(({ path, problem }) => path ?? problem)).toEqual([
    'registry.json',
    'bad.js',
    'link.js',
    'taken.js',
    `tag "lost" names ${lost}, which has no entry`,
    'a.js',
    'b.js',
  ])
  const hints = problems.map(({ hint }) => hint)
  expect(hints.filter((hint) => !/^(repair|correct|put|PUT|make|restore) \S/.test(hint))).toEqual([])
})

test('each problem is in the log once, however often the home is read, and again when it comes again', async () => {
  using home = new Home({ 'bad.js': 'nope(' })
  const logged: string[] = []
  const log = (level: string, _: string, about: Readonly<Record<string, unknown>> = {}) =>
    void logged.push(`${level} ${String(about.path)}`)
  await using registry = await openRegistry(home, { log })
  const { revision } = await registry.upload({ source: ONE }, 'ann')
  await registry.rescan()
  expect(logged).toEqual(['warn bad.js'])
  home.write('worse.js', 'nope(')
  await registry.rescan()
  expect(logged.splice(1)).toEqual(['warn worse.js'])
  for (const _ of ['once', 'again']) {
    home.write(revision.path, 'drifted')
    await registry.rescan()
    await registry.rescan()
    home.write(revision.path, ONE)
    await registry.rescan()
  }
  expect(logged).toEqual(['warn bad.js', `warn ${revision.path}`, `warn ${revision.path}`])
})

test('a strategy without a latest, or with one that names nothing, says where its tags are', async () => {
  const grid = filed({ v1: ['a.js', ONE] })
  const lost = `sha256:${'0'.repeat(64)}`
  const file = json({
    none: grid,
    lost: { ...grid, tags: { ...grid.tags, latest: lost } },
    sound: { ...grid, tags: { latest: hashOf(ONE) } },
  })
  using home = new Home({ 'a.js': ONE, 'registry.json': file })
  await using registry = await openRegistry(home)
  for (const name of ['none', 'lost']) {
    for (const selector of [name, `${name}:nope`, `${name}@${'f'.repeat(12)}`]) {
      expect((await refusal(() => registry.resolve(selector))).hint).toStartWith(
        `GET /strategies/modules?strategy=${name} lists`,
      )
    }
  }
  expect((await refusal(() => registry.resolve('sound:nope'))).hint).toBe(
    'GET /strategies/modules/sound lists its tags',
  )
})

test('a tag that names nothing is told, kept, and can be moved or deleted', async () => {
  const lost = `sha256:${'0'.repeat(64)}`
  const grid = filed({ v1: ['a.js', ONE] })
  const file = json({ grid: { tags: { ...grid.tags, prod: lost, old: lost }, hashes: grid.hashes } })
  using home = new Home({ 'a.js': ONE, 'registry.json': file })
  await using registry = await openRegistry(home)
  expect(registry.problems().map(({ problem }) => problem)).toEqual([
    `tag "prod" names ${lost}, which has no entry`,
    `tag "old" names ${lost}, which has no entry`,
  ])
  expect(await refusedAs(() => registry.resolve('grid:prod'))).toBe('hash_not_found')
  await registry.moveTag('grid', 'prod', hashOf(ONE), 'ann')
  expect(home.registryFile()).toMatchObject({ grid: { tags: { old: lost, prod: hashOf(ONE) } } })
  await registry.deleteTag('grid', 'old', false, 'ann')
  expect(registry.problems()).toEqual([])
})

describe('a registry file that is', () => {
  test.each(['{ "grid": ', '', '[]', 'null', '"text"', '\u0000'])(
    '%p is kept aside and not written over',
    async (text) => {
      using home = new Home({ 'registry.json': text, [pathOf('grid', ONE)]: ONE })
      await using registry = await openRegistry(home)
      expect([registry.names(), registry.problems()[0]?.path]).toEqual([[], 'registry.json'])
      expect(home.read('registry.json.broken-2026-01-02T03-04-05.000Z')).toBe(text)
      await registry.upload({ source: source('other', 'v1') }, 'ann')
      expect(Object.keys(home.registryFile() as object)).toEqual(['other'])
      expect(home.read('registry.json.broken-2026-01-02T03-04-05.000Z')).toBe(text)
    },
  )

  test('broken is kept aside once, however often the gateway starts', async () => {
    using home = new Home({ 'registry.json': '{' })
    for (const now of [1, 2]) {
      await using registry = await openRegistry(home, { now: () => now })
      expect(registry.problems()).toHaveLength(1)
    }
    expect(home.files()).toHaveLength(2)
  })

  test('broken in part is served in part', async () => {
    const file = json({
      bad: 5,
      worse: { tags: [], hashes: { nonsense: {} } },
      grid: {
        tags: { v1: hashOf(ONE), x: 'no hash' },
        hashes: { [hashOf(ONE)]: { tag: 'v1', path: 'a.js' }, [hashOf(TWO)]: 1 },
      },
    })
    using home = new Home({ 'a.js': ONE, 'registry.json': file })
    await using registry = await openRegistry(home)
    expect(registry.resolve('grid:v1').state).toBe('sound')
    expect(registry.problems()).toHaveLength(5)
    expect(home.files()).toContain('registry.json.broken-2026-01-02T03-04-05.000Z')
  })

  test('broken while the gateway runs costs nothing of what it holds', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    home.write('registry.json', '{"grid":')
    await registry.rescan()
    expect(registry.resolve('grid').hash).toBe(hashOf(ONE))
    expect(home.registryFile()).toMatchObject({ grid: { tags: { v1: hashOf(ONE) } } })
    expect(home.read('registry.json.broken-2026-01-02T03-04-05.000Z')).toBe('{"grid":')
  })

  test('damaged in part while the gateway runs is kept aside, and what the gateway holds is written again', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    const before = home.read('registry.json')
    home.write('registry.json', before.replace('"tags"', '"tagz": 1, "tags"').replace(hashOf(ONE), 'nonsense'))
    const { problems } = await registry.rescan()
    expect([problems.length, home.read('registry.json')]).toEqual([1, before])
    expect(home.read('registry.json.broken-2026-01-02T03-04-05.000Z')).toContain('nonsense')
  })

  test('gone while the gateway runs is written again', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    rmSync(home.at('registry.json'))
    await registry.upload({ source: TWO }, 'ann')
    expect(home.registryFile()).toMatchObject({ grid: { tags: { v1: hashOf(ONE), v2: hashOf(TWO) } } })
  })

  test('edited by hand while the gateway runs is taken over by the next write, and the tags told', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    await registry.upload({ source: TWO }, 'ann')
    const file = registry.exported()
    home.write(
      'registry.json',
      json({ grid: { ...file.grid, tags: { ...file.grid?.tags, latest: hashOf(ONE), prod: hashOf(ONE) } } }),
    )
    const moved: string[] = []
    registry.onChange((change) => change.kind === 'tag-moved' && moved.push(`${change.actor} ${change.tag}`))
    await registry.moveTag('grid', 'canary', hashOf(TWO), 'ann')
    expect(registry.tags('grid')).toMatchObject({ latest: hashOf(ONE), prod: hashOf(ONE), canary: hashOf(TWO) })
    expect(moved).toEqual(['registry.json latest', 'registry.json prod', 'ann canary'])
  })
})
