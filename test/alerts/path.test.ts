/** The way from what happens to who is told: nothing that fails, floods or hangs on it stops the rest. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { orderOf } from '../store/trades'
import { until } from '../until'
import { Desk } from './desk'
import { TestReceiver } from './receiver'

setDefaultTimeout(60_000)

const webhook = ({ url }: TestReceiver, more: Record<string, unknown> = {}) => ({
  name: 'ops',
  webhook: { url, secret: 'a long secret' },
  ...more,
})
/** More than is kept in memory, while nobody watches. */
async function floods(desk: Desk): Promise<void> {
  for (let at = 0; at < 5000; at++) desk.complains(`g${at}`, 'it hurts')
  await until(() => desk.feed.newest === 5000)
}

const failed = () => [{ instance: 'g1', reason: 'no luck' }]

test('what holds is told while there is more and more to be read of what has happened', async () => {
  using ops = new TestReceiver()
  const rules = [{ when: 'instanceFailed' as const }, { when: 'errorRate' as const, above: 0, within: '1h' }]
  // a batch takes a quarter of a turn
  await using desk = new Desk({ settings: { groupWait: '0s', receivers: [webhook(ops)], rules }, stepMs: 50 })
  await desk.reopen(async () => {
    await floods(desk)
    desk.measures.failed = failed
  })
  await until(() => ops.received.length > 0)
  const [first] = ops.received
  expect(first?.body.alerts[0]).toMatchObject({ rule: 'instanceFailed', instance: 'g1' })
  expect(desk.alerts.standing().alerts.length).toBeLessThan(5000)
  await until(() => desk.alerts.standing().alerts.length === 5001)
})

test('a rule that cannot be looked at, and a feed that cannot be read, stop no other and are told', async () => {
  using ops = new TestReceiver()
  const rules = [
    { when: 'lag' as const },
    { when: 'instanceFailed' as const },
    { when: 'journal' as const },
    { when: 'errorRate' as const, above: 0, within: '1h', instance: 'g4999' },
  ]
  await using desk = new Desk({ settings: { groupWait: '0s', receivers: [webhook(ops)], rules } })
  const broken = (what: string) => () => {
    throw new Error(`${what} cannot be read`)
  }
  const { feed } = desk.store
  const above = feed.above.bind(feed)
  await desk.reopen(async () => {
    await floods(desk)
    feed.above = broken('the disk')
    desk.measures.lags = broken('lags')
    desk.measures.failed = failed
    desk.measures.journalProblem = () => 'the disk fails'
  })
  const told = () => [...new Set(ops.alerts.map(({ rule }) => String(rule)))].sort()
  await until(() => told().length === 2)
  expect(told()).toEqual(['instanceFailed', 'journal'])
  const problems = [
    'alerts fail to read what has happened: the disk cannot be read',
    'alerts fail to look at lag: lags cannot be read',
  ]
  expect(desk.alerts.problems().map(({ message }) => message)).toEqual(problems)
  // once each, however often it was tried
  await until(() => ops.alerts.length === 2)
  expect(desk.logged.filter((text) => text === 'alerts failed').length).toBe(2)
  feed.above = above
  desk.measures.lags = () => [{ instance: 'g1', lagMs: 5000 }]
  await until(() => told().length === 4)
  expect(told()).toEqual(['errorRate', 'instanceFailed', 'journal', 'lag'])
  expect(desk.alerts.problems()).toEqual([])
})

test('an order of which nobody knows is told with its order, also when its standing is known at once', async () => {
  using ops = new TestReceiver()
  const rules = [{ when: 'orderUnknown' as const }]
  await using desk = new Desk({ settings: { groupWait: '0s', receivers: [webhook(ops)], rules } })
  const about = {
    kind: 'order',
    instance: 'g1',
    provider: 'sim',
    order: orderOf('grid-1-7'),
    report: undefined,
  } as const
  desk.activity.publish({ ...about, what: 'sent', timeMs: 0 })
  desk.activity.publish({ ...about, what: 'unknown', timeMs: 1 })
  await until(() => ops.alerts.length > 0)
  expect(ops.alerts[0]).toMatchObject({
    rule: 'orderUnknown',
    severity: 'critical',
    instance: 'g1',
    strategy: 'grid',
    provider: 'sim',
    summary: 'instance g1: nobody knows what became of orders at sim: grid-1-7',
  })
})

test('a receiver that asks for time is left alone until then, and one with quiet hours is told of the rest after them', async () => {
  using ops = new TestReceiver()
  using night = new TestReceiver()
  const at = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  const [from, to] = [at(Date.now() - 3_600_000), at(Date.now() + 3_600_000)]
  await using desk = new Desk({
    settings: {
      groupWait: '0s',
      receivers: [webhook(ops), webhook(night, { name: 'night', quietHours: { from, to } })],
      rules: [{ when: 'lag' }, { when: 'journal' }],
    },
  })
  ops.answer = () => new Response('slowly', { status: 429, headers: { 'retry-after': '1800' } })
  desk.measures.lags = () => [{ instance: 'g1', lagMs: 5000 }]
  desk.measures.journalProblem = () => 'the disk fails'
  const receivers = () => desk.alerts.standing().receivers
  await until(() => receivers().every((one) => one.waiting === (one.name === 'ops' ? 2 : 1)) && night.alerts.length > 0)
  await until(() => receivers()[0]?.problem !== undefined)
  expect(night.alerts.map(({ rule }) => rule)).toEqual(['journal'])
  const [first, second] = receivers()
  expect(second).toEqual({ name: 'night', channel: 'webhook', waiting: 1, quiet: true })
  expect(first).toMatchObject({ channel: 'webhook', quiet: false, problem: 'it answers 429: slowly' })
  expect(Date.parse(first!.nextAttempt!) - Date.now()).toBeGreaterThan(1_700_000)
  expect(ops.received.length).toBe(1)
  ops.answer = () => new Response()
  desk.passedMs = 1_810_000
  await until(() => new Set(ops.alerts.map(({ rule }) => rule)).size === 2 && receivers()[0]?.waiting === 0)
  expect(night.alerts.map(({ rule }) => rule)).toEqual(['journal'])
  desk.passedMs = 3_700_000
  await until(() => night.alerts.length === 2)
  expect(night.alerts[1]).toMatchObject({ rule: 'lag', status: 'firing', instance: 'g1', value: '5000 ms' })
})
