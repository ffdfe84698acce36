import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { lacks } from '../tools'
import { until } from '../until'
import { filled, Heard, Hosts, orderOf, pidOf, scope, strategy } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const COUNT = `return { onTrade(ctx, evt, payload, price) {
  helpers.state.seen = (helpers.state.seen ?? 0) + 1
  helpers.log(price, helpers.state.seen)
} }`

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start({ saveEveryMs: 5 })
})
afterAll(() => hosts[Symbol.asyncDispose]())

/** Once it has come up. */
async function kill(): Promise<void> {
  await until(() => hosts.pid !== 0)
  process.kill(hosts.pid, 'SIGKILL')
}

test('what ran in a killed host runs again from its last saved state', async () => {
  const all = await Promise.all(['a', 'b', 'c'].map((id) => hosts.launch(id, COUNT)))
  hosts.publish(hosts.trade('1'), hosts.trade('2'))
  await Promise.all(all.map((heard) => heard.until(({ states }) => states.at(-1) === '{"seen":2}')))
  const { pid } = hosts
  await kill()
  await Promise.all(all.map((heard) => heard.until(({ restarts }) => restarts.length === 1)))
  hosts.publish(hosts.trade('3'))
  await Promise.all(all.map((heard) => heard.until(({ printed }) => printed.length === 3)))
  expect(all.map(({ printed }) => printed.at(-1))).toEqual(['3 3', '3 3', '3 3'])
  expect(all[0]!.restarts).toEqual(['it was killed by SIGKILL'])
  expect(hosts.pool.hosts()).toEqual([{ place: expect.stringMatching(/^process \d+$/), instances: 3, restarts: 1 }])
  expect(hosts.pid).not.toBe(pid)
  for (const id of ['a', 'b', 'c']) await hosts.pool.stop(id)
})

test('events published while a host comes back wait for it', async () => {
  const heard = await hosts.launch('waiting', COUNT)
  await kill()
  await until(() => hosts.pid === 0)
  hosts.publish(hosts.trade('1'), hosts.trade('2'))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['1 1', '2 2'])
})

test('after a kill the accounts are those of the journal, and a report that was not handled yet comes', async () => {
  const body = `return {
    onTrade(ctx, evt, payload, price) {
      if (price === 1) runtime.submitMarketOrder('', 'buy', '2'), helpers.sleep('1h')
      helpers.log('position', runtime.position().quantity, runtime.balance('USDT').total)
    },
    onOrderFilled(ctx, evt, payload) { helpers.log('filled', runtime.position().quantity) },
  }`
  const heard = await hosts.launch('owner', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ orders }) => orders.length === 1)
  const report = filled(heard.orders[0]!, '100')
  hosts.pool.report('owner', 'sim', report)
  heard.scope = [{ ...scope('sim', ['BTC-USDT']), fills: [report.fill!] }]
  await kill()
  await heard.until(({ restarts }) => restarts.length === 1)
  hosts.publish(hosts.trade('3'))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['filled 2', 'position 2 9999'])
})

test('a report that was handled does not come again after a kill', async () => {
  const body = `return {
    onTrade() { runtime.submitMarketOrder('', 'buy', '2') },
    onOrderFilled(ctx, evt) { helpers.log(evt.seqProvider) },
  }`
  const heard = await hosts.launch('handled', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.report('handled', 'sim', filled(heard.orders[0]!, '1'))
  hosts.pool.flags('handled', { tradingActive: true })
  await heard.until(({ printed }) => printed.length === 1)
  await kill()
  await heard.until(({ restarts }) => restarts.length === 1)
  hosts.pool.report('handled', 'sim', filled(heard.orders[0]!, '1'))
  await heard.until(({ printed }) => printed.length === 2)
  expect(Number(heard.printed[1])).toBe(Number(heard.printed[0]) + 1)
})

test('flags hold after a restart, and client order ids go on being new', async () => {
  const body = `return { onTrade() { helpers.log(runtime.isTradingActive()); runtime.submitMarketOrder('', 'buy', '0.1') } }`
  const heard = await hosts.launch('flagged', body)
  hosts.pool.flags('flagged', { tradingActive: false })
  hosts.publish(hosts.trade('1'))
  await heard.until(({ printed }) => printed.length === 1)
  await kill()
  await heard.until(({ restarts }) => restarts.length === 1)
  hosts.publish(hosts.trade('2'))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['false', 'false'])
  expect(new Set(heard.orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(2)
})

test.skipIf(lacks('proc'))(
  'a host that a signal has stopped for a while is waited for, and nobody is harmed',
  async () => {
    const heartbeatMs = 400
    await using two = await Hosts.start({ heartbeatMs, count: 2 })
    const body = `let seen = 0
    return {
      onTrade(ctx, evt, payload, price) { helpers.log('trade', price, ++seen); if (seen === 1) runtime.submitMarketOrder('', 'buy', 1) },
      onOrderFilled(ctx, evt, payload) { helpers.log('filled', payload.avgFillPrice, seen) },
    }`
    const stopped = await two.launch('stopped', body)
    const other = await two.launch('other', body)
    two.publish(two.trade('1'))
    for (const heard of [stopped, other])
      await heard.until(({ orders, printed }) => orders.length + printed.length === 2)
    const pid = pidOf(two.pool)
    process.kill(pid, 'SIGSTOP')
    const fromMs = performance.now()
    two.pool.report('stopped', 'sim', filled(stopped.orders[0]!, '5'))
    two.publish(two.trade('2'))
    await other.until(({ printed }) => printed.at(-1) === 'trade 2 2')
    await until(() => performance.now() - fromMs > 2 * heartbeatMs)
    expect(stopped.printed).toEqual(['trade 1 1'])
    process.kill(pid, 'SIGCONT')
    await stopped.until(({ printed }) => printed.length === 3)
    expect(stopped.printed.slice(1).sort()).toEqual(['filled 5 1', 'trade 2 2'])
    expect([stopped, other].map(({ orders, restarts, failures }) => [orders.length, restarts, failures])).toEqual([
      [1, [], []],
      [1, [], []],
    ])
    expect(pidOf(two.pool)).toBe(pid)
  },
)

test.skipIf(lacks('proc'))('one that is stopped for ever is replaced in the end, and nobody is blamed', async () => {
  await using others = await Hosts.start({ heartbeatMs: 200 })
  const heard = await others.launch('frozen', COUNT)
  process.kill(others.pid, 'SIGSTOP')
  await heard.until(({ restarts }) => restarts.length === 1)
  expect(heard.restarts).toEqual(['it was stopped for 2000 ms and was killed'])
})

test('an instance that cannot be created again has failed, and says why', async () => {
  const body = `if (helpers.state.n) throw new Error('cannot go on'); return { onTrade() { helpers.state.n = 1 } }`
  const heard = await hosts.launch('once', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ states }) => states.length === 1)
  await kill()
  await heard.until(({ failures }) => failures.length === 1)
  expect(heard.failures[0]).toContain('create of probe.js failed: Error: cannot go on at probe.js:3:')
})

test('what is asked of a host that dies is asked of the next one', async () => {
  const source = new TextEncoder().encode(strategy('return {}'))
  const [compilation, heard] = await Promise.all([
    hosts.pool.compiler.compile(source),
    hosts.launch('launched', 'return {}'),
    kill(),
  ])
  expect(compilation).toHaveProperty('metadata.name', 'probe')
  expect(heard.failures).toEqual([])
  expect(hosts.pool.running('launched')).toBe(true)
})

test('a stop of an instance whose host has just died answers its last saved state', async () => {
  await hosts.launch('stopped', 'return {}', { state: '{"kept":true}' })
  await kill()
  expect((await hosts.pool.stop('stopped')).state).toBe('{"kept":true}')
  expect(hosts.pool.running('stopped')).toBe(false)
})

test('an order and what the strategy has noted of it survive a kill together, long before states are saved', async () => {
  await using others = await Hosts.start({ saveEveryMs: 60_000_000 })
  const body = `return {
    onTrade(ctx, evt, payload, price) {
      helpers.log(price)
      if (helpers.state.bought) return
      helpers.state.bought = true
      runtime.submitMarketOrder('', 'buy', '1')
    },
    onOrderFilled() { helpers.state.filled = (helpers.state.filled ?? 0) + 1 },
  }`
  const heard = await others.launch('once', body)
  let savedBefore: string[] = []
  heard.onOrder = () => {
    savedBefore = [...heard.states]
  }
  others.publish(others.trade('1'))
  await heard.until(({ states }) => states.length === 1)
  // in one message: a kill finds both or neither
  expect(savedBefore).toEqual(['{"bought":true}'])
  others.pool.report('once', 'sim', filled(heard.orders[0]!, '1'), 7)
  await heard.until(({ toldOf, states }) => toldOf.length === 1 && states.length === 2)
  process.kill(others.pid, 'SIGKILL')
  await heard.until(({ restarts }) => restarts.length === 1)
  others.publish(others.trade('2'))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.orders).toHaveLength(1)
  expect([heard.toldOf, heard.states]).toEqual([[7], ['{"bought":true}', '{"bought":true,"filled":1}']])
})

test('who has answered a report and sleeps since is not told it again after a kill, and answers no second time', async () => {
  const body = `return {
    onTrade(ctx, evt, payload, price) {
      helpers.log(price)
      if (price === 1) runtime.submitMarketOrder('', 'buy', '1')
    },
    onOrderFilled() { runtime.submitMarketOrder('', 'sell', '1'), helpers.sleep('1h') },
  }`
  const heard = await hosts.launch('answers', body, { scope: [scope('sim', ['LONE-USDT'])] })
  const trade = (price: string) => hosts.publish(hosts.trade(price, { symbol: 'LONE-USDT' }))
  trade('1')
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.report('answers', 'sim', filled(heard.orders[0]!, '1'), 3)
  hosts.pool.report('answers', 'sim', { ...filled(heard.orders[0]!, '1') }, 4)
  await heard.until(({ orders }) => orders.length === 2)
  expect(heard.toldOf).toEqual([3])
  await kill()
  await heard.until(({ restarts }) => restarts.length === 1)
  // the second report was not handled before
  await heard.until(({ orders }) => orders.length === 3)
  expect(heard.toldOf).toEqual([3, 4])
  await hosts.pool.stop('answers')
})

test('what an instance was not told comes before the market, whatever is published while it is launched', async () => {
  const body = `return {
    onTrade(ctx, evt, payload, price) { helpers.log('trade', price) },
    onOrderFilled(ctx, evt, payload) { helpers.log('filled', payload.avgFillPrice, evt.emitTs) },
  }`
  const spec = await hosts.spec('behind', body, { scope: [scope('sim', ['PAST-USDT'])] })
  const heard = new Heard(spec.scope)
  const report = filled(orderOf('o', { symbol: 'PAST-USDT' }), '5')
  const timeMs = Date.UTC(2026, 0, 1)
  const launched = hosts.pool.launch(spec, heard, true, [
    { seq: 1, provider: 'sim', report, timeMs },
    { seq: 2, provider: 'sim', report, timeMs },
  ])
  for (let i = 0; i < 20 && heard.printed.length < 3; i++) {
    hosts.publish(hosts.trade(String(i), { symbol: 'PAST-USDT' }))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await launched
  hosts.publish(hosts.trade('99', { symbol: 'PAST-USDT' }))
  await heard.until(({ printed }) => printed.at(-1) === 'trade 99')
  const told = 'filled 5 2026-01-01T00:00:00.000Z'
  expect(heard.printed.slice(0, 2)).toEqual([told, told])
  expect(heard.printed.filter((line) => line === told)).toHaveLength(2)
  expect(heard.toldOf).toEqual([2])
  await hosts.pool.stop('behind')
})
