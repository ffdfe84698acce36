/** Backups: without secrets, and restored with nothing in the way, all of it or nothing. */
import { expect, test } from 'bun:test'
import { finish } from '../../../src/store/reading'
import { BTC, everything, refusal, until } from '../house'
import { houses } from '../houses'
import { buyer } from '../strategies'

const { openHouse } = houses()

test('a backup holds no secret but says where one was, and is restored only when it is given or given up', async () => {
  await using house = await openHouse()
  const config = { key: 'hunter2', paper: { feeBps: 5 } }
  const second = { name: 'second', adapter: { identifier: 'tape', config: { key: '3' } } }
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape', config } }, 'test')
  await house.runtime.providers.create(second, 'test')
  expect(house.runtime.context.backup().omitted).toEqual(
    [0, 1].map((index) => `providers[${index}].adapter.config.key`),
  )
  await house.runtime.providers.remove('second', 'test')
  const backup = house.runtime.context.backup()
  expect(backup.omitted).toEqual(['providers[0].adapter.config.key'])
  expect(JSON.stringify(backup)).not.toContain('hunter2')
  const unchanged = { name: 'tape', outcome: 'unchanged' as const }
  expect((await house.runtime.context.restore(backup, 'test')).providers).toEqual([unchanged])
  const whole = { ...backup, providers: [{ name: 'tape', adapter: { identifier: 'tape', config } }] }
  expect((await house.runtime.context.restore(whole, 'test')).providers).toEqual([unchanged])

  await house.runtime.providers.remove('tape', 'test')
  expect(await refusal(house.runtime.context.restore(backup, 'test'))).toBe(
    '422 invalid_backup: providers[0].adapter.config.key: was left out of the backup: give it, or take it out of "omitted"',
  )
  expect(house.runtime.providers.list()).toEqual([])
  const two = { providers: [tape, { ...second, adapter: { identifier: 'tape' } }] }
  const omitted = ['providers[1].adapter.config.key']
  expect(await refusal(house.runtime.context.restore({ ...two, omitted }, 'test'))).toBe(
    '422 invalid_backup: providers[1].adapter.config.key: was left out of the backup: give it, or take it out of "omitted"',
  )
  await house.runtime.context.restore(whole, 'test')
  expect(house.runtime.context.backup().omitted).toEqual(backup.omitted)
  await house.runtime.providers.remove('tape', 'test')
  await house.runtime.context.restore({ ...backup, omitted: [] }, 'test')
  expect(house.runtime.context.backup().omitted).toEqual([])
})

test('of a backup that is restored twice at the same time each thing is created once', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const backup = {
    providers: [{ name: 'tape', adapter: { identifier: 'tape' } }],
    lambdas: [{ id: 'b1', strategy: { identifier: 'buyer' }, scope: { tape: { symbols: [BTC] } } }],
  }
  const outcomes = await Promise.all([
    house.runtime.context.restore(backup, 'ann'),
    house.runtime.context.restore(backup, 'bob'),
  ])
  expect(outcomes.map(({ lambdas }) => lambdas[0]!.outcome).sort()).toEqual(['restored', 'unchanged'])
  expect(house.runtime.instanceIndex.list().map(({ id, running }) => [id, running])).toEqual([['b1', false]])
})

const tape = { name: 'tape', adapter: { identifier: 'tape', config: { paper: { feeBps: 5 } } } }
const b1 = {
  id: 'b1',
  strategy: { identifier: 'buyer', config: { times: 2 } },
  scope: { tape: { symbols: [BTC, 'ETH-USDT'] }, other: { symbols: [BTC] } },
  restart: 'always' as const,
}
const other = { ...tape, name: 'other' }
const whole = { providers: [tape, other], lambdas: [b1], risk: { orderBurst: 3 } }

test('whatever differs from what is there is in the way, and the same is not', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const restore = (body: object) => refusal(house.runtime.context.restore({ ...whole, ...body }, 'test'))
  expect(await restore({})).toBe('done')
  expect(house.runtime.context.backup().lambdas).toEqual([b1])
  const before = finish(house.runtime.records.audit(everything)).total
  const inWay = {
    provider: '409 backup_conflict: providers[0]: another provider "tape" exists, or has until now',
    instance: '409 backup_conflict: lambdas[0]: another instance "b1" exists',
    risk: '409 backup_conflict: risk: other limits are set',
  }
  const { tape: first, other: second } = b1.scope
  const cases: [string, object][] = [
    [inWay.provider, { providers: [{ name: 'tape', adapter: { ...tape.adapter, identifier: 'sim' } }] }],
    [inWay.provider, { providers: [{ name: 'tape', adapter: { identifier: 'tape', config: {} } }] }],
    [inWay.instance, { lambdas: [{ ...b1, strategy: { ...b1.strategy, identifier: 'buyer:v1' } }] }],
    [inWay.instance, { lambdas: [{ ...b1, strategy: { identifier: 'buyer' } }] }],
    [inWay.instance, { lambdas: [{ ...b1, restart: 'never' }] }],
    [inWay.instance, { lambdas: [{ ...b1, scope: { other: second, tape: first } }] }],
    [inWay.instance, { lambdas: [{ ...b1, scope: { ...b1.scope, tape: { symbols: ['ETH-USDT', BTC] } } }] }],
    [inWay.risk, { risk: { orderBurst: 4 } }],
    [inWay.risk, { risk: {} }],
    ['done', { lambdas: [{ ...b1, scope: { ...b1.scope, tape: { symbols: [BTC, 'ETH-USDT', BTC] } } }] }],
  ]
  for (const [said, body] of cases) expect([body, await restore(body)]).toEqual([body, said])
  // the one that was taken
  expect(finish(house.runtime.records.audit(everything)).total).toBe(before + 1)
  expect(house.tape.open).toBe(2)
})

test('limits take the place of none or of empty ones, and bind what runs', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  expect((await house.runtime.context.restore({ risk: {} }, 'test')).risk).toBe('unchanged')
  house.runtime.risk.setLimits({}, 'ops')
  await house.runtime.providers.create(tape, 'test')
  const strategy = { identifier: 'buyer', config: { dry_run: false, quantity: '2' } }
  const scope = { tape: { symbols: [BTC] } }
  await house.runtime.instances.create({ id: 'b1', strategy, scope, autostart: true }, 'test')
  expect((await house.runtime.context.restore({ risk: { maxPositionSize: '1' } }, 'test')).risk).toBe('restored')
  house.tape.trades('tape', BTC, '100')
  await until(() => house.lines('b1').some((line) => line.includes('could become 2, the limit is 1')))
  expect(house.runtime.risk.limits).toEqual({ maxPositionSize: '1' })
})

test('what was restored is whole at once: its accounts are open, its dates are of now, and a new version is seen', async () => {
  const nowMs = Date.UTC(2030, 0, 1)
  await using house = await openHouse(undefined, { now: () => nowMs })
  await house.upload(buyer)
  const { version } = house.runtime.instanceIndex
  const lambdas = ['b1', 'b2'].map((id, n) => ({ ...b1, id, strategy: { identifier: 'buyer', config: { times: n } } }))
  await house.runtime.context.restore({ ...whole, lambdas }, 'test')
  expect(house.runtime.instanceIndex.version).toBeGreaterThan(version)
  const instances = house.runtime.instanceIndex.list()
  const at = new Date(nowMs).toISOString()
  expect(
    instances.map(({ id, strategy, createdAt, updatedAt }) => [id, strategy.config.times, createdAt, updatedAt]),
  ).toEqual([
    ['b1', 0, at, at],
    ['b2', 1, at, at],
  ])
  expect(house.runtime.balances.of('b1', everything).items.map(({ provider, total }) => [provider, total])).toEqual([
    ['tape', '10000'],
    ['other', '10000'],
  ])
  for (const { id } of instances) await house.runtime.instances.start(id, 'test')
  await house.runtime.providers.start('tape', 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => instances.every(({ id }) => house.lines(id).some((line) => line.startsWith('trade 100'))))
  expect(instances.map(({ id }) => house.lines(id).some((line) => line.startsWith('dry run')))).toEqual([false, true])
})

test('nothing that was made for a backup stays open when it is refused', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const lost = { ...b1, strategy: { identifier: 'nobody' } }
  expect(await refusal(house.runtime.context.restore({ ...whole, lambdas: [lost] }, 'test'))).toStartWith(
    '422 invalid_backup',
  )
  expect(house.tape.open).toBe(0)
  const unsound = { name: 'u', adapter: { identifier: 'tape', config: { unsound: true } } }
  expect(await refusal(house.runtime.context.restore({ providers: [tape, unsound] }, 'test'))).toBe(
    '422 invalid_backup: providers[1]: "unsound" is set',
  )
  expect(house.tape.open).toBe(0)
  expect(await refusal(house.runtime.context.restore({ providers: [tape, tape] }, 'test'))).toStartWith(
    '422 invalid_backup',
  )
  expect(house.tape.open).toBe(0)
  await house.runtime.context.restore(whole, 'test')
  expect(house.tape.open).toBe(2)
})

test('what an instance of a backup needs may be there already, and is looked at', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await house.runtime.providers.create(tape, 'test')
  const scope = { tape: { symbols: [BTC] } }
  const lambdas = [{ id: 'b0', strategy: { identifier: 'buyer' }, scope }]
  expect((await house.runtime.context.restore({ lambdas }, 'test')).lambdas).toEqual([
    { id: 'b0', outcome: 'restored' },
  ])
  const lost = { ...b1, scope: { tape: { symbols: ['BTC'] } } }
  expect(await refusal(house.runtime.context.restore({ lambdas: [lost] }, 'test'))).toBe(
    '422 invalid_backup: lambdas[0].scope.tape: there is no BTC',
  )
})
