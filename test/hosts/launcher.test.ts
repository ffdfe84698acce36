/** What a host is told of an instance that comes into it: at first, in another's place, and again after a death. */
import { expect, test } from 'bun:test'
import { Batches } from '../../src/hosts/batches'
import { HostDied } from '../../src/hosts/death'
import type { Launch } from '../../src/hosts/encoder'
import { Host } from '../../src/hosts/host'
import { Launcher } from '../../src/hosts/launcher'
import { type Item, isOwn } from '../../src/hosts/outbox'
import { type OwnItem, Placement } from '../../src/hosts/placement'
import type { Started } from '../../src/sandbox/sandbox'
import { trade } from '../trading/venue'
import { filled, Heard, orderOf, scope, specOf } from './hosts'
import { NO_LINK } from './no-link'

const STARTED: Started = { handlers: ['onTrade'], crossProvider: false }
const MARKET = [trade(1, '100')]

function stage() {
  const happened: string[] = []
  const launches: Launch[] = []
  const sent: Item[] = []
  const answer = Promise.withResolvers<Started>()
  const host = new (class extends Host {
    override launch(kind: 'launch' | 'roll', launch: Launch): Promise<Started> {
      happened.push(kind)
      launches.push(launch)
      return answer.promise
    }
    override sendBatch(items: readonly Item[]): void {
      happened.push('batch')
      sent.push(...items)
    }
  })(NO_LINK)
  const batches = new Batches({
    maxAgeMs: () => 7,
    elapsed: () => 0,
    commit: () => true,
    left: () => undefined,
    host: () => host,
  })
  let startMs = 34
  const launcher = new Launcher({ maxAgeMs: () => 7, startTime: () => ++startMs, market: () => MARKET }, batches)
  const spec = { ...specOf('i', new Uint8Array(0)), checkpoint: Uint8Array.of(1) }
  const heard = new Heard(spec.scope)
  const placement = new Placement(3, spec, heard, 0, '{"saved":1}')
  const takes = (id: string) => placement.starts.take(orderOf(id), false) === undefined
  return { happened, launches, sent, answer, host, batches, launcher, spec, heard, placement, takes }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve()
}

test('a launch says all that it is to know, and orders may come before it is answered', async () => {
  const { launcher, host, placement, launches, spec, heard, answer, takes } = stage()
  placement.tradingActive = false
  const launching = launcher.launch(host, placement)
  const told = { number: 3, spec, startMs: 35, tradingActive: false, risk: heard.terms, maxAgeMs: 7, market: MARKET }
  expect(launches).toEqual([told])
  expect([takes('i-y-1'), takes('i-z-1')]).toEqual([false, true])
  answer.resolve(STARTED)
  expect(await launching).toBe(STARTED)
})

test('the death of its host is no fault of the launch, anything else is', async () => {
  for (const [error, outcome] of [
    [new HostDied('gone', 'work', 3), undefined],
    [new Error('no such export'), 'no such export'],
  ] as const) {
    const { launcher, host, placement, answer } = stage()
    const launching = launcher.launch(host, placement).catch((thrown: Error) => thrown.message)
    answer.reject(error)
    expect(await launching).toBe(outcome)
  }
})

function own(placement: Placement, kind: 'report' | 'flags', waits: boolean): OwnItem {
  if (kind === 'flags') return { placement, content: { tradingActive: true }, waits }
  const report = filled(orderOf('o'), '1')
  const event = placement.eventsAt('sim').reported(report)
  return { placement, content: { event }, effect: { provider: 'sim', report }, seq: 1, waits }
}

test('what it was sent and has not handled goes again, behind its launch; what waits goes once', async () => {
  const { launcher, host, placement, batches, happened, sent } = stage()
  const [lost, waits] = [own(placement, 'report', false), own(placement, 'report', false)]
  placement.unhandled.push(lost)
  placement.unhandled.push(waits)
  batches.push(waits)
  void launcher.launch(host, placement)
  expect(happened).toEqual(['launch'])
  await turns()
  expect(happened).toEqual(['launch', 'batch'])
  expect(sent.filter(isOwn)).toEqual([lost, waits])
})

test('after a death it goes on from its last saved state and its accounts, which hold already what comes again', () => {
  const { launcher, host, placement, launches, heard, spec } = stage()
  const items = [
    own(placement, 'report', false),
    own(placement, 'flags', false),
    own(placement, 'flags', true),
    own(placement, 'report', true),
  ]
  for (const item of items) placement.unhandled.push(item)
  heard.scope = [scope('sim', ['ETH-USDT'])]
  void launcher.relaunch(host, placement)
  const { checkpoint: _, ...kept } = spec
  expect(launches.map((launch) => launch.spec)).toEqual([{ ...kept, state: '{"saved":1}', scope: heard.scope }])
  expect(placement.spec).toEqual(launches[0]!.spec)
  expect('checkpoint' in placement.spec).toBe(false)
  // what it is allowed was said with the launch
  expect(placement.unhandled.toArray()).toEqual([items[0]!, items[2]!, items[3]!])
  expect(items.map((item) => item.effect)).toEqual([undefined, undefined, undefined, undefined])
})

test('of two programs both may order until the new one runs, or does not come to', async () => {
  for (const comes of [true, false]) {
    const { launcher, host, placement, happened, launches, answer, takes, spec } = stage()
    void launcher.launch(host, placement)
    const next = { ...spec, config: { size: 2 } }
    const rolling = launcher.roll(host, placement, next).catch((error: unknown) => error)
    expect([happened, launches[1]!.spec, launches[1]!.startMs]).toEqual([['launch', 'roll'], next, 36])
    expect([takes('i-z-1'), takes('i-10-1')]).toEqual([true, true])
    const died = new HostDied('gone', 'work', 3)
    if (comes) answer.resolve(STARTED)
    else answer.reject(died)
    expect<unknown>(await rolling).toEqual(comes ? { started: STARTED, startMs: 36 } : died)
    expect([takes('i-z-2'), takes('i-10-2')]).toEqual([!comes, comes])
  }
})
