/** What instances have done and do, from a shell: logs, orders, fills, positions, events, printed once or followed. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, type TestGateway } from '../../../gateway'
import { until } from '../../../until'
import { meltica, start } from '../../meltica'
import { beside, printed, rows, run } from '../shell'
import { Following } from './following'
import { BUYER, COUNTER } from './traders'

setDefaultTimeout(60_000)

const CONFIG = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }]\n'

/** An instance that trades at once. */
async function launch(gateway: TestGateway, id: string, identifier: string): Promise<void> {
  const strategy = { identifier, config: { dry_run: false } }
  const { status } = await gateway.post('/strategy/instances', {
    id,
    strategy,
    scope: { sim: { symbols: ['BTC-USDT'] } },
    autostart: true,
  })
  expect(status).toBe(201)
}

/** The numbers that `counter` has said, in the order in which they were printed. */
const counted = (lines: readonly string[]) => lines.flatMap((line) => /trade (\d+)/.exec(line)?.[1] ?? []).map(Number)
const isInARow = (numbers: readonly number[]) => numbers.every((number, at) => number === numbers[0]! + at)

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  await gateway.upload(BUYER)
  await gateway.upload(COUNTER)
  await launch(gateway, 'buys', 'buyer')
  await gateway.until('/strategy/instances/buys/logs', ({ body }) => body.total >= 2)
})
afterAll(() => gateway[Symbol.asyncDispose]())

describe('printed once', () => {
  test('logs: oldest first, from a level on, the newest alone', async () => {
    const [first, last] = await rows(gateway, 'logs', 'buys')
    expect([first?.LEVEL, first?.MESSAGE]).toEqual(['info', '=bought number'])
    expect(last).toMatchObject({ LEVEL: 'error', MESSAGE: expect.stringContaining('nothing more to do') })
    expect(await rows(gateway, 'logs', '--level', 'warn', 'buys')).toEqual([last!])
    expect(await rows(gateway, 'logs', '--tail', '1', 'buys')).toEqual([last!])
    expect(await printed(gateway, 'logs', '-q', '-n', '0', 'buys')).toBe('')
    const { items } = (await gateway.get('/strategy/instances/buys/logs')).body
    expect(JSON.parse(await printed(gateway, 'logs', 'buys', '--format', 'json'))).toEqual(items.toReversed())
  })

  test('--since counts back from now, or names a time', async () => {
    const [{ time }] = (await gateway.get('/strategy/instances/buys/logs')).body.items
    const since = async (text: string) => (await rows(gateway, 'logs', '--since', text, 'buys')).length
    expect(await since(time)).toBeGreaterThan(0)
    expect(await since(new Date(Date.parse(time) + 1).toISOString())).toBe(0)
    expect([await since('1h30m'), await since('2d'), await since('0')]).toEqual([2, 2, 0])
    for (const text of ['yesterday', '-5m', '10']) {
      expect(await run(gateway, 'logs', '--since', text, 'buys')).toMatchObject({ status: 2, stdout: '' })
    }
  })

  test('what begins as a formula of spreadsheets is none in CSV', async () => {
    expect(await printed(gateway, 'logs', '--format', 'csv', 'buys')).toContain(",info,'=bought number\n")
  })

  test('orders: newest first, or only those that are open', async () => {
    const [order] = await rows(gateway, 'orders', 'buys')
    const { items } = (await gateway.get('/strategy/instances/buys/orders')).body
    const { clientOrderId, placedAt, avgFillPrice } = items[0]
    expect(order).toEqual({
      PLACED: placedAt,
      ORDER: clientOrderId,
      PROVIDER: 'sim',
      SYMBOL: 'BTC-USDT',
      SIDE: 'Buy',
      TYPE: 'market',
      QUANTITY: '0.01',
      PRICE: '',
      FILLED: '0.01',
      AVERAGE: avgFillPrice,
      STATE: 'FILLED',
      REASON: '',
    })
    expect(JSON.parse(await printed(gateway, 'orders', 'buys', '--format', 'json'))).toEqual(items)
    expect(await printed(gateway, 'orders', '-q', 'buys')).toBe(`${clientOrderId}\n`)
    expect(await printed(gateway, 'orders', '-q', '--open', 'buys')).toBe('')
  })

  test('fills: of one instance, or of all, as the gateway tells them', async () => {
    const fills = JSON.parse(await printed(gateway, 'fills', '--format', 'json'))
    const { items } = (await gateway.get('/strategy/instances/buys/executions')).body
    expect(fills.map(({ fill }: { fill: { executionId: string } }) => fill.executionId)).toEqual(
      items.toReversed().map(({ executionId }: { executionId: string }) => executionId),
    )
    expect(await rows(gateway, 'fills', 'buys')).toEqual(await rows(gateway, 'fills'))
    expect((await rows(gateway, 'fills', '-n', '1'))[0]).toMatchObject({ INSTANCE: 'buys', SIDE: 'Buy' })
    expect(await run(gateway, 'fills', 'nobody')).toMatchObject({ status: 1, stdout: '' })
  })

  test('positions: of one instance with what they have earned, or those that are open of all', async () => {
    const [own] = await rows(gateway, 'positions', 'buys')
    expect(own).toMatchObject({
      PROVIDER: 'sim',
      SYMBOL: 'BTC-USDT',
      QUANTITY: '0.01',
      REALIZED: '0',
      CURRENCY: 'USDT',
    })
    expect(JSON.parse(await printed(gateway, 'positions', '--format', 'json'))).toEqual([
      {
        instance: 'buys',
        provider: 'sim',
        symbol: 'BTC-USDT',
        quantity: '0.01',
        unrealizedPnl: expect.any(String),
        currency: 'USDT',
      },
    ])
  })

  test('events: the newest that were kept, by type, and by several values of a key', async () => {
    const types = (args: readonly string[]) =>
      rows(gateway, 'events', ...args).then((all) => all.map(({ TYPE }) => TYPE))
    expect(await types(['--filter', 'type=state', '--filter', 'instance=buys'])).toEqual(['state', 'state', 'state'])
    expect(new Set(await types(['--filter', 'type=order', '--filter', 'type=fill']))).toEqual(
      new Set(['order', 'fill']),
    )
    const two = ['--filter', 'instance=nobody', '--filter', 'instance=buys', '--filter', 'type=state']
    expect(await types(two)).toEqual(['state', 'state', 'state'])
    expect(await types(['-n', '1', '--filter', 'type=state'])).toEqual(['state'])
    expect((await rows(gateway, 'events', '--filter', 'type=fill'))[0]?.WHAT).toMatch(
      /^Buy 0\.\d+ BTC-USDT at [\d.]+, fee/,
    )
    for (const filter of ['colour=red', 'type=trade', 'instance=']) {
      expect((await run(gateway, 'events', '--filter', filter)).status).toBe(2)
    }
  })
})

describe('followed', () => {
  test('a log goes on without a gap and without a line twice, over the end of a gateway without notice', async () => {
    const first = await startGateway({ config: CONFIG })
    const port = new URL(first.url).port
    await first.upload(COUNTER)
    await launch(first, 'counts', 'counter')
    await using log = new Following(first, 'logs', '-f', '--tail', '5', 'counts')
    await until(() => counted(log.lines).length >= 40)
    first.child.kill('SIGKILL')
    await first.child.exited
    const before = counted(log.lines)
    expect(isInARow(before)).toBe(true)
    const config = `${CONFIG}listen: 127.0.0.1:${port}\n`
    await using second = await startGateway({ folder: first.folder, config, listensAsConfigured: true })
    await until(() => counted(log.lines).length >= before.length + 40)
    // it counts from one again
    const after = counted(log.lines).slice(before.length)
    const fresh = after.slice(after.indexOf(1))
    expect(isInARow(fresh)).toBe(true)
    expect(log.stderr).toContain('going on as soon as the gateway answers')
    expect(await log.end()).toBe(130)
    await second.stop()
    await first[Symbol.asyncDispose]()
  })

  test('run -f prints the id, then the log from its first line on', async () => {
    await using following = new Following(gateway, 'run', '-f', 'counter', '--name', 'new', '--symbol', 'BTC-USDT')
    await until(() => counted(following.lines).length >= 20)
    expect(following.lines[0]).toBe('new')
    expect(counted(following.lines)[0]).toBe(1)
    expect(isInARow(counted(following.lines))).toBe(true)
    expect(await following.end()).toBe(130)
    expect((await gateway.get('/strategy/instances/new')).body.state).toBe('running')
    await printed(gateway, 'instance', 'rm', '-f', 'new')
  })

  test('fills and events are told as they happen, in JSON an object a line', async () => {
    await using fills = new Following(gateway, 'fills', '-f', '-n', '0')
    await using events = new Following(gateway, 'events', '-f', '--filter', 'type=state', '--format', 'json')
    await fills.prints('TIME')
    // its stream is open when it has told of something
    for (let n = 0; !events.stdout.includes('probe'); n++) {
      await launch(gateway, `probe-${n}`, 'counter')
      await printed(gateway, 'instance', 'rm', '-f', `probe-${n}`)
    }
    await launch(gateway, 'buys-2', 'buyer')
    await fills.prints('buys-2')
    await events.prints('buys-2')
    for (const line of events.lines) expect(JSON.parse(line)).toMatchObject({ type: 'state', at: expect.any(String) })
    expect(fills.lines.slice(1).every((line) => line.includes('buys-2'))).toBe(true)
    expect([await fills.end(), await events.end()]).toEqual([130, 130])
  })

  test('what does not exist is refused at once', async () => {
    for (const args of [
      ['logs', '-f', 'nobody'],
      ['fills', '-f', 'nobody'],
    ]) {
      expect(await run(gateway, ...args)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('no instance "nobody"'),
      })
    }
    const nowhere = { cwd: gateway.folder, env: { MELTICA_API: 'http://127.0.0.1:1' } }
    expect(await meltica(nowhere, 'events', '-f')).toMatchObject({ status: 1 })
  })

  test('a reader that has had enough ends it without a word', async () => {
    await launch(gateway, 'talks', 'counter')
    const child = start(beside(gateway), 'logs', '-f', 'talks')
    const reader = child.stdout.getReader()
    await reader.read()
    await reader.cancel()
    expect([await child.stderr.text(), await child.exited]).toEqual(['', 0])
  })
})
