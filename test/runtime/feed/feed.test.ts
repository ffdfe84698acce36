/** The feed over a real store: floods, followers that fall behind, disks that fail, what is kept and what is told as missed. */
import { afterAll, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActivityStream } from '../../../src/runtime/activity/activity-stream'
import { Feed } from '../../../src/runtime/feed/feed'
import type { FeedFilter } from '../../../src/runtime/feed/feed-filter'
import { finish } from '../../../src/store/reading'
import { Store } from '../../../src/store/store'
import { until } from '../../until'

const folder = mkdtempSync(join(tmpdir(), 'meltica-feed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const silent = () => undefined

function openFeed(directory = mkdtempSync(join(folder, 'data-'))) {
  const store = Store.open({ directory, log: silent })
  const activity = new ActivityStream(silent)
  const feed = new Feed({ activity, store, strategyOf: (id) => `strategy of ${id}`, now: () => 7_000_000 })
  return {
    directory,
    store,
    feed,
    says: (instance: string, message: string) =>
      activity.publish({
        kind: 'log',
        instance,
        line: { timeMs: 1000, level: 'info', source: 'strategy', message },
      }),
    comes: (provider: string) =>
      activity.publish({
        kind: 'provider',
        provider,
        status: 'running',
        reason: undefined,
        isStale: false,
        timeMs: 2000,
      }),
    [Symbol.dispose]: () => {
      feed[Symbol.dispose]()
      store[Symbol.dispose]()
    },
  }
}

/** All that a follower is told, from behind an entry on. */
function heard(feed: Feed, after: number, filter: FeedFilter = {}) {
  const reader = feed.reader(filter, after)
  const all = []
  for (;;) {
    const some = finish(reader.next())
    if (some.length === 0) return all
    all.push(...some.map(({ id, text }) => ({ id, ...JSON.parse(text) })))
  }
}

test('lines of a log and what else happens have one order, and are told when they are durable', async () => {
  using house = openFeed()
  house.says('a', 'one')
  house.comes('sim')
  house.says('b', 'two')
  expect(heard(house.feed, 0)).toEqual([])
  await until(() => house.feed.newest === 3)
  const line = { at: '1970-01-01T00:00:01.000Z', type: 'log', level: 'info', source: 'strategy' }
  const provider = {
    at: '1970-01-01T00:00:02.000Z',
    type: 'provider',
    provider: 'sim',
    status: 'running',
    stale: false,
  }
  expect(heard(house.feed, 0)).toEqual([
    { id: 1, ...provider },
    { id: 2, ...line, instance: 'a', strategy: 'strategy of a', message: 'one' },
    { id: 3, ...line, instance: 'b', strategy: 'strategy of b', message: 'two' },
  ])
  expect(heard(house.feed, 1, { instance: 'b' }).map(({ id }) => id)).toEqual([3])
  expect(heard(house.feed, 0, { types: new Set(['provider'] as const) }).map(({ id }) => id)).toEqual([1])
})

test('who comes back after a restart is told from there, and numbers go on', async () => {
  const first = openFeed()
  for (let n = 0; n < 5000; n++) first.comes(`p${n}`)
  await until(() => first.feed.newest === 5000)
  const all = heard(first.feed, 0)
  expect(all.map(({ id, provider }) => [id, provider])).toEqual(
    Array.from({ length: 5000 }, (_, n) => [n + 1, `p${n}`]),
  )
  first[Symbol.dispose]()
  using second = openFeed(first.directory)
  expect(heard(second.feed, 0)).toEqual(all)
  second.comes('next')
  await until(() => second.feed.newest === 5001)
  expect(heard(second.feed, 4999).map(({ id, provider }) => [id, provider])).toEqual([
    [5000, 'p4999'],
    [5001, 'next'],
  ])
})

test('a flood of lines takes no room from what else happens: what of it is gone is told once, the rest in order', async () => {
  using house = openFeed()
  house.comes('before')
  await until(() => house.feed.newest === 1)
  for (let n = 0; n < 12_000; n++) {
    // as hard to pack as a log can be
    house.says('noisy', `${n} ${randomBytes(2200).toString('base64')}`)
    if (n % 500 !== 499) continue
    const { newest } = house.feed
    await until(() => house.feed.newest > newest)
  }
  house.comes('after')
  await until(() => heard(house.feed, house.feed.newest - 1).some(({ provider }) => provider === 'after'))
  const all = heard(house.feed, 0)
  const missed = all.filter(({ type }) => type === 'missed')
  expect(missed).toEqual([
    {
      id: 0,
      at: '1970-01-01T01:56:40.000Z',
      type: 'missed',
      after: 0,
      until: expect.any(Number),
      reason: 'older entries are no longer kept',
    },
  ])
  const lines = all.filter(({ type }) => type === 'log').map(({ message }) => Number(message.split(' ')[0]))
  expect(lines.length).toBeGreaterThan(3000)
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, n) => 12_000 - lines.length + n))
  expect(all.filter(({ type }) => type === 'log')[0].id).toBe(missed[0].until + 1)
  expect(all.filter(({ type }) => type === 'provider').map(({ provider }) => provider)).toEqual(['before', 'after'])
  expect(heard(house.feed, 0, { types: new Set(['provider'] as const) }).map(({ type }) => type)).toEqual([
    'provider',
    'provider',
  ])
})

test('an id of a store that was restored from an older one is told as missed, and what comes is told', async () => {
  using house = openFeed()
  house.comes('sim')
  await until(() => house.feed.newest === 1)
  const reader = house.feed.reader({}, 900)
  const [told] = finish(reader.next())
  expect({ id: told?.id, ...JSON.parse(told?.text ?? '') }).toMatchObject({
    id: 1,
    type: 'missed',
    after: 900,
    until: 1,
  })
  house.comes('again')
  await until(() => house.feed.newest === 2)
  expect(finish(reader.next()).map(({ id }) => id)).toEqual([2])
})
