/** What docs/migration.md promises to users of the Go gateway beyond the move of a home: each shown on a real gateway. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { hashOf, pathOf } from '../registry/home'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const UI = 'http://localhost:3000'
const revision = (name: string, tag: string, handlers = '', events = ['Trade']) =>
  strategySource({ name, tag, events }, handlers)
const GRID = revision('grid', '1.0.0')
const GRID_2 = revision('grid', '2.0.0')
const DRIFTED = revision('drifted', '1.0.0')
const GONE = revision('gone', '1.0.0')
const FLAT = strategySource({ name: 'flat', tag: undefined })

const CONFIG = `
app:
  environment: uat
  apiServer: { addr: "127.0.0.1:0" }
  strategies: { directory: lambdas }
cors: ["${UI}"]
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 20 } } }
`

let folder: string
let gateway: TestGateway
const at = (path: string) => join(folder, 'lambdas', path)
function write(path: string, content: string): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), content)
}
const entry = (name: string, source: string) => ({
  tags: { latest: hashOf(source), '1.0.0': hashOf(source) },
  hashes: { [hashOf(source)]: { tag: '1.0.0', path: `${name}/1.0.0/${name}.js` } },
})

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-migration-'))
  write('grid/1.0.0/grid.js', GRID)
  write('drifted/1.0.0/drifted.js', `${DRIFTED}// edited`)
  write('flat.js', FLAT)
  const registry = { grid: entry('grid', GRID), drifted: entry('drifted', DRIFTED), gone: entry('gone', GONE) }
  write('registry.json', JSON.stringify(registry))
  gateway = await startGateway({ folder, config: CONFIG, listensAsConfigured: true })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const instance = (id: string) => gateway.get(`/strategy/instances/${id}`)
const logsOf = (id: string, wanted: string) =>
  gateway.until(`/strategy/instances/${id}/logs`, ({ text }) => text.includes(wanted))
async function launch(id: string, identifier: string): Promise<void> {
  const strategy = { identifier, config: {} }
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

describe('a folder of the Go gateway', () => {
  test('is served where its configuration says, at its address and under its environment', async () => {
    // any free port, which is never the default one
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:(?!8880$)\d+$/)
    expect((await gateway.get('/strategies/modules')).body.strategyDirectory).toBe(join(folder, 'lambdas'))
    const { one, two } = await promoted('placed')
    await gateway.put('/strategies/modules/placed/tags/prod', { hash: two })
    expect((await gateway.get('/metrics')).text).toContain('{environment="uat",strategy="placed",tag="prod"} 1')
    expect(existsSync(at(`placed/${one.slice('sha256:'.length)}/placed.js`))).toBe(true)
  })

  test('keeps its layout on disk when new revisions come beside it', async () => {
    expect((await gateway.upload(GRID_2)).path).toBe(pathOf('grid', GRID_2))
    const { grid } = JSON.parse(readFileSync(at('registry.json'), 'utf8'))
    expect(grid).toEqual({
      tags: { '1.0.0': hashOf(GRID), '2.0.0': hashOf(GRID_2), latest: hashOf(GRID_2) },
      hashes: {
        [hashOf(GRID)]: { tag: '1.0.0', path: 'grid/1.0.0/grid.js' },
        [hashOf(GRID_2)]: { tag: '2.0.0', path: pathOf('grid', GRID_2) },
      },
    })
    expect(readFileSync(at('grid/1.0.0/grid.js'), 'utf8')).toBe(GRID)
  })

  test('has its drifted and missing files named, and never served', async () => {
    const { status, body } = await gateway.get('/readyz')
    expect(status).toBe(200)
    for (const [strategy, source] of Object.entries({ drifted: DRIFTED, gone: GONE })) {
      expect(body.problems).toContainEqual(expect.objectContaining({ strategy, hash: hashOf(source) }))
      expect(gateway.stderr).toContain(hashOf(source))
      expect((await gateway.get(`/strategies/modules/${strategy}/source`)).status).toBe(409)
    }
  })

  test('has its flat files adopted, at the start and at a refresh, as 0.0.0 where they name no tag', async () => {
    const adopted = async (name: string) => {
      const { body } = await gateway.get(`/strategies/modules/${name}`)
      return [body.tag, body.path, body.hash]
    }
    expect(await adopted('flat')).toEqual(['0.0.0', 'flat.js', hashOf(FLAT)])
    const dropped = revision('dropped', '1.2.3')
    write('dropped.js', dropped)
    expect((await gateway.get('/strategies/dropped')).status).toBe(404)
    expect((await gateway.post('/strategies/refresh')).status).toBe(200)
    expect(await adopted('dropped')).toEqual(['1.2.3', 'dropped.js', hashOf(dropped)])
  })
})

test('a broken registry.json is kept aside and never overwritten, and what is uploaded then is there', async () => {
  const broken = '{ "grid": { "tags": '
  const other = mkdtempSync(join(tmpdir(), 'meltica-broken-'))
  mkdirSync(join(other, 'strategies'))
  writeFileSync(join(other, 'strategies/registry.json'), broken)
  try {
    await using started = await startGateway({ folder: other })
    await started.upload(GRID)
    expect((await started.get('/readyz')).text).toContain('registry.json')
    expect((await started.get('/strategies/modules/grid')).body.hash).toBe(hashOf(GRID))
    const { headers } = await started.get('/strategies', { origin: UI })
    expect(headers.get('access-control-allow-origin')).toBeNull()
    const aside = readdirSync(started.home).filter((name) => name.startsWith('registry.json.broken-'))
    expect(aside.map((name) => readFileSync(join(started.home, name), 'utf8'))).toEqual([broken])
  } finally {
    rmSync(other, { recursive: true, force: true })
  }
})

describe('the old web UI', () => {
  const preflight = (origin: string) =>
    gateway.call('OPTIONS', '/strategies/modules/grid/tags/prod', undefined, {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    })

  test('is let through by the preflight of a browser, and its changes are taken', async () => {
    const { status, headers } = await preflight(UI)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, UI])
    expect(headers.get('access-control-allow-methods')?.split(', ')).toContain('PUT')
    expect(headers.get('access-control-allow-headers')?.split(', ')).toContain('content-type')
    const moved = await gateway.call('PUT', '/strategies/modules/grid/tags/ui', { hash: hashOf(GRID) }, { origin: UI })
    expect([moved.status, moved.headers.get('access-control-allow-origin')]).toEqual([200, UI])
  })

  test('of another origin may neither ask nor change anything', async () => {
    const evil = 'http://localhost:3001'
    expect((await preflight(evil)).headers.get('access-control-allow-origin')).toBeNull()
    const { status } = await gateway.call('DELETE', '/strategies/modules/grid/tags/ui', undefined, { origin: evil })
    expect(status).toBe(403)
  })
})

test('an alias is followed at every door', async () => {
  const { one, two } = await promoted('alias')
  await gateway.put('/strategies/modules/alias/tags/prod', { hash: two })
  const modules = '/strategies/modules/alias'
  expect((await gateway.get('/strategies/alias:prod')).body.tag).toBe('v2')
  expect((await gateway.get(`${modules}:prod`)).body.hash).toBe(two)
  expect((await gateway.get(`${modules}%3Aprod/source`)).headers.get('etag')).toBe(`"${two}"`)
  expect((await gateway.get(`${modules}:prod/usage`)).body.hash).toBe(two)
  await launch('alias-1', 'alias:prod')
  expect((await instance('alias-1')).body.strategy.hash).toBe(two)
  await gateway.delete('/strategy/instances/alias-1')
  const { status, body } = await gateway.put(`${modules}:prod`, { source: revision('alias', 'v3') })
  expect(status).toBe(200)
  expect((await gateway.get(`${modules}:prod`)).body.hash).toBe(body.module.hash)
  await gateway.put(`${modules}/tags/latest`, { hash: one })
  expect((await gateway.delete(`${modules}:prod`)).status).toBe(204)
  expect((await gateway.get(`${modules}@${body.module.hash}`)).status).toBe(404)
})

test('an upload can be launched before any refresh', async () => {
  const { hash } = await gateway.upload(revision('prompt', 'v1'))
  await launch('prompt-1', 'prompt')
  expect((await instance('prompt-1')).body).toMatchObject({ state: 'running', strategy: { hash } })
})

test('a refresh answers one result per selector with all its instances, and always a previousHash', async () => {
  const { one, two } = await promoted('many')
  await launch('many-1', 'many:prod')
  await launch('many-2', 'many:prod')
  await launch('many-3', 'many')
  await launch('many-4', `many@${one}`)
  await gateway.put('/strategies/modules/many/tags/prod', { hash: two, refresh: false })
  const results = async () => {
    const { body } = await gateway.post('/strategies/refresh', { strategies: ['many'] })
    return Object.fromEntries(body.results.map(({ selector, ...result }: { selector: string }) => [selector, result]))
  }
  const stays = { strategy: 'many', hash: one, previousHash: one, reason: 'alreadyPinned' }
  const others = { many: { ...stays, instances: ['many-3'] }, [`many@${one}`]: { ...stays, instances: ['many-4'] } }
  const prod = { strategy: 'many', hash: two, instances: ['many-1', 'many-2'] }
  expect(await results()).toEqual({ ...others, 'many:prod': { ...prod, previousHash: one, reason: 'refreshed' } })
  expect(await results()).toEqual({ ...others, 'many:prod': { ...prod, previousHash: two, reason: 'alreadyPinned' } })
})

test('times and sides of events are real strings', async () => {
  const handlers = `onTrade(ctx, evt, payload, price) {
    const { side, timestamp } = payload
    const told = [evt.ingestTs, evt.emitTs, timestamp].every((time) => typeof time === 'string' && time.endsWith('Z'))
    console.log(told, ['Buy', 'Sell'].includes(side), typeof price)
  }`
  await gateway.upload(revision('strings', 'v1', handlers))
  await launch('strings-1', 'strings')
  await logsOf('strings-1', 'true true number')
})

test('a sleeping strategy is stopped at once', async () => {
  await gateway.upload(revision('sleeper', 'v1', `onTrade() { console.log('to bed'); env.helpers.sleep('24h') }`))
  await launch('sleeper-1', 'sleeper')
  await logsOf('sleeper-1', 'to bed')
  const { status, body } = await gateway.post('/strategy/instances/sleeper-1/stop')
  expect([status, body.instance.state]).toEqual([200, 'stopped'])
})

test('an endless loop ends its own instance, with the reason in its state and its log, and no other', async () => {
  await gateway.upload(revision('neighbour', 'v1', `onTrade() { env.helpers.log('alive') }`))
  await gateway.upload(revision('endless', 'v1', 'onTrade() { for (;;) {} }'))
  await launch('neighbour-1', 'neighbour')
  await launch('endless-1', 'endless')
  const { body } = await gateway.until('/strategy/instances/endless-1', (answer) => answer.body.state === 'failed')
  expect([body.running, body.reason]).toEqual([false, expect.stringMatching(/\w/)])
  await logsOf('endless-1', body.reason)
  const { total } = (await gateway.get('/strategy/instances/neighbour-1/logs')).body
  await gateway.until('/strategy/instances/neighbour-1/logs', (answer) => answer.body.total > total)
  expect((await instance('neighbour-1')).body.state).toBe('running')
})

test('every alias that changes hash is counted, from whichever door, and no creation', async () => {
  const { one, two } = await promoted('counted')
  const modules = '/strategies/modules/counted'
  const counted = async () =>
    Object.fromEntries(
      [...(await gateway.get('/metrics')).text.matchAll(/strategy="counted",tag="(\w+)"\} (\d+)/g)].map(
        ([, tag, count]) => [tag, Number(count)],
      ),
    )
  await gateway.put(`${modules}/tags/canary`, { hash: one })
  await gateway.put(`${modules}/tags/canary`, { hash: one })
  expect(await counted()).toEqual({})
  await gateway.put(`${modules}/tags/canary`, { hash: two })
  expect(await counted()).toEqual({ canary: 1 })
  await gateway.post(`${modules}/tags/canary/rollback`, {})
  expect(await counted()).toEqual({ canary: 2 })
  await gateway.upload(revision('counted', 'v3'), { reassignTags: ['canary'], aliases: ['canary', 'fresh'] })
  expect(await counted()).toEqual({ canary: 3, latest: 1 })
  await gateway.put(`${modules}:prod`, { source: revision('counted', 'v4') })
  expect(await counted()).toMatchObject({ canary: 3, prod: 1 })
  expect(await counted()).not.toHaveProperty('fresh')
})
