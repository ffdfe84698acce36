/** How events go to a host: one batch at a time, and who waits for what is in it. */
import { expect, test } from 'bun:test'
import { Batches } from '../../src/hosts/batches'
import { Host } from '../../src/hosts/host'
import { type Item, NEVER_OLD } from '../../src/hosts/outbox'
import { type OwnItem, Placement } from '../../src/hosts/placement'
import { ProtocolError } from '../../src/protocol/check'
import type { MarketEvent } from '../../src/schema/events'
import { trade } from '../trading/venue'
import { Heard, specOf } from './hosts'
import { NO_LINK } from './no-link'

const spec = specOf('i1', new Uint8Array(0))
const placement = new Placement(1, spec, new Heard(spec.scope))
const own = (): OwnItem => ({ placement, content: { tradingActive: true } })
const market = (timeMs: number, atMs = timeMs): Item => ({ event: trade(timeMs, '100'), atMs })

/** A host that takes batches, which are worked when the test says so. */
function started() {
  const sent: string[] = []
  let nowMs = 0
  let isUp = true
  const host = new (class extends Host {
    override sendBatch(items: readonly Item[], atMs: number): void {
      const names = items.map((item) => ('event' in item ? item.event.timeMs : 'own'))
      sent.push(`${names.join(' ')} at ${atMs}`)
    }
  })(NO_LINK)
  const left: MarketEvent[] = []
  const batches = new Batches({
    maxAgeMs: () => 1000,
    elapsed: () => nowMs,
    commit: () => true,
    left: ({ event }) => void left.push(event),
    host: () => (isUp ? host : undefined),
  })
  let ends = 0
  return {
    batches,
    sent,
    at: (ms: number) => {
      nowMs = ms
    },
    down: () => {
      isUp = false
    },
    up: () => {
      isUp = true
    },
    /** So many of those who wait were told. */
    ends: () => ends,
    wait: () => void batches.drained().then(() => ends++),
  }
}

async function told(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve()
}

test('what is pushed in one go goes in one batch, and the next when that one is worked', async () => {
  const { batches, sent, at } = started()
  batches.push(market(1))
  batches.push(own())
  batches.push(market(2))
  expect(sent).toEqual([])
  await told()
  batches.push(market(3))
  batches.push(market(4))
  await told()
  expect(sent).toEqual(['1 own 2 at 0'])
  at(7)
  batches.worked(false)
  expect(sent).toEqual(['1 own 2 at 0', '3 4 at 7'])
  batches.worked(false)
  expect(sent).toHaveLength(2)
  expect(() => batches.worked(false)).toThrow(ProtocolError)
  batches.push(market(5))
  await told()
  expect(sent.at(-1)).toBe('5 at 7')
})

test('what comes before all that waits goes first', async () => {
  const { batches, sent } = started()
  batches.push(market(1))
  batches.unshift([own(), own()])
  await told()
  expect(sent).toEqual(['own own 1 at 0'])
})

test('nothing is sent without a host, and all of it to the next one', async () => {
  const { batches, sent, down, up } = started()
  down()
  batches.push(market(1))
  await told()
  expect(sent).toEqual([])
  up()
  batches.flushSoon()
  await told()
  expect(sent).toEqual(['1 at 0'])
  down()
  batches.lost()
  batches.push(market(2))
  await told()
  up()
  batches.flushSoon()
  await told()
  expect(sent).toEqual(['1 at 0', '2 at 0'])
})

test('how old the oldest market event is, in flight or waiting, which own news and recordings are not', async () => {
  const { batches, at } = started()
  at(100)
  expect(batches.pendingMs).toBe(0)
  batches.push(own())
  batches.push(market(1, NEVER_OLD))
  await told()
  at(200)
  expect(batches.pendingMs).toBe(0)
  batches.push(market(2, 190))
  batches.push(market(3, 195))
  expect(batches.pendingMs).toBe(10)
  batches.worked(false)
  batches.push(market(4, 200))
  at(250)
  expect(batches.pendingMs).toBe(60)
  batches.worked(false)
  expect(batches.pendingMs).toBe(50)
  batches.lost()
  expect(batches.pendingMs).toBe(0)
})

test.each<[string, Item]>([
  ['own news', own()],
  ['an event of a recording', market(1, NEVER_OLD)],
])('who waits for %s is told when it is worked, and not when it is sent', async (_, item) => {
  const { batches, wait, ends } = started()
  batches.push(item)
  wait()
  await told()
  expect(ends()).toBe(0)
  wait()
  batches.worked(false)
  await told()
  expect(ends()).toBe(2)
  wait()
  await told()
  expect(ends()).toBe(3)
})

test('nobody waits for market data that may be left out', async () => {
  const { batches, wait, ends } = started()
  batches.push(market(1))
  wait()
  await told()
  expect(ends()).toBe(1)
})

test('who waits is told when what was left behind is worked, or has died with its host', async () => {
  for (const end of ['caughtUp', 'lost'] as const) {
    const { batches, wait, ends } = started()
    batches.push(own())
    await told()
    wait()
    batches.worked(true)
    await told()
    expect(ends()).toBe(0)
    batches[end]()
    await told()
    expect(ends()).toBe(1)
  }
})

test('who waits is not told while the next batch has something that must arrive', async () => {
  const { batches, wait, ends } = started()
  batches.push(own())
  await told()
  batches.push(own())
  wait()
  batches.worked(false)
  await told()
  expect(ends()).toBe(0)
  batches.worked(false)
  await told()
  expect(ends()).toBe(1)
})
