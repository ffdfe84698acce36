/** Each thing that can go wrong with one gateway, from the fault to who is told, and back: one after the other. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rows } from '../cli/api/shell'
import { Fault } from '../crash/faults'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'
import { TestReceiver } from './receiver'

setDefaultTimeout(120_000)

const ROWS = 'timestamp,price,quantity,side\n1700000000000,100,1,buy\n1700000001000,101,1,sell\n'
const ops = new TestReceiver()
const night = new TestReceiver()
const outside = new TestReceiver()
const folder = mkdtempSync(join(tmpdir(), 'meltica-alerts-'))
const recording = join(folder, 'data/replay/tape.csv')
let gateway: TestGateway

const at = (ms: number) => new Date(ms).toISOString().slice(11, 16)
const webhook = (name: string, { url }: TestReceiver) => ({ name, webhook: { url, secret: 'a long secret' } })

function configOf(): string {
  const nowMs = Date.now()
  const alerts = {
    groupWait: '0s',
    receivers: [
      webhook('ops', ops),
      { ...webhook('night', night), quietHours: { from: at(nowMs - 3_600_000), to: at(nowMs + 7_200_000) } },
    ],
    rules: [
      { when: 'providerStale', endsAfter: '0s' },
      { when: 'lag', above: '200ms', endsAfter: '0s' },
      { when: 'journal', endsAfter: '0s' },
    ],
    deadman: { url: outside.url, every: '1s' },
  }
  const providers = [
    { name: 'sim', adapter: { identifier: 'sim', config: { seed: 1, intervalMs: 20 } } },
    { name: 'tape', adapter: { identifier: 'replay', config: { file: 'tape.csv', symbol: 'BTC-USDT' } } },
  ]
  return JSON.stringify({ providers, alerts })
}

beforeAll(async () => {
  mkdirSync(join(folder, 'data/replay'), { recursive: true })
  writeFileSync(recording, ROWS)
  gateway = await startGateway({ folder, config: configOf() })
  const sleeps = "onTrade() { env.helpers.log('a trade'); if (env.config.sleeps) env.helpers.sleep('1h') }"
  const config = [{ name: 'sleeps', type: 'bool', default: false }]
  await gateway.upload(strategySource({ name: 'sleeper', config }, sleeps))
})

afterAll(async () => {
  await gateway.stop()
  for (const receiver of [ops, night, outside]) receiver[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

const standing = async () => (await gateway.get('/alerts')).body
const told = (receiver: TestReceiver, rule: string) =>
  receiver.alerts.filter((one) => one.rule === rule).map(({ status }) => status)

/** It is withheld for this reason, and comes again when that is over. */
async function withheld(reason: string | RegExp, begin: () => Promise<unknown>, end: () => Promise<unknown>) {
  await begin()
  await until(async () => {
    const { last, reason: given = '' } = (await standing()).deadman
    return last === 'withheld' && (typeof reason === 'string' ? given === reason : reason.test(given))
  })
  await end()
  const before = outside.received.length
  await until(() => outside.received.length > before)
  await until(async () => (await standing()).deadman.last === 'sent')
}

test('a provider that is down is told, but to nobody in the quiet hours, and withholds the ping until it is back', async () => {
  await until(() => outside.received.length > 0)
  await withheld(
    /^provider tape: the recording cannot be replayed: /,
    async () => {
      rmSync(recording)
      await gateway.post('/providers/tape/stop')
      await gateway.post('/providers/tape/start')
      await until(() => told(ops, 'providerStale').length === 1)
      await until(async () => (await standing()).alerts[0]?.told.length === 1)
      const { alerts, receivers, total } = await standing()
      expect(alerts).toEqual([
        {
          id: ops.alerts[0].id,
          status: 'firing',
          rule: 'providerStale',
          when: 'providerStale',
          severity: 'warning',
          provider: 'tape',
          summary: ops.alerts[0].summary,
          since: ops.alerts[0].since,
          fired: ops.alerts[0].since,
          told: [{ receiver: 'ops', status: 'firing', at: expect.any(String) }],
          waiting: ['night'],
        },
      ])
      expect(total).toBe(1)
      expect(receivers).toEqual([
        { name: 'ops', channel: 'webhook', waiting: 0, quiet: false },
        { name: 'night', channel: 'webhook', waiting: 1, quiet: true },
      ])
      expect((await gateway.get('/alerts?status=resolved')).body.alerts).toEqual([])
    },
    async () => {
      writeFileSync(recording, ROWS)
      await gateway.post('/providers/tape/start')
    },
  )
  await until(() => told(ops, 'providerStale').length === 2)
  expect([told(ops, 'providerStale'), night.received]).toEqual([['firing', 'resolved'], []])
})

test('what is wrong is listed in a shell, with who knows of it', async () => {
  const listed = await rows(gateway, 'alerts')
  expect(listed).toEqual([
    {
      RULE: 'providerStale',
      SEVERITY: 'warning',
      STATUS: 'resolved',
      SINCE: expect.stringMatching(/^\d+[sm]$/),
      TOLD: 'ops',
      WAITING: 'night',
      SUMMARY: ops.alerts[0].summary,
    },
  ])
  const receiver = { CHANNEL: 'webhook', RETRY: '', PROBLEM: '' }
  expect(await rows(gateway, 'alerts', '--receivers')).toEqual([
    { RECEIVER: 'ops', ...receiver, WAITING: '0', QUIET: 'no' },
    { RECEIVER: 'night', ...receiver, WAITING: '1', QUIET: 'yes' },
  ])
})

test('an instance that is behind the market is told with how far, and when it is no more', async () => {
  const strategy = { identifier: 'sleeper', config: { sleeps: true } }
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  expect((await gateway.post('/strategy/instances', { id: 's1', strategy, scope, autostart: true })).status).toBe(201)
  await until(() => told(ops, 'lag').length === 1)
  const alert = ops.alerts.find(({ rule }) => rule === 'lag')
  expect(alert).toMatchObject({ severity: 'warning', instance: 's1', strategy: 'sleeper' })
  expect(alert.summary).toBe(`instance s1 is ${alert.value} behind the market`)
  expect(Number(/^(\d+) ms$/.exec(alert.value)?.[1])).toBeGreaterThan(200)
  await gateway.post('/strategy/instances/s1/stop')
  await until(() => told(ops, 'lag').length === 2)
  expect(told(ops, 'lag')).toEqual(['firing', 'resolved'])
})

test('the ping is withheld while a sandbox host does not answer', async () => {
  let isOver = false
  const killing = async () => {
    for (; !isOver; await Bun.sleep(1)) {
      const { stdout } = Bun.spawnSync(['pgrep', '-P', String(gateway.child.pid)])
      for (const pid of stdout.toString().split('\n').filter(Boolean)) {
        // it may have ended meanwhile
        Bun.spawnSync(['kill', '-KILL', pid], { stderr: 'ignore' })
      }
    }
  }
  let killed: Promise<void> | undefined
  await withheld(
    'a sandbox host does not answer',
    async () => {
      killed = killing()
    },
    async () => {
      isOver = true
      await killed
    },
  )
})

test.skipIf(lacks('strace'))(
  'a journal that cannot be written is told at any hour, and withholds the ping',
  async () => {
    const strategy = { identifier: 'sleeper' }
    await gateway.post('/strategy/instances', {
      id: 'logs',
      strategy,
      scope: { sim: { symbols: ['BTC-USDT'] } },
      autostart: true,
    })
    const database = join(folder, 'data/meltica.db')
    const paths = [database, `${database}-wal`]
    let fault: Fault | undefined
    await withheld(
      /meltica\.db/,
      async () => {
        fault = await Fault.of(gateway.child.pid, { calls: 'fsync,fdatasync,pwrite64', error: 'EIO', paths })
        await until(() => [ops, night].every((one) => told(one, 'journal')[0] === 'firing'))
      },
      async () => {
        await fault?.[Symbol.asyncDispose]()
      },
    )
    await until(() => [ops, night].every((one) => told(one, 'journal').at(-1) === 'resolved'))
    const alert = night.alerts.find(({ rule }) => rule === 'journal')
    expect(alert).toMatchObject({ severity: 'critical' })
    expect(alert.summary).toMatch(/^the journal cannot be written: /)
  },
)
