/** Backtests that a gateway runs: what is asked for, what comes of it, and what is left of it when something goes wrong. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addData, candles, PLODDER, SWINGER } from '../backtested'
import { PROGRAM } from '../binary'
import { startGateway, type TestGateway } from '../gateway'
import { until } from '../until'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const FILE = 'BTC-USDT-1m.csv'
const LONG = 'long.csv'
const CONFIG = 'backtests: { concurrent: 1, queue: 1, keep: 4 }\n'

let folder: string
let gateway: TestGateway
let hash: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-backtests-'))
  gateway = await startGateway({ folder, config: CONFIG })
  addData(gateway, FILE, candles(300))
  hash = (await gateway.upload(SWINGER)).hash
  await gateway.upload(PLODDER)
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (body: object) => gateway.post('/backtests', body)
const over = (id: string) =>
  gateway.until(`/backtests/${id}`, ({ body }) => !['queued', 'running'].includes(body.state))
const kept = () => readdirSync(join(folder, 'data/backtests')).sort()

/** The processes that run backtests of this gateway. */
function workers(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => commandOf(pid).includes(join(folder, 'data/backtests'))).map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // it has ended meanwhile
    return ''
  }
}

test('a backtest gives what the command gives, byte for byte, and says so of itself', async () => {
  const note = '--json=x y\n"$(id)'
  const asked = {
    selector: 'swinger',
    data: [FILE],
    cash: '5000',
    makerBps: '-1',
    config: { size: 2, note },
  }
  const { status, body: queued } = await ask(asked)
  expect([status, queued.id, queued.state]).toEqual([202, '1', 'running'])
  const { body } = await over('1')
  const result = await gateway.get('/backtests/1/result')
  const report = await gateway.get('/backtests/1/report')

  const [json, html] = [join(folder, 'result.json'), join(folder, 'report.html')]
  const words = [
    '--data',
    FILE,
    '--cash',
    '5000',
    '--maker-bps=-1',
    '--set',
    'size=2',
    '--set',
    `note=${note}`,
    '--json',
    json,
    '--report',
    html,
  ]
  const command = Bun.spawn([...PROGRAM, 'backtest', `swinger@${hash}`, ...words], {
    cwd: join(folder, 'data/replay'),
    env: { MELTICA_STRATEGIES: gateway.home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  expect(await command.exited).toBe(0)
  expect(result.text).toBe(readFileSync(json, 'utf8'))
  expect(report.text).toBe(readFileSync(html, 'utf8'))

  const { stats, orders, logs, errors, stopped } = result.body
  expect(orders).toBeGreaterThan(100)
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(body).toEqual({
    id: '1',
    state: 'done',
    progress: 1,
    selector: 'swinger',
    strategy: 'swinger',
    tag: 'v1.0.0',
    hash,
    data: [FILE],
    config: asked.config,
    options: { cash: '5000', makerBps: '-1' },
    who: '127.0.0.1',
    createdAt: time,
    startedAt: time,
    endedAt: time,
    summary: { stats, orders, logs, errors, stopped },
    warnings: [],
    bytes: Buffer.byteLength(result.text) + Buffer.byteLength(report.text),
    links: { self: '/backtests/1', result: '/backtests/1/result', report: '/backtests/1/report' },
  })
  expect(result.headers.get('content-type')).toBe('application/json')
  expect(Object.fromEntries(report.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringMatching(/^sandbox allow-scripts; default-src 'none'; /),
    'x-content-type-options': 'nosniff',
  })
  const { items } = (await gateway.get('/audit?what=backtest_requested')).body
  expect(items).toMatchObject([{ who: '127.0.0.1', subject: `swinger@${hash}`, after: { data: [FILE] } }])
})

test('what cannot be run is refused with all that is wrong, and leaves nothing behind', async () => {
  symlinkSync('/etc/hostname', join(folder, 'data/replay/out.csv'))
  const sound = { selector: 'swinger', data: [FILE] }
  const refusals: [status: number, code: string, paths: string[], body: object][] = [
    [404, 'strategy_not_found', [], { ...sound, selector: 'nobody' }],
    [404, 'tag_not_found', [], { ...sound, selector: 'swinger:prod' }],
    [400, 'invalid_request', ['data'], { ...sound, data: [] }],
    [400, 'invalid_request', ['speed'], { ...sound, speed: 2 }],
    [422, 'invalid_backtest', ['data[1]'], { ...sound, data: [FILE, 'other.csv'] }],
    [422, 'invalid_backtest', ['data[0]', 'data[1]'], { ...sound, data: ['../meltica.db', '/etc/hostname'] }],
    [422, 'invalid_backtest', ['data[0]'], { ...sound, data: ['out.csv'] }],
    [422, 'invalid_backtest', ['data[0]'], { ...sound, data: ['.'] }],
    [422, 'invalid_backtest', ['data[0]', 'data[1]'], { ...sound, data: [`${FILE}/more.csv`, 'long'.repeat(90)] }],
    [422, 'invalid_backtest', ['rules'], { ...sound, rules: `${FILE}/rules.yaml` }],
    [422, 'invalid_backtest', ['data[0]', 'rules'], { ...sound, data: ['-'], rules: '../rules.yaml#spot' }],
    [422, 'invalid_backtest', ['cash', 'from', 'format'], { ...sound, cash: '0', from: 'soon', format: 'help' }],
    [422, 'invalid_backtest', ['feePerContract'], { ...sound, feePerContract: '1', feeBps: '5' }],
    [422, 'invalid_backtest', ['config.note'], { ...sound, config: { note: 'a\0b' } }],
    [422, 'invalid_config', ['config.size', 'config.speed'], { ...sound, config: { size: 'big', speed: 1 } }],
  ]
  for (const [status, code, paths, body] of refusals) {
    const answer = await ask(body)
    const named = (answer.body.problems ?? []).map(({ path }: { path: string }) => path)
    expect([body, answer.status, answer.body.error, named]).toEqual([body, status, code, paths])
    expect(answer.body.hint).toBeString()
  }
  expect((await gateway.get('/backtests')).body.total).toBe(1)
  expect(kept()).toEqual(['1'])
  const unknown = await Promise.all([
    gateway.get('/backtests/99'),
    gateway.get('/backtests/99/result'),
    gateway.post('/backtests/99/cancel'),
    gateway.delete('/backtests/99'),
  ])
  expect(unknown.map(({ status, body }) => [status, body.error])).toEqual(
    Array.from({ length: 4 }, () => [404, 'backtest_not_found']),
  )
  const { body } = await gateway.get('/backtests/data')
  expect(body).toEqual({
    items: [{ file: FILE, bytes: candles(300).length, modifiedAt: expect.any(String) }],
    total: 1,
    offset: 0,
    limit: 100,
    directory: 'data/replay',
  })
})

test('what the command refuses is said in its own words', async () => {
  const { body: asked } = await ask({ selector: 'swinger', data: [FILE], from: '2030-01-01' })
  const { body } = await over(asked.id)
  expect([body.state, body.error.code, body.bytes]).toEqual(['failed', 'data_unreadable', 0])
  expect(body.error.message).toStartWith('the data have no row in the time asked for')
  const { status, body: refused } = await gateway.get(`/backtests/${asked.id}/report`)
  expect([status, refused.error]).toEqual([409, 'backtest_without_result'])
  expect((await gateway.post(`/backtests/${asked.id}/cancel`)).body.error).toBe('backtest_over')
  expect(kept()).toEqual(['1'])
})

test('one runs and one waits; both hold their revision, and can be cancelled or removed', async () => {
  addData(gateway, LONG, candles(50_000))
  const slow = { selector: 'plodder', data: [LONG] }
  const [first, second, third] = [await ask(slow), await ask(slow), await ask(slow)]
  expect([first.body.state, second.body.state]).toEqual(['running', 'queued'])
  expect([third.status, third.body.error]).toEqual([409, 'backtests_full'])
  await until(() => workers().length === 1)
  expect((await gateway.get(`/backtests/${first.body.id}/result`)).body.error).toBe('backtest_without_result')
  const held = await gateway.delete('/strategies/modules/plodder')
  expect([held.status, held.body.error]).toEqual([409, 'revision_in_use'])
  expect(held.body.message).toContain(`backtest ${first.body.id}`)
  expect((await gateway.get('/backtests?state=queued')).body.items).toMatchObject([{ id: second.body.id }])

  for (let again = 0; again < 2; again++) {
    const { status, body } = await gateway.post(`/backtests/${second.body.id}/cancel`)
    expect([status, body.state]).toEqual([200, 'cancelled'])
  }
  const [worker = 0] = workers()
  process.kill(worker, 'SIGKILL')
  const { body: killed } = await over(first.body.id)
  expect([killed.state, killed.error.message]).toEqual(['failed', 'the process of the backtest was ended by SIGKILL'])

  const { body: removed } = await ask(slow)
  await until(() => workers().length === 1)
  const answer = await gateway.delete(`/backtests/${removed.id}`)
  expect([answer.status, answer.body]).toEqual([200, { status: 'removed', id: removed.id }])
  expect((await gateway.get(`/backtests/${removed.id}`)).status).toBe(404)
  expect([workers(), kept()]).toEqual([[], ['1']])
})

test('what ran while the gateway was killed has failed and leaves nothing, what waited runs, what was done is there', async () => {
  const before = await gateway.get('/backtests/1/result')
  const { body: running } = await ask({ selector: 'plodder', data: [LONG] })
  const { body: waiting } = await ask({ selector: 'swinger', data: [FILE], config: { size: 3 } })
  await until(() => workers().length === 1)
  await gateway.stop('SIGKILL')
  await until(() => workers().length === 0)
  writeFileSync(join(folder, 'data/backtests', running.id, 'result.json.0a1b2c3d.tmp'), '{"stra')

  gateway = await startGateway({ folder, config: CONFIG })
  const { body: failed } = await gateway.get(`/backtests/${running.id}`)
  expect([failed.state, failed.error.message]).toEqual(['failed', 'the gateway stopped while it ran'])
  expect((await over(waiting.id)).body.state).toBe('done')
  expect((await gateway.get('/backtests/1/result')).status).toBe(404)
  expect((await gateway.get(`/backtests/${waiting.id}/result`)).body.config.size).toBe(3)
  expect(before.status).toBe(200)
  // no more than are kept, the oldest gone
  const { body } = await gateway.get('/backtests')
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual([waiting.id, running.id, '4', '3'])
  expect(kept()).toEqual([waiting.id])
})
