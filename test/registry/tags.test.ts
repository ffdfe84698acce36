/** Tags and revisions: moved, deleted, guarded. */
import { expect, test } from 'bun:test'
import type { Digest } from '../../src/schema/digest'
import { ONE, openGrid, TWO } from './grid'
import { filed, Home, hashOf, NOW, openRegistry, pathOf, refusal, refusedAs, source, told } from './home'

test('a tag moves to another revision, by its whole or shortened hash', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  const moved = await registry.moveTag('GRID', 'prod', hashOf(TWO).slice(7, 20), 'ann')
  expect(moved).toEqual({ strategy: 'grid', tag: 'prod', hash: hashOf(TWO), previousHash: hashOf(ONE) })
  expect(home.registryFile()).toMatchObject({ grid: { tags: { prod: hashOf(TWO) } } })
})

test('a new tag has no previous hash', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  expect((await registry.moveTag('grid', 'Canary', hashOf(ONE), 'ann')).previousHash).toBe('')
})

test('latest can be moved', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  await registry.moveTag('grid', 'latest', hashOf(ONE), 'ann')
  expect(registry.resolve('grid').hash).toBe(hashOf(ONE))
})

test('a move to where the tag is already tells nothing', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  const changes = told(registry)
  expect((await registry.moveTag('grid', 'prod', hashOf(ONE), 'ann')).previousHash).toBe(hashOf(ONE))
  expect(changes).toEqual([])
})

test.each([
  ['nope', 'prod', hashOf(ONE), 'strategy_not_found'],
  ['grid', 'no tag', hashOf(ONE), 'invalid_tag'],
  ['grid', 'prod', `sha256:${'0'.repeat(64)}`, 'hash_not_found'],
  ['grid', 'prod', 'v1', 'invalid_request'],
])('the move of %s:%s to %s is refused as %s', async (name, tag, hash, code) => {
  using home = new Home()
  await using registry = await openGrid(home)
  expect(await refusedAs(() => registry.moveTag(name, tag, hash, 'ann'))).toBe(code as never)
})

test('of two who move a tag at once from what it names the second finds it done, or is told that it has moved', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  await registry.upload({ source: source('grid', 'v3') }, 'ann')
  const changes = told(registry)
  const from = hashOf(ONE)
  const move = (hash: string) => registry.moveTag('grid', 'prod', hash, 'ann', undefined, from)
  const [first, second, other] = await Promise.allSettled([
    move(hashOf(TWO)),
    move(hashOf(TWO)),
    move(hashOf(source('grid', 'v3'))),
  ])
  expect([first, second]).toMatchObject([{ value: { previousHash: from } }, { value: { previousHash: hashOf(TWO) } }])
  expect(other).toMatchObject({ reason: { code: 'tag_moved_meanwhile' } })
  expect(changes).toHaveLength(1)
})

test('a deleted tag leaves its revision callable by hash', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  expect(await registry.deleteTag('grid', 'prod', false, 'ann')).toEqual({
    strategy: 'grid',
    tag: 'prod',
    hash: hashOf(ONE),
  })
  await registry.deleteTag('grid', 'v1', true, 'ann')
  expect(registry.resolve(`grid@${hashOf(ONE)}`)).toMatchObject({ state: 'sound', tag: 'v1', tags: [], retired: true })
})

test.each([
  ['latest', true, 'tag_protected'],
  ['nope', false, 'tag_not_found'],
])('tag %s is not deleted: %s %s', async (tag, allowOrphan, code) => {
  using home = new Home()
  await using registry = await openGrid(home)
  expect(await refusedAs(() => registry.deleteTag('grid', tag, allowOrphan, 'ann'))).toBe(code as never)
})

test('the last tag of a revision is deleted only when that is meant', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  await registry.deleteTag('grid', 'v1', false, 'ann')
  expect(await refusedAs(() => registry.deleteTag('grid', 'prod', false, 'ann'))).toBe('tag_orphans_revision')
  await registry.deleteTag('grid', 'prod', true, 'ann')
})

test('a revision goes with its files and all its tags, by tag or by hash', async () => {
  for (const selector of ['grid:prod', `grid@${hashOf(ONE)}`]) {
    using home = new Home()
    await using registry = await openGrid(home)
    await registry.remove(selector, 'ann')
    const path = pathOf('grid', TWO)
    expect(home.files()).toEqual([path, path.replace('.js', '.wasm'), 'registry.json'])
    expect(registry.tags('grid')).toEqual({ v2: hashOf(TWO), latest: hashOf(TWO) })
  }
})

test('a strategy goes with all its revisions', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  await registry.upload({ source: source('other', 'v1') }, 'ann')
  await registry.remove('grid', 'ann')
  expect(registry.names()).toEqual(['other'])
  expect(home.files().some((path) => path.startsWith('grid'))).toBe(false)
})

test('tags that named nothing go with their strategy, and that is told', async () => {
  const lost = `sha256:${'0'.repeat(64)}`
  const grid = filed({ v1: ['a.js', ONE] })
  const file = { grid: { ...grid, tags: { ...grid.tags, prod: lost } } }
  using home = new Home({ 'a.js': ONE, 'registry.json': JSON.stringify(file) })
  await using registry = await openRegistry(home)
  const changes = told(registry)
  await registry.remove('grid', 'ann')
  expect(changes).toMatchObject([
    { kind: 'revision-deleted', tags: ['v1'] },
    { kind: 'tag-deleted', tag: 'prod', before: lost },
  ])
})

test('tags that named nothing stay with what is left of their strategy', async () => {
  const lost = `sha256:${'0'.repeat(64)}`
  const grid = filed({ v1: ['a.js', ONE], v2: ['b.js', TWO] })
  const file = {
    grid: { ...grid, tags: { ...grid.tags, prod: lost } },
    bare: { tags: { x: lost, y: lost }, hashes: {} },
  }
  using home = new Home({ 'a.js': ONE, 'b.js': TWO, 'registry.json': JSON.stringify(file) })
  await using registry = await openRegistry(home)
  const changes = told(registry)
  await registry.remove('grid:v1', 'ann')
  expect(changes).toMatchObject([{ kind: 'revision-deleted', tags: ['v1'] }])
  expect(registry.tags('grid')).toEqual({ v2: hashOf(TWO), prod: lost } as never)
  await registry.deleteTag('bare', 'x', false, 'ann')
  expect(registry.tags('bare')).toEqual({ y: lost } as never)
  await registry.deleteTag('bare', 'y', false, 'ann')
  expect(registry.names()).toEqual(['grid'])
})

test('a strategy of which no tag is left is still there, by its hash', async () => {
  using home = new Home({ 'a.js': ONE, 'registry.json': JSON.stringify({ grid: filed({ v1: ['a.js', ONE] }) }) })
  await using registry = await openRegistry(home)
  await registry.deleteTag('grid', 'v1', true, 'ann')
  expect(registry.resolve(`grid@${hashOf(ONE)}`).tags).toEqual([])
})

test('latest is not removed while there are others, and is when it is the only one', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  expect(await refusedAs(() => registry.remove('grid:v2', 'ann'))).toBe('revision_is_latest')
  await registry.remove('grid:v1', 'ann')
  await registry.remove('grid:v2', 'ann')
  expect([registry.names(), home.registryFile()]).toEqual([[], {}])
})

test('a tag that names another revision than was thought is told with what it names', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  const other = hashOf(source('grid', 'v9'))
  const message = async (tag: string) =>
    (await refusal(() => registry.moveTag('grid', tag, hashOf(TWO), 'ann', undefined, other))).message
  expect(await message('prod')).toBe(`grid:prod names ${hashOf(ONE)} now, not ${other}`)
  const shortened = hashOf(ONE).slice(0, 19) as Digest
  expect((await registry.moveTag('grid', 'prod', hashOf(TWO), 'ann', undefined, shortened)).hash).toBe(hashOf(TWO))
  expect(await message('none')).toBe(`grid:none names nothing now, not ${other}`)
})

test('every change is told once it is on disk', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  const changes = told(registry)
  await registry.moveTag('grid', 'prod', hashOf(TWO), 'bob', 'go')
  await registry.deleteTag('grid', 'prod', false, 'bob')
  await registry.remove('grid:v1', 'bob')
  const common = { strategy: 'grid', when: NOW, actor: 'bob' }
  expect(changes).toEqual([
    { kind: 'tag-moved', tag: 'prod', before: hashOf(ONE), after: hashOf(TWO), message: 'go', ...common },
    { kind: 'tag-deleted', tag: 'prod', before: hashOf(TWO), allowOrphan: false, ...common },
    { kind: 'revision-deleted', hash: hashOf(ONE), tags: ['v1'], ...common },
  ])
})

test('the version grows with every change and with nothing else', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  const { version } = registry
  registry.resolve('grid')
  await registry.launchable(registry.resolve('grid'))
  await refusal(() => registry.deleteTag('grid', 'latest', true, 'ann'))
  expect(registry.version).toBe(version)
  await registry.moveTag('grid', 'prod', hashOf(TWO), 'ann')
  expect(registry.version).toBeGreaterThan(version)
})
