/** docs/migration.md, walked through: a folder and a configuration as the Go gateway left them, and each row of the table. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from './gateway'
import { hashOf } from './registry/home'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const STRATEGIES = join(import.meta.dir, '../strategies')
const UI = 'http://localhost:3000'
const ONE = strategySource({ name: 'old', tag: '1.0.0' })
const TWO = strategySource({ name: 'old', tag: '1.1.0' }, 'onTrade() { console.log("a trade", { of: [1, 2] }) }')
const NOWHERE = `sha256:${'0'.repeat(64)}`

const CONFIG = `
environment: prod
database: { dsn: "postgres://localhost/meltica" }
eventbus: { bufferSize: 1024 }
pools: { event: { size: 100 } }
telemetry: { otlpEndpoint: "localhost:4318" }
apiServer: { addr: "127.0.0.1:0" }
strategies: { directory: strategies }
cors: ["${UI}"]
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 1 } } }
lambdaManifest:
  lambdas:
    - { id: old-1, strategy: { identifier: "old:prod", config: {} }, scope: { sim: { symbols: [BTC-USDT] } }, autostart: true }
`

let folder: string
let gateway: TestGateway
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-migration-'))
  const home = join(folder, 'strategies')
  cpSync(STRATEGIES, home, { recursive: true })
  for (const [version, text] of Object.entries({ '1.0.0': ONE, '1.1.0': TWO })) {
    mkdirSync(join(home, 'old', version), { recursive: true })
    writeFileSync(join(home, 'old', version, 'old.js'), text)
  }
  const registry = JSON.parse(readFileSync(join(home, 'registry.json'), 'utf8'))
  registry.old = {
    tags: { '1.0.0': hashOf(ONE), '1.1.0': hashOf(TWO), prod: hashOf(TWO), latest: hashOf(TWO), lost: NOWHERE },
    hashes: {
      [hashOf(ONE)]: { tag: '1.0.0', path: 'old/1.0.0/old.js' },
      [hashOf(TWO)]: { tag: '1.1.0', path: 'old/1.1.0/old.js' },
    },
  }
  writeFileSync(join(home, 'registry.json'), JSON.stringify(registry))
  gateway = await startGateway({ folder, config: CONFIG, args: ['--config', 'meltica.yaml'] })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const old = '/strategies/modules/old'

describe('moving a strategy home', () => {
  test('the older layout is served as it stands, every strategy of the Go gateway is sound', async () => {
    const { body } = await gateway.get(`${old}:1.0.0`)
    expect([body.path, body.hash]).toEqual(['old/1.0.0/old.js', hashOf(ONE)])
    expect((await gateway.get(`${old}:1.0.0/source`)).text).toBe(ONE)
    const names = (await gateway.get('/strategies')).body.strategies.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['delay', 'grid', 'logging', 'marketmaking', 'meanreversion', 'momentum', 'noop', 'old'])
  })

  test('readiness and the log name what is not sound, and nothing of it stops the start', async () => {
    const { status, text } = await gateway.get('/readyz')
    expect([status, text]).toEqual([200, expect.stringContaining('lost')])
    expect(gateway.stderr).toContain(NOWHERE)
  })

  test('the old configuration is understood, and what it says of other parts is named in one warning', () => {
    const warnings = gateway.stderr.split('\n').filter((line) => line.includes('eventbus'))
    expect(warnings).toHaveLength(1)
    for (const key of ['database', 'pools', 'telemetry']) expect(warnings[0]).toContain(key)
  })

  test('the lambdas of the manifest run, and log what their console prints', async () => {
    await gateway.until('/strategy/instances/old-1/logs', ({ text }) => text.includes('a trade { of: [ 1, 2 ] }'))
    const { body } = await gateway.get('/strategy/instances/old-1')
    expect([body.running, body.strategy.selector, body.strategy.hash]).toEqual([true, 'old:prod', hashOf(TWO)])
  })

  test('the old web UI may call, and no other page', async () => {
    const origin = async (page: string) =>
      (await gateway.get('/strategies', { origin: page })).headers.get('access-control-allow-origin')
    expect([await origin(UI), await origin('http://localhost:3001')]).toEqual([UI, null])
    const { headers } = await gateway.call('OPTIONS', '/strategies/modules', undefined, { origin: UI })
    expect(headers.get('access-control-allow-methods')).toContain('POST')
  })
})

describe('what is different', () => {
  test('a refusal is a code with a sentence and a hint; guards answer 409, unknown tags 404', async () => {
    const missing = await gateway.delete(`${old}/tags/nope`)
    expect([missing.status, missing.body]).toEqual([
      404,
      { status: 'error', error: 'tag_not_found', message: expect.any(String), hint: expect.any(String) },
    ])
    expect((await gateway.delete(`${old}/tags/latest`)).status).toBe(409)
    expect((await gateway.delete(`${old}:1.1.0`)).body).toMatchObject({
      error: 'revision_in_use',
      instances: ['old-1'],
    })
  })

  test('unknown fields of a query or a body are refused by name', async () => {
    expect((await gateway.get('/strategies/modules?name=old')).body.message).toContain('"name"')
    const { status, body } = await gateway.post('/strategies/refresh', { selectors: ['old'] })
    expect([status, body.message]).toEqual([400, expect.stringContaining('"selectors"')])
  })

  test('an upload shows at once, a moved alias is followed and counted, with the environment, and a new one is not', async () => {
    const { hash, path } = await gateway.upload(strategySource({ name: 'old', tag: '1.2.0' }), {
      aliases: ['canary'],
      reassignTags: ['prod'],
    })
    expect(path).toBe(`old/${hash.slice('sha256:'.length)}/old.js`)
    expect((await gateway.get('/strategies/old:prod')).body.tag).toBe('1.2.0')
    expect((await gateway.get('/strategy/instances/old-1')).body.strategy.hash).toBe(hashOf(TWO))
    const { body } = await gateway.post('/strategies/refresh', { strategies: ['old:prod'] })
    expect(body.results).toEqual([
      {
        selector: 'old:prod',
        strategy: 'old',
        hash,
        previousHash: hashOf(TWO),
        instances: ['old-1'],
        reason: 'refreshed',
      },
    ])
    const counted = (await gateway.get('/metrics')).text
      .split('\n')
      .filter((line) => line.startsWith('strategy_tag_reassigned_total{'))
    expect(counted.sort()).toEqual([
      'strategy_tag_reassigned_total{environment="prod",strategy="old",tag="latest"} 1',
      'strategy_tag_reassigned_total{environment="prod",strategy="old",tag="prod"} 1',
    ])
  })
})
