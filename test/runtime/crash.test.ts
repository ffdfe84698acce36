/** The gateway is killed: what it had answered is there when it comes back. */
import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { BTC, everything, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

/** Buys once, writes what it knows of it to standard output, and is gone. */
const SCRIPT = `
  import { finish } from ${JSON.stringify(join(import.meta.dir, '../../src/store/reading'))}
  import { BTC, everything, openHouseOn, startHosts, until } from ${JSON.stringify(join(import.meta.dir, 'house'))}
  import { buyer } from ${JSON.stringify(join(import.meta.dir, 'strategies'))}
  const house = await openHouseOn(await startHosts(), process.argv[1])
  await house.upload(buyer)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const strategy = { identifier: 'buyer', config: { dry_run: false } }
  await house.runtime.instances.create({ id: 'b1', strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '101')
  await until(() => finish(house.runtime.records.executions('b1', everything)).total === 1)
  const { runtime } = house
  await Bun.write(Bun.stdout, JSON.stringify({
    instances: runtime.instanceIndex.list().map(({ id, strategy, state }) => ({ id, strategy, state })),
    orders: finish(runtime.records.orders('b1', everything)),
    executions: finish(runtime.records.executions('b1', everything)),
    balances: runtime.balances.of('b1', everything),
    audit: finish(runtime.records.audit(everything)),
  }))
  process.kill(process.pid, 'SIGKILL')`

test('executions, balances, the audit and what ran are as they were answered before a kill', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'crash-'))
  const child = Bun.spawn([process.execPath, '-e', SCRIPT, directory], { stdout: 'pipe', stderr: 'inherit' })
  const before = JSON.parse(await child.stdout.text())
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  await using house = await openHouse(directory)
  const { runtime } = house
  expect(runtime.instanceIndex.list().map(({ id, strategy, state }) => ({ id, strategy, state }))).toEqual(
    before.instances,
  )
  expect(finish(runtime.records.orders('b1', everything))).toEqual(before.orders)
  expect(finish(runtime.records.executions('b1', everything))).toEqual(before.executions)
  const balances = runtime.balances.of('b1', everything).items.map(({ currency, total }) => [currency, total])
  expect(balances).toEqual(
    before.balances.items.map((item: { currency: string; total: string }) => [item.currency, item.total]),
  )
  expect(finish(runtime.records.audit(everything)).items.slice(-before.audit.total)).toEqual(before.audit.items)
  house.tape.trades('tape', BTC, '102')
  await until(() => house.lines('b1').some((line) => line.startsWith('trade 102 position')))
})

/** Counts to two, is stopped and started, counts on until that is saved, and is gone. */
const COUNTING = `
  import { BTC, openHouseOn, startHosts, until } from ${JSON.stringify(join(import.meta.dir, 'house'))}
  import { counter } from ${JSON.stringify(join(import.meta.dir, 'strategies'))}
  const house = await openHouseOn(await startHosts(), process.argv[1])
  await house.upload(counter('v1'))
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const strategy = { identifier: 'counter' }
  await house.runtime.instances.create({ id: 'c1', strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
  house.tape.trades('tape', BTC, '1', '2')
  await until(() => house.lines('c1').length === 3)
  await house.runtime.instances.stop('c1', 'test')
  await house.runtime.instances.start('c1', 'test')
  house.tape.trades('tape', BTC, '3')
  await until(() => house.lines('c1').includes('v1 3 state 3 memory 3'))
  process.kill(process.pid, 'SIGKILL')`

test('after a kill nobody goes on from a memory that is older than what has run since', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'crash-'))
  const child = Bun.spawn([process.execPath, '-e', COUNTING, directory], { stderr: 'inherit' })
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  await using house = await openHouse(directory)
  house.tape.trades('tape', BTC, '4')
  await until(() => house.lines('c1').some((line) => line.startsWith('v1 4')))
  // its state may be a second old
  expect(house.lines('c1').at(-1)).toMatch(/^v1 4 state [34] memory 1$/)
})
