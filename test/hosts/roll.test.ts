import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../until'
import { filled, Hosts, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

/** Prints which version saw which price, and counts in its state. */
const version = (name: string, handling = '') => `return { onTrade(ctx, evt, payload, price) {
  helpers.state.seen = (helpers.state.seen ?? 0) + 1
  helpers.log('${name}', price, helpers.state.seen)
  ${handling}
} }`

test('another program takes over between two events: none is lost, none comes twice, the state goes on', async () => {
  const heard = await hosts.launch('rolled', version('old'))
  const publish = (from: number) => hosts.publish(...Array.from({ length: 50 }, (_, i) => hosts.trade(`${from + i}`)))
  publish(0)
  const rolled = hosts.spec('rolled', version('new')).then((spec) => hosts.pool.roll(spec))
  for (let from = 50; from < 500; from += 50) publish(from)
  await rolled
  publish(500)
  await heard.until(({ printed }) => printed.length === 550)
  const expected = Array.from({ length: 550 }, (_, i) => `${i} ${i + 1}`)
  expect(heard.printed.map((line) => line.replace(/^(old|new) /, ''))).toEqual(expected)
  expect(heard.printed.at(-1)).toStartWith('new')
})

test('the next host runs the program that was put in the place of another', async () => {
  const heard = await hosts.launch('lasting', version('old'))
  await hosts.pool.roll(await hosts.spec('lasting', version('new')))
  process.kill(hosts.pid, 'SIGKILL')
  await heard.until(({ restarts }) => restarts.length === 1)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ printed }) => printed.length === 1)
  expect(heard.printed).toEqual(['new 1 1'])
  await hosts.pool.stop('lasting')
})

test('the figures of a program are its own', async () => {
  const { pool } = hosts
  const heard = await hosts.launch('counted', version('old', 'for (let i = 0; i < 100000; i++);'))
  hosts.publish(hosts.trade('1'), hosts.trade('2'))
  await heard.until(({ printed }) => printed.length === 2)
  await until(() => pool.stats('counted').events === 2)
  const before = pool.stats('counted').cpuMs
  expect(before).toBeGreaterThan(0)
  await pool.roll(await hosts.spec('counted', version('new')))
  hosts.publish(hosts.trade('3'))
  await heard.until(({ printed }) => printed.length === 3)
  await until(() => pool.stats('counted').events === 1)
  expect(pool.stats('counted').logs).toBe(1)
  await pool.stop('counted')
})

test('a program that does not start leaves the former one running', async () => {
  const heard = await hosts.launch('kept', version('old'))
  const spec = await hosts.spec('kept', `throw new Error('not today')`)
  expect(hosts.pool.roll(spec)).rejects.toMatchObject({ code: 'launch_failed' })
  hosts.publish(hosts.trade('1'))
  await heard.until(({ printed }) => printed.length === 1)
  expect(heard.printed).toEqual(['old 1 1'])
})

test('an instance that sleeps is replaced at once; the event it slept in is not handled again', async () => {
  const heard = await hosts.launch(
    'asleep',
    version('old', `runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h')`),
  )
  hosts.publish(hosts.trade('1'), hosts.trade('2'))
  await heard.until(({ orders }) => orders.length === 1)
  await hosts.pool.roll(await hosts.spec('asleep', version('new')))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['old 1 1', 'new 2 2'])
})

test('a report in whose handler it slept when it was replaced is told: the next one is told by itself', async () => {
  const spec = { scope: [scope('sim', ['DOZE-USDT'])] }
  const body = (name: string, nap = '') => `return {
    onTrade() { runtime.submitMarketOrder('', 'buy', '1') },
    onOrderFilled(ctx, evt, payload) { helpers.log('${name}', payload.avgFillPrice); ${nap} },
  }`
  const heard = await hosts.launch('dozes', body('old', `helpers.sleep('1h')`), spec)
  hosts.publish(hosts.trade('1', { symbol: 'DOZE-USDT' }))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.report('dozes', 'sim', filled(heard.orders[0]!, '5'), 1)
  hosts.pool.report('dozes', 'sim', filled(heard.orders[0]!, '6'), 2)
  await heard.until(({ printed }) => printed.length === 1)
  await hosts.pool.roll(await hosts.spec('dozes', body('new'), spec))
  await heard.until(({ toldOf, printed }) => toldOf.at(-1) === 2 && printed.length === 2)
  expect(heard.printed).toEqual(['old 5', 'new 6'])
})
