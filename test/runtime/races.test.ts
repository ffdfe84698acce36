/** One begins to use what another removes at the same time, at every moment of it: one of the two is refused. */
import { expect, test } from 'bun:test'
import { parseDigest } from '../../src/schema/digest'
import { finish } from '../../src/store/reading'
import { BTC, everything, type House, refusal } from './house'
import { houses } from './houses'
import { counter } from './strategies'

const { openHouse } = houses()

const provider = (name: string) => ({ name, adapter: { identifier: 'tape' } })
const body = (tag: string, at = 'kept') => ({
  strategy: { identifier: `counter:${tag}` },
  scope: { [at]: { symbols: [BTC] } },
})
/** Steps of a promise after which the other one begins. */
const STEPS = 12

/** The removal begins at every step of the use; and the use goes on when the removal has just found no user. */
async function* sideBySide(
  house: House,
  prepare: () => Promise<unknown>,
  use: () => Promise<unknown>,
  removal: () => Promise<unknown>,
) {
  for (let steps = 0; steps < STEPS; steps++) {
    await prepare()
    const used = refusal(use())
    for (let step = 0; step < steps; step++) await Promise.resolve()
    yield [await refusal(removal()), await used]
  }
  const { runtime, tape } = house
  const users = runtime.instanceIndex.users.bind(runtime.instanceIndex)
  await prepare()
  const [reached, hold] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { held } = tape
  tape.held = () => {
    reached.resolve()
    return hold.promise
  }
  const used = refusal(use())
  await Promise.race([reached.promise, used])
  runtime.instanceIndex.users = (name, hash) => {
    const found = users(name, hash)
    hold.resolve()
    return found
  }
  const removed = await refusal(removal())
  hold.resolve()
  yield [removed, await used]
  runtime.instanceIndex.users = users
  tape.held = held
}

/** What every instance needs is there. */
function expectWhole({ runtime, registry }: House): void {
  for (const { strategy, scope } of runtime.instanceIndex.list()) {
    expect(registry.find(strategy.identifier, parseDigest(strategy.hash)!)?.hash).toBe(parseDigest(strategy.hash)!)
    expect(runtime.providers.list().map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(scope)))
  }
}

async function furnished(): Promise<House> {
  const house = await openHouse()
  await house.runtime.providers.create(provider('kept'), 'test')
  await house.upload(counter('kept'))
  return house
}

/** A revision that may be deleted: another one is the latest. */
async function passing(house: House, options = {}): Promise<void> {
  const { registry } = house
  await house.upload(counter('gone'), options)
  await registry.moveTag('counter', 'latest', registry.resolve('counter:kept').hash, 'test')
}

type Use = (house: House, tag: string, at?: string) => Promise<unknown>
const uses: Record<string, Use> = {
  creation: ({ runtime }, tag, at) => runtime.instances.create({ id: 'c1', ...body(tag, at) }, 'test'),
  replacement: ({ runtime }, tag, at) => runtime.instances.replace('c0', body(tag, at), 'test'),
  restoration: ({ runtime }, tag, at) => runtime.context.restore({ lambdas: [{ id: 'c1', ...body(tag, at) }] }, 'test'),
}

async function reset({ runtime }: House): Promise<void> {
  for (const { id } of runtime.instanceIndex.list()) await runtime.instances.remove(id, 'test')
  await runtime.instances.create({ id: 'c0', ...body('kept') }, 'test')
}

test.each(Object.keys(uses))('a %s and the removal of its revision', async (name) => {
  await using house = await furnished()
  const prepare = async () => {
    await reset(house)
    if (!house.registry.knows('counter', 'gone')) await passing(house)
  }
  const use = () => uses[name]!(house, 'gone')
  const removal = () => house.registry.remove('counter:gone', 'test')
  let removals = 0
  for await (const outcomes of sideBySide(house, prepare, use, removal)) {
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expectWhole(house)
    if (outcomes[0] === 'done') removals++
  }
  expect(removals).toBeGreaterThan(0)
})

test.each(Object.keys(uses))('a %s and the removal of its provider', async (name) => {
  await using house = await furnished()
  const prepare = async () => {
    await reset(house)
    if (house.runtime.providers.list().length === 1) await house.runtime.providers.create(provider('gone'), 'test')
  }
  const use = () => uses[name]!(house, 'kept', 'gone')
  const removal = () => house.runtime.providers.remove('gone', 'test')
  let removals = 0
  for await (const outcomes of sideBySide(house, prepare, use, removal)) {
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expectWhole(house)
    if (outcomes[0] === 'done') removals++
  }
  expect(removals).toBeGreaterThan(0)
})

test('a refresh and the removal of the revision that it moves to', async () => {
  await using house = await furnished()
  const { runtime, registry } = house
  const { hash: kept } = registry.resolve('counter:kept')
  let autostart = false
  const prepare = async () => {
    autostart = !autostart
    await registry.moveTag('counter', 'prod', kept, 'test')
    await reset(house)
    await runtime.instances.replace('c0', { ...body('prod'), autostart }, 'test')
    await passing(house, { aliases: ['prod'], reassignTags: ['prod'] })
  }
  const use = () => runtime.rollout.refresh(undefined, 'test')
  const removal = () => registry.remove('counter:gone', 'test')
  for await (const _ of sideBySide(house, prepare, use, removal)) {
    expectWhole(house)
    expect(runtime.instanceIndex.get('c0').running).toBe(autostart)
  }
})

test('a refresh leaves alone what was replaced meanwhile, and what was made anew under its id', async () => {
  await using house = await furnished()
  for (const meanwhile of ['replaced', 'made anew']) {
    await reset(house)
    await house.runtime.instances.replace('c0', body('latest'), 'test')
    await house.upload(counter(meanwhile === 'replaced' ? 'v1' : 'v2'))
    const moves = () => finish(house.runtime.records.audit(everything, { what: 'instance_moved' })).total
    const before = moves()
    const refreshed = house.runtime.rollout.refresh(undefined, 'test')
    await Promise.resolve()
    if (meanwhile === 'replaced') await house.runtime.instances.replace('c0', body('kept'), 'test')
    else {
      await house.runtime.instances.remove('c0', 'test')
      await house.runtime.instances.create({ id: 'c0', ...body('latest') }, 'test')
    }
    await refreshed
    expect([meanwhile, moves() - before]).toEqual([meanwhile, 0])
  }
})
