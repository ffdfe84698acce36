/** Alerts of a real gateway to real receivers: told once it matters, at least once, whatever happens in between. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { Follower } from '../http/followed'
import { until } from '../until'
import { hangs, TestReceiver } from './receiver'

setDefaultTimeout(60_000)

const SECRET = 'a long secret'
const SIM = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }]'

/** Fails where its config says so, and may complain with each trade. */
const source = (name: string) => `module.exports = {
  metadata: { name: '${name}', tag: 'v1', displayName: 'Test', description: '', events: ['Trade'], config: [
    { name: 'fails', type: 'bool', default: true },
    { name: 'complains', type: 'bool', default: false },
  ] },
  create({ config }) {
    if (config.fails) throw new Error('no such luck')
    return { onTrade() { if (config.complains) throw new Error('it hurts') } }
  },
}`

const instance = (id: string, config: Record<string, unknown> = {}, strategy = 'grid') => ({
  id,
  strategy: { identifier: strategy, config },
  scope: { sim: { symbols: ['BTC-USDT'] } },
  autostart: true,
})

const config = (alerts: unknown) => `${SIM}\nalerts: ${JSON.stringify(alerts)}\n`

const webhook = ({ url }: TestReceiver, more: Record<string, unknown> = {}) => ({
  name: 'ops',
  webhook: { url: `${url}/hook`, secret: SECRET },
  ...more,
})

const FAILED = { when: 'instanceFailed' }

async function withGrid(alerts: unknown, folder?: string): Promise<TestGateway> {
  const gateway = await startGateway({ config: config(alerts), ...(folder !== undefined && { folder }) })
  await gateway.upload(source('grid'), { reassignTags: ['v1'] })
  return gateway
}

const problems = async (gateway: TestGateway): Promise<string[]> =>
  (await gateway.get('/readyz')).body.problems.map(({ message }: { message: string }) => message)

test('what fails is told in one signed message, and that it is over', async () => {
  using ops = new TestReceiver()
  await using gateway = await withGrid({ groupWait: '1s', receivers: [webhook(ops)], rules: [FAILED] })
  for (const id of ['g1', 'g2', 'g3']) await gateway.post('/strategy/instances', instance(id))
  await until(() => ops.received.length === 1)
  const { method, path, headers, text, body } = ops.received[0]!
  expect([method, path, headers.get('content-type')]).toEqual(['POST', '/hook', 'application/json'])
  const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get('meltica-signature') ?? '')!
  expect(hex).toBe(createHmac('sha256', SECRET).update(`${seconds}.${text}`).digest('hex'))
  expect(body).toEqual({
    version: 1,
    environment: 'dev',
    receiver: 'ops',
    at: expect.any(String),
    alerts: ['g1', 'g2', 'g3'].map((id) => ({
      id: expect.stringMatching(new RegExp(`^instanceFailed:${id}:`)),
      status: 'firing',
      rule: 'instanceFailed',
      when: 'instanceFailed',
      severity: 'critical',
      instance: id,
      strategy: 'grid',
      summary: expect.stringContaining(`instance ${id} failed: `),
      since: expect.any(String),
      repeated: false,
    })),
  })
  expect(Math.floor(Date.parse(body.at) / 1000)).toBe(Number(seconds))
  const first = body.alerts[0]
  const { autostart: _, id: __, ...cured } = instance('g1', { fails: false })
  expect((await gateway.put('/strategy/instances/g1', cured)).text).toContain('g1')
  expect((await gateway.post('/strategy/instances/g1/start')).text).toContain('g1')
  await until(() => ops.received.length === 2)
  expect(ops.received[1]!.body.alerts).toEqual([{ ...first, status: 'resolved', ended: expect.any(String) }])
})

test('a receiver that hangs holds up no other, is told of, and hears of everything when it is back', async () => {
  using ops = new TestReceiver()
  using slow = new TestReceiver()
  slow.answer = hangs
  const receivers = [webhook(ops), { ...webhook(slow, { timeout: '500ms' }), name: 'slow' }]
  await using gateway = await withGrid({ groupWait: '0s', receivers, rules: [FAILED] })
  await gateway.post('/strategy/instances', instance('g1'))
  await until(() => slow.received.length === 1 && ops.alerts.length === 1)
  await gateway.post('/strategy/instances', instance('g2'))
  await until(() => ops.alerts.length === 2)
  const told = 'alerts cannot be delivered to slow: it does not answer within 0.5 s'
  await until(async () => (await problems(gateway)).includes(told))
  expect((await gateway.get('/readyz')).status).toBe(200)
  expect((await gateway.get('/metrics')).text).toMatch(
    /^meltica_alert_deliveries_total\{receiver="slow",outcome="failed"\} [1-9]/m,
  )
  slow.answer = () => new Response()
  await until(() => slow.received.at(-1)?.body.alerts.length === 2)
  await until(async () => !(await problems(gateway)).includes(told))
})

test('what happened before a kill is told after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-alerts-'))
  const alerts = ({ url }: { readonly url: string }) => ({
    groupWait: '0s',
    receivers: [{ name: 'ops', webhook: { url, secret: SECRET } }],
    rules: [FAILED, { when: 'errorRate', above: 0, within: '1h', instance: 'g2' }],
  })
  const away = new TestReceiver()
  const port = away.port
  const { url } = away
  away[Symbol.dispose]()
  const gateway = await withGrid(alerts({ url }), folder)
  const follower = new Follower(gateway.url, '/events?types=log,state')
  await gateway.post('/strategy/instances', instance('g1'))
  await gateway.post('/strategy/instances', instance('g2', { fails: false, complains: true }))
  await until(() =>
    follower.heard.some((item) => item.type === 'log' && item.instance === 'g2' && item.level === 'error'),
  )
  await until(() => follower.heard.some((item) => item.type === 'state' && item.state === 'failed'))
  // nobody complains any more: only what was heard before the kill can be told
  await gateway.post('/strategy/instances/g2/stop')
  await gateway.stop('SIGKILL')
  follower[Symbol.dispose]()
  using ops = new TestReceiver(port)
  await using again = await startGateway({ folder, config: config(alerts({ url })) })
  await until(() => new Set(ops.alerts.map(({ when }) => when)).size === 2)
  const told = ops.alerts.map(({ when, instance }) => `${when} ${instance}`)
  expect([...new Set(told)].sort()).toEqual(['errorRate g2', 'instanceFailed g1'])
  await again.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('an alert that was told is not told again after a restart, and that it is over is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-alerts-'))
  using ops = new TestReceiver()
  const alerts = { groupWait: '0s', receivers: [webhook(ops)], rules: [FAILED] }
  const gateway = await withGrid(alerts, folder)
  await gateway.post('/strategy/instances', instance('g1'))
  await until(() => ops.alerts.length === 1)
  await until(async () => (await gateway.get('/metrics')).text.includes('outcome="sent"} 1'))
  await gateway.stop()
  await using again = await startGateway({ folder, config: config(alerts) })
  await again.post('/strategy/instances', instance('g2'))
  await until(() => ops.alerts.length === 2)
  await again.delete('/strategy/instances/g1')
  await until(() => ops.alerts.length === 3)
  expect(ops.alerts.map(({ instance: id, status }) => `${id} ${status}`)).toEqual([
    'g1 firing',
    'g2 firing',
    'g1 resolved',
  ])
  expect(ops.alerts[2].id).toBe(ops.alerts[0].id)
  await again.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('an alert that goes on is told again, and one is told to those alone whom its rule names', async () => {
  using ops = new TestReceiver()
  using other = new TestReceiver()
  await using gateway = await withGrid({
    groupWait: '0s',
    repeat: '1s',
    receivers: [webhook(ops), { ...webhook(other), name: 'other' }],
    rules: [
      { ...FAILED, name: 'gridFailed', strategy: 'grid', to: ['ops'] },
      { ...FAILED, name: 'momFailed', severity: 'warning', strategy: 'mom', to: ['other'] },
    ],
  })
  await gateway.upload(source('mom'))
  await gateway.post('/strategy/instances', instance('m1', {}, 'mom'))
  await gateway.post('/strategy/instances', instance('g1'))
  await until(() => ops.alerts.length >= 2 && other.alerts.length >= 2)
  expect(ops.alerts.slice(0, 2).map(({ rule, repeated }) => [rule, repeated])).toEqual([
    ['gridFailed', false],
    ['gridFailed', true],
  ])
  expect(other.alerts[0]).toMatchObject({ rule: 'momFailed', severity: 'warning', instance: 'm1', strategy: 'mom' })
  expect(new Set(ops.alerts.map(({ id }) => id)).size).toBe(1)
})

test('a restart by the death of a sandbox host that nobody can go on for is told, and counted', async () => {
  using ops = new TestReceiver()
  await using gateway = await withGrid({
    groupWait: '0s',
    receivers: [webhook(ops)],
    rules: [{ when: 'instanceRestarted' }],
  })
  await gateway.post('/strategy/instances', instance('g1', { fails: false }))
  await gateway.until('/strategy/instances/g1', ({ body }) => body.running)
  const children = Bun.spawnSync(['pgrep', '-P', String(gateway.child.pid)])
    .stdout.toString()
    .trim()
    .split('\n')
  // with it, nobody would notice
  rmSync(join(gateway.folder, 'data/inputs'), { recursive: true })
  for (const pid of children) process.kill(Number(pid), 'SIGKILL')
  await until(() => ops.alerts.length === 1)
  expect(ops.alerts[0]).toMatchObject({
    when: 'instanceRestarted',
    severity: 'warning',
    instance: 'g1',
    strategy: 'grid',
  })
  expect(ops.alerts[0].summary).toStartWith('restarts of instance g1 within 600 s: 1, the last: ')
})

test('Telegram and Slack are told in their JSON, and a command by a mail on its standard input', async () => {
  using server = new TestReceiver()
  const folder = mkdtempSync(join(tmpdir(), 'meltica-mail-'))
  const mailer = join(folder, 'mailer')
  writeFileSync(mailer, '#!/bin/sh\ncat > "$1"\n')
  chmodSync(mailer, 0o755)
  const mail = join(folder, 'a mail; $(touch gone)')
  await using gateway = await withGrid({
    groupWait: '0s',
    receivers: [
      { name: 'phone', telegram: { token: '1:abc', chat: -100, api: server.url } },
      { name: 'team', slack: { url: `${server.url}/slack` } },
      { name: 'mail', command: { run: [mailer, mail], from: 'meltica@example.org', to: 'ops@example.org' } },
    ],
    rules: [FAILED],
  })
  await gateway.upload(source('grid').replace('no such luck', 'a < b & c'), { reassignTags: ['v1'] })
  await gateway.post('/strategy/instances', instance('g1'))
  await until(() => server.received.length === 2)
  const by = (path: string) => server.received.find((one) => one.path === path)?.body
  const telegram = by('/bot1:abc/sendMessage')
  expect(telegram).toEqual({ chat_id: '-100', text: expect.any(String), link_preview_options: { is_disabled: true } })
  expect(telegram.text).toMatch(
    /^Meltica dev: 1 critical\n\[critical\] instance g1 failed: .*a < b & c.* \(since .*Z\)$/,
  )
  expect(by('/slack')).toEqual({
    text: telegram.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  })
  const read = () => readFileSync(mail, 'utf8')
  await until(async () => (await Bun.file(mail).exists()) && read().includes('g1'))
  expect(read()).toStartWith('From: meltica@example.org\nTo: ops@example.org\nSubject: Meltica dev: 1 critical\n')
  expect(read()).toEndWith(`\n\n${telegram.text}\n`)
  rmSync(folder, { recursive: true, force: true })
})

test('a command that fails or hangs is told of, with what it says', async () => {
  await using gateway = await withGrid({
    groupWait: '0s',
    receivers: [
      { name: 'broken', command: { run: ['sh', '-c', 'echo no route to host >&2; exit 75'] } },
      { name: 'hanging', command: { run: ['sh', '-c', 'sleep 1000 & sleep 1000'] }, timeout: '300ms' },
      { name: 'absent', command: { run: ['no-such-mailer'] } },
    ],
    rules: [FAILED],
  })
  await gateway.post('/strategy/instances', instance('g1'))
  await until(async () => (await problems(gateway)).filter((one) => one.startsWith('alerts cannot')).length === 3)
  const told = await problems(gateway)
  expect(told).toContain('alerts cannot be delivered to broken: it ends with 75: no route to host')
  expect(told).toContain('alerts cannot be delivered to hanging: it does not end within 0.3 s')
  expect(told).toContain(
    'alerts cannot be delivered to absent: no-such-mailer cannot be run: there is no such file or folder',
  )
})

test("the dead-man's ping comes while all is well, and not while nobody can be told of alerts", async () => {
  using outside = new TestReceiver()
  using ops = new TestReceiver()
  const deadman = { url: `${outside.url}/ping`, every: '1s', method: 'POST' }
  await using gateway = await withGrid({ groupWait: '0s', receivers: [webhook(ops)], rules: [FAILED], deadman })
  await until(() => outside.received.length >= 2)
  expect(outside.received[1]).toMatchObject({ method: 'POST', path: '/ping', text: '' })
  ops.answer = () => new Response('no such hook', { status: 404 })
  await gateway.post('/strategy/instances', instance('g1'))
  const withheld = /^meltica_deadman_pings_total\{outcome="withheld"\} ([1-9]\d*)/m
  await until(async () => withheld.test((await gateway.get('/metrics')).text))
  expect(gateway.stderr).toContain('alerts cannot be delivered to ops: it answers 404: no such hook')
  const before = outside.received.length
  ops.answer = () => new Response()
  await until(() => outside.received.length > before)
  expect(gateway.stderr).toContain("the dead-man's ping is sent again")
})

test('what is measured is told: losses of an instance and of all, a drawdown, a disk that fills', async () => {
  using ops = new TestReceiver()
  const rules = [
    { when: 'dailyLoss', above: '0.0001' },
    { when: 'dailyLoss', name: 'lossOfAll', above: 0.0001, of: 'all' },
    { when: 'drawdown', above: 0.0000001, since: 'today', strategy: 'spender' },
    { when: 'drawdown', name: 'drawdownOfOthers', above: 0.0000001, of: 'strategy', strategy: 'other' },
    { when: 'disk', below: 100 },
    { when: 'journal' },
  ]
  await using gateway = await withGrid({ groupWait: '0s', receivers: [webhook(ops)], rules })
  const spends = `onTrade() { if (!env.helpers.state.done) env.runtime.submitMarketOrder('', 'buy', '0.1'); env.helpers.state.done = true }`
  await gateway.upload(
    strategySource({ name: 'spender', config: [{ name: 'dry_run', type: 'bool', default: true }] }, spends),
  )
  await gateway.post('/strategy/instances', instance('s1', { dry_run: false }, 'spender'))
  await until(() => new Set(ops.alerts.map(({ rule }) => rule)).size === 4)
  const of = (rule: string) => ops.alerts.find((one) => one.rule === rule)
  expect(of('dailyLoss')).toMatchObject({ instance: 's1', strategy: 'spender', currency: 'USDT', severity: 'critical' })
  expect(of('dailyLoss').summary).toMatch(/^instance s1: [\d.]+ USDT lost today$/)
  expect(of('lossOfAll').summary).toMatch(/^all instances together: [\d.]+ USDT lost today$/)
  expect(of('lossOfAll').instance).toBeUndefined()
  expect(of('drawdown').summary).toMatch(/^instance s1: [\d.]+ % below the best of today$/)
  expect(of('disk').summary).toMatch(/^[\d.]+ % of the disk of the data folder is free$/)
  expect(of('drawdownOfOthers')).toBeUndefined()
})
