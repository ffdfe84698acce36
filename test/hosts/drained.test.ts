/** Waiting for the instances: what a provider faster than real time does. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Hosts, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start({ maxWaiting: 100 })
})
afterAll(() => hosts[Symbol.asyncDispose]())

const recorder = `return { onTrade(ctx, evt, payload, price) { helpers.log(price) } }`

test('hosts that were given nothing are drained', async () => {
  await hosts.pool.drained()
  hosts.pool.publish([hosts.trade('1')], true)
  await hosts.pool.drained()
})

test('whoever waits between events has each of them handled, a sleeper too', async () => {
  const awake = await hosts.launch('awake', recorder)
  const sleeper = await hosts.launch(
    'sleeper',
    `return { onTrade(ctx, evt, payload, price) { helpers.sleep('5ms'); helpers.log(price) } }`,
  )
  for (const price of ['1', '2', '3']) {
    hosts.pool.publish([hosts.trade(price)], true)
    await hosts.pool.drained()
  }
  await Promise.all([awake, sleeper].map((heard) => heard.until(({ printed }) => printed.length === 3)))
  expect([awake.printed, sleeper.printed]).toEqual([
    ['1', '2', '3'],
    ['1', '2', '3'],
  ])
  await Promise.all(['awake', 'sleeper'].map((id) => hosts.pool.stop(id)))
})

test('the orders of an event are known, and their reports handled, when the hosts are drained', async () => {
  const heard = await hosts.launch('ordering', `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1) } }`)
  hosts.pool.publish([hosts.trade('1')], true)
  await hosts.pool.drained()
  expect(heard.orders).toHaveLength(1)
  await hosts.pool.stop('ordering')
})

test('whoever waits has all handled by those who wait for their budget, too', async () => {
  const burns = `let n = 0; return { onTrade() { for (let i = 0; i < 150000; i++); helpers.log(++n) } }`
  const bounded = await hosts.launch('bounded', burns, { cpuBudget: 0.1 })
  hosts.pool.publish(
    Array.from({ length: 8 }, () => hosts.trade('1')),
    true,
  )
  await hosts.pool.drained()
  expect(bounded.printed.at(-1)).toBe('8')
  await hosts.pool.stop('bounded')
})

test('a market for which nobody waits holds nobody up, however much of it there is', async () => {
  const burns = `return { onTrade() { for (let i = 0; i < 100000; i++); } }`
  await hosts.launch('busy', burns, { awaited: false })
  const awaited = await hosts.launch('awaited', recorder, { scope: [scope('tape', ['BTC-USDT'])] })
  hosts.publish(hosts.trade('1'))
  hosts.pool.publish([{ ...hosts.trade('2'), provider: 'tape' }], true)
  let isDrained = false
  const drained = hosts.pool.drained().then(() => {
    isDrained = true
  })
  // there is always something of it on its way
  for (let count = 0; count < 10_000 && !isDrained; count++) {
    hosts.publish(hosts.trade('3'))
    await new Promise(setImmediate)
  }
  expect([isDrained, awaited.printed]).toEqual([true, ['2']])
  await Promise.all(['busy', 'awaited'].map((id) => hosts.pool.stop(id)))
  await drained
})

test('nobody waits for those that nobody waits for: one asleep, and one whose budget is used up', async () => {
  const sleeper = await hosts.launch(
    'sleeper',
    `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h') } }`,
    { awaited: false },
  )
  const burns = `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1); for (let i = 0; i < 300000; i++); } }`
  const bounded = await hosts.launch('bounded', burns, { awaited: false, cpuBudget: 0.01 })
  const awaited = await hosts.launch('awaited', recorder)
  const prices = Array.from({ length: 8 }, (_, index) => `${index + 1}`)
  for (const price of prices) {
    hosts.pool.publish([hosts.trade(price)], true)
    await hosts.pool.drained()
    expect(awaited.printed.at(-1)).toBe(price)
  }
  expect(sleeper.orders).toHaveLength(1)
  expect(bounded.orders.length).toBeLessThan(prices.length)
  await Promise.all(['sleeper', 'bounded', 'awaited'].map((id) => hosts.pool.stop(id)))
})

test('a stop of the sleeper that is waited for ends the wait', async () => {
  const heard = await hosts.launch(
    'sleeper',
    `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h') } }`,
  )
  hosts.pool.publish([hosts.trade('1')], true)
  await heard.until(({ orders }) => orders.length === 1)
  const drained = hosts.pool.drained()
  await hosts.pool.stop('sleeper')
  await drained
})

test('the death of a host ends the wait for what it was given', async () => {
  const heard = await hosts.launch(
    'sleeper',
    `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h') } }`,
  )
  hosts.pool.publish([hosts.trade('1')], true)
  await heard.until(({ orders }) => orders.length === 1)
  const drained = hosts.pool.drained()
  process.kill(hosts.pid, 'SIGKILL')
  await drained
  await heard.until(({ restarts }) => restarts.length === 1)
})
