/** Tags that move in steps: who moves when, what ends it, and what stays as it is meanwhile. */
import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_RESTART, type RestartPolicy } from '../../../src/schema/restart-terms'
import type { RolloutPlan } from '../../../src/schema/rollouts'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, type HouseSettings, refusal, until } from '../house'
import { houses } from '../houses'
import { brokenCounter, counter } from '../strategies'

const { openHouse } = houses()
const TIMEOUT_MS = 20_000

const strategy = (tag: string, handlers: string) => `module.exports = {
  metadata: { name: 'counter', tag: '${tag}', displayName: 'Test', config: [], events: ['Trade', 'ExecReport'] },
  create({ runtime, helpers }) { return { ${handlers} } },
}`
/** Throws at each trade. */
const thrower = strategy('thrower', `onTrade() { throw new Error('no such luck') }`)
/** Is ended at its first trade. */
const looper = strategy('looper', 'onTrade() { for (;;); }')
/** Buys one at its first trade. */
const holder = strategy(
  'holder',
  `onTrade() { if (!helpers.state.bought) { helpers.state.bought = true; runtime.submitMarketOrder('', 'buy', '5') } }, onOrderFilled() {}`,
)

interface Furnished extends House {
  readonly v1: string
  readonly v2: string
}

const IDS = Array.from({ length: 10 }, (_, n) => `c${n}`)
const unread = { check: () => undefined }

/** Ten instances that follow counter:prod, which names v1. */
async function furnished(
  settings: HouseSettings = {},
  count = IDS.length,
  restart: RestartPolicy = DEFAULT_RESTART,
): Promise<Furnished> {
  const house = await openHouse(undefined, settings)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const v1 = await house.upload(counter('v1'), { aliases: ['prod'] })
  for (const id of IDS.slice(0, count)) await launch(house, id, true, restart)
  return Object.assign(house, { v1, v2: await house.upload(counter('v2')) })
}

const launch = (house: House, id: string, autostart = true, restart: RestartPolicy = DEFAULT_RESTART) =>
  house.runtime.instances.create(
    {
      id,
      strategy: { identifier: 'counter:prod', config: { dry_run: false } },
      scope: { tape: { symbols: [BTC] } },
      autostart,
      restart,
    },
    'test',
  )

const start = ({ runtime }: House, hash: string, plan: RolloutPlan) =>
  runtime.rollouts.start('counter', 'prod', { hash, plan, ...unread }, 'ann')

const rolloutOf = ({ runtime }: House) => runtime.rollouts.get('counter', 'prod').rollout
const asked = (message?: string) => ['counter', 'prod', { actor: 'bob', message, ...unread }] as const
const hashOf = ({ runtime }: House, id: string) => runtime.instanceIndex.get(id).strategy.hash
const on = (house: House, hash: string) =>
  IDS.filter((id) => house.runtime.instanceIndex.has(id) && hashOf(house, id) === hash)
const whats = ({ runtime }: House) =>
  finish(runtime.records.audit(everything))
    .items.filter(({ what }) => what.startsWith('rollout'))
    .map(({ what, who }) => `${what} by ${who}`)
    .reverse()
const moved = (house: House, count: number) => until(() => rolloutOf(house).moved.length === count)
const finished = (house: House) => until(() => rolloutOf(house).finished)

test(
  'a share moves, rounded up, and keeps its state; the tag moves with the promotion, and all others',
  async () => {
    await using house = await furnished()
    const { v1, v2 } = house
    house.tape.trades('tape', BTC, '1', '2')
    await until(() => IDS.every((id) => house.lines(id).some((line) => line.includes('state 2'))))
    const begun = await start(house, v2, { share: 0.11 })
    expect(begun).toMatchObject({
      state: 'running',
      share: 0.11,
      steps: [0.11],
      every: '10m',
      maxUnavailable: 1,
      abortIf: {},
      from: v1,
      to: v2,
      moved: [],
      finished: false,
      who: 'ann',
    })
    const [first, second, ...rest] = begun.waiting
    await moved(house, 2)
    expect(on(house, v2).sort()).toEqual([first!, second!].sort())
    expect(rolloutOf(house)).toMatchObject({ moved: [first, second], waiting: rest, failed: [] })
    house.tape.trades('tape', BTC, '3')
    await until(() => house.lines(first!).includes('v2 3 state 3 memory 1'))
    expect(house.registry.tagged('counter', 'prod')).toBe(v1 as never)
    // what is created meanwhile gets what the tag names
    await launch(house, 'new')
    expect(hashOf(house, 'new')).toBe(v1)
    expect(house.runtime.rollouts.promote(...asked()).state).toBe('promoted')
    await finished(house)
    expect(on(house, v2)).toEqual(IDS)
    expect(hashOf(house, 'new')).toBe(v2)
    expect(house.registry.tagged('counter', 'prod')).toBe(v2 as never)
    expect(rolloutOf(house)).toMatchObject({
      state: 'promoted',
      share: 1,
      waiting: [],
      finished: true,
      reason: 'promoted by bob',
    })
    expect(whats(house)).toEqual(['rollout_started by ann', 'rollout_promoted by bob', 'rollout_finished by gateway'])
  },
  TIMEOUT_MS,
)

test(
  'steps follow each other, a larger one begins with those of the smaller one, and the last promotes itself',
  async () => {
    await using house = await furnished()
    const seen: string[][] = []
    house.runtime.activity.observe('rollout', ({ what }) => {
      if (what === 'advanced' || what === 'promoted') seen.push(rolloutOf(house).moved)
    })
    const { waiting } = await start(house, house.v2, { steps: [0.1, 0.5, 1], every: '50ms', maxUnavailable: 3 })
    await finished(house)
    expect(seen).toEqual([waiting.slice(0, 1), waiting.slice(0, 5), waiting])
    expect(on(house, house.v2)).toEqual(IDS)
    expect(whats(house)).toEqual([
      'rollout_started by ann',
      'rollout_advanced by gateway',
      'rollout_advanced by gateway',
      'rollout_promoted by gateway',
      'rollout_finished by gateway',
    ])
  },
  TIMEOUT_MS,
)

test(
  'errors of those that moved take them back; what the others do does not count',
  async () => {
    await using house = await furnished()
    const bad = await house.upload(thrower)
    await start(house, bad, { share: 0.2, abortIf: { errors: 4 } })
    await moved(house, 2)
    for (let n = 1; !rolloutOf(house).finished; n++) {
      house.tape.trades('tape', BTC, String(n))
      await Bun.sleep(20)
    }
    expect(on(house, house.v1)).toEqual(IDS)
    const { state, share, reason, sides } = rolloutOf(house)
    expect([state, share, reason]).toEqual(['aborted', 0, expect.stringMatching(/^errors: \d+, it ends at 4$/)])
    expect(sides.to.errors).toBeGreaterThanOrEqual(4)
    expect([sides.from.errors, sides.from.instances, sides.to.instances]).toEqual([0, 10, 0])
    expect(house.registry.tagged('counter', 'prod')).toBe(house.v1 as never)
    expect(whats(house).at(-2)).toBe('rollout_aborted by gateway')
  },
  TIMEOUT_MS,
)

test(
  'one that does not start stays as it was, takes the place of no other, and counts as an error',
  async () => {
    await using house = await furnished()
    const broken = await house.upload(brokenCounter)
    await start(house, broken, { steps: [0.2, 1], every: '1ms' })
    await until(() => rolloutOf(house).failed.length === 2)
    expect(rolloutOf(house)).toMatchObject({ state: 'running', share: 0.2, moved: [] })
    expect(rolloutOf(house).failed[0]!.reason).toContain('no such luck')
    expect(IDS.every((id) => house.runtime.instanceIndex.get(id).running)).toBe(true)
    house.runtime.rollouts.abort(...asked('it throws'))
    await finished(house)
    expect(rolloutOf(house).failed).toHaveLength(2)
    await start(house, broken, { share: 0.2, abortIf: { errors: 1 } })
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({ state: 'aborted', reason: expect.stringContaining('no such luck') })
    expect(rolloutOf(house).failed).toHaveLength(1)
  },
  TIMEOUT_MS,
)

test(
  'one that fails with the new revision is told, and runs again on the old one when it is taken back',
  async () => {
    await using house = await furnished({}, 3)
    const bad = await house.upload(looper)
    await start(house, bad, { share: 0.1, abortIf: { errors: 1 } })
    await moved(house, 1)
    const [id] = rolloutOf(house).moved
    house.tape.trades('tape', BTC, '1')
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({ state: 'aborted', failed: [{ id, reason: expect.any(String) }] })
    expect(house.runtime.instanceIndex.get(id!)).toMatchObject({ running: true, strategy: { hash: house.v1 } })
  },
  TIMEOUT_MS,
)

test(
  'one that waits to be started again with the new revision is started at once on the old one when it is taken back',
  async () => {
    const never = { firstMs: 3_000_000, mostMs: 3_000_000 }
    await using house = await furnished({ restarts: never }, 3, 'on-failure')
    const bad = await house.upload(looper)
    await start(house, bad, { share: 0.1, abortIf: { errors: 1 } })
    await moved(house, 1)
    const [id] = rolloutOf(house).moved
    house.tape.trades('tape', BTC, '1')
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({ state: 'aborted', failed: [{ id, reason: expect.any(String) }] })
    await until(() => house.runtime.instanceIndex.get(id!).running)
    expect(house.runtime.instanceIndex.get(id!)).toMatchObject({ restarts: 0, strategy: { hash: house.v1 } })
  },
  TIMEOUT_MS,
)

test(
  'one that its restart policy starts again stays an error of the new revision, which ends with enough of them',
  async () => {
    await using house = await furnished({ restarts: { firstMs: 1, mostMs: 1 } }, 3, 'always')
    const bad = await house.upload(looper)
    await start(house, bad, { share: 0.1, abortIf: { errors: 3 } })
    await moved(house, 1)
    const [id] = rolloutOf(house).moved
    for (const errors of [1, 2]) {
      house.tape.trades('tape', BTC, '1')
      await until(() => rolloutOf(house).sides.to.errors === errors && rolloutOf(house).moved.length === 1)
    }
    house.tape.trades('tape', BTC, '1')
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({ state: 'aborted', reason: expect.stringContaining('errors: 3') })
    await until(() => house.runtime.instanceIndex.get(id!).running)
    expect(on(house, house.v1)).toEqual(IDS.slice(0, 3))
  },
  TIMEOUT_MS,
)

test(
  'one that has failed and is started again by hand is in nobody’s way, and its failure stays an error',
  async () => {
    await using house = await furnished({}, 3)
    const bad = await house.upload(looper)
    const failure = async () => {
      await moved(house, 1)
      house.tape.trades('tape', BTC, '1')
      await until(() => rolloutOf(house).failed.length === 1)
      return rolloutOf(house).failed[0]!.id
    }
    await start(house, bad, { steps: [0.3, 1], every: '10ms', abortIf: { errors: 2 } })
    await house.runtime.instances.start(await failure(), 'bob')
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({
      state: 'promoted',
      failed: [],
      sides: { to: { errors: 1, instances: 3 } },
    })
    expect(on(house, bad)).toEqual(IDS.slice(0, 3))

    await house.runtime.rollouts.start('counter', 'prod', { hash: house.v1, plan: { share: 1 }, ...unread }, 'ann')
    await moved(house, 3)
    house.runtime.rollouts.promote(...asked())
    await finished(house)
    await start(house, bad, { share: 0.3, abortIf: { errors: 2 } })
    const first = await failure()
    await house.runtime.instances.start(first, 'bob')
    expect(rolloutOf(house)).toMatchObject({
      state: 'running',
      moved: [first],
      failed: [],
      sides: { to: { errors: 1 } },
    })
    expect(await failure()).toBe(first)
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/^errors: 2, it ends at 2/),
    })
    expect(on(house, house.v1)).toEqual(IDS.slice(0, 3))
  },
  TIMEOUT_MS,
)

test(
  'what fails with the new revision after the abort, before it is taken back or on the way, is started again as well',
  async () => {
    await using house = await furnished({}, 6)
    const bad = await house.upload(looper)
    await start(house, bad, { share: 1 })
    await moved(house, 6)
    house.tape.trades('tape', BTC, '1')
    house.runtime.rollouts.abort(...asked())
    await finished(house)
    const ids = IDS.slice(0, 6)
    const states = ids.map((id) => [id, house.runtime.instanceIndex.get(id).state, hashOf(house, id)])
    expect(states).toEqual(ids.map((id) => [id, 'running', house.v1]))
    const failed = ids.filter((id) => house.lines(id).some((line) => line.includes('over its time limit')))
    expect(failed.length).toBeGreaterThan(0)
    expect(new Set(rolloutOf(house).failed.map(({ id }) => id))).toEqual(new Set(failed))
  },
  TIMEOUT_MS,
)

test(
  'a drawdown of those that moved takes them back; profits count for the revision that made them',
  async () => {
    await using house = await furnished()
    const bad = await house.upload(holder)
    await start(house, bad, { share: 0.1, abortIf: { drawdownPct: 2 } })
    await moved(house, 1)
    await until(() => {
      house.tape.trades('tape', BTC, '100')
      return rolloutOf(house).sides.to.fills === 1
    })
    expect(rolloutOf(house).state).toBe('running')
    // five that are worth 90 less each are 4.5 % of 10,000
    house.tape.trades('tape', BTC, '10')
    await finished(house)
    const { reason, sides } = rolloutOf(house)
    expect(reason).toMatch(/^drawdown: 4\.[45]\d %, it ends at 2 %$/)
    expect(sides.to).toMatchObject({
      currency: 'USDT',
      realizedPnl: '0',
      unrealizedPnl: '-450',
      fills: 1,
      instances: 0,
    })
    expect(sides.from).toMatchObject({ fills: 0, instances: 10 })
    expect(rolloutOf(house)).toMatchObject({ state: 'aborted' })
  },
  TIMEOUT_MS,
)

test(
  'a lag of one that moved takes it back when it lasts',
  async () => {
    await using house = await furnished({}, 2)
    const bad = await house.upload(strategy('sleeper', `onTrade() { helpers.sleep('1m') }`))
    await start(house, bad, { share: 0.5, abortIf: { lagMs: 2000 } })
    await moved(house, 1)
    const [id] = rolloutOf(house).moved
    await until(() => {
      house.tape.trades('tape', BTC, '1')
      return house.hosts.stats(id!).lagMs > 3000
    })
    expect(rolloutOf(house).state).toBe('running')
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/^lag: \d+ ms .* above 2000 ms$/),
    })
    expect(hashOf(house, id!)).toBe(house.v1)
  },
  TIMEOUT_MS,
)

test(
  'a paused one moves nothing until it is resumed',
  async () => {
    await using house = await furnished()
    await start(house, house.v2, { steps: [0.1, 1], every: '200ms' })
    await moved(house, 1)
    expect(house.runtime.rollouts.pause(...asked('lunch'))).toMatchObject({ state: 'paused', reason: 'lunch' })
    await Bun.sleep(400)
    expect(rolloutOf(house)).toMatchObject({ state: 'paused', share: 0.1, moved: [expect.any(String)] })
    expect(house.runtime.rollouts.resume(...asked()).state).toBe('running')
    await finished(house)
    expect(on(house, house.v2)).toEqual(IDS)
    expect(await refusal(Promise.try(() => house.runtime.rollouts.pause(...asked())))).toContain('rollout_over')
    expect(await refusal(Promise.try(() => house.runtime.rollouts.abort(...asked())))).toContain('rollout_over')
    expect(house.runtime.rollouts.promote(...asked()).state).toBe('promoted')
  },
  TIMEOUT_MS,
)

test(
  'a kill switch on one that moved holds the steps; abort goes on all the same',
  async () => {
    await using house = await furnished()
    await start(house, house.v2, { steps: [0.1, 1], every: '100ms' })
    await moved(house, 1)
    house.runtime.risk.kill({}, 'bob')
    await Bun.sleep(400)
    expect(rolloutOf(house)).toMatchObject({ state: 'running', share: 0.1, reason: expect.stringContaining('held') })
    house.runtime.risk.resume({}, 'bob')
    await until(() => rolloutOf(house).share === 1)
    house.runtime.risk.kill({}, 'bob')
    house.runtime.rollouts.abort(...asked())
    await finished(house)
    expect(on(house, house.v1)).toEqual(IDS)
  },
  TIMEOUT_MS,
)

test(
  'a refresh leaves those that moved; one that restarts keeps what it pins; one that is removed is no more',
  async () => {
    await using house = await furnished()
    await start(house, house.v2, { share: 0.2 })
    await moved(house, 2)
    const [one, other] = rolloutOf(house).moved as [string, string]
    const { results } = await house.runtime.rollout.refresh(undefined, 'test')
    expect(results.find(({ selector }) => selector === 'counter:prod')).toMatchObject({
      reason: 'alreadyPinned',
      hash: house.v1,
    })
    await house.runtime.instances.stop(one, 'test')
    await house.runtime.instances.start(one, 'test')
    expect(rolloutOf(house).moved).toEqual([one, other])
    await house.runtime.instances.remove(other, 'test')
    // two of the nine that are left are to run it
    await until(() => rolloutOf(house).moved.length === 2 && !rolloutOf(house).moved.includes(other))
  },
  TIMEOUT_MS,
)

test(
  'while it is under way nobody else moves its tag or deletes what it goes between, by whatever door',
  async () => {
    await using house = await furnished({}, 0)
    const { registry, v1, v2 } = house
    const v3 = await house.upload(counter('v3'))
    await start(house, v2, { share: 0.1 })
    const refused = async (work: Promise<unknown>) => expect(await refusal(work)).toContain('rollout_running')
    await refused(registry.moveTag('counter', 'prod', v3, 'test'))
    await refused(registry.deleteTag('counter', 'prod', true, 'test'))
    await refused(registry.upload({ source: counter('v4'), aliases: ['prod'], reassignTags: ['prod'] }, 'test'))
    await refused(registry.replace('counter:prod', { source: counter('v4') }, 'test'))
    await refused(registry.remove(`counter@${v1}`, 'test'))
    await refused(registry.remove(`counter@${v2}`, 'test'))
    await refused(start(house, v3, { share: 0.1 }))
    expect(registry.tagged('counter', 'prod')).toBe(v1 as never)
    await registry.moveTag('counter', 'other', v3, 'test')
    house.runtime.rollouts.abort(...asked())
    await finished(house)
    await registry.moveTag('counter', 'prod', v3, 'test')
    expect(await refusal(start(house, v3, { share: 0.1 }))).toContain('rollout_needless')
  },
  TIMEOUT_MS,
)

test(
  'a tag that is moved in the file of the registry ends its rollout, and what had moved goes back',
  async () => {
    await using house = await furnished()
    await start(house, house.v2, { share: 0.2 })
    await moved(house, 2)
    const file = join(house.registry.directory, 'registry.json')
    const v3 = await house.upload(counter('v3'))
    const registry = JSON.parse(readFileSync(file, 'utf8'))
    registry.counter.tags.prod = v3
    writeFileSync(file, JSON.stringify(registry))
    await house.runtime.rollout.refresh({ hashes: [house.v2] }, 'test')
    await finished(house)
    expect(rolloutOf(house)).toMatchObject({
      state: 'aborted',
      reason: `counter:prod names ${v3} by now: somebody else has moved it`,
    })
    expect(on(house, house.v2)).toEqual([])
    expect(house.registry.tags('counter').prod as string).toBe(v3)
  },
  TIMEOUT_MS,
)
