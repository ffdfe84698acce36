/** Refresh: who moves, who stays, and what the answer says. */
import { expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish } from '../../../src/store/reading'
import { hashOf } from '../../registry/home'
import { BTC, everything, type House, type HouseSettings, refusal, until } from '../house'
import { houses } from '../houses'
import { brokenCounter, counter } from '../strategies'

const { openHouse } = houses()

const scope = { tape: { symbols: [BTC] } }
const trades = (house: House, ...prices: string[]) => house.tape.trades('tape', BTC, ...prices)

async function furnished(settings: HouseSettings = {}): Promise<House & { v1: string }> {
  const house = await openHouse(undefined, settings)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const v1 = await house.upload(counter('v1'), { aliases: ['prod'] })
  return Object.assign(house, { v1 })
}

const launch = (house: House, id: string, identifier: string, autostart = true) =>
  house.runtime.instances.create({ id, strategy: { identifier }, scope, autostart }, 'test')

test('an instance follows its tag at a refresh and only then; a pinned one never moves', async () => {
  await using house = await furnished()
  const { v1 } = house
  await launch(house, 'follows', 'counter')
  await launch(house, 'prod', 'counter:prod')
  await launch(house, 'pinned', `counter@${v1}`)
  const v2 = await house.upload(counter('v2'))
  const hashes = () => house.runtime.instanceIndex.list().map(({ strategy }) => (strategy.hash === v2 ? 'v2' : 'v1'))
  expect(hashes()).toEqual(['v1', 'v1', 'v1'])
  await house.runtime.instances.stop('follows', 'test')
  await house.runtime.instances.start('follows', 'test')
  expect(hashes()).toEqual(['v1', 'v1', 'v1'])
  const answer = await house.runtime.rollout.refresh(undefined, 'test')
  expect(answer).toEqual({
    status: 'refreshed',
    problems: [],
    results: [
      {
        selector: 'counter',
        strategy: 'counter',
        hash: v2,
        previousHash: v1,
        instances: ['follows'],
        reason: 'refreshed',
      },
      {
        selector: 'counter:prod',
        strategy: 'counter',
        hash: v1,
        previousHash: v1,
        instances: ['prod'],
        reason: 'alreadyPinned',
      },
      {
        selector: `counter@${v1}`,
        strategy: 'counter',
        hash: v1,
        previousHash: v1,
        instances: ['pinned'],
        reason: 'alreadyPinned',
      },
    ],
  })
  expect(hashes()).toEqual(['v2', 'v1', 'v1'])
  expect(house.runtime.usage.all().map(({ hash, count }) => [hash === v2 ? 'v2' : 'v1', count])).toEqual([
    ['v1', 2],
    ['v2', 1],
  ])
})

test('a roll loses no event, delivers none twice, and carries helpers.state over', async () => {
  await using house = await furnished()
  await launch(house, 'c1', 'counter')
  const v2 = await house.upload(counter('v2'))
  const prices = Array.from({ length: 150 }, (_, n) => String(n + 1))
  for (const price of prices.slice(0, 50)) trades(house, price)
  const rolled = house.runtime.rollout.refresh({ strategies: ['counter'] }, 'test')
  for (const price of prices.slice(50)) {
    trades(house, price)
    if (Number(price) % 20 === 0) await Bun.sleep(0)
  }
  expect(await rolled).toMatchObject({ status: 'partial_refresh', results: [{ reason: 'refreshed', hash: v2 }] })
  await until(() =>
    finish(house.runtime.records.logs('c1', everything)).items.some(({ message }) => message.includes(' 150 state')),
  )
  const handled = house.lines('c1').filter((line) => line.includes('state'))
  expect(handled.map((line) => line.split(' ')[1])).toEqual(prices)
  expect(handled.map((line) => line.split(' ')[3])).toEqual(prices)
  expect(handled.at(-1)).toStartWith('v2 150')
  expect(house.runtime.instanceIndex.get('c1')).toMatchObject({ running: true, strategy: { tag: 'v2', hash: v2 } })
})

test('a new revision that does not start leaves the old one at work, and the answer says so', async () => {
  const logged: string[] = []
  await using house = await furnished({ log: (_level, message) => void logged.push(message) })
  await launch(house, 'c1', 'counter')
  trades(house, '1')
  const broken = await house.upload(brokenCounter)
  const { results } = await house.runtime.rollout.refresh({ strategies: ['counter:latest'] }, 'test')
  expect(results).toEqual([
    {
      selector: 'counter:latest',
      strategy: 'counter',
      hash: broken,
      previousHash: house.v1,
      instances: ['c1'],
      reason: 'failed',
      failures: [{ instance: 'c1', message: expect.stringContaining('no such luck') }],
    },
  ])
  trades(house, '2')
  await until(() => house.lines('c1').some((line) => line.startsWith('v1 2 state 2')))
  expect(house.runtime.instanceIndex.get('c1')).toMatchObject({ running: true, strategy: { hash: house.v1 } })
  expect(house.runtime.usage.all()).toMatchObject([{ hash: house.v1, count: 1 }])
  // it is the strategy's fault: the log tells of ours
  expect(logged).not.toContain('roll failed')
})

test('a refresh of one tag moves only those that follow it', async () => {
  await using house = await furnished()
  await launch(house, 'follows', 'counter')
  await launch(house, 'prod', 'counter:prod')
  const v2 = await house.upload(counter('v2'), { reassignTags: ['prod'], aliases: ['prod'] })
  const { results } = await house.runtime.rollout.refresh({ strategies: ['counter:prod'] }, 'test')
  expect(results.map(({ selector, instances, reason }) => [selector, instances, reason])).toEqual([
    ['counter:prod', ['prod'], 'refreshed'],
  ])
  expect(house.runtime.instanceIndex.get('follows').strategy.hash).toBe(house.v1)
  expect(house.runtime.instanceIndex.get('prod').strategy.hash).toBe(v2)
})

test('a refresh of a hash moves those that run it and may leave it', async () => {
  await using house = await furnished()
  await launch(house, 'follows', 'counter')
  await launch(house, 'pinned', `counter@${house.v1}`)
  const v2 = await house.upload(counter('v2'))
  for (const hash of [house.v1.slice(7, 23)]) {
    const { results } = await house.runtime.rollout.refresh({ hashes: [hash] }, 'test')
    expect(results.map(({ instances, reason, hash, previousHash }) => [instances, reason, hash, previousHash])).toEqual(
      [
        [['follows'], 'refreshed', v2, house.v1],
        [['pinned'], 'alreadyPinned', house.v1, house.v1],
      ],
    )
  }
})

test('each selector is answered once, with all its instances, however and how often it is asked for', async () => {
  await using house = await furnished()
  const { v1 } = house
  await launch(house, 'prod', 'counter:prod')
  await launch(house, 'long', `counter@${v1}`)
  await launch(house, 'short', `counter@${v1.slice(7, 19)}`)
  const strategies = ['COUNTER:prod', `counter@${v1.slice(7, 20)}`, 'counter:prod']
  const { results } = await house.runtime.rollout.refresh({ strategies, hashes: [v1, v1.slice(7, 19)] }, 'test')
  expect(results.map(({ selector, instances }) => [selector, instances])).toEqual([
    ['COUNTER:prod', ['prod']],
    [`counter@${v1.slice(7, 20)}`, ['long', 'short']],
  ])
})

test('of what is no hash the first hundred characters are told', async () => {
  await using house = await furnished()
  const refused = (hash: string) => refusal(house.runtime.rollout.refresh({ hashes: [hash] }, 'test'))
  for (const length of [100, 101])
    expect(await refused('x'.repeat(length))).toBe(`400 invalid_request: "hashes": "${'x'.repeat(100)}" is not a hash`)
})

test('a hash that nothing runs is answered by its revision, written whole', async () => {
  await using house = await furnished()
  const { results } = await house.runtime.rollout.refresh({ hashes: [house.v1.slice(7, 19), house.v1] }, 'test')
  expect(results.map(({ selector, reason }) => [selector, reason])).toEqual([[`counter@${house.v1}`, 'alreadyPinned']])
})

/** As an older registry may hold them: by name and tag the source. */
function writeHome({ registry: { directory } }: House, strategies: Record<string, Record<string, string>>): void {
  const registry: Record<string, object> = {}
  for (const sources of Object.values(strategies)) {
    for (const source of Object.values(sources))
      writeFileSync(join(directory, `${hashOf(source).slice(7)}.txt`), source)
  }
  for (const [name, sources] of Object.entries(strategies)) {
    const tags = Object.fromEntries(Object.entries(sources).map(([tag, source]) => [tag, hashOf(source)]))
    const hashes = Object.entries(tags).map(([tag, hash]) => [hash, { tag, path: `${hash.slice(7)}.txt` }])
    registry[name] = { tags, hashes: Object.fromEntries(hashes) }
  }
  writeFileSync(join(directory, 'registry.json'), JSON.stringify(registry))
}

test('what instances follow is found under their names and tags, also when the home knows them no more', async () => {
  await using house = await openHouse()
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const [v1, v2, v3] = [counter('v1'), counter('v2'), counter('v3')]
  writeHome(house, { a: { latest: v1, x: v1 }, 'a:b': { latest: v2, t: v2 }, other: { latest: v3 } })
  await house.runtime.rollout.refresh(undefined, 'test')
  const followed = { a1: 'a', a2: 'a:x', ab1: 'a:b', ab2: 'a:b:t', ab3: `a:b@${hashOf(v2)}` }
  for (const [id, selector] of Object.entries(followed)) await launch(house, id, selector)
  const answered = async (...strategies: string[]) => {
    const { results } = await house.runtime.rollout.refresh({ strategies }, 'test')
    return results.map(({ selector, strategy, instances, reason }) => [selector, strategy, instances, reason])
  }
  const expected = (reason: string) => [
    ['a:b:t', 'a:b', ['ab2'], reason],
    ['a:b:latest', 'a:b', ['ab1'], reason],
    ['a:x', 'a', ['a2'], reason],
  ]
  expect(await answered('a:b:t', 'a:b:latest', 'a:x')).toEqual(expected('alreadyPinned'))
  writeHome(house, { other: { latest: v3 } })
  expect(await answered('a:b:t', 'a:b:latest', 'a:x')).toEqual(expected('retired'))
  expect(await answered('no:body:x')).toEqual([['no:body:x', 'no', [], 'retired']])
  // by its name a strategy is asked for with all that follows anything of it
  expect(await answered('a:b')).toEqual([
    ['a:b', 'a:b', ['ab1'], 'retired'],
    ['a:b:t', 'a:b', ['ab2'], 'retired'],
    [`a:b@${hashOf(v2)}`, 'a:b', ['ab3'], 'retired'],
  ])
})

test('strategies whose names differ in capitals only never take over the instances of one another', async () => {
  await using house = await openHouse()
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const lower = counter('v1')
  const upper = counter('v2')
  writeHome(house, { counter: { latest: lower }, Counter: { latest: upper } })
  await house.runtime.rollout.refresh(undefined, 'test')
  await launch(house, 'lower', 'counter')
  await launch(house, 'upper', 'Counter')
  for (const targets of [undefined, { strategies: ['counter'] }, { strategies: ['Counter'] }]) {
    await house.runtime.rollout.refresh(targets, 'test')
  }
  expect(
    house.runtime.instanceIndex.list().map(({ id, strategy }) => [id, strategy.identifier, strategy.hash]),
  ).toEqual([
    ['lower', 'counter', hashOf(lower)],
    ['upper', 'Counter', hashOf(upper)],
  ])
})

test('what never was, and what is gone, is retired', async () => {
  await using house = await furnished()
  await launch(house, 'prod', 'counter:prod')
  await house.registry.deleteTag('counter', 'prod', false, 'test')
  const unknown = 'f'.repeat(64)
  const { results } = await house.runtime.rollout.refresh(
    { strategies: ['counter:prod', 'nobody'], hashes: [unknown] },
    'test',
  )
  expect(
    results.map(({ selector, strategy, hash, instances, reason }) => [selector, strategy, hash, instances, reason]),
  ).toEqual([
    ['counter:prod', 'counter', house.v1, ['prod'], 'retired'],
    ['nobody', 'nobody', '', [], 'retired'],
    [`sha256:${unknown}`, '', `sha256:${unknown}`, [], 'retired'],
  ])
  expect(house.runtime.instanceIndex.get('prod').running).toBe(true)
})

test('a stopped instance is pinned to the new revision by a refresh, without being started', async () => {
  await using house = await furnished()
  await launch(house, 'c1', 'counter', false)
  const v2 = await house.upload(counter('v2'))
  expect((await house.runtime.rollout.refresh(undefined, 'test')).results).toMatchObject([
    { instances: ['c1'], reason: 'refreshed' },
  ])
  expect(house.runtime.instanceIndex.get('c1')).toMatchObject({ running: false, strategy: { hash: v2 } })
})

test('files dropped into the home are registered, a bad one is reported and stops nothing', async () => {
  await using house = await furnished()
  writeFileSync(join(house.registry.directory, 'dropped.js'), counter('v9').replace("'counter'", "'dropped'"))
  writeFileSync(join(house.registry.directory, 'bad.js'), 'module.exports = {')
  const answer = await house.runtime.rollout.refresh(undefined, 'test')
  expect(answer.results).toMatchObject([{ strategy: 'dropped', reason: 'refreshed', instances: [] }])
  expect(answer.problems.map(({ path }) => path)).toEqual(['bad.js'])
  await launch(house, 'd1', 'dropped')
  expect(house.runtime.instanceIndex.get('d1').running).toBe(true)
})

test('a revision is protected from deletion while an instance pins it, running or not', async () => {
  await using house = await furnished()
  await launch(house, 'c1', 'counter')
  await house.upload(counter('v2'))
  const remove = () =>
    house.registry.remove(`counter@${house.v1}`, 'test').then(
      () => 'done',
      ({ code, message }) => `${code} ${message}`,
    )
  expect(await remove()).toMatch(/revision_in_use .*c1/)
  await house.runtime.instances.stop('c1', 'test')
  expect(await remove()).toMatch(/revision_in_use .*c1/)
  expect(house.runtime.instanceIndex.using('counter', house.v1, { includeStopped: false })).toEqual([])
  expect(house.runtime.instanceIndex.using('counter', house.v1, { includeStopped: true })).toMatchObject([
    {
      id: 'c1',
      strategyIdentifier: 'counter',
      strategyTag: 'v1',
      strategyHash: house.v1,
      strategySelector: 'counter',
      running: false,
    },
  ])
  await house.runtime.instances.remove('c1', 'test')
  expect(await remove()).toBe('done')
  expect(house.runtime.usage.all()).toEqual([])
})

test('a drifted file is not launched, and running instances keep the code they pinned', async () => {
  await using house = await furnished()
  await launch(house, 'c1', 'counter')
  const { path } = house.registry.resolve('counter')
  writeFileSync(join(house.registry.directory, path), counter('drifted'))
  const answer = await house.runtime.rollout.refresh(undefined, 'test')
  expect(answer.results).toMatchObject([{ selector: 'counter', instances: ['c1'], hash: house.v1 }])
  expect(answer.problems).toMatchObject([{ strategy: 'counter', hash: house.v1 }])
  expect(house.runtime.instanceIndex.get('c1').running).toBe(true)
  expect(await refusal(launch(house, 'c2', 'counter'))).toContain('revision_drifted')
  rmSync(join(house.registry.directory, path))
  await house.runtime.rollout.refresh(undefined, 'test')
  trades(house, '1')
  await until(() => house.lines('c1').some((line) => line.startsWith('v1 1')))
})
