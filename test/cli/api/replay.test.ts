/** What an instance was given, and what comes of it when it is done again: over the API and from a shell. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blocksIn } from '../../../src/sandbox-host/inputs/blocks'
import { startGateway, type TestGateway } from '../../gateway'
import { printed, run } from './shell'

setDefaultTimeout(60_000)

const BEGIN_MS = Date.UTC(2024, 0, 8)
const TRADES = Array.from({ length: 200 }, (_, i) => ({
  time: new Date(BEGIN_MS + i * 1000).toISOString(),
  price: (100 + ((i * 7919) % 13) / 4).toFixed(2),
  quantity: `1.${String((i * 31) % 1000).padStart(3, '0')}0`,
}))

/** Keeps in variables alone what it decides by; `odd` tells two revisions apart. */
const source = (tag: string, odd = '', name = 'hashing') => `
  let hash = 7, seen = 0
  // it decides by what becomes of its orders, too
  const isKnowing = '${name}' === 'hashing'
  const note = (text) => { for (const c of String(text)) hash = (hash * 31 + c.charCodeAt(0)) | 0 }
  module.exports = {
    metadata: { name: '${name}', tag: '${tag}', displayName: 'Hashing', events: ['Trade', 'ExecReport'],
      config: [{ name: 'size', type: 'string', default: '0.5' }] },
    create({ config, runtime, helpers }) {
      return {
        onTrade(ctx, evt, payload, price) {
          seen++
          note(price)
          if (hash % 5 === 0 ${odd}) {
            const { quantity } = runtime.position()
            helpers.log('trade', seen, 'holding', quantity)
            const id = runtime.submitOrder('', hash % 2 ? 'buy' : 'sell', config.size)
            if (isKnowing) note(id)
          }
          if (hash % 11 === 0) helpers.sleep(5)
          if (hash % 23 === 0) throw new Error('it is ' + hash)
        },
        onOrderFilled(ctx, evt, payload) { if (isKnowing) note(payload.clientOrderId + payload.avgFillPrice) },
      }
    },
  }`

const SCOPE = { tape: { symbols: ['BTC-USDT'] } }
const folder = mkdtempSync(join(tmpdir(), 'meltica-replay-'))
let gateway: TestGateway

const launch = (id: string, identifier: string, config: object) =>
  gateway.post('/strategy/instances', {
    id,
    strategy: { identifier, config },
    scope: SCOPE,
    autostart: true,
  })

beforeAll(async () => {
  gateway = await startGateway({ folder })
  mkdirSync(join(gateway.folder, 'data/replay'))
  const rows = TRADES.map(({ time, price, quantity }) => `${time},${price},${quantity},buy\n`).join('')
  writeFileSync(join(gateway.folder, 'data/replay/tape.csv'), `timestamp,price,quantity,side\n${rows}`)
  writeFileSync(join(gateway.folder, 'same.js'), source('v1'))
  writeFileSync(join(gateway.folder, 'other.js'), source('v2', '&& seen > 100'))
  writeFileSync(join(gateway.folder, 'blind.js'), source('v1', '', 'blind'))
  await gateway.upload(source('v1'))
  await gateway.upload(source('v1', '', 'blind'))
  const adapter = { identifier: 'replay', config: { file: 'tape.csv', symbol: 'BTC-USDT', speed: 0 } }
  expect((await gateway.post('/providers', { name: 'tape', adapter, enabled: false })).status).toBe(202)
  expect((await launch('live', 'hashing', { dry_run: false })).status).toBe(201)
  expect((await launch('dry', 'blind', {})).status).toBe(201)
  await gateway.post('/providers/tape/start')
  await gateway.until('/strategy/instances/dry', ({ body }) => body.stats.events >= TRADES.length)
  await gateway.until('/strategy/instances/live', ({ body }) => body.stats.events > TRADES.length)
  await gateway.until('/providers/tape', ({ body }) => body.status === 'finished')
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const replay = async (...args: string[]) => JSON.parse(await printed(gateway, 'replay', ...args, '--format', 'json'))
const totalOf = async (id: string, what: string): Promise<number> =>
  (await gateway.get(`/strategy/instances/${id}/${what}?limit=1`)).body.total

test('a replay comes to the orders and lines of the journal, and says how many', async () => {
  const { events, handlers, ...live } = await replay('live')
  const [orders, fills] = [await totalOf('live', 'orders'), await totalOf('live', 'executions')]
  expect(orders).toBeGreaterThan(10)
  expect(live).toMatchObject({ instance: 'live', same: true, runs: 1, orders, skippedOrders: 0, cancels: 0 })
  // an order of the last trade, if there is one, finds no other to be filled by
  expect([orders, orders - 1]).toContain(fills)
  // the reports that it has no handler for, and what its fills have made of its money
  expect([events, handlers]).toEqual([
    (await gateway.get('/strategy/instances/live')).body.stats.events,
    TRADES.length + fills,
  ])
  expect(live.lines).toBeGreaterThan(orders)
  const { skippedOrders } = (await gateway.get('/strategy/instances/dry')).body.stats
  expect(await replay('dry')).toMatchObject({ same: true, orders: 0, skippedOrders })
  expect(await printed(gateway, 'replay', 'live')).toMatch(/^the same: live, 1 run, \d+ events, /)
})

test('a part of it has the orders of that time alone', async () => {
  const { items } = (await gateway.get('/strategy/instances/live/orders?limit=1000')).body
  const [from, to] = [TRADES[50]!.time, TRADES[150]!.time]
  const within = items.filter(({ placedAt }: { placedAt: string }) => placedAt >= from && placedAt <= to)
  expect(await replay('live', '--from', from, '--to', to)).toMatchObject({ same: true, orders: within.length })
})

test('why an order was made: the event, and all that its handler asked and said', async () => {
  const [{ clientOrderId, placedAt, side }] = (await gateway.get('/strategy/instances/live/orders?limit=1')).body.items
  const { calls, event, ...why } = await replay('live', '--until', clientOrderId, '--log')
  expect(why).toEqual({ instance: 'live', order: clientOrderId, handler: 'onTrade', time: event.emitTs })
  expect(event).toMatchObject({ type: 'Trade', symbol: 'BTC-USDT', payload: { side: 'Buy' } })
  expect(Date.parse(placedAt)).toBeGreaterThanOrEqual(Date.parse(event.emitTs))
  expect(calls.slice(0, 3)).toEqual([
    { name: 'runtime.position', arguments: [], answer: expect.objectContaining({ symbol: 'BTC-USDT' }) },
    { name: 'helpers.log', arguments: [expect.stringMatching(/^trade \d+ holding /)] },
    {
      name: 'runtime.submitOrder',
      arguments: [{ side: side.toLowerCase(), type: 'market', quantity: '0.5', timeInForce: 'GTC' }],
      answer: clientOrderId,
    },
  ])
  expect(await printed(gateway, 'replay', 'live', '--until', clientOrderId)).toContain('was made by onTrade at')
  expect(await run(gateway, 'replay', 'live', '--until', 'live-none-1')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('makes no order "live-none-1"'),
  })
})

test('another revision over the same inputs: where it orders otherwise, and what both come to', async () => {
  const orders = await totalOf('live', 'orders')
  for (const against of ['./same.js', 'hashing:v1']) {
    const same = await replay('live', '--against', against)
    expect(same).toMatchObject({ same: true, freshVariables: false, difference: null })
    expect([same.totals.recorded.orders, same.totals.other]).toEqual([orders, same.totals.recorded])
  }
  const differing = await run(gateway, 'replay', 'live', '--against', './other.js', '--format', 'json')
  const { same, difference, totals } = JSON.parse(differing.stdout)
  expect([same, differing.status, differing.stderr]).toEqual([false, 1, ''])
  const first = (await gateway.get('/strategy/instances/live/orders?limit=1000')).body.items.at(-1)
  const made = `${first.placedAt} order 1: ${first.side.toLowerCase()} 0.5 BTC-USDT market GTC`
  expect([difference.at, difference.recorded.decision]).toEqual([first.placedAt, made])
  expect(difference.other.decision > `${TRADES[100]!.time} order 1: `).toBe(true)
  expect(difference.other.before).toHaveLength(20)
  expect(difference.other.before.at(-1)).toMatch(/ Trade tape BTC-USDT Buy 1\.\d{3}0 at 1\d\d\.\d\d$/)
  expect(totals.other.orders).toBeLessThan(totals.recorded.orders)
  expect(await run(gateway, 'replay', 'live', '--against', './other.js')).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('The first difference'),
  })
})

describe('inputs', () => {
  const path = '/strategy/instances/live/inputs'

  test('are the same in pages as at once, oldest first, with events as strategies see them', async () => {
    const all = (await gateway.get(`${path}?limit=1000`)).body
    // some of them begin with what has no time of its own
    for (const limit of [1, 150]) {
      const paged: unknown[] = []
      for (let next: string | undefined = ''; next !== undefined; ) {
        const { body } = await gateway.get(`${path}?limit=${limit}${next && `&after=${next}`}`)
        paged.push(...body.items)
        next = body.next
      }
      expect(paged).toEqual(all.items)
    }
    expect(all.items[0].kind).toBe('launched')
    const kinds = (kind: string) => all.items.filter((item: { kind: string }) => item.kind === kind)
    expect(kinds('event').map(({ event }: { event: { payload: object } }) => event.payload)).toMatchObject(
      TRADES.map(({ time, ...trade }) => ({ ...trade, side: 'Buy', timestamp: time })),
    )
    const { total } = (await gateway.get('/strategy/instances/live/executions?limit=1')).body
    const fills = kinds('report').filter(
      ({ event }: { event: { payload: { state: string } } }) => event.payload.state === 'FILLED',
    )
    expect(fills).toHaveLength(total)
  })

  test('of a part of the time', async () => {
    const [from, to] = [TRADES[10]!.time, TRADES[12]!.time]
    const { items } = (await gateway.get(`${path}?from=${from}&to=${to}`)).body
    const events = items.flatMap(({ kind, time }: { kind: string; time: string }) => (kind === 'event' ? [time] : []))
    expect(events).toEqual(TRADES.slice(10, 13).map(({ time }) => time))
  })

  test('as data of a backtest, which makes the orders that a dry run has made', async () => {
    const { text, headers } = await gateway.get('/strategy/instances/dry/inputs/events')
    expect(headers.get('content-type')).toBe('text/x-ndjson')
    writeFileSync(join(gateway.folder, 'exported.jsonl'), text)
    const made = ['--data', 'exported.jsonl', '--orders', 'o.csv', '--json', 'r.json', '--no-margin']
    await printed(gateway, 'backtest', './blind.js', ...made)
    const result = JSON.parse(readFileSync(join(gateway.folder, 'r.json'), 'utf8'))
    expect(result.data[0]).toMatchObject({ format: 'meltica-events', rows: TRADES.length, badRows: 0 })
    const [titles = '', ...rows] = readFileSync(join(gateway.folder, 'o.csv'), 'utf8').trimEnd().split('\n')
    const side = titles.split(',').indexOf('side')
    const { items } = (await gateway.get('/strategy/instances/dry/logs?limit=1000')).body
    const sides = items
      .toReversed()
      .flatMap(({ message }: { message: string }) => /^dry run: market order to (\w+) 0\.5 /.exec(message)?.[1] ?? [])
    expect(rows.map((row) => row.split(',')[side]?.toLowerCase())).toEqual(sides)
    expect(sides.length).toBeGreaterThan(10)
  })

  test.each([
    ['/strategy/instances/nobody/inputs', 404, 'instance_not_found'],
    ['/strategy/instances/idle/inputs', 404, 'inputs_not_kept'],
    ['/strategy/instances/idle/inputs/archive', 404, 'inputs_not_kept'],
    ['/strategy/instances/live/inputs?after=7', 400, 'invalid_request'],
  ])('%s is refused with %d', async (asked, status, error) => {
    await gateway.post('/strategy/instances', { id: 'idle', strategy: { identifier: 'hashing' }, scope: SCOPE })
    const { status: answered, body } = await gateway.get(asked)
    expect([answered, body.error]).toEqual([status, error])
  })
})

test('what is kept outlives the gateway, and a roll is a part of it', async () => {
  const before = await replay('live')
  await gateway.upload(source('v2'), { promoteLatest: true })
  await gateway.post('/strategies/refresh')
  await gateway.until('/strategy/instances/live', ({ body }) => body.strategy.tag === 'v2')
  expect(await replay('live')).toMatchObject({ same: true, orders: before.orders })
  await gateway.stop()
  gateway = await startGateway({ folder })
  const after = await replay('live')
  expect([after.same, after.orders >= before.orders]).toEqual([true, true])
})

test('a torn end takes nothing away; damage is said with its place', async () => {
  const logs = readdirSync(join(gateway.folder, 'data/inputs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /past-.*\.log$/.test(name))
    .map((name) => join(gateway.folder, 'data/inputs', name))
  for (const log of logs) appendFileSync(log, Uint8Array.of(200, 0, 0, 0, 1))
  expect(await replay('live')).toMatchObject({ same: true })
  for (const log of logs) {
    const bytes = readFileSync(log)
    const middle = Array.from(blocksIn(bytes)).findLast(({ from }) => from < bytes.length / 2)!
    bytes[middle.to - 1]! ^= 1
    writeFileSync(log, bytes)
  }
  expect(await run(gateway, 'replay', 'live')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/segment 0 of the log is damaged at byte \d+/),
  })
  const { items } = (await gateway.get('/strategy/instances/live/inputs?limit=1000')).body
  expect(items.filter(({ kind }: { kind: string }) => kind === 'missing')).toMatchObject([
    { reason: expect.stringContaining('is damaged at byte') },
  ])
})

test('what makes no sense together is refused before anything is asked', async () => {
  for (const args of [
    ['--log'],
    ['--until', 'a', '--against', 'b'],
    ['--from', '2024-01-02', '--to', '2024-01-01'],
    ['--from', 'yesterday'],
  ]) {
    expect(await run(gateway, 'replay', 'live', ...args)).toMatchObject({ status: 2, stdout: '' })
  }
})
