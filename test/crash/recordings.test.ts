/** A gateway that plays recordings and is killed again and again: it comes to the orders, fills and lines of one run. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'

const EVENTS = 1200
const KILLS = 1
const BEGIN_MS = Date.UTC(2024, 0, 1)

/** Acts by the time of the event alone, and sleeps for less than until the next one: it is the same whenever it is started. */
const PUNCTUAL = `module.exports = {
  metadata: {
    name: 'punctual', tag: 'v1', displayName: 'Punctual', events: ['Trade', 'ExecReport'],
    config: [{ name: 'shift', type: 'int', description: 'Minutes', default: 0 }],
  },
  create({ runtime, helpers, config }) {
    const report = (ctx, evt, p) => helpers.log(p.state, p.side, p.orderType, p.quantity, p.filledQuantity, p.timestamp)
    return {
      onTrade(ctx, evt, payload, price) {
        const minute = Date.now() / 60_000 + config.shift
        const side = minute % 4 < 2 ? 'buy' : 'sell'
        if (minute % 7 === 0) runtime.submitMarketOrder('', side, 0.3)
        if (minute % 11 === 0) runtime.submitOrder('', 'buy', 2, price - 2)
        if (minute % 13 === 0) runtime.submitOrder('', 'sell', 1.7, price + 1)
        if (minute % 17 === 0) runtime.submit({ side: 'sell', type: 'stop', quantity: 1, stopPrice: price - 3 })
        if (minute % 19 === 0)
          runtime.submit({ side: 'buy', type: 'stopLimit', quantity: 1, stopPrice: price + 3, price: price + 2 })
        if (minute % 23 === 0) runtime.submit({ side, type: 'market', quantity: '0.03%' })
        if (minute % 29 === 0) {
          helpers.sleep(30_000)
          runtime.submitOrder('', 'buy', 0.9, price - 1)
        }
        if (minute % 97 === 0) runtime.cancelAll()
        if (minute % 31 === 0) helpers.log(minute, runtime.position().quantity, runtime.balance('USDT'), runtime.openOrders().length)
      },
      onOrderPartialFill: report,
      onOrderFilled: report,
      onOrderCancelled: report,
      onOrderRejected: report,
    }
  },
}`

const rows = Array.from({ length: EVENTS }, (_, i) => {
  const price = 100 + ((i * 7919) % 13) - ((i * 104_729) % 7)
  return `${BEGIN_MS + i * 60_000},${price},${1 + (i % 3)},${i % 2 ? 'sell' : 'buy'}\n`
})

async function all(gateway: TestGateway, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  for (let before = ''; ; ) {
    const { body } = await gateway.get(`${path}?limit=500${before}`)
    items.push(...body.items)
    if (body.next === undefined) return items.reverse()
    before = `&before=${body.next}`
  }
}

/** What became of it, but for ids that tell when it was started or what others did, and the time of the machine. */
async function story(gateway: TestGateway, id: string) {
  const path = `/strategy/instances/${id}`
  const orders = await all(gateway, `${path}/orders`)
  const executions = await all(gateway, `${path}/executions`)
  const lines = await all(gateway, `${path}/logs`)
  const places = new Map(orders.map(({ clientOrderId }, place) => [clientOrderId, place]))
  return {
    orders: orders.map(({ clientOrderId: _, exchangeOrderId: __, ...order }) => order),
    executions: executions.map(({ executionId: _, clientOrderId, ...execution }) => [
      places.get(clientOrderId),
      execution,
    ]),
    lines: lines.flatMap(({ source, message }) => (source === 'strategy' ? [message] : [])),
    balances: (await gateway.get(`${path}/balances`)).body,
  }
}

/** By instance and recording: orders that arrive at once, and orders that are late. */
const CASH = { USDT: '1000000' }
const PAPERS = { prompt: { cash: CASH }, late: { cash: CASH, latencyMs: 90_000, slippageBps: 3 } }
const NAMES = Object.keys(PAPERS) as (keyof typeof PAPERS)[]

async function begin(gateway: TestGateway, speed = 0): Promise<void> {
  mkdirSync(join(gateway.folder, 'data/replay'), { recursive: true })
  writeFileSync(join(gateway.folder, 'data/replay/tape.csv'), `timestamp,price,quantity,side\n${rows.join('')}`)
  await gateway.upload(PUNCTUAL)
  for (const [shift, name] of NAMES.entries()) {
    const config = { file: 'tape.csv', symbol: 'BTC-USDT', speed, paper: PAPERS[name] }
    const adapter = { identifier: 'replay', config }
    expect((await gateway.post('/providers', { name, adapter })).status).toBe(202)
    const strategy = { identifier: 'punctual', config: { dry_run: false, shift } }
    const body = { id: name, strategy, scope: { [name]: { symbols: ['BTC-USDT'] } }, autostart: true }
    expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
  }
}

/** As recorded, with days between its events. */
async function beginSlow(gateway: TestGateway): Promise<void> {
  const text = [0, 1, 2].map((day) => `${BEGIN_MS + day * 86_400_000},100,5,buy\n`).join('')
  writeFileSync(join(gateway.folder, 'data/replay/slow.csv'), `timestamp,price,quantity,side\n${text}`)
  const adapter = { identifier: 'replay', config: { file: 'slow.csv', symbol: 'BTC-USDT', speed: 1 } }
  expect((await gateway.post('/providers', { name: 'slow', adapter })).status).toBe(202)
  const strategy = { identifier: 'punctual', config: { dry_run: false, shift: 1 } }
  const body = { id: 'slow', strategy, scope: { slow: { symbols: ['BTC-USDT'] } }, autostart: true }
  expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
  await gateway.until('/providers/slow', ({ body: { eventsEmitted } }) => eventsEmitted === 1)
}

/** What an operator has placed on it; the gateway is killed as soon as it has answered. */
async function placed(gateway: TestGateway): Promise<string[]> {
  const items = await all(gateway, '/strategy/instances/slow/orders')
  return items.flatMap(({ placedBy, price, state }) =>
    placedBy === undefined ? [] : [`${String(price)} ${String(state)}`],
  )
}

const ordered = async (gateway: TestGateway): Promise<number[]> =>
  Promise.all(NAMES.map(async (name) => (await gateway.get(`/strategy/instances/${name}/orders?limit=1`)).body.total))

async function told(gateway: TestGateway) {
  for (const name of NAMES) await gateway.until(`/providers/${name}`, ({ body }) => body.status === 'finished')
  return await Promise.all(NAMES.map((name) => story(gateway, name)))
}

test('killed while it plays recordings, a gateway comes to what an undisturbed one comes to', async () => {
  let undisturbed: Awaited<ReturnType<typeof told>>
  {
    await using gateway = await startGateway()
    await begin(gateway)
    undisturbed = await told(gateway)
    expect(Math.min(...(await ordered(gateway)))).toBeGreaterThan(300)
  }
  const folder = mkdtempSync(join(tmpdir(), 'meltica-recordings-'))
  try {
    let reached = [0, 0]
    const resting: string[] = []
    for (let kill = 0; kill <= KILLS; kill++) {
      await using gateway = await startGateway({ folder })
      if (kill === 0) {
        await begin(gateway)
        await beginSlow(gateway)
      }
      expect(await placed(gateway)).toEqual(resting)
      const [before = 0] = reached
      await gateway.until('/strategy/instances/prompt/orders?limit=1', ({ body }) => body.total > before)
      reached = await ordered(gateway)
      if (kill === KILLS) {
        expect((await gateway.post('/risk/kill', { instance: 'slow' })).status).toBe(200)
        resting.push(...resting.splice(0).map((order) => order.replace('ACK', 'CANCELLED')))
      } else {
        const order = { side: 'buy', type: 'limit', quantity: '1', price: String(50 + kill), clientId: `kill${kill}` }
        expect((await gateway.post('/strategy/instances/slow/orders', order)).body).toMatchObject({ status: 'placed' })
        resting.push(`${order.price} ACK`)
      }
      gateway.child.kill('SIGKILL')
      await gateway.exited()
    }
    await using gateway = await startGateway({ folder })
    expect(await told(gateway)).toEqual(undisturbed)
    expect(await placed(gateway)).toEqual(resting)
    // what has ended does not begin again, and what has not goes on
    await gateway.stop()
    await using next = await startGateway({ folder })
    expect(await told(next)).toEqual(undisturbed)
    expect([await placed(next), (await next.get('/providers/slow')).body.eventsEmitted]).toEqual([resting, 0])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

test('a kill switch that a recording has come to is there with all that has led to it, or not at all; who begins anew is told so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-recordings-'))
  const strategy = strategySource(
    { name: 'eager', config: [{ name: 'dry_run', type: 'bool', default: false }] },
    `onTrade() { for (let i = 0; i < 3; i++) try { env.runtime.submitOrder('', 'buy', 1, 50) } catch {} }`,
  )
  const instance = '/strategy/instances/eager'
  try {
    {
      await using gateway = await startGateway({ folder })
      mkdirSync(join(folder, 'data/replay'))
      writeFileSync(join(folder, 'data/replay/one.csv'), `timestamp,price,quantity,side\n${rows[0]!}${rows.at(-1)!}`)
      await gateway.upload(strategy)
      const limits = { maxConcurrentOrders: 1, maxRiskBreaches: 2, killSwitchEnabled: true }
      expect((await gateway.put('/risk/limits', limits)).status).toBe(200)
      const adapter = { identifier: 'replay', config: { file: 'one.csv', symbol: 'BTC-USDT', speed: 1 } }
      expect((await gateway.post('/providers', { name: 'one', adapter })).status).toBe(202)
      const scope = { one: { symbols: ['BTC-USDT'] } }
      const body = { id: 'eager', strategy: { identifier: 'eager' }, scope, autostart: true }
      expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
      await gateway.until('/risk/limits', ({ body }) => body.killSwitches.length > 0)
      gateway.child.kill('SIGKILL')
      await gateway.exited()
    }
    await using gateway = await startGateway({ folder })
    await gateway.until(`${instance}/orders`, ({ body }) => body.items[0]?.state === 'CANCELLED')
    const [{ who, what, subject }] = (await gateway.get('/audit?limit=1')).body.items
    expect([who, what, subject]).toEqual(['gateway', 'trading_killed', 'eager'])
    expect((await gateway.get('/risk/limits')).body.killSwitches).toHaveLength(1)
    gateway.child.kill('SIGKILL')
    await gateway.exited()
    {
      using store = new Database(join(folder, 'data/meltica.db'))
      store.run('UPDATE progress SET slot = -1')
    }
    await using next = await startGateway({ folder })
    const why = 'it begins anew, from its saved state: what its sandbox host was told could not be kept'
    expect((await next.get(instance)).body).toMatchObject({ state: 'running', reason: why })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.skipIf(lacks('prlimit'))(
  'while the disk fails it plays nothing that could not be kept, and refuses no order',
  async () => {
    await using gateway = await startGateway()
    const limit = (bytes: string) =>
      expect(Bun.spawnSync(['prlimit', '--pid', String(gateway.child.pid), `--fsize=${bytes}:`]).exitCode).toBe(0)
    // five hundred events a second
    await begin(gateway, 30_000)
    await gateway.until('/strategy/instances/prompt/orders?limit=1', ({ body }) => body.total > 0)
    limit(String(statSync(join(gateway.folder, 'data/meltica.db-wal')).size))
    await gateway.until('/readyz', ({ status }) => status === 503)
    const events = async () => (await gateway.get('/providers/prompt')).body.eventsEmitted
    const before = await events()
    expect(before).toBeLessThan(EVENTS)
    expect(await events()).toBe(before)
    limit('unlimited')
    const [prompt] = await told(gateway)
    expect(prompt!.orders.filter(({ state }) => state === 'REJECTED')).toEqual([])
    expect(await events()).toBe(EVENTS)
  },
)
