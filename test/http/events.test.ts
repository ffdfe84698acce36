/** Event streams of a real gateway: what they tell, how they go on, and who must not be hurt by whom. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '../../src/cli/api/client'
import { followed } from '../../src/cli/api/followed'
import { writeTokens } from '../../src/config/token-file'
import { newToken, tokenHash } from '../../src/http/tokens'
import { startGateway, type TestGateway } from '../gateway'
import { until } from '../until'
import { Follower } from './followed'

setDefaultTimeout(60_000)

const SIM = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }]\n'
const TRADER = `module.exports = {
  metadata: { name: 'trader', tag: 'v1', displayName: 'Trader', description: 'Buys once, and says so', events: ['Trade'], config: [{ name: 'dry_run', type: 'bool', default: true }] },
  create({ runtime }) {
    let done = false
    return {
      onTrade() {
        if (done) return
        done = true
        console.log('buying')
        runtime.submitMarketOrder('', 'buy', '0.01')
      },
    }
  },
}`

const trader = (id: string, selector = 'trader') => ({
  id,
  strategy: { identifier: selector, config: { dry_run: false } },
  scope: { sim: { symbols: ['BTC-USDT'] } },
  autostart: true,
})

describe('one gateway', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ config: SIM })
    await gateway.upload(TRADER)
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('an order is told from its sending to its fill, as the lists show it, each with an id of its own', async () => {
    using follower = new Follower(gateway.url, '/events?instance=once')
    await gateway.post('/strategy/instances', trader('once'))
    await until(() => follower.heard.some(({ type }) => type === 'fill'))
    const orders = follower.heard.filter(({ type }) => type === 'order')
    const { items } = (await gateway.get('/strategy/instances/once/orders')).body
    const { placedAt, updatedAt, provider, ...listed } = items[0]
    await until(() => follower.heard.some((item) => item.type === 'order' && item.order.state === 'FILLED'))
    const last = follower.heard.findLast(({ type }) => type === 'order')
    expect(orders[0]).toMatchObject({ instance: 'once', strategy: 'trader', provider, what: 'sent', at: placedAt })
    expect(last).toMatchObject({ what: 'reported', at: updatedAt })
    expect(last).toHaveProperty('order', listed)
    const executions = (await gateway.get('/strategy/instances/once/executions')).body.items.toReversed()
    const fills = follower.heard.flatMap((item) => (item.type === 'fill' ? [{ ...item.fill, at: item.at }] : []))
    expect(fills).toEqual(
      executions.map(({ tradedAt, provider: _, ...fill }: Record<string, string>) => ({ ...fill, at: tradedAt })),
    )
    await until(() => follower.heard.some((item) => item.type === 'log' && item.message === 'buying'))
    const states = follower.heard.flatMap((item) => (item.type === 'state' ? [item.state] : []))
    expect(states).toEqual(['created', 'starting', 'running'])
    const ids = follower.heard.map(({ id = 0 }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  })

  test('a stream says once that all that was kept is told, behind all of it', async () => {
    const { hash } = await gateway.upload(TRADER)
    await gateway.put('/strategies/modules/trader/tags/kept', { hash })
    const said: string[] = []
    const kept: string[] = []
    const ending = new AbortController()
    const listening = {
      signal: ending.signal,
      after: '0',
      interrupted: () => undefined,
      upToDate: () => void said.push(kept.at(-1) ?? 'nothing'),
    }
    const over = (async () => {
      for await (const { data } of followed(
        new ApiClient({ MELTICA_API: gateway.url }),
        '/events?types=tag',
        listening,
      ))
        kept.push(JSON.parse(data).tag)
    })()
    await until(() => said.length > 0)
    expect(said).toEqual(['kept'])
    await gateway.put('/strategies/modules/trader/tags/new', { hash })
    await until(() => kept.includes('new'))
    expect(said).toHaveLength(1)
    ending.abort()
    await over
  })

  test('filters: types, strategy, provider, instance; each leaves out what it is not about', async () => {
    using fills = new Follower(gateway.url, '/events?types=fill,state&strategy=trader')
    using tags = new Follower(gateway.url, '/events?types=tag')
    using audits = new Follower(gateway.url, '/strategy/instances/filtered-away/stream')
    using stream = new Follower(gateway.url, '/events?provider=sim&types=order')
    await until(() => audits.error !== undefined)
    expect(audits.error).toMatchObject({ code: 'instance_not_found' })
    await gateway.post('/strategy/instances', trader('filtered'))
    await until(() => fills.heard.some(({ type }) => type === 'fill'))
    await gateway.put('/strategies/modules/trader/tags/prod', {
      hash: (await gateway.get('/strategies/modules/trader:v1')).body.hash,
    })
    const [tag] = await tags.count(1)
    expect(tag).toMatchObject({
      type: 'tag',
      strategy: 'trader',
      tag: 'prod',
      after: expect.stringMatching(/^sha256:/),
    })
    expect(new Set(fills.heard.map(({ type }) => type))).toEqual(new Set(['state', 'fill']))
    await stream.count(2)
    expect(new Set(stream.heard.map(({ type }) => type))).toEqual(new Set(['order']))
  })

  test('risk, audit and provider: a kill and a resume, a provider that is stopped', async () => {
    using follower = new Follower(gateway.url, '/events?types=risk,audit,provider')
    await until(async () => (await gateway.get('/strategy/instances/once')).status === 200)
    await gateway.post('/risk/kill', { instance: 'once', reason: 'too wild' })
    await gateway.post('/risk/resume', { instance: 'once' })
    await gateway.post('/providers/sim/stop')
    await until(() => follower.heard.some(({ type }) => type === 'provider'))
    await until(() => follower.heard.some((item) => item.type === 'audit' && item.what === 'provider_stopped'))
    const risks = follower.heard.flatMap((item) => (item.type === 'risk' ? [item] : []))
    expect(risks.map(({ what, instances, reason }) => ({ what, instances, reason }))).toEqual([
      { what: 'killed', instances: ['once'], reason: 'too wild' },
      { what: 'resumed', instances: ['once'], reason: expect.stringContaining('resumed by') },
    ])
    expect(follower.heard.findLast(({ type }) => type === 'provider')).toMatchObject({
      provider: 'sim',
      status: 'stopped',
    })
    await gateway.post('/providers/sim/start')
  })

  test('goes on behind the id that a client has got last: every event once, in the same order', async () => {
    using whole = new Follower(gateway.url, '/events?after=0')
    await gateway.post('/strategy/instances', trader('again'))
    await until(() => whole.heard.some((item) => item.type === 'fill' && item.instance === 'again'))
    const heard = whole.heard.slice()
    const middle = heard[Math.floor(heard.length / 2)]!.id!
    using rest = new Follower(gateway.url, '/events', { after: middle })
    await rest.count(heard.filter(({ id = 0 }) => id > middle).length)
    expect(rest.heard.slice(0, heard.length - heard.findIndex(({ id }) => id === middle) - 1)).toEqual(
      heard.filter(({ id = 0 }) => id > middle),
    )
  })

  test('says that an id is of nobody it knows, and refuses what is no id', async () => {
    using follower = new Follower(gateway.url, '/events', { after: 2 ** 50 })
    const [first] = await follower.count(1)
    expect(first).toMatchObject({ type: 'missed', after: 2 ** 50, reason: expect.stringContaining('another gateway') })
    const refused = await gateway.get('/events', { 'last-event-id': 'x1' })
    expect({ status: refused.status, error: refused.body.error }).toEqual({ status: 400, error: 'invalid_request' })
    const types = await gateway.get('/events?types=fills')
    expect({ status: types.status, message: types.body.message }).toEqual({
      status: 400,
      message: expect.stringContaining('"fills"'),
    })
  })

  test('HEAD answers and ends', async () => {
    const { status, headers } = await gateway.call('HEAD', '/events')
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/event-stream; charset=utf-8',
    })
  })
})

test('killed and started again, it goes on without a gap and without telling anything twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-events-'))
  let gateway = await startGateway({ folder, config: SIM })
  await gateway.upload(TRADER)
  const port = new URL(gateway.url).port
  using follower = new Follower(gateway.url, '/events?types=order,fill,log,state')
  for (let n = 0; n < 5; n++) await gateway.post('/strategy/instances', trader(`t${n}`))
  await until(() => follower.heard.filter(({ type }) => type === 'fill').length >= 5)
  gateway.child.kill('SIGKILL')
  await gateway.child.exited
  gateway = await startGateway({ folder, config: SIM, args: ['--listen', `127.0.0.1:${port}`] })
  for (let n = 5; n < 10; n++) await gateway.post('/strategy/instances', trader(`t${n}`))
  await until(() => follower.heard.filter(({ type }) => type === 'fill').length >= 10)
  using whole = new Follower(gateway.url, '/events?types=order,fill,log,state&after=0')
  await until(() => whole.heard.length >= follower.heard.length)
  const count = Math.min(whole.heard.length, follower.heard.length)
  expect(follower.heard.slice(0, count)).toEqual(whole.heard.slice(0, count))
  expect(follower.interruptions.length).toBeGreaterThan(0)
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test('a stream ends with its token, and a gateway stops at once with streams open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-events-'))
  const file = join(folder, 'tokens.yaml')
  const tokens = ['stays', 'goes'].map((name) => ({ name, token: newToken(name) }))
  const write = (kept: typeof tokens) =>
    writeTokens(
      file,
      kept.map(({ name, token }) => ({ name, role: 'read' as const, hash: tokenHash(token) })),
    )
  write(tokens)
  const gateway = await startGateway({ config: `tokens: ${file}\n${SIM}` })
  using stays = new Follower(gateway.url, '/events', { token: tokens[0]!.token })
  using goes = new Follower(gateway.url, '/events', { token: tokens[1]!.token })
  using nobody = new Follower(gateway.url, '/events')
  await nobody.over
  expect(nobody.error).toMatchObject({ code: 'unauthorized' })
  write(tokens.slice(0, 1))
  gateway.child.kill('SIGHUP')
  await goes.over
  expect(goes.error).toMatchObject({ code: 'unauthorized' })
  expect(stays.error).toBeUndefined()
  expect(await gateway.stop()).toBe(0)
  rmSync(folder, { recursive: true })
})
