/** A strategy home takes over what another has: what is new comes, and nothing that is its owner's is lost. */
import { expect, test } from 'bun:test'
import { filed, Home, hashOf, openRegistry, pathOf, refusal, source } from './home'

const GRID_1 = source('grid', 'v1')
const GRID_2 = source('grid', 'v2', 'wider')
const SWING = source('swing', 'v1')
const MINE = source('grid', 'mine', 'of my own')

/** A home whose registry holds these, the last of each name as its latest. */
async function shipping(...sources: string[]): Promise<Home> {
  const home = new Home()
  await using registry = await openRegistry(home)
  for (const text of sources) await registry.upload({ source: text, promoteLatest: true, reassignTags: [] }, 'us')
  return home
}

/** Opens the home over what is shipped, does something, and tells what tags there are then. */
async function after(home: Home, shipped: Home, work?: (registry: Registry) => Promise<unknown>) {
  await using registry = await openRegistry(home, { shipped: shipped.path })
  await work?.(registry)
  return Object.fromEntries(registry.names().map((name) => [name, registry.tags(name)]))
}
type Registry = Awaited<ReturnType<typeof openRegistry>>

test('an empty home becomes a copy, whose revisions can be launched', async () => {
  using shipped = await shipping(GRID_1, SWING)
  using home = new Home()
  expect(await after(home, shipped)).toEqual({
    grid: { v1: hashOf(GRID_1), latest: hashOf(GRID_1) },
    swing: { v1: hashOf(SWING), latest: hashOf(SWING) },
  })
  await after(home, shipped, async (registry) => {
    for (const name of ['grid', 'swing']) await registry.launchable(registry.resolve(name))
    expect(registry.problems()).toEqual([])
  })
  using untouched = await shipping(GRID_1, SWING)
  expect(shipped.files()).toEqual(untouched.files())
})

test('what is shipped later comes too, and tags that nobody moved follow', async () => {
  using shipped = await shipping(GRID_1)
  using next = await shipping(GRID_1, GRID_2, SWING)
  using home = new Home()
  await after(home, shipped)
  expect(await after(home, next)).toEqual({
    grid: { v1: hashOf(GRID_1), v2: hashOf(GRID_2), latest: hashOf(GRID_2) },
    swing: { v1: hashOf(SWING), latest: hashOf(SWING) },
  })
})

test('a tag that was moved stays, as does what was uploaded; what was deleted stays deleted', async () => {
  using shipped = await shipping(GRID_1, SWING)
  using next = await shipping(GRID_1, GRID_2, SWING)
  using home = new Home()
  await after(home, shipped, async (registry) => {
    await registry.upload({ source: MINE, promoteLatest: true }, 'me')
    await registry.remove('swing', 'me')
  })
  const kept = { v1: hashOf(GRID_1), mine: hashOf(MINE), latest: hashOf(MINE) }
  expect(await after(home, next)).toEqual({ grid: { ...kept, v2: hashOf(GRID_2) } })
  expect(await after(home, next)).toEqual({ grid: { ...kept, v2: hashOf(GRID_2) } })
})

test('a revision that takes the place of another under its tag comes, and the old one can still be had', async () => {
  const changed = source('grid', 'v1', 'repaired')
  using shipped = await shipping(GRID_1)
  using next = await shipping(changed)
  using home = new Home()
  await after(home, shipped)
  const tags = await after(home, next, async (registry) => {
    await registry.launchable(registry.resolve(`grid@${hashOf(GRID_1)}`))
    expect(registry.problems()).toEqual([])
  })
  expect(tags).toEqual({ grid: { v1: hashOf(changed), latest: hashOf(changed) } })
})

test('a home that was there before keeps all its tags', async () => {
  using shipped = await shipping(GRID_1, SWING)
  using home = await shipping(MINE)
  expect(await after(home, shipped)).toEqual({
    grid: { mine: hashOf(MINE), latest: hashOf(MINE), v1: hashOf(GRID_1) },
    swing: { v1: hashOf(SWING), latest: hashOf(SWING) },
  })
})

test('a home is not taken over by itself, and a folder that is none is refused', async () => {
  using home = await shipping(GRID_1)
  const before = home.files()
  await after(home, home)
  expect(home.files()).toEqual(before)
  using empty = new Home()
  for (const directory of [empty.path, empty.at('none')]) {
    const { code, message } = await refusal(() => openRegistry(home, { shipped: directory }))
    expect([code, message]).toEqual(['invalid_settings', expect.stringContaining('is no strategy home')])
  }
})

test('what was taken over already is not written again', async () => {
  using shipped = await shipping(GRID_1)
  using home = new Home()
  await after(home, shipped)
  const steps: string[] = []
  await using _ = await openRegistry(home, { shipped: shipped.path, failPoint: (step) => steps.push(step) })
  expect(steps).toEqual([])
})

test('a shipped file that is not what its hash says is refused by its name, and nothing is registered', async () => {
  using shipped = await shipping(GRID_1)
  const path = pathOf('grid', GRID_1)
  shipped.write(path, 'edited')
  using home = new Home()
  const { code, message } = await refusal(() => openRegistry(home, { shipped: shipped.path }))
  expect([code, message]).toEqual([
    'invalid_settings',
    `strategies.shipped: the file ${path} was changed: its hash is ${hashOf('edited')}`,
  ])
  expect(home.files()).toEqual([])
})

test('beside a registry file that is broken nothing is taken over, until it is repaired', async () => {
  using shipped = await shipping(GRID_1)
  using home = new Home({ 'registry.json': '{' })
  expect(await after(home, shipped)).toEqual({})
  home.write('registry.json', '{}')
  expect(Object.keys(await after(home, shipped))).toEqual(['grid'])
})

test('names outside the grammar are not taken over, and files of an older layout come to where new ones lie', async () => {
  const grid = filed({ v1: ['old/g.js', GRID_1] })
  const file = JSON.stringify({ 'My Grid': grid, grid })
  using shipped = new Home({ 'old/g.js': GRID_1, 'registry.json': file })
  using home = new Home()
  // without a tag of its own the latest is what it is shipped as: nothing
  expect(await after(home, shipped)).toEqual({ grid: { v1: hashOf(GRID_1) } })
  expect(home.read(pathOf('grid', GRID_1))).toBe(GRID_1)
})

test('a latest that was lost here comes back with what is shipped next', async () => {
  using shipped = await shipping(GRID_1)
  using next = await shipping(GRID_1, GRID_2)
  using home = new Home()
  await after(home, shipped)
  const file = home.registryFile() as { grid: { tags: Record<string, string> } }
  delete file.grid.tags.latest
  delete file.grid.tags.v1
  home.write('registry.json', JSON.stringify(file))
  expect(await after(home, next)).toEqual({ grid: { v2: hashOf(GRID_2), latest: hashOf(GRID_2) } })
})
