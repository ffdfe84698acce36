/** Hosts come with instances and go when the last of them runs none; instances stay where they are. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../until'
import { Hosts, pidOf } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const folder = mkdtempSync(join(tmpdir(), 'meltica-crew-'))
afterAll(() => rmSync(folder, { recursive: true }))

const COUNT = `let seen = 0; return { onTrade(ctx, evt, payload, price) { helpers.log(price, ++seen) } }`

test('another host comes when those there are run many, keeps what it is told as they do, and goes when it is idle', async () => {
  await using hosts = await Hosts.start({ idleMs: 10 })
  const { pool } = hosts
  pool.confineTo(folder)
  await pool.record(folder)
  await pool.resize({ least: 1, most: 2 })
  const counts = () => pool.hosts().map(({ instances }) => instances)
  const first = await Promise.all(['a', 'b', 'c', 'd'].map((id) => hosts.launch(id, COUNT)))
  expect(counts()).toEqual([4])
  hosts.publish(hosts.trade('1'))
  // it is not waited for
  await hosts.launch('e', COUNT)
  expect(counts()).toEqual([5])
  await until(() => pool.hosts().length === 2)
  const late = await hosts.launch('f', COUNT)
  expect(counts()).toEqual([5, 1])
  hosts.publish(hosts.trade('2'))
  await late.until(({ printed }) => printed.length === 1)
  const folders = ['0', '1'].map((index) => join(folder, index))
  await until(() => folders.every((one) => existsSync(one)))

  const pid = pidOf(pool, 1)
  process.kill(pid, 'SIGKILL')
  await until(() => ![0, pid].includes(pidOf(pool, 1)))
  hosts.publish(hosts.trade('3'))
  await Promise.all([...first, late].map((heard) => heard.until(({ printed }) => printed.at(-1)!.startsWith('3 '))))
  expect([late.printed, late.restarts]).toEqual([['2 1', '3 2'], []])
  expect(first.map(({ printed }) => printed)).toEqual(first.map(() => ['1 1', '2 2', '3 3']))

  // there may be no more
  for (const id of ['g', 'h', 'i', 'j', 'k', 'l']) await hosts.launch(id, 'return {}')
  expect(counts()).toEqual([6, 6])
  const onLast = ['f', 'g', 'h', 'i', 'j', 'k', 'l']
  for (const id of [...onLast, 'd', 'e']) await pool.stop(id)
  await until(() => pool.hosts().length === 1)
  expect(counts()).toEqual([3])
  expect(pool.hosts()[0]!.restarts).toBe(1)
  hosts.publish(hosts.trade('4'))
  await first[0]!.until(({ printed }) => printed.at(-1) === '4 4')
})

test('there are never fewer than said', async () => {
  await using hosts = await Hosts.start({ idleMs: 1 })
  await hosts.pool.resize({ least: 2, most: 2 })
  expect(hosts.pool.hosts().map(({ place }) => place?.startsWith('process '))).toEqual([true, true])
  for (const id of ['a', 'b', 'c', 'd']) await hosts.launch(id, 'return {}')
  expect(hosts.pool.hosts().map(({ instances }) => instances)).toEqual([2, 2])
  for (const id of ['b', 'd']) await hosts.pool.stop(id)
  await hosts.launch('e', 'return {}')
  expect(hosts.pool.hosts().map(({ instances }) => instances)).toEqual([2, 1])
})

test('there are more for a while where what ran before has its place, and these go when they are idle', async () => {
  await using hosts = await Hosts.start({ idleMs: 1 })
  const { pool } = hosts
  await pool.atLeast(2)
  expect(pool.hosts()).toHaveLength(2)
  await until(() => pool.hosts().length === 1)
})
