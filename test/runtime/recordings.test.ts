/** Replay providers through the API: refused when their file cannot be replayed, and instances when it has not their symbol. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
  mkdirSync(replayed())
  await gateway.upload(strategySource({ name: 'pacer' }))
})
afterAll(() => gateway[Symbol.asyncDispose]())

const replayed = () => join(gateway.folder, 'data/replay')
const file = (name: string, text: string): string => {
  const path = join(replayed(), name)
  writeFileSync(path, text)
  return path
}
const provide = (name: string, config: object, enabled = true) =>
  gateway.post('/providers', { name, adapter: { identifier: 'replay', config }, enabled })
const launch = (id: string, provider: string, symbols: string[]) =>
  gateway.post('/strategy/instances', { id, strategy: { identifier: 'pacer' }, scope: { [provider]: { symbols } } })

test('a recording that cannot be replayed is refused with the setting that is wrong, and nothing is kept', async () => {
  const sound = file('sound.csv', 'timestamp,price,quantity,side\n1700000000000,1,1,buy\n')
  mkdirSync(join(replayed(), 'sub'))
  const cases: [object, string, RegExp][] = [
    [{ file: join(replayed(), 'none.csv') }, 'file', /none\.csv does not exist/],
    [{ file: 'sub' }, 'file', /is a folder/],
    [{ file: `${sound},gone.csv` }, 'file', /gone\.csv does not exist/],
    [{ file: file('odd.csv', 'a,b\nx,y\nx,y\n') }, 'file', /odd\.csv/],
    [{ file: sound, timezone: 'Mars/Olympus' }, 'timezone', /Mars\/Olympus/],
  ]
  for (const [config, path, said] of cases) {
    for (const enabled of [true, false]) {
      const { status, body } = await provide('tape', config, enabled)
      expect([status, body.error, body.message]).toEqual([422, 'invalid_provider', expect.stringMatching(said)])
      expect(body.problems).toEqual([{ path, message: expect.stringMatching(said) }])
    }
  }
  expect((await gateway.get('/providers')).body.providers).toEqual([])
})

test('a symbol that the recording has not is refused with those that it has', async () => {
  const rows = Array.from(
    { length: 5000 },
    (_, i) => `${1700000000000 + i},${i < 4999 ? 'BTCUSDT' : 'ETHUSDT'},1,1,buy\n`,
  )
  const many = file('many.csv', `timestamp,symbol,price,quantity,side\n${rows.join('')}`)
  expect((await provide('many', { file: many }, false)).status).toBe(202)
  // the second one stands at the very end of the file
  expect((await launch('last', 'many', ['ETH-USDT', 'BTC-USDT'])).status).toBe(201)
  const { status, body } = await launch('none', 'many', ['BTC-USDT', 'SOL-USDT', 'XRP-USDT'])
  expect([status, body.error, body.message, body.symbols]).toEqual([
    422,
    'symbol_refused',
    'the data is of BTC-USDT, ETH-USDT, not of SOL-USDT, XRP-USDT',
    ['BTC-USDT', 'ETH-USDT'],
  ])
  expect((await gateway.get('/strategy/instances/none')).status).toBe(404)
  const replaced = await gateway.put('/strategy/instances/last', {
    strategy: { identifier: 'pacer' },
    scope: { many: { symbols: ['SOL-USDT'] } },
  })
  expect([replaced.status, replaced.body.error]).toEqual([422, 'symbol_refused'])
  expect((await gateway.get('/strategy/instances/last')).body.scope.many.symbols).toEqual(['ETH-USDT', 'BTC-USDT'])
})

test('data that names no symbol has the one that its provider is given', async () => {
  const unnamed = file('ticks.csv', 'timestamp,price,quantity,side\n1700000000000,1,1,buy\n')
  expect((await provide('unnamed', { file: unnamed, symbol: 'SOL-USDT' }, false)).status).toBe(202)
  expect((await launch('named', 'unnamed', ['SOL-USDT'])).status).toBe(201)
  const { status, body } = await launch('other', 'unnamed', ['BTC-USDT'])
  expect([status, body.message]).toEqual([422, 'the data is of SOL-USDT, not of BTC-USDT'])
})

test('a recording that vanished refuses new instances with the reason', async () => {
  const brief = file('brief.csv', 'timestamp,price,quantity,side\n1700000000000,1,1,buy\n')
  expect((await provide('brief', { file: brief, symbol: 'BTC-USDT' }, false)).status).toBe(202)
  rmSync(brief)
  const { status, body } = await launch('late', 'brief', ['BTC-USDT'])
  expect([status, body.error, body.message]).toEqual([
    422,
    'invalid_provider',
    expect.stringContaining('does not exist'),
  ])
  const started = await gateway.post('/providers/brief/start')
  expect(started.body.provider).toMatchObject({
    status: 'failed',
    startupError: expect.stringContaining('does not exist'),
  })
  expect((await gateway.get('/readyz')).body.problems).toEqual([
    {
      provider: 'brief',
      message: expect.stringMatching(/^provider brief failed: .*brief\.csv does not exist$/),
      hint: 'put right what it says, then POST /providers/brief/start',
    },
  ])
  expect(gateway.stderr).toMatch(/"provider":"brief".*does not exist/)
})

test('an instance that failed is named in readiness with where to look', async () => {
  await gateway.upload(strategySource({ name: 'broken' }).replace('return {', 'null.x; return {'))
  await gateway.post('/providers', { name: 'sim', adapter: { identifier: 'sim' } })
  await gateway.post('/strategy/instances', {
    id: 'sick',
    strategy: { identifier: 'broken' },
    scope: { sim: { symbols: ['BTC-USDT'] } },
    autostart: true,
  })
  expect((await gateway.get('/readyz')).body.problems).toContainEqual({
    instance: 'sick',
    message: expect.stringMatching(/^instance sick failed: .+/),
    hint: 'GET /strategy/instances/sick/logs tells more; start it again, replace it or remove it',
  })
})
