/**
 * docs/migration.md, walked through: a folder and a configuration as the Go gateway left them, moved step by step, and
 * each row of its table shown on the gateway that came of it.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { hashOf, pathOf } from '../registry/home'
import { answered } from './limits'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const ROOT = join(import.meta.dir, '../..')
const UI = 'http://localhost:3000'
const NOWHERE = `sha256:${'0'.repeat(64)}`
const revision = (name: string, tag: string | undefined, handlers = '') => strategySource({ name, tag }, handlers)
const ONE = revision('old', '1.0.0')
const TWO = revision('old', '1.1.0', 'onTrade() { console.log("a trade", { of: [1, 2] }) }')
const DRIFTED = revision('drifted', '1.0.0')
const GONE = revision('gone', '1.0.0')
const FLAT = revision('flat', undefined)

const CONFIG = `
app:
  environment: uat
  apiServer: { addr: "127.0.0.1:0" }
  strategies: { directory: lambdas }
database: { dsn: "postgres://localhost/meltica" }
eventbus: { bufferSize: 1024 }
pools: { event: { size: 100 } }
telemetry: { otlpEndpoint: "localhost:4318" }
cors: ["${UI}"]
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 20 } } }
lambdaManifest:
  lambdas:
    - { id: old-1, strategy: { identifier: "old:prod", config: {} }, scope: { sim: { symbols: [BTC-USDT] } }, autostart: true }
`

let folder: string
let gateway: TestGateway
const at = (path: string) => join(folder, 'lambdas', path)
function write(path: string, content: string): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), content)
}
/** As the Go gateway filed a revision. */
const filed = (name: string, tag: string, source: string) => ({
  [hashOf(source)]: { tag, path: `${name}/${tag}/${name}.js` },
})
const registryFile = () => JSON.parse(readFileSync(at('registry.json'), 'utf8'))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-migration-'))
  cpSync(join(ROOT, 'strategies'), at(''), { recursive: true })
  write('old/1.0.0/old.js', ONE)
  write('old/1.1.0/old.js', TWO)
  write('drifted/1.0.0/drifted.js', `${DRIFTED}// edited`)
  write('flat.js', FLAT)
  const tags = { '1.0.0': hashOf(ONE), '1.1.0': hashOf(TWO), prod: hashOf(TWO), latest: hashOf(TWO), lost: NOWHERE }
  const registry = {
    ...registryFile(),
    old: { tags, hashes: { ...filed('old', '1.0.0', ONE), ...filed('old', '1.1.0', TWO) } },
    drifted: { tags: { latest: hashOf(DRIFTED) }, hashes: filed('drifted', '1.0.0', DRIFTED) },
    gone: { tags: { latest: hashOf(GONE) }, hashes: filed('gone', '1.0.0', GONE) },
  }
  write('registry.json', JSON.stringify(registry))
  gateway = await startGateway({ folder, config: CONFIG, listensAsConfigured: true })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const modules = '/strategies/modules'
const instance = async (id: string) => (await gateway.get(`/strategy/instances/${id}`)).body
const logsOf = (id: string, wanted: string) =>
  gateway.until(`/strategy/instances/${id}/logs`, ({ text }) => text.includes(wanted))
async function launch(id: string, identifier: string, config: Record<string, unknown> = {}): Promise<void> {
  const strategy = { identifier, config }
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  const { status } = await gateway.post('/strategy/instances', { id, strategy, scope, autostart: true })
  expect(status).toBe(201)
}
/** Two revisions; `latest` and `prod` name the first. */
async function promoted(name: string): Promise<{ one: string; two: string }> {
  const one = (await gateway.upload(revision(name, 'v1'), { aliases: ['prod'] })).hash
  const two = (await gateway.upload(revision(name, 'v2'), { promoteLatest: false })).hash
  return { one, two }
}

describe('moving a strategy home', () => {
  test('the older layout is served as it stands, every strategy of the Go gateway is sound', async () => {
    const { body } = await gateway.get(`${modules}/old:1.0.0`)
    expect([body.path, body.hash]).toEqual(['old/1.0.0/old.js', hashOf(ONE)])
    expect((await gateway.get(`${modules}/old:1.0.0/source`)).text).toBe(ONE)
    const names = (await gateway.get('/strategies')).body.strategies.map(({ name }: { name: string }) => name)
    const shipped = ['delay', 'grid', 'logging', 'marketmaking', 'meanreversion', 'momentum', 'noop']
    expect(names).toEqual(expect.arrayContaining([...shipped, 'flat', 'old']))
  })

  test('new revisions go beside it, by their hash, and what was there keeps its place', async () => {
    const source = revision('old', '2.0.0')
    const before = registryFile().old
    expect((await gateway.upload(source, { promoteLatest: false })).path).toBe(pathOf('old', source))
    expect(registryFile().old).toEqual({
      tags: { ...before.tags, '2.0.0': hashOf(source) },
      hashes: { ...before.hashes, [hashOf(source)]: { tag: '2.0.0', path: pathOf('old', source) } },
    })
    expect(readFileSync(at('old/1.0.0/old.js'), 'utf8')).toBe(ONE)
  })

  test('files that no entry knows are registered at the start and at a refresh, as 0.0.0 where they name no tag', async () => {
    const adopted = async (name: string) => {
      const { body } = await gateway.get(`${modules}/${name}`)
      return [body.tag, body.path, body.hash]
    }
    expect(await adopted('flat')).toEqual(['0.0.0', 'flat.js', hashOf(FLAT)])
    const dropped = revision('dropped', '1.2.3')
    write('dropped.js', dropped)
    expect((await gateway.get('/strategies/dropped')).status).toBe(404)
    expect((await gateway.post('/strategies/refresh')).status).toBe(200)
    expect(await adopted('dropped')).toEqual(['1.2.3', 'dropped.js', hashOf(dropped)])
  })

  test('readiness and the log name what is not sound, and nothing of it stops the start or is served', async () => {
    const { status, body } = await gateway.get('/readyz')
    expect(status).toBe(200)
    for (const [strategy, hash] of [
      ['old', NOWHERE],
      ['drifted', hashOf(DRIFTED)],
      ['gone', hashOf(GONE)],
    ] as const) {
      expect(body.problems).toContainEqual(expect.objectContaining({ strategy, hash, hint: expect.any(String) }))
      expect(gateway.stderr).toContain(hash)
    }
    for (const strategy of ['drifted', 'gone'])
      expect((await gateway.get(`${modules}/${strategy}/source`)).status).toBe(409)
  })

  test('a broken registry.json is kept aside and never overwritten, and what is uploaded then is there', async () => {
    const broken = '{ "old": { "tags": '
    const other = mkdtempSync(join(tmpdir(), 'meltica-broken-'))
    mkdirSync(join(other, 'strategies'))
    writeFileSync(join(other, 'strategies/registry.json'), broken)
    try {
      await using started = await startGateway({ folder: other })
      await started.upload(ONE)
      expect((await started.get('/readyz')).text).toContain('registry.json')
      expect((await started.get(`${modules}/old`)).body.hash).toBe(hashOf(ONE))
      const aside = readdirSync(started.home).filter((name) => name.startsWith('registry.json.broken-'))
      expect(aside.map((name) => readFileSync(join(started.home, name), 'utf8'))).toEqual([broken])
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })

  test('the old configuration is understood, and what it says of other parts is named in one warning', async () => {
    const warnings = gateway.stderr.split('\n').filter((line) => line.includes('eventbus'))
    expect(warnings).toHaveLength(1)
    for (const key of ['database', 'pools', 'telemetry']) expect(warnings[0]).toContain(key)
    // any free port, which is never the default one
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:(?!8880$)\d+$/)
    expect((await gateway.get(modules)).body.strategyDirectory).toBe(join(folder, 'lambdas'))
    const { two } = await promoted('placed')
    await gateway.put(`${modules}/placed/tags/prod`, { hash: two })
    expect((await gateway.get('/metrics')).text).toContain('{environment="uat",strategy="placed",tag="prod"} 1')
    expect(existsSync(at(pathOf('placed', revision('placed', 'v1'))))).toBe(true)
  })

  test('the lambdas of the manifest run on what their selector names', async () => {
    expect(await instance('old-1')).toMatchObject({
      running: true,
      strategy: { selector: 'old:prod', hash: hashOf(TWO) },
    })
  })

  test('the old web UI is let through by the preflight of a browser, and its changes are taken', async () => {
    const path = `${modules}/old/tags/ui`
    const preflight = await gateway.call('OPTIONS', path, undefined, {
      origin: UI,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, UI])
    expect(preflight.headers.get('access-control-allow-methods')?.split(', ')).toContain('PUT')
    expect(preflight.headers.get('access-control-allow-headers')?.split(', ')).toContain('content-type')
    const moved = await gateway.call('PUT', path, { hash: hashOf(ONE) }, { origin: UI })
    expect([moved.status, moved.headers.get('access-control-allow-origin')]).toEqual([200, UI])
  })
})

/** By the first cell of its row. */
const ROWS: Readonly<Record<string, () => Promise<void>>> = {
  refusals: async () => {
    const { status, body } = await gateway.get(`${modules}/nope`)
    expect([status, body]).toEqual([
      404,
      { status: 'error', error: 'strategy_not_found', message: 'strategy "nope" not found', hint: expect.any(String) },
    ])
  },

  'guards (a delete that is blocked, a tag that is taken)': async () => {
    const { hash } = await gateway.upload(revision('guarded', 'v1'))
    await launch('guarded-1', 'guarded')
    const refusals = [
      await gateway.delete(`${modules}/guarded@${hash}`),
      await gateway.delete(`${modules}/guarded/tags/latest`),
      await gateway.post(modules, { source: revision('guarded', 'v1', '/* changed */') }),
    ]
    expect(refusals.map(({ status, body }) => [status, body.error])).toEqual([
      [409, 'revision_in_use'],
      [409, 'tag_protected'],
      [409, 'tag_conflict'],
    ])
    expect(refusals[0]?.body.instances).toEqual(['guarded-1'])
  },

  'an unknown tag': async () => {
    const { status, body } = await gateway.delete(`${modules}/old/tags/nope`)
    expect([status, body.error]).toEqual([404, 'tag_not_found'])
  },

  'unknown query fields': async () => {
    expect((await gateway.get(`${modules}?name=old`)).body.message).toContain('"name"')
    const { status, body } = await gateway.post('/strategies/refresh', { selectors: ['old'] })
    expect([status, body.message]).toEqual([400, expect.stringContaining('"selectors"')])
  },

  'aliases in selectors': async () => {
    const { one, two } = await promoted('alias')
    await gateway.put(`${modules}/alias/tags/prod`, { hash: two })
    expect((await gateway.get('/strategies/alias:prod')).body.tag).toBe('v2')
    expect((await gateway.get(`${modules}/alias:prod`)).body.hash).toBe(two)
    expect((await gateway.get(`${modules}/alias%3Aprod/source`)).headers.get('etag')).toBe(`"${two}"`)
    expect((await gateway.get(`${modules}/alias:prod/usage`)).body.hash).toBe(two)
    await launch('alias-1', 'alias:prod')
    expect((await instance('alias-1')).strategy.hash).toBe(two)
    await gateway.delete('/strategy/instances/alias-1')
    const { status, body } = await gateway.put(`${modules}/alias:prod`, { source: revision('alias', 'v3') })
    expect(status).toBe(200)
    expect((await gateway.get(`${modules}/alias:prod`)).body.hash).toBe(body.module.hash)
    expect((await gateway.get(`${modules}/alias`)).body.hash).toBe(one)
    expect((await gateway.delete(`${modules}/alias:prod`)).status).toBe(204)
    expect((await gateway.get(`${modules}/alias@${body.module.hash}`)).status).toBe(404)
  },

  'an upload': async () => {
    const { hash } = await gateway.upload(revision('prompt', 'v1'))
    expect((await gateway.get('/strategies/prompt')).body.tag).toBe('v1')
    await launch('prompt-1', 'prompt')
    expect(await instance('prompt-1')).toMatchObject({ state: 'running', strategy: { hash } })
    await gateway.upload(revision('prompt', 'v2'))
    expect((await instance('prompt-1')).strategy.hash).toBe(hash)
  },

  'a refresh': async () => {
    const { one, two } = await promoted('many')
    for (const [id, selector] of [
      ['many-1', 'many:prod'],
      ['many-2', 'many:prod'],
      ['many-3', 'many'],
      ['many-4', `many@${one}`],
    ] as const) {
      await launch(id, selector)
    }
    await gateway.put(`${modules}/many/tags/prod`, { hash: two, refresh: false })
    const results = async () => {
      const { body } = await gateway.post('/strategies/refresh', { strategies: ['many'] })
      return Object.fromEntries(body.results.map(({ selector, ...result }: { selector: string }) => [selector, result]))
    }
    const stays = { strategy: 'many', hash: one, previousHash: one, reason: 'alreadyPinned' }
    const others = { many: { ...stays, instances: ['many-3'] }, [`many@${one}`]: { ...stays, instances: ['many-4'] } }
    const prod = { strategy: 'many', hash: two, instances: ['many-1', 'many-2'] }
    expect(await results()).toEqual({ ...others, 'many:prod': { ...prod, previousHash: one, reason: 'refreshed' } })
    expect(await results()).toEqual({ ...others, 'many:prod': { ...prod, previousHash: two, reason: 'alreadyPinned' } })
  },

  '`PUT /strategies/modules/{selector}`': async () => {
    const { one, two } = await promoted('put')
    const tags = async () => (await gateway.get(`${modules}/put`)).body.tagAliases
    const three = (await gateway.put(`${modules}/put:v2`, { source: revision('put', 'v3') })).body.module.hash
    expect(await tags()).toEqual({ v1: one, prod: one, latest: one, v2: three, v3: three })
    const body = { source: revision('put', 'v4'), promoteLatest: true }
    const four = (await gateway.put(`${modules}/put:v2`, body)).body.module.hash
    expect(await tags()).toEqual({ v1: one, prod: one, latest: four, v2: four, v3: three, v4: four })
    expect((await gateway.get(`${modules}/put@${two}`)).body.tags).toEqual([])
  },

  'flags and limits in a query': async () => {
    for (const query of ['runningOnly=1', 'runningOnly=t', 'runningOnly=TRUE', 'limit=0']) {
      expect((await gateway.get(`${modules}?${query}`)).status).toBe(400)
    }
    for (const query of ['runningOnly=true', 'runningOnly=false', 'limit=1']) {
      expect((await gateway.get(`${modules}?${query}`)).status).toBe(200)
    }
  },

  pages: async () => {
    expect((await gateway.get(`${modules}?offset=1000`)).body).toMatchObject({ modules: [], offset: 1000 })
  },

  'times and sides in events': async () => {
    const handlers = `onTrade(ctx, evt, payload, price) {
      const { side, timestamp } = payload
      const told = [evt.ingestTs, evt.emitTs, timestamp].every((time) => typeof time === 'string' && time.endsWith('Z'))
      console.log(told, ['Buy', 'Sell'].includes(side), typeof price)
    }`
    await gateway.upload(revision('strings', 'v1', handlers))
    await launch('strings-1', 'strings')
    await logsOf('strings-1', 'true true number')
  },

  '`console.log` in a strategy': async () => {
    await logsOf('old-1', 'a trade { of: [ 1, 2 ] }')
  },

  '`helpers.sleep`': async () => {
    await gateway.upload(revision('sleeper', 'v1', `onTrade() { console.log('to bed'); env.helpers.sleep('24h') }`))
    await launch('sleeper-1', 'sleeper')
    await logsOf('sleeper-1', 'to bed')
    const { status, body } = await gateway.post('/strategy/instances/sleeper-1/stop')
    expect([status, body.instance.state]).toEqual([200, 'stopped'])
  },

  'prices and quantities of orders': async () => {
    const handlers = `onTrade(ctx, evt, payload, price) {
      for (const amount of [price * 0.9 + 0.0013, String(price * 0.9 + 0.0013)]) {
        try { env.runtime.submitOrder('', 'buy', 0.01234567, amount) } catch (error) { console.log(error.message) }
      }
    }`
    await gateway.upload(revision('computes', 'v1', handlers))
    await launch('computes-1', 'computes', { dry_run: false })
    await logsOf('computes-1', 'is not a multiple of the tick size')
    const { items } = (await gateway.get('/strategy/instances/computes-1/orders')).body
    const [{ quantity, price, asked }] = items
    expect([quantity, asked.quantity, Number(price) < Number(asked.price)]).toEqual(['0.01234', '0.01234567', true])
    await gateway.delete('/strategy/instances/computes-1')
  },

  'an instance that starts again': async () => {
    const handlers = `onTrade(ctx, evt, payload, price) {
      const { state } = env.helpers
      if (state.placed) return console.log('a trade')
      state.placed = true
      for (const step of [0.0001, 0.0002, 0.0005, 0.001]) {
        env.runtime.submitOrder('', 'buy', 0.01, price * (1 - step))
        env.runtime.submitOrder('', 'sell', 0.01, price * (1 + step))
      }
    }, onOrderFilled() { console.log('filled') }`
    await gateway.upload(revision('rests', 'v1', handlers))
    await launch('rests-1', 'rests', { dry_run: false })
    const path = '/strategy/instances/rests-1'
    await gateway.until(`${path}/orders`, (answer) => answer.body.total === 8)
    await gateway.post(`${path}/stop`)
    const { total } = (await gateway.get(`${path}/executions`)).body
    await gateway.until(`${path}/executions`, (answer) => answer.body.total > total)
    await gateway.post(`${path}/start`)
    await logsOf('rests-1', 'order reports from while it did not run, told first: ')
    await logsOf('rests-1', 'filled')
    await gateway.delete(path)
  },

  "`eval`, `Function('…')` in a strategy": async () => {
    const handlers = `onTrade() {
      console.log('the global object:', Function('return this')() === globalThis)
      for (const code of [() => eval('1'), () => Function('return 1')(), () => (1).toLocaleString('de-DE')]) {
        try { code(); console.log('worked') } catch (error) { console.log('refused: ' + error.message) }
      }
    }`
    await gateway.upload(revision('evaluates', 'v1', handlers))
    await launch('evaluates-1', 'evaluates')
    await logsOf('evaluates-1', 'the global object: true')
    await logsOf('evaluates-1', 'refused: ')
    const { items } = (await gateway.get('/strategy/instances/evaluates-1/logs')).body
    expect(items.filter(({ message }: { message: string }) => message === 'worked')).toEqual([])
    await gateway.delete('/strategy/instances/evaluates-1')
  },

  'risk limits': async () => {
    const limits = {
      maxPositionSize: '250',
      providers: { sim: { orderThrottle: 5 } },
      instances: { x: { orderBurst: 2 } },
    }
    const { status, body } = await gateway.put('/risk/limits', limits)
    expect([status, body.status, body.limits]).toEqual([200, 'updated', answered(limits)])
    expect((await gateway.put('/risk/limits', { maxPositionSize: null })).body.limits).toEqual(answered({}))
    await gateway.put('/risk/limits', {})
  },

  'orders over a risk limit': async () => {
    const handlers = `onTrade() {
      try { env.runtime.submitMarketOrder('', 'buy', '0.001') } catch (error) { console.log(error.message) }
    }`
    await gateway.upload(revision('eager', 'v1', handlers))
    const bound = (limits: object) => gateway.put('/risk/limits', { instances: { 'eager-1': limits } })
    await bound({ orderThrottle: 0.001 })
    await launch('eager-1', 'eager')
    await logsOf('eager-1', 'more than 0.001 orders per second')
    await bound({ maxNotionalValue: '1000000', notionalCurrency: 'EUR' })
    await logsOf('eager-1', 'BTC-USDT is worth USDT, the limit of its notional is in EUR')
    const circuitBreaker = { enabled: true, threshold: 1, cooldown: '1h' }
    await bound({ allowedOrderTypes: ['Limit'], circuitBreaker })
    await logsOf('eager-1', 'the circuit breaker is open until')
    await gateway.put('/risk/limits', {})
  },

  'secrets of providers': async () => {
    const adapter = { identifier: 'sim', config: { seed: 7, apiKey: 'a-secret' } }
    const refused = await gateway.post('/providers', { name: 'secret', adapter })
    expect([refused.status, refused.text.includes('a-secret')]).toEqual([422, false])
    const { settings } = (await gateway.get('/providers/sim')).body
    expect(settings).toEqual({ seed: 7, intervalMs: 20 })
  },

  '`POST /context/backup`': async () => {
    const scope = { sim: { symbols: ['BTC-USDT'] } }
    const sim = (seed: number) => ({ name: 'sim', adapter: { identifier: 'sim', config: { seed, intervalMs: 20 } } })
    const lambdas = [{ id: 'restored-1', strategy: { identifier: 'old', config: {} }, scope }]
    const before = (await gateway.get('/strategy/instances')).body.total
    const refused = await gateway.post('/context/backup', { providers: [sim(8)], lambdas })
    expect([refused.status, (await gateway.get('/strategy/instances')).body.total]).toEqual([409, before])
    expect((await gateway.post('/context/backup', { providers: [sim(7)], lambdas })).status).toBe(200)
    expect((await gateway.get('/strategy/instances')).body.total).toBe(before + 1)
  },

  CORS: async () => {
    const evil = 'http://localhost:3001'
    const shared = await gateway.get('/strategies', { origin: evil })
    expect(shared.headers.get('access-control-allow-origin')).toBeNull()
    const { status } = await gateway.call('DELETE', `${modules}/old/tags/ui`, undefined, { origin: evil })
    expect(status).toBe(403)
  },

  '`strategy_tag_reassigned_total`': async () => {
    const { one, two } = await promoted('counted')
    const path = `${modules}/counted`
    const counted = async () =>
      Object.fromEntries(
        [...(await gateway.get('/metrics')).text.matchAll(/strategy="counted",tag="(\w+)"\} (\d+)/g)].map(
          ([, tag, count]) => [tag, Number(count)],
        ),
      )
    await gateway.put(`${path}/tags/canary`, { hash: one })
    await gateway.put(`${path}/tags/canary`, { hash: one })
    expect(await counted()).toEqual({})
    await gateway.put(`${path}/tags/canary`, { hash: two })
    expect(await counted()).toEqual({ canary: 1 })
    await gateway.post(`${path}/tags/canary/rollback`, {})
    expect(await counted()).toEqual({ canary: 2 })
    await gateway.upload(revision('counted', 'v3'), { reassignTags: ['canary'], aliases: ['canary', 'fresh'] })
    expect(await counted()).toEqual({ canary: 3, latest: 1 })
    await gateway.put(`${path}:prod`, { source: revision('counted', 'v4') })
    expect(await counted()).toEqual({ canary: 3, latest: 1, prod: 1 })
  },

  'an endless loop, a flood of memory or a bad `create`': async () => {
    await gateway.upload(revision('neighbour', 'v1', `onTrade() { env.helpers.log('alive') }`))
    await launch('neighbour-1', 'neighbour')
    const faults = {
      flood: 'onTrade() { const all = []; for (;;) all.push(new Array(10000).fill(all)) }',
      endless: 'onTrade() { for (;;) {} }',
      thrower: '...(() => { throw new Error("no luck") })()',
    }
    for (const [name, handlers] of Object.entries(faults)) {
      await gateway.upload(revision(name, 'v1', handlers))
      await launch(`${name}-1`, name)
    }
    await logsOf('flood-1', 'ran out of memory')
    expect(await instance('flood-1')).toMatchObject({ state: 'running', stats: { errors: expect.any(Number) } })
    for (const name of ['endless', 'thrower']) {
      const { body } = await gateway.until(`/strategy/instances/${name}-1`, (answer) => answer.body.state === 'failed')
      expect([body.running, body.reason]).toEqual([false, expect.stringMatching(/\w/)])
      await gateway.until(`/strategy/instances/${name}-1/logs`, (answer) =>
        answer.body.items.some(({ message }: { message: string }) => message.includes(body.reason)),
      )
    }
    const { total } = (await gateway.get('/strategy/instances/neighbour-1/logs')).body
    await gateway.until('/strategy/instances/neighbour-1/logs', (answer) => answer.body.total > total)
    expect((await instance('neighbour-1')).state).toBe('running')
  },
}

describe('what is different', () => {
  test('each row of the table is shown here', () => {
    const [document = ''] = readFileSync(join(ROOT, 'docs/migration.md'), 'utf8').split('\n## ')
    const rows = [...document.matchAll(/^\| (.+?) \| .+ \| .+ \|$/gm)].map(([, first]) => first ?? '')
    expect(rows).toEqual(['what', ...Object.keys(ROWS)])
  })

  test.each(Object.entries(ROWS))('%s', (_, show) => show())
})
