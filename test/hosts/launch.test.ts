import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { ProviderScope } from '../../src/protocol/launch'
import type { AccountState } from '../../src/schema/paper'
import { filled, Heard, Hosts, orderOf, pidOf, scope, strategy } from './hosts'

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
  const { state, stats } = await hosts.pool.stop('again')
  expect([state, stats.lagMs]).toEqual(['{"n":1}', 0])
  expect(hosts.pool.running('again')).toBe(false)
  await hosts.launch('again', 'return {}')
  expect(hosts.pool.running('again')).toBe(true)
})

test('what comes for an instance while it is launched reaches it afterwards, in its order', async () => {
  const body = `return {
    onTrade() { helpers.log('trade', runtime.isTradingActive()) },
    onOrderFilled(ctx, evt, payload) { helpers.log('filled', payload.avgFillPrice, evt.eventId) },
  }`
  const spec = await hosts.spec('early', body)
  const heard = new Heard(spec.scope)
  const launched = hosts.pool.launch(spec, heard)
  expect(hosts.pool.running('early')).toBe(false)
  for (const [at, price] of ['5', '6'].entries()) {
    hosts.pool.report('early', 'sim', filled(orderOf(`o-${price}`), price), at + 1)
  }
  hosts.pool.flags('early', { tradingActive: false })
  await launched
  hosts.publish(hosts.trade('1'))
  await heard.until(({ printed }) => printed.length === 3)
  const [first, second, third] = heard.printed
  const sequences = [first, second].map((line) => Number(/^filled [56] o-[56]:FILLED:(\d+)$/.exec(line!)?.[1]))
  expect(sequences[1]).toBe(sequences[0]! + 1)
  expect([first!.slice(0, 8), second!.slice(0, 8), third]).toEqual(['filled 5', 'filled 6', 'trade false'])
  await heard.until(({ toldOf }) => toldOf.at(-1) === 2)
  await hosts.pool.stop('early')
})

test('it begins as one that may trade, or not', async () => {
  const body = `return { onTrade() { helpers.log(runtime.isTradingActive(), runtime.isDryRun()) } }`
  for (const [id, isActive] of [
    ['active', true],
    ['inactive', false],
  ] as const) {
    const spec = await hosts.spec(id, `helpers.log(runtime.isTradingActive()); ${body}`, { dryRun: true })
    const heard = new Heard(spec.scope)
    await hosts.pool.launch(spec, heard, isActive)
    hosts.publish(hosts.trade('1'))
    await heard.until(({ printed }) => printed.length === 2)
    expect(heard.printed).toEqual([`${isActive}`, `${isActive} true`])
    await hosts.pool.stop(id)
  }
})

test('one id runs once, and what does not run has neither stops nor figures', async () => {
  await hosts.launch('single', 'return {}')
  const spec = await hosts.spec('single', 'return {}')
  expect(await messageOf(hosts.pool.launch(spec, new Heard(spec.scope)))).toBe('single runs already')
  await hosts.pool.stop('single')
  expect(await messageOf(hosts.pool.stop('single'))).toBe('single does not run')
  expect(() => hosts.pool.stats('single')).toThrow('single does not run')
  // what comes late for it is nothing
  hosts.pool.report('single', 'sim', filled(orderOf('o'), '1'))
  hosts.pool.flags('single', { tradingActive: true })
  hosts.pool.limit('single', { limits: {}, halts: {} })
})

test('client order ids are new at each start, also when the clock stands still', async () => {
  await using still = await Hosts.start({ now: () => 5 })
  const ids: string[] = []
  for (let start = 0; start < 3; start++) {
    const heard = await still.launch('still', `return { onTrade() { runtime.submitMarketOrder('', 'buy', '1') } }`)
    still.publish(still.trade('1'))
    await heard.until(({ orders }) => orders.length === 1)
    ids.push(heard.orders[0]!.clientOrderId)
    await still.pool.stop('still')
  }
  expect(ids).toEqual(['still-5-1', 'still-6-1', 'still-7-1'])
})

test('the events of an account are numbered from one, or, where it has a past, from the time of the start', async () => {
  await using still = await Hosts.start({ now: () => 5000 })
  const order = orderOf('past')
  const { fill } = filled(order, '1')
  const state: AccountState = { model: 'linear', cash: [['USDT', '1']], positions: [] }
  const pasts: [id: string, change: Partial<ProviderScope>, first: string][] = [
    ['new', {}, '1'],
    ['filled', { fills: [fill!] }, '5001'],
    ['open', { openOrders: [{ order, filledQuantity: '0' }] }, '5001'],
    ['known', { state }, '5001'],
  ]
  for (const [id, change, first] of pasts) {
    const spec = { scope: [{ ...scope('sim', ['BTC-USDT']), ...change }] }
    const heard = await still.launch(id, 'return { onOrderFilled(ctx, evt) { helpers.log(evt.seqProvider) } }', spec)
    still.pool.report(id, 'sim', filled(order, '1'))
    await heard.until(({ printed }) => printed.length === 1)
    expect([id, ...heard.printed]).toEqual([id, first])
  }
})

test('sources go to the host that has least to do', async () => {
  await using two = await Hosts.start({ count: 2, heartbeatMs: 600_000 })
  const { compiler } = two.pool
  const stopped = pidOf(two.pool)
  process.kill(stopped, 'SIGSTOP')
  const source = new TextEncoder().encode(strategy('return {}'))
  let isDone = false
  const waiting = compiler.compile(source).then(() => {
    isDone = true
  })
  // one in the same turn of the event loop, and one when the first is on its way
  for (let i = 0; i < 2; i++) expect(await compiler.compile(source)).toHaveProperty('program')
  expect(isDone).toBe(false)
  process.kill(stopped, 'SIGCONT')
  await waiting
})

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'it came to pass',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

test('instances go to the host that runs the fewest', async () => {
  await using two = await Hosts.start({ count: 2 })
  for (const id of ['a', 'b', 'c', 'd']) {
    await two.launch(id, 'return {}')
    // the first of those that are alike
    if (id === 'a') expect(two.pool.hosts().map(({ instances }) => instances)).toEqual([1, 0])
  }
  await two.pool.stop('a')
  await two.launch('e', 'return {}')
  expect(two.pool.hosts().map(({ instances }) => instances)).toEqual([2, 2])
})
