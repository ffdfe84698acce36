/** Secrets in backups: never there, named where they are missing, asked for where they are needed. */
import { expect, test } from 'bun:test'
import { BTC, refusal } from './house'
import { houses } from './houses'
import { buyer } from './strategies'

const { openHouse } = houses()

test('a backup holds no secret but says where one was, and is restored only when it is given or given up', async () => {
  await using house = await openHouse()
  const config = { key: 'hunter2', paper: { feeBps: 5 } }
  await house.runtime.createProvider({ name: 'tape', adapter: { identifier: 'tape', config } }, 'test')
  const backup = house.runtime.backup()
  expect(backup.omitted).toEqual(['providers[0].adapter.config.key'])
  expect(JSON.stringify(backup)).not.toContain('hunter2')
  const unchanged = { name: 'tape', outcome: 'unchanged' as const }
  expect((await house.runtime.restore(backup, 'test')).providers).toEqual([unchanged])
  const whole = { ...backup, providers: [{ name: 'tape', adapter: { identifier: 'tape', config } }] }
  expect((await house.runtime.restore(whole, 'test')).providers).toEqual([unchanged])

  await house.runtime.removeProvider('tape', 'test')
  expect(await refusal(house.runtime.restore(backup, 'test'))).toBe(
    '422 invalid_backup: providers[0].adapter.config.key: was left out of the backup: give it, or take it out of "omitted"',
  )
  expect(house.runtime.providers()).toEqual([])
  await house.runtime.restore(whole, 'test')
  expect(house.runtime.backup().omitted).toEqual(backup.omitted)
  await house.runtime.removeProvider('tape', 'test')
  await house.runtime.restore({ ...backup, omitted: [] }, 'test')
  expect(house.runtime.backup().omitted).toEqual([])
})

test('of a backup that is restored twice at the same time each thing is created once', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const backup = {
    providers: [{ name: 'tape', adapter: { identifier: 'tape' } }],
    lambdas: [{ id: 'b1', strategy: { identifier: 'buyer' }, scope: { tape: { symbols: [BTC] } } }],
  }
  const outcomes = await Promise.all([house.runtime.restore(backup, 'ann'), house.runtime.restore(backup, 'bob')])
  expect(outcomes.map(({ lambdas }) => lambdas[0]!.outcome).sort()).toEqual(['restored', 'unchanged'])
  expect(house.runtime.instances().map(({ id, running }) => [id, running])).toEqual([['b1', false]])
})
