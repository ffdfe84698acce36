/** Refresh: what changed on disk is found, what was dropped in is registered. */
import { describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { Home, hashOf, openRegistry, pathOf, refusedAs, source } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')

test('nothing changed: nothing is told to have changed', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE }, 'ann')
  const { version } = registry
  expect(await registry.rescan()).toEqual({ changed: [], adopted: [], problems: [] })
  expect(registry.version).toBe(version)
})

test('a file that drifts is found, and found again when it is restored', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { revision } = await registry.upload({ source: ONE }, 'ann')
  home.write(revision.path, 'edited')
  const drifted = await registry.rescan()
  expect(drifted.changed).toEqual([{ name: 'grid', hash: hashOf(ONE) }])
  expect(drifted.problems).toMatchObject([{ strategy: 'grid', hash: hashOf(ONE) }])
  expect(registry.resolve('grid')).toMatchObject({ state: 'drifted', metadata: { name: 'grid', tag: 'v1' } })
  home.write(revision.path, ONE)
  expect((await registry.rescan()).changed).toEqual([{ name: 'grid', hash: hashOf(ONE) }])
  expect(registry.resolve('grid').state).toBe('sound')
})

test('bytes that do not match their hash are never handed out, even before a refresh', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  const { revision } = await registry.upload({ source: ONE }, 'ann')
  await registry.launchable(revision)
  home.write(revision.path, `${ONE}//`)
  expect(await refusedAs(() => registry.source(revision))).toBe('revision_drifted')
  expect(await refusedAs(() => registry.launchable(revision))).toBe('revision_drifted')
  expect(registry.resolve('grid').state).toBe('drifted')
  home.write(revision.path, ONE)
  await registry.launchable(revision)
  expect(registry.resolve('grid').state).toBe('sound')
})

describe('a file that no entry knows', () => {
  test('is registered by its own name and tag', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    home.write('inbox/new.js', TWO)
    home.write('other.js', source('other', 'v9'))
    const { adopted, changed } = await registry.rescan()
    expect(adopted).toEqual([
      { name: 'other', hash: hashOf(source('other', 'v9')), tag: 'v9', path: 'other.js' },
      { name: 'grid', hash: hashOf(TWO), tag: 'v2', path: 'inbox/new.js' },
    ])
    expect(changed).toHaveLength(2)
    expect(registry.resolve('other').tag).toBe('v9')
    expect(home.registryFile()).toMatchObject({
      grid: { hashes: { [hashOf(TWO)]: { tag: 'v2', path: 'inbox/new.js' } } },
    })
  })

  test('promotes nothing: latest and a tag that is taken stay where they are', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    const again = source('grid', 'v1', 'changed')
    home.write('again.js', again)
    const { problems } = await registry.rescan()
    expect(registry.tags('grid')).toEqual({ v1: hashOf(ONE), latest: hashOf(ONE) })
    expect(registry.resolve(`grid@${hashOf(again)}`).state).toBe('sound')
    expect(problems).toMatchObject([{ strategy: 'grid', hash: hashOf(again), path: 'again.js' }])
  })

  test('that is not valid is reported and stops no other', async () => {
    using home = new Home({ 'a.js': 'nope(', 'b.js': 'module.exports = {}', 'c.js': ONE })
    await using registry = await openRegistry(home)
    const { problems } = await registry.rescan()
    expect(registry.names()).toEqual(['grid'])
    expect(problems.map(({ path }) => path)).toEqual(['a.js', 'b.js'])
  })

  test('without a tag is registered under 0.0.0, and makes a registry file', async () => {
    using home = new Home({ 'grid.js': source('grid') })
    await using registry = await openRegistry(home)
    expect(registry.tags('grid')).toEqual({ '0.0.0': hashOf(source('grid')), latest: hashOf(source('grid')) })
    expect(home.registryFile()).toMatchObject({ grid: { tags: { '0.0.0': hashOf(source('grid')) } } })
    expect((await registry.launchable(registry.resolve('grid'))).metadata.tag).toBe('0.0.0')
  })

  test('of several the highest version becomes latest', async () => {
    const [nine, ten] = [source('grid', 'v1.9.0'), source('grid', 'v1.10.0')]
    using home = new Home({ 'a/grid.js': ten, 'b/grid.js': nine })
    await using registry = await openRegistry(home)
    expect(registry.resolve('grid').tag).toBe('v1.10.0')
  })

  test('is a copy of what is there: nothing happens', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    home.write('copy.js', ONE)
    expect(await registry.rescan()).toEqual({ changed: [], adopted: [], problems: [] })
  })

  test('has the bytes of a revision that is missing: it takes its place', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    rmSync(home.at(pathOf('grid', ONE)))
    home.write('restored.js', ONE)
    await registry.rescan()
    expect(registry.resolve('grid')).toMatchObject({ path: 'restored.js', state: 'sound', tags: ['v1', 'latest'] })
  })

  test('beside a broken registry waits for a refresh', async () => {
    using home = new Home({ 'registry.json': '{', 'grid.js': ONE })
    await using registry = await openRegistry(home)
    expect(registry.names()).toEqual([])
    await registry.rescan()
    expect(registry.names()).toEqual(['grid'])
  })

  test('in a hidden folder or in node_modules is none of ours', async () => {
    using home = new Home({ '.git/hook.js': ONE, 'node_modules/x/index.js': TWO, 'readme.md': '' })
    await using registry = await openRegistry(home)
    expect([registry.names(), registry.problems()]).toEqual([[], []])
  })
})

test('a revision that the registry file no longer has is gone, and its running copies are none of the registry', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE }, 'ann')
  rmSync(home.at(pathOf('grid', ONE)))
  home.write('registry.json', '{}')
  await registry.rescan()
  expect(registry.find('grid', hashOf(ONE))).toBeUndefined()
  expect(await refusedAs(() => registry.resolve('grid'))).toBe('strategy_not_found')
})

test('what a start and a refresh registered is told, tag by tag', async () => {
  using home = new Home({ 'grid.js': ONE })
  await using registry = await openRegistry(home)
  const changes: string[] = []
  registry.onChange((change) => {
    if (change.kind === 'tag-moved') changes.push(`${change.actor} ${change.strategy}:${change.tag}`)
  })
  home.write('grid2.js', TWO)
  await registry.rescan('bob')
  expect(changes).toEqual(['gateway grid:v1', 'gateway grid:latest', 'bob grid:v2'])
})

test('tags moved by hand in the registry file are found by a refresh, told, and among what changed', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE }, 'ann')
  await registry.upload({ source: TWO }, 'ann')
  const changes: string[] = []
  registry.onChange((change) => changes.push(`${change.actor} ${change.kind}`))
  const text = home.read('registry.json')
  home.write('registry.json', text.replace(`"latest": "${hashOf(TWO)}"`, `"latest": "${hashOf(ONE)}"`))
  const { changed } = await registry.rescan('bob')
  expect(changed.map(({ hash }) => hash).sort()).toEqual([hashOf(ONE), hashOf(TWO)].sort())
  expect(registry.resolve('grid').hash).toBe(hashOf(ONE))
  expect(changes).toEqual(['registry.json tag-moved', 'bob rescanned'])
})
