/**
 * Instances go on under a gateway that has not launched them, from what a host has kept and what the journal of the
 * gateway before knows: what that one had written is news to nobody, the rest is done and told now, and whoever is not
 * proven does not go on.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Adopted } from '../../src/hosts/placed-instances'
import type { InstanceProgress } from '../../src/schema/instance-progress'
import type { Order } from '../../src/schema/orders'
import { until } from '../until'
import { filled, Heard, Hosts } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const BODY = `let seen = 0
return {
  onTrade(ctx, evt, payload, price) {
    helpers.log('trade', ++seen)
    if (price === 7) runtime.submitMarketOrder('', 'buy', '1')
  },
  onOrderFilled(ctx, evt, payload) {
    helpers.log('filled', payload.clientOrderId.split('-').at(-1), runtime.position().quantity)
  },
}`

const folder = mkdtempSync(join(tmpdir(), 'meltica-adoption-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let progress: InstanceProgress
let orders: readonly Order[]
let first: Heard

/** A gateway that has ended after its instance was told of the first of two orders, and handled three events. */
beforeAll(async () => {
  await using hosts = await Hosts.start()
  hosts.pool.confineTo(join(folder, 'kept'))
  await hosts.pool.record(join(folder, 'kept'))
  first = await hosts.launch('one', BODY)
  first.onOrder = (order) => {
    if (first.orders.length === 1) hosts.pool.report('one', 'sim', filled(order, '100'), 1)
  }
  hosts.publish(hosts.trade('1'), hosts.trade('7'))
  await first.until(({ toldOf }) => toldOf.length === 1)
  hosts.publish(hosts.trade('7'))
  await first.until(({ orders, lines }) => orders.length === 2 && lines.length === 4)
  const { number, slot, startMs, rolls, acts, lines, exceptions, left, leftForNewer } = first.progress!
  progress = { number, slot, startMs, rolls, acts, lines, exceptions, left, leftForNewer }
  orders = [...first.orders]
})

let copies = 0

interface Run {
  readonly hosts: Hosts
  readonly heard: Heard
  readonly refused: string | undefined
  readonly lost: ReadonlyMap<string, string>
}

/** What comes of it under the next gateway. @param meanwhile while it recovers. */
async function adopted(
  change: Partial<Omit<Adopted, 'progress'>> & {
    readonly progress?: Partial<InstanceProgress>
    readonly journal?: readonly Order[]
  },
  look: (run: Run) => Promise<void>,
  meanwhile: (hosts: Hosts) => void = () => undefined,
): Promise<void> {
  const copy = join(folder, String(++copies))
  cpSync(join(folder, 'kept'), copy, { recursive: true })
  mkdirSync(join(copy, '7'))
  await using hosts = await Hosts.start()
  hosts.pool.confineTo(copy)
  const spec = await hosts.spec('one', BODY)
  const heard = new Heard(spec.scope)
  const usual = { spec, listener: heard, tradingActive: true, untold: [], newestReport: 1, upTo: undefined }
  const { journal = orders.slice(0, change.progress?.acts), ...known } = change
  for (const [index, order] of journal.entries())
    heard.journal.set(order.clientOrderId, { order, placedMs: first.times[index]! })
  const refused = hosts.pool.adopt({ ...usual, ...known, progress: { ...progress, ...known.progress } })
  const recovering = hosts.pool.recover(copy)
  meanwhile(hosts)
  await look({ hosts, heard, refused, lost: await recovering })
  expect(readdirSync(copy)).toEqual(['0'])
}

const second = () => ({ seq: 2, provider: 'sim', report: filled(orders[1]!, '100'), timeMs: 0 })

describe('it goes on where it was', () => {
  test('nothing that is known is told again, and a report that it was not given is told now, with what it makes of its account', async () => {
    await adopted({ untold: [second()], newestReport: 2 }, async ({ hosts, heard, lost }) => {
      expect([...lost]).toEqual([])
      await heard.until(({ toldOf }) => toldOf.length === 1)
      hosts.publish(hosts.trade('7'))
      await heard.until(({ orders }) => orders.length === 1)
      await heard.until(({ printed }) => printed.length === 2)
      expect([heard.printed, heard.toldOf]).toEqual([['filled 2 2', 'trade 4'], [2]])
      const [{ clientOrderId: third }] = heard.orders as [Order]
      expect(third).toBe(orders[0]!.clientOrderId.replace(/1$/, '3'))
      await until(() => hosts.pool.stats('one').orders === 3)
    })
  })

  test('what the journal does not have is done and said again', async () => {
    await adopted({ progress: { acts: 1, lines: 1 } }, async ({ heard, lost }) => {
      expect([...lost]).toEqual([])
      expect(heard.orders).toEqual([orders[1]!])
      expect(heard.printed).toEqual(first.printed.slice(1))
      expect(heard.progress).toMatchObject({ ...progress })
    })
  })

  test('a report that is journalled meanwhile waits until it is there', async () => {
    const report = ({ pool }: Hosts) => pool.report('one', 'sim', filled(orders[1]!, '100'), 2)
    await adopted(
      {},
      async ({ heard }) => {
        await heard.until(({ printed }) => printed.length === 1)
        expect(heard.printed).toEqual(['filled 2 2'])
      },
      report,
    )
  })

  test('also when the host is killed that recovers', async () => {
    await adopted(
      {},
      async ({ hosts, heard, lost }) => {
        expect([...lost]).toEqual([])
        hosts.publish(hosts.trade('1'))
        await heard.until(({ printed }) => printed.length === 1)
        expect([heard.printed, heard.restarts]).toEqual([['trade 4'], []])
      },
      (hosts) => process.kill(hosts.pid, 'SIGKILL'),
    )
  })

  test('and over the death of its host from then on', async () => {
    await adopted({ untold: [second()], newestReport: 2 }, async ({ hosts, heard }) => {
      const { pid } = hosts
      process.kill(pid, 'SIGKILL')
      await until(() => hosts.pid !== 0 && hosts.pid !== pid)
      hosts.publish(hosts.trade('1'))
      await heard.until(({ printed }) => printed.includes('trade 4'))
      expect([heard.printed, heard.restarts, heard.toldOf]).toEqual([['filled 2 2', 'trade 4'], [], [2]])
    })
  })
})

describe('it does not go on, and can be launched', () => {
  test.each([
    ['the journal knows more than was kept', { progress: { lines: 9 } }, 'less was kept of it than was told'],
    [
      'it was told of what the journal does not know',
      { newestReport: 0 },
      'it was told of reports that are not in the journal',
    ],
  ])('where %s', async (_, change, reason) => {
    await adopted(change, async ({ hosts, heard, lost }) => {
      expect([...lost]).toEqual([['one', reason]])
      expect([heard.orders, heard.lines, heard.failures]).toEqual([[], [], []])
      const anew = await hosts.launch('one', BODY)
      hosts.publish(hosts.trade('1'))
      await anew.until(({ printed }) => printed.length === 1)
      expect(anew.printed).toEqual(['trade 1'])
    })
  })

  test('where there is no such host any more', async () => {
    await adopted({ progress: { slot: 3 } }, async ({ hosts, refused }) => {
      expect(refused).toBe('it ran in sandbox host 3, and there are 1 now')
      await hosts.launch('one', BODY)
    })
  })
})

describe('who would order otherwise than the journal has it', () => {
  test.each([
    ['an order that is known', {}, () => [orders[0]!, { ...orders[1]!, quantity: '2' }]],
    ['an order that is not', { acts: 1 }, () => orders],
  ])('runs no more, and both sides are kept: %s', async (_, progress, journal) => {
    await adopted({ progress, journal: journal() }, async ({ hosts, heard, lost }) => {
      expect([[...lost], heard.orders, heard.failures, heard.restarts]).toEqual([[], [], [], []])
      const [how = '', aside = ''] = heard.differences[0]!.split('; what was kept is in ')
      expect(how).toMatch(/^the journal has \{.*"quantity":"[12]".*\}/)
      expect(readdirSync(aside)).toContain('0000000000.log')
      expect([heard.differences.length, hosts.pool.running('one')]).toEqual([1, false])
      const anew = await hosts.launch('one', BODY)
      hosts.publish(hosts.trade('1'))
      await anew.until(({ printed }) => printed.length === 1)
      expect(heard.printed).toEqual([])
    })
  })

  test('also when its host alone has died', async () => {
    const kept = join(folder, 'differs')
    await using hosts = await Hosts.start()
    hosts.pool.confineTo(kept)
    await hosts.pool.record(kept)
    const heard = await hosts.launch('one', BODY)
    const other = await hosts.launch('other', BODY)
    hosts.publish(hosts.trade('7'))
    await heard.until(({ orders }) => orders.length === 1)
    await other.until(({ orders }) => orders.length === 1)
    await heard.until(({ printed }) => printed.length === 1)
    for (const one of [heard, other])
      one.journal.set(one.orders[0]!.clientOrderId, { order: one.orders[0]!, placedMs: one.times[0]! })
    const [order] = heard.orders as [Order]
    heard.journal.set(order.clientOrderId, { order: { ...order, side: 'sell' }, placedMs: heard.times[0]! })
    process.kill(hosts.pid, 'SIGKILL')
    await heard.until(({ differences }) => differences.length === 1)
    expect([hosts.pool.running('one'), heard.restarts, heard.failures]).toEqual([false, [], []])
    hosts.publish(hosts.trade('1'))
    await other.until(({ printed }) => printed.includes('trade 2'))
    expect([heard.printed, other.restarts, other.differences]).toEqual([['trade 1'], [], []])
  })
})
