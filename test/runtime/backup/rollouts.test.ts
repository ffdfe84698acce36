/** Rollouts in backups: what had moved pins what it had, what was counted counts on, and nothing begins to move by itself. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { ContextBackup } from '../../../src/schema/backup'
import type { BackupRollout } from '../../../src/schema/backup-rollout'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'
import { counter } from '../strategies'

const { openHouse } = houses()

const IDS = ['c0', 'c1', 'c2', 'c3', 'c4']
/** Buys at its first trade, and throws at the second. */
const second = `module.exports = {
  metadata: { name: 'counter', tag: 'v2', displayName: 'Test', config: [], events: ['Trade'] },
  create({ runtime, helpers }) {
    return {
      onTrade() {
        helpers.state.trades = (helpers.state.trades ?? 0) + 1
        if (helpers.state.trades === 1) runtime.submitMarketOrder('', 'buy', '5')
        if (helpers.state.trades === 2) throw new Error('no such luck')
      },
    }
  },
}`
const unread = { check: () => undefined }
const asked = ['counter', 'prod', { actor: 'bob', ...unread }] as const
const rolloutOf = ({ runtime }: House) => runtime.rollouts.get('counter', 'prod').rollout
const pins = ({ runtime }: House) =>
  Object.fromEntries(runtime.instanceIndex.list().map(({ id, strategy, state }) => [id, [strategy.hash, state]]))
const whats = ({ runtime }: House) =>
  finish(runtime.records.audit(everything)).items.map(({ what, subject }) => `${what} ${subject}`)

/** The revisions, and a tag that names the first. */
async function strategies(house: House): Promise<{ readonly v1: string; readonly v2: string }> {
  const v1 = await house.upload(counter('v1'), { aliases: ['prod'] })
  return { v1, v2: await house.upload(second) }
}

let backup: ContextBackup
let rollout: BackupRollout
let sides: ReturnType<typeof rolloutOf>['sides']
let v1: string
let v2: string
/** Two of five have moved, have bought and thrown, and the step goes on. */
beforeAll(async () => {
  await using house = await openHouse()
  ;({ v1, v2 } = await strategies(house))
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  for (const id of IDS) {
    const strategy = { identifier: 'counter:prod', config: { dry_run: false } }
    await house.runtime.instances.create({ id, strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
  }
  const plan = { steps: [0.4, 1], every: '1h', maxUnavailable: 2, abortIf: { errors: 4, drawdownPct: 50 } }
  await house.runtime.rollouts.start('counter', 'prod', { hash: v2, plan, message: 'why', ...unread }, 'ann')
  await until(() => rolloutOf(house).moved.length === 2)
  await until(() => {
    house.tape.trades('tape', BTC, '100')
    const { to } = rolloutOf(house).sides
    return to.errors === 2 && to.fills === 2
  })
  house.tape.trades('tape', BTC, '90')
  await until(() => rolloutOf(house).sides.to.unrealizedPnl === '-100')
  backup = house.runtime.context.backup()
  ;({ sides } = rolloutOf(house))
  rollout = backup.rollouts![0]!
})

/** Another gateway, to which the strategies were brought. */
async function elsewhere(): Promise<House> {
  const house = await openHouse()
  await strategies(house)
  return house
}

const restore = (house: House, change: Partial<BackupRollout> = {}) =>
  house.runtime.context.restore({ ...backup, rollouts: [{ ...rollout, ...change }] }, 'ops')

test('one that was running is paused, with its pins and all that was counted, and goes on when it is resumed', async () => {
  await using house = await elsewhere()
  expect((await restore(house)).rollouts).toEqual([{ name: 'counter:prod', outcome: 'restored' }])
  const shown = rolloutOf(house)
  const moved = rollout.moved.toSorted()
  expect(shown).toMatchObject({
    from: v1,
    to: v2,
    state: 'paused',
    share: 0.4,
    steps: [0.4, 1],
    every: '1h',
    maxUnavailable: 2,
    abortIf: { errors: 4, drawdownPct: 50 },
    failed: [],
    finished: false,
    since: rollout.since,
    who: 'ann',
    reason: 'restored from a backup: resume it when its instances run',
    sides: {
      from: { ...sides.from, lagMs: 0 },
      to: { ...sides.to, lagMs: 0 },
    },
  })
  expect(shown.moved.toSorted()).toEqual(moved)
  expect(pins(house)).toEqual(
    Object.fromEntries(IDS.map((id) => [id, [moved.includes(id) ? v2 : v1, 'created']])) as never,
  )
  // what is under way holds its tag here as well
  expect(await refusal(house.registry.moveTag('counter', 'prod', v2, 'test'))).toContain('rollout_running')
  const again = house.runtime.context.backup().rollouts![0]!
  const reason = 'restored from a backup: resume it when its instances run'
  expect(again).toEqual({ ...rollout, moved: again.moved, state: 'paused', reason })

  await house.runtime.providers.start('tape', 'test')
  for (const id of IDS) await house.runtime.instances.start(id, 'test')
  expect((await restore(house)).rollouts).toEqual([{ name: 'counter:prod', outcome: 'unchanged' }])
  house.runtime.rollouts.resume(...asked)
  house.runtime.rollouts.promote(...asked)
  await until(() => rolloutOf(house).finished)
  expect(pins(house)).toEqual(Object.fromEntries(IDS.map((id) => [id, [v2, 'running']])) as never)
  const moves = whats(house).filter((what) => what.startsWith('instance_moved'))
  expect(moves.toSorted()).toEqual(shown.waiting.map((id) => `instance_moved ${id}`).toSorted())
  expect(
    whats(house)
      .filter((what) => what.endsWith('counter:prod'))
      .toReversed(),
  ).toEqual([
    'tag_moved counter:prod',
    'rollout_restored counter:prod',
    'rollout_resumed counter:prod',
    'rollout_promoted counter:prod',
    'tag_moved counter:prod',
    'rollout_finished counter:prod',
  ])
  // it is over here: a restore begins it no second time
  expect((await restore(house)).rollouts).toEqual([{ name: 'counter:prod', outcome: 'unchanged' }])
  expect(rolloutOf(house)).toMatchObject({ state: 'promoted', finished: true })
})

test.each(['promoted', 'aborted'] as const)('one that was %s is done, and starts nothing', async (state) => {
  await using house = await elsewhere()
  await restore(house, { state, failed: [{ id: rollout.moved[0]!, reason: 'it looped' }] })
  await until(() => rolloutOf(house).finished)
  const hash = state === 'promoted' ? v2 : v1
  expect(pins(house)).toEqual(Object.fromEntries(IDS.map((id) => [id, [hash, 'created']])) as never)
  expect(house.registry.tagged('counter', 'prod') as string).toBe(hash)
})

test('errors from before count, those of instances that are not there included', async () => {
  await using house = await elsewhere()
  await restore(house, {
    sides: { ...rollout.sides, to: { ...rollout.sides.to, errors: 3 } },
    failed: [{ id: 'gone', reason: 'it looped' }],
  })
  await until(() => rolloutOf(house).finished)
  expect(rolloutOf(house)).toMatchObject({
    state: 'aborted',
    reason: 'errors: 4, it ends at 4',
    sides: { to: { errors: 4 } },
  })
})

const other = `sha256:${'0'.repeat(64)}`

test.each([
  [{ to: other }, `to: counter has no revision "${other}"`],
  [{ from: other }, `from: counter has no revision "${other}"; rollouts[0].tag: counter:prod names `],
  [{ tag: 'none' }, 'tag: counter:none is not there'],
  [{ steps: [0.5, 0.5] }, 'steps[1]: must be larger than the step before it'],
  [{ step: 2 }, 'step: there is no step 2'],
  [{ every: '721h' }, 'every: must be at most 720h'],
  [{ since: '2026-13-01T00:00:00Z' }, 'since: "2026-13-01T00:00:00Z" is no time'],
] as const)('what does not fit is told, and nothing is created: %j', async (change, message) => {
  const house = await refusing()
  expect(await refusal(restore(house, change as Partial<BackupRollout>))).toContain(
    `422 invalid_backup: rollouts[0].${message}`,
  )
  expect([house.runtime.instanceIndex.list(), house.runtime.rollouts.list()]).toEqual([[], []])
})

test('another rollout of the tag is in the way, and one that is over is not', async () => {
  await using house = await elsewhere()
  await house.runtime.rollouts.start('counter', 'prod', { hash: v2, plan: { share: 1 }, ...unread }, 'ann')
  expect(await refusal(restore(house))).toBe(
    '409 backup_conflict: rollouts[0]: another rollout of counter:prod is running',
  )
  house.runtime.rollouts.abort(...asked)
  await until(() => rolloutOf(house).finished)
  await restore(house)
  expect(rolloutOf(house)).toMatchObject({ state: 'paused', since: rollout.since })
})

let refuser: House | undefined
/** One in which nothing is ever created. */
const refusing = async () => (refuser ??= await elsewhere())
afterAll(() => refuser?.[Symbol.asyncDispose]())
