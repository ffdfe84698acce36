import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Hosts, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

const failing = [
  ['throws', `throw new Error('no luck')`, 'create of probe.js failed: Error: no luck at probe.js:3:'],
  ['never ends', `\nfor (;;) config.n`, 'create of probe.js ran over its time limit at probe.js:'],
  ['recurses without end', `(function f() { f() })()`, 'create of probe.js overran its stack'],
  ['returns nothing', ``, 'create'],
] as const
for (const [what, body, reason] of failing) {
  test(`a strategy whose create ${what} is not launched, and the reason says where`, async () => {
    const launch = hosts.launch(`failing-${what}`, body)
    expect(launch).rejects.toMatchObject({ code: 'launch_failed', message: expect.stringContaining(reason) })
    await launch.catch(() => undefined)
    expect(hosts.pool.running(`failing-${what}`)).toBe(false)
    expect(hosts.pool.hosts()[0]?.restarts).toBe(0)
  })
}

test('create sees the market as it stands', async () => {
  await hosts.launch('first', 'return { onTrade() {} }')
  hosts.publish(hosts.trade('20000'), hosts.ticker({ lastPrice: '20001', bidPrice: '20000.5', askPrice: '20001.5' }))
  const { printed } = await hosts.launch('second', 'helpers.log(runtime.getMarketState()); return {}')
  expect(printed.join()).toContain('last: 20001')
  expect(printed.join()).toContain('bid: 20000.5')
})

test('create can ask for rules, balance and position, and cannot order', async () => {
  const body = `
    helpers.log(runtime.balance('USDT').available, runtime.equity(), runtime.position().quantity, runtime.instrument().minQuantity)
    try { runtime.submitMarketOrder('', 'buy', 1) } catch (error) { helpers.log(error.message) }
    helpers.sleep(1000)
    return {}`
  const heard = await hosts.launch('asking', body, { scope: [scope('sim', ['BTC-USDT'], { minQuantity: '0.5' })] })
  expect(heard.printed).toEqual(['10000 10000 0 0.5', 'orders are refused while create runs: trade in a handler'])
  expect(heard.orders).toEqual([])
})

test('an instance that ended can be launched again under its id', async () => {
  await hosts.launch('again', 'return {}', { state: '{"n":1}' })
  const { state } = await hosts.pool.stop('again')
  expect(state).toBe('{"n":1}')
  expect(hosts.pool.running('again')).toBe(false)
  await hosts.launch('again', 'return {}')
  expect(hosts.pool.running('again')).toBe(true)
})

test('instances go to the host that runs the fewest', async () => {
  await using two = await Hosts.start({ count: 2 })
  for (const id of ['a', 'b', 'c', 'd']) await two.launch(id, 'return {}')
  await two.pool.stop('a')
  await two.launch('e', 'return {}')
  expect(two.pool.hosts().map(({ instances }) => instances)).toEqual([2, 2])
})
