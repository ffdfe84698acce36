/** Instances and hosts that cannot keep up: what they are told when they can again, and what is said of them meanwhile. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { until } from '../until'
import { filled, Hosts, scope } from './hosts'

setDefaultTimeout(60_000)

/** The gateway's clock. */
let nowMs = 1000
let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start({ elapsed: () => nowMs, maxAgeMs: 1000, heartbeatMs: 600_000 })
})
afterAll(() => hosts[Symbol.asyncDispose]())

const WITNESS = `return {
  onTrade(ctx, evt, payload, price) {
    helpers.log('trade', price, runtime.getLastPrice())
    if (price === 1) helpers.sleep('1h')
    if (price === 2) helpers.sleep('150ms')
  },
  onTicker(ctx, evt, payload) { helpers.log('ticker', payload.bidPrice) },
}`

const ten = Array.from({ length: 10 }, (_, index) => String(100 + index))

function publishTen(): void {
  for (const price of ten) hosts.publish(hosts.trade(price), hosts.ticker({ bidPrice: price }))
}

test('who wakes after too long is told the newest of each kind alone, and what was left out is counted', async () => {
  const heard = await hosts.launch('sleeper', WITNESS)
  hosts.publish(hosts.trade('2'))
  await heard.until(({ printed }) => printed.length === 1)
  publishTen()
  nowMs += 2000
  hosts.publish(hosts.trade('7'))
  await heard.until(({ printed }) => printed.at(-1)?.startsWith('trade 7') === true)
  expect(heard.printed).toEqual(['trade 2 2', 'ticker 109', 'trade 7 7'])
  await until(() => hosts.pool.stats('sleeper').events === 3)
  expect(hosts.pool.stats('sleeper')).toMatchObject({ dropped: 19, conflated: 9, lagMs: 0 })
  await hosts.pool.stop('sleeper')
})

test('nothing is left out of a recording, however long somebody sleeps', async () => {
  const heard = await hosts.launch('patient', WITNESS)
  hosts.pool.publish([hosts.trade('2')], true)
  await heard.until(({ printed }) => printed.length === 1)
  hosts.pool.publish(
    ten.map((price) => hosts.trade(price)),
    true,
  )
  nowMs += 5000
  hosts.pool.publish([hosts.trade('7')], true)
  await hosts.pool.drained()
  expect(heard.printed).toEqual(['2', ...ten, '7'].map((price) => `trade ${price} ${price}`))
  expect(hosts.pool.stats('patient')).toMatchObject({ dropped: 0, conflated: 0, lagMs: 0 })
  await hosts.pool.stop('patient')
})

test('a host that stood still is sent the newest of each kind alone, and reports all of them in their places', async () => {
  const body = `return {
    onTrade(ctx, evt, payload, price) {
      helpers.log('trade', price)
      if (price === 5) runtime.submitMarketOrder('', 'buy', 1)
    },
    onTicker(ctx, evt, payload) { helpers.log('ticker', payload.bidPrice) },
    onOrderFilled(ctx, evt, payload) { helpers.log('filled at', payload.avgFillPrice) },
  }`
  const heard = await hosts.launch('stopped', body)
  hosts.pool.publish([hosts.trade('5')], true)
  await heard.until(({ orders }) => orders.length === 1)
  await hosts.pool.drained()
  process.kill(hosts.pid, 'SIGSTOP')
  // in flight from now on
  hosts.publish(hosts.trade('6'))
  await Bun.sleep(0)
  hosts.pool.report('stopped', 'sim', filled(heard.orders[0]!, '1'))
  publishTen()
  hosts.pool.report('stopped', 'sim', filled(heard.orders[0]!, '2'))
  nowMs += 2000
  expect(hosts.pool.stats('stopped').lagMs).toBe(2000)
  hosts.publish(hosts.trade('7'))
  process.kill(hosts.pid, 'SIGCONT')
  await heard.until(({ printed }) => printed.at(-1) === 'trade 7')
  const expected = ['trade 5', 'trade 6', 'filled at 1', 'ticker 109', 'filled at 2', 'trade 7']
  expect(heard.printed).toEqual(expected)
  await hosts.pool.drained()
  await until(() => hosts.pool.stats('stopped').events === expected.length)
  expect(hosts.pool.stats('stopped')).toMatchObject({ dropped: 19, conflated: 9, lagMs: 0 })
  await hosts.pool.stop('stopped')
})

test('what was left out is counted for those alone who wanted it', async () => {
  const [both, trades, elsewhere] = await Promise.all([
    hosts.launch('both', WITNESS),
    hosts.launch('trades', `return { onTrade(ctx, evt, payload, price) { helpers.log('trade', price) } }`),
    hosts.launch('elsewhere', WITNESS, { scope: [scope('sim', ['ETH-USDT'])] }),
  ])
  process.kill(hosts.pid, 'SIGSTOP')
  hosts.publish(hosts.trade('3', { symbol: 'ETH-USDT' }))
  await Bun.sleep(0)
  for (const price of ten) hosts.publish(hosts.trade(price))
  nowMs += 2000
  hosts.publish(hosts.trade('7'))
  // it wants what comes from now on
  const late = hosts.launch('late', WITNESS)
  process.kill(hosts.pid, 'SIGCONT')
  await late
  await Promise.all([both, trades].map((heard) => heard.until(({ printed }) => printed.length === 1)))
  await elsewhere.until(({ printed }) => printed.length === 1)
  const dropped = ['both', 'trades', 'elsewhere', 'late'].map((id) => hosts.pool.stats(id).dropped)
  expect(dropped).toEqual([10, 10, 0, 0])
  for (const id of ['both', 'trades', 'elsewhere', 'late']) await hosts.pool.stop(id)
})

test('an instance that stands still lags more and more, until it has caught up', async () => {
  const heard = await hosts.launch('lagging', WITNESS)
  hosts.publish(hosts.trade('2'))
  await heard.until(({ printed }) => printed.length === 1)
  hosts.publish(hosts.trade('8'))
  nowMs += 600
  hosts.publish(hosts.trade('9'))
  await until(() => hosts.pool.stats('lagging').lagMs === 600)
  await heard.until(({ printed }) => printed.length === 3)
  await until(() => hosts.pool.stats('lagging').lagMs === 0)
  await hosts.pool.stop('lagging')
})

test('an order is refused while a thousand reports wait, and taken again when they are handled', async () => {
  const body = `const order = () => {
    try { runtime.submitMarketOrder('', 'buy', '0.001'); helpers.log('sent') } catch (error) { helpers.log(error.message) }
  }
  return {
    onTrade(ctx, evt, payload, price) {
      if (price === 1) order(), helpers.sleep('200ms'), order()
      if (price === 2) order()
    },
  }`
  const refusal = '1000 reports of its orders wait to be handled: it orders again when it has caught up'
  const printed = async (id: string, reports: number) => {
    const heard = await hosts.launch(id, body, { scope: [scope('sim', ['ONE-USDT'])] })
    const trade = (price: string) => hosts.publish(hosts.trade(price, { symbol: 'ONE-USDT' }))
    trade('1')
    await heard.until(({ orders }) => orders.length === 1)
    for (let i = 0; i < reports; i++) hosts.pool.report(id, 'sim', filled(heard.orders[0]!, '1'))
    await heard.until(({ printed }) => printed.length === 2)
    await until(() => hosts.pool.stats(id).events === reports + 1)
    trade('2')
    await heard.until(({ printed }) => printed.length === 3)
    await hosts.pool.stop(id)
    return heard.printed
  }
  // the order that is on its way counts as well
  expect(await printed('few', 998)).toEqual(['sent', 'sent', 'sent'])
  expect(await printed('many', 999)).toEqual(['sent', refusal, 'sent'])
})
