/** What others hold or answer for is not changed: revisions that instances reference, and whatever nobody could account for. */
import { expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { ALONE } from '../../src/registry/registry-keeper'
import { ONE, openGrid, TWO } from './grid'
import { Home, hashOf, refusal, refusedAs, source } from './home'

test('what instances reference is not removed, and the refusal names them', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  registry.attach({
    ...ALONE,
    users: (name, hash) => (name === 'grid' && hash === hashOf(ONE) ? ['grid-1', 'grid-2'] : []),
  })
  for (const selector of ['grid', 'grid:prod', `grid@${hashOf(ONE)}`]) {
    const failure = await refusal(() => registry.remove(selector, 'ann'))
    expect([failure.code, failure.details.instances]).toEqual(['revision_in_use', ['grid-1', 'grid-2']])
  }
  expect(registry.revisions('grid')).toHaveLength(2)
})

test('of instances that reference a revision ten are named, and all are listed', async () => {
  using home = new Home()
  await using registry = await openGrid(home)
  for (const [count, more] of [
    [10, ''],
    [11, ', …'],
  ] as const) {
    const users = Array.from({ length: count }, (_, n) => `grid-${n}`)
    registry.attach({ ...ALONE, users: () => users })
    const { message, details } = await refusal(() => registry.remove('grid:v1', 'ann'))
    expect(message).toBe(`grid:v1 is referenced by ${users.slice(0, 10).join(', ')}${more}`)
    expect(details).toEqual({ instances: users })
  }
})

test('nothing is changed that nobody could account for', async () => {
  using home = new Home({ 'new.js': source('other', 'v1') })
  await using registry = await openGrid(home)
  const before = [home.files(), home.read('registry.json'), registry.version]
  home.write('late.js', source('late', 'v1'))
  registry.attach({
    ...ALONE,
    checkAccountable() {
      throw new Failure('data_unwritable', 'the audit is full')
    },
  })
  for (const work of [
    () => registry.upload({ source: source('grid', 'v3') }, 'ann'),
    () => registry.replace('grid', { source: source('grid', 'v3') }, 'ann'),
    () => registry.moveTag('grid', 'prod', hashOf(TWO), 'ann'),
    () => registry.deleteTag('grid', 'prod', true, 'ann'),
    () => registry.remove('grid:v1', 'ann'),
    () => registry.rescan('ann'),
  ]) {
    expect(await refusedAs(work)).toBe('data_unwritable')
  }
  expect([home.files(), home.read('registry.json'), registry.version]).toEqual([
    [...(before[0] as string[]), 'late.js'].sort(),
    ...before.slice(1),
  ])
})
