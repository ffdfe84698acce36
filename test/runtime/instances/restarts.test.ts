/** Instances that are started again after they have failed: by which policy, when, how often, and who may end it. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { RestartPolicy } from '../../../src/schema/restart-terms'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, type HouseSettings, refusal, until } from '../house'
import { houses } from '../houses'
import { counter } from '../strategies'

const { openHouse } = houses()

const scope = { tape: { symbols: [BTC] } }
const LOOPS = '666'
/** Its next start throws. */
const BREAKS = '13'
/** Counts trades in its state; loops for ever at one price, and refuses to be created after another. */
const fragile = (tag = 'v1') =>
  counter(tag)
    .replace('let memory', `if (helpers.state.broken) throw new Error('no such luck'); let memory`)
    .replace(
      'helpers.state.count =',
      `if (payload.price === '${LOOPS}') for (;;)
       ;
       if (payload.price === '${BREAKS}') helpers.state.broken = true
       helpers.state.count =`,
    )

/** Nobody waits for it in a test. */
const NEVER_MS = 3_000_000
const SOON = { firstMs: 1, mostMs: 4 }
const LATE = { firstMs: NEVER_MS, mostMs: NEVER_MS }

async function run(
  restart: RestartPolicy,
  restarts: HouseSettings['restarts'],
  settings: HouseSettings = {},
): Promise<House> {
  const house = await openHouse(undefined, { restarts: { ...restarts }, ...settings })
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  await house.upload(fragile())
  await house.runtime.instances.create(
    { id: 'c1', strategy: { identifier: 'counter' }, scope, autostart: true, restart },
    'test',
  )
  return house
}

const look = (house: House) => house.runtime.instanceIndex.get('c1')
const becomes = (house: House, state: string) => until(() => look(house).state === state)
const trade = (house: House, price: string) => house.tape.trades('tape', BTC, price)

/** Fails once more, and has been started again by then. */
async function failOnce(house: House): Promise<void> {
  const { restarts } = look(house)
  trade(house, LOOPS)
  await until(() => look(house).restarts === restarts + 1 && look(house).running)
}

/** [who, what, message] of what was done with it, the first first. */
const audit = (house: House) =>
  finish(house.runtime.records.audit(everything, {}))
    .items.filter(({ subject }) => subject === 'c1')
    .map(({ who, what, message }) => [who, what, message])
    .reverse()

/** Its state is saved. */
async function save({ runtime }: House): Promise<void> {
  await runtime.instances.stop('c1', 'test')
  await runtime.instances.start('c1', 'test')
}

/** What its failure says. */
const LOOPED = expect.stringContaining('counter.js')

test('one that fails is started again with its state, later each time, and everybody is told', async () => {
  await using house = await run('on-failure', SOON)
  trade(house, '1')
  await until(() => look(house).stats.events === 1)
  await save(house)
  const states: unknown[] = []
  house.runtime.activity.observe('state', ({ state, isRestarted }) => void states.push([state, isRestarted]))
  expect(look(house)).toMatchObject({ restart: 'on-failure', restarts: 0 })
  await failOnce(house)
  expect(states).toEqual([
    ['restarting', false],
    ['starting', false],
    ['running', true],
  ])
  await failOnce(house)
  trade(house, '2')
  await until(() => house.lines('c1').at(-1) === 'v1 2 state 2 memory 1')
  const { reason, restartAt, restarts } = look(house)
  expect({ reason, restartAt, restarts }).toEqual({ reason: undefined, restartAt: undefined, restarts: 2 })
  const looped = 'onTrade of counter.js ran over its time limit at counter.js:8:8'
  const again = (seconds: string, restart: number) => [
    [
      'gateway',
      'instance_failed',
      `${looped}; it is started again in ${seconds} s, restart ${restart} of 10 within an hour`,
    ],
    ['gateway', 'instance_started', `again, since it failed: ${looped}`],
  ]
  expect(audit(house)).toEqual([
    ['test', 'instance_created', undefined],
    ['test', 'instance_started', undefined],
    ['test', 'instance_stopped', undefined],
    ['test', 'instance_started', undefined],
    ...again('0.001', 1),
    ...again('0.002', 2),
  ])
  expect(await house.metrics.text()).toContain('strategy_instance_restarts_total{strategy="counter",instance="c1"} 2')
})

test('each state is told once by the feed, whatever else of it changes', async () => {
  await using house = await run('on-failure', { ...SOON, perHour: 1 })
  const { runtime } = house
  await failOnce(house)
  trade(house, LOOPS)
  await becomes(house, 'failed')
  // it is not tried again by the next gateway
  await runtime.instances.stop('c1', 'test')
  await runtime.instances.replace('c1', { strategy: { identifier: 'counter' }, scope, restart: 'always' }, 'test')
  await runtime.instances.replace('c1', { strategy: { identifier: 'counter' }, scope, restart: 'never' }, 'test')
  await runtime.instances.start('c1', 'test')
  trade(house, LOOPS)
  await becomes(house, 'failed')
  const told: unknown[] = []
  const reader = runtime.feed.reader({ types: new Set(['state']) }, 0)
  // it is told when it is durable
  await until(() => {
    for (const { text } of finish(reader.next())) {
      const { state, restarted, reason } = JSON.parse(text)
      told.push([state, restarted ?? false, reason])
    }
    return told.length >= 11
  })
  const first = ['starting', 'running']
  expect(told).toEqual([
    ...['created', ...first].map((state) => [state, false, undefined]),
    ['restarting', false, LOOPED],
    ['starting', false, LOOPED],
    ['running', true, LOOPED],
    ['failed', false, expect.stringContaining('and is not any more')],
    ...['stopped', ...first].map((state) => [state, false, undefined]),
    ['failed', false, LOOPED],
  ])
})

test('one that has run well for a while is started again as soon as the first time', async () => {
  await using house = await run('on-failure', { ...SOON, wellMs: 0 })
  for (const _ of [1, 2]) await failOnce(house)
  const waits = audit(house).flatMap(([, , message]) => /again in (\S+) s/.exec(String(message))?.[1] ?? [])
  expect(waits).toEqual(['0.001', '0.001'])
})

test('one that fails too often stays failed and says so; whoever starts it begins anew', async () => {
  await using house = await run('on-failure', { ...SOON, perHour: 2 })
  for (const _ of [1, 2]) await failOnce(house)
  trade(house, LOOPS)
  await becomes(house, 'failed')
  const reason = expect.stringMatching(
    /counter\.js.*; it was started again 2 times within an hour, and is not any more$/,
  )
  expect(look(house)).toMatchObject({ reason, restarts: 2, running: false })
  expect(audit(house).at(-1)).toEqual(['gateway', 'instance_failed', reason])
  expect(house.runtime.running().instances.next).toEqual([])
  expect(await house.runtime.instances.start('c1', 'test')).toMatchObject({ state: 'running', restarts: 0 })
  await failOnce(house)
})

test('one that cannot be started again is tried as often', async () => {
  await using house = await run('always', { ...SOON, perHour: 3 })
  trade(house, BREAKS)
  await until(() => look(house).stats.events === 1)
  await save(house)
  trade(house, LOOPS)
  await becomes(house, 'failed')
  expect(look(house)).toMatchObject({
    reason: expect.stringMatching(/no such luck.*; it was started again 3 times within an hour, and is not any more$/),
    restarts: 0,
  })
  expect(house.lines('c1').filter((line) => line.startsWith('not started: '))).toHaveLength(3)
  expect(audit(house).filter(([, what]) => what === 'instance_failed')).toHaveLength(4)
  // somebody has asked for it, and is told
  expect(await refusal(house.runtime.instances.start('c1', 'test'))).toContain('422 launch_failed')
  expect(look(house).state).toBe('failed')
})

test('while it waits for its restart it is shown as down, and whoever starts, stops, changes or removes it ends that', async () => {
  await using house = await run('on-failure', LATE)
  const { runtime } = house
  const fail = async () => {
    trade(house, LOOPS)
    await becomes(house, 'restarting')
  }
  await fail()
  const waiting = look(house)
  expect([waiting.running, waiting.reason, waiting.restarts]).toEqual([false, LOOPED, 0])
  expect(Date.parse(waiting.restartAt!) - Date.parse(waiting.updatedAt)).toBeWithin(NEVER_MS - 10_000, NEVER_MS + 1)
  expect(runtime.instanceIndex.list({ state: 'restarting' })).toHaveLength(1)
  expect(runtime.readiness.look().problems).toMatchObject([
    { instance: 'c1', message: `instance c1 failed and is started again soon: ${waiting.reason}` },
  ])
  expect(runtime.running().instances).toEqual({ now: [], next: ['c1'] })
  expect(runtime.usage.all().flatMap(({ instances }) => instances)).toEqual([])

  const stopped = await runtime.instances.stop('c1', 'ann')
  expect([stopped.state, stopped.reason, stopped.restartAt]).toEqual(['stopped', undefined, undefined])
  expect(audit(house).at(-1)).toEqual(['ann', 'instance_stopped', undefined])
  expect(runtime.running().instances.next).toEqual([])

  await runtime.instances.start('c1', 'ann')
  await fail()
  expect((await runtime.instances.start('c1', 'ann')).state).toBe('running')

  await fail()
  const body = { strategy: { identifier: 'counter' }, scope }
  expect(await runtime.instances.replace('c1', body, 'ann')).toMatchObject({ state: 'running', restart: 'never' })
  expect(await runtime.instances.replace('c1', { ...body, restart: 'always' }, 'ann')).toMatchObject({
    state: 'running',
    restart: 'always',
  })

  await fail()
  const next = (await runtime.instances.replace('c1', { ...look(house), restart: 'on-failure' }, 'ann')).strategy
  expect(look(house).state).toBe('running')
  await fail()
  const hash = await house.upload(fragile('v2'))
  const revision = house.registry.resolve('counter:v2')
  await runtime.instances.move(runtime.instanceIndex.record('c1').stored, revision, 'ann')
  expect(look(house)).toMatchObject({ state: 'running', strategyHash: hash })
  expect(hash).not.toBe(next.hash)

  await fail()
  await runtime.instances.remove('c1', 'ann')
  expect(runtime.instanceIndex.list()).toEqual([])
})

test('a gateway that starts again goes on with the wait, the policy and the tries of the last hour', async () => {
  const { directory, restartAt } = await (async () => {
    await using house = await run('on-failure', { ...LATE, perHour: 1 })
    trade(house, LOOPS)
    await becomes(house, 'restarting')
    return { directory: house.directory, restartAt: look(house).restartAt }
  })()
  {
    await using house = await openHouse(directory, { restarts: LATE })
    expect(look(house)).toMatchObject({ state: 'restarting', restart: 'on-failure', restartAt, reason: LOOPED })
  }
  // the clock may say what it likes: nobody waits for longer than the longest wait
  await using house = await openHouse(directory, { restarts: { ...SOON, perHour: 1 } })
  await becomes(house, 'running')
  expect(look(house).restarts).toBe(1)
  trade(house, LOOPS)
  await becomes(house, 'failed')
  expect(look(house).reason).toContain('; it was started again once within an hour, and is not any more')
})

test('tries count for an hour, also when the clock is set back meanwhile', async () => {
  let nowMs = Date.now()
  await using house = await run('on-failure', { ...SOON, perHour: 2 }, { now: () => nowMs })
  await failOnce(house)
  nowMs -= 86_400_000
  await failOnce(house)
  trade(house, LOOPS)
  await becomes(house, 'failed')
  expect(look(house).reason).toContain('2 times within an hour')
  nowMs += 3_600_000
  await house.runtime.instances.start('c1', 'test')
  await failOnce(house)
  await failOnce(house)
  nowMs += 3_600_000
  await failOnce(house)
})

test('when the gateway starts, `always` starts what was stopped or has failed, and nothing that nobody has started yet', async () => {
  const directory = await (async () => {
    await using house = await run('always', { ...SOON, perHour: 1 })
    const create = (id: string, restart: RestartPolicy) =>
      house.runtime.instances.create({ id, strategy: { identifier: 'counter' }, scope, restart }, 'test')
    await create('new', 'always')
    for (const policy of ['always', 'on-failure', 'never'] as const) {
      await create(policy, policy)
      await house.runtime.instances.start(policy, 'test')
      await house.runtime.instances.stop(policy, 'test')
    }
    await failOnce(house)
    trade(house, LOOPS)
    await becomes(house, 'failed')
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.instanceIndex.list().map(({ id, state }) => [id, state])).toEqual([
    ['c1', 'running'],
    ['new', 'created'],
    ['always', 'running'],
    ['on-failure', 'stopped'],
    ['never', 'stopped'],
  ])
})

test('one that does not start with the gateway is tried by its policy', async () => {
  const { directory } = await (async () => {
    await using house = await run('on-failure', SOON)
    return house
  })()
  {
    using database = new Database(join(directory, 'data/meltica.db'), { strict: true })
    database.run("UPDATE instances SET hash = 'sha256:' || printf('%064d', 7)")
  }
  await using house = await openHouse(directory, { restarts: LATE })
  expect(look(house)).toMatchObject({
    state: 'restarting',
    reason: expect.stringContaining('is no longer in the catalogue'),
  })
})
