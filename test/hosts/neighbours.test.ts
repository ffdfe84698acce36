import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DEFAULT_RATES } from '../../src/schema/instance-rates'
import { until } from '../until'
import { Hosts, scope, strategy } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

const COUNTING = `let n = 0
  return { onTrade() { n++; if (n % 10 === 0) helpers.log(n) } }`

const endings = [
  ['loops for ever', 'for (;;) n++', 'onTrade of probe.js ran over its time limit at probe.js:4:'],
  [
    'catches its own end',
    'for (;;) try { for (;;) n++ } catch {}',
    'onTrade of probe.js ran over its time limit at probe.js:4:',
  ],
  ['hides in a native call', `'x'.repeat(1e6).normalize(); for (;;) new Uint8Array(8e6).fill(1)`, 'of probe.js'],
] as const
for (const [what, act, reason] of endings) {
  test(`an instance that ${what} ends and says why; its neighbour misses nothing`, async () => {
    const neighbour = await hosts.launch(`beside ${what}`, COUNTING)
    const hostile = await hosts.launch(
      what,
      `let n = 0\nreturn { onTrade(ctx, evt, payload, price) { if (price === 5) { ${act} } } }`,
    )
    const { pid } = hosts
    hosts.publish(...Array.from({ length: 20 }, (_, i) => hosts.trade(`${i}`)))
    await neighbour.until(({ printed }) => printed.length === 2)
    await hostile.until(({ failures }) => failures.length === 1)
    expect(hostile.failures[0]).toContain(reason)
    expect(hostile.notices).toEqual(hostile.failures)
    expect(neighbour.printed).toEqual(['10', '20'])
    expect(hosts.pool.running(what)).toBe(false)
    expect(hosts.pid).toBe(pid)
    await hosts.pool.stop(`beside ${what}`)
  })
}

test('who has failed is behind nothing any more, whatever waited for it', async () => {
  const heard = await hosts.launch('behind', 'return { onTrade() { for (;;); } }')
  const beginMs = performance.now()
  hosts.publish(hosts.trade('1'))
  // the next one is of later, and comes with it
  while (performance.now() - beginMs < 2);
  hosts.publish(hosts.trade('2'))
  await heard.until(({ failures }) => failures.length === 1)
  expect(heard.lastStats).toMatchObject({ events: 0, errors: 1, lagMs: 0 })
})

test('an exception is logged with its line and counted, and the instance goes on with the next event', async () => {
  const body = `return { onTrade(ctx, evt, payload, price) {
    if (price < 3) undefined.length
    helpers.log(price)
  } }`
  const heard = await hosts.launch('throwing', body)
  hosts.publish(...['1', '2', '3', '4'].map((price) => hosts.trade(price)))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['3', '4'])
  expect(heard.notices).toHaveLength(2)
  expect(heard.notices[0]).toMatch(/^onTrade of probe\.js failed: TypeError: .* at probe\.js:4:/)
  await until(() => hosts.pool.stats('throwing').events === 4)
  expect(hosts.pool.stats('throwing').errors).toBe(2)
})

test('a complaint names the handler, of whichever event of a batch', async () => {
  const body = `return {
    onTicker() { throw new Error('ticker') },
    onTrade(ctx, evt, payload, price) { if (price > 1) throw new Error('trade') },
  }`
  const heard = await hosts.launch('named', body)
  hosts.publish(
    hosts.trade('1'),
    hosts.ticker({}),
    hosts.trade('2'),
    hosts.trade('1'),
    hosts.trade('3'),
    hosts.ticker({}),
  )
  await heard.until(({ notices }) => notices.length === 4)
  const names = heard.notices.map((line) => line.replace(/ of probe.js failed: Error/, '').replace(/ at .*/, ''))
  expect(names).toEqual(['onTicker: ticker', 'onTrade: trade', 'onTrade: trade', 'onTicker: ticker'])
  await hosts.pool.stop('named')
})

test('a flood of lines is cut off, said to be, and counted', async () => {
  const floods = `return { onTrade() { for (let i = 0; i < 400; i++) helpers.log(i) } }`
  const heard = await hosts.launch('flooding', floods, { rates: { ...DEFAULT_RATES, logsPerSecond: 50 } })
  hosts.publish(hosts.trade('1'))
  await until(() => hosts.pool.stats('flooding').logs === 400)
  expect(heard.printed).toHaveLength(50)
  expect(heard.notices[0]).toBe('more than 50 lines within a second: the rest of them is left out')
})

test('what a strategy prints or throws cannot control a terminal', async () => {
  const body = `return { onTrade() { helpers.log('\\x1b[2Jwiped', 'two\\nlines'); throw new Error('\\x1b]0;title\\x07bad') } }`
  const heard = await hosts.launch('terminal', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ lines }) => lines.length === 2)
  expect(heard.printed).toEqual(['wiped two lines'])
  expect(heard.notices[0]).toContain('Error: bad at probe.js:3:')
})

test('a slow instance delays others by one turn, not by its backlog', async () => {
  const slowly = `return { onTrade() { for (let i = 0; i < 300000; i++); helpers.log('slow') } }`
  const alone = { scope: [scope('sim', ['SLOW-USDT'])] }
  const slow = await hosts.launch('slow', slowly, alone)
  const quick = await hosts.launch(
    'quick',
    `return { onTrade(ctx, evt, payload, price) { helpers.log(price) } }`,
    alone,
  )
  hosts.publish(...Array.from({ length: 40 }, () => hosts.trade('0', { symbol: 'SLOW-USDT' })))
  hosts.publish(hosts.trade('1', { symbol: 'SLOW-USDT' }))
  await quick.until(({ printed }) => printed.length === 41)
  expect(slow.printed.length).toBeLessThan(41)
  await slow.until(({ printed }) => printed.length === 41)
})

test('who uses little is served first: its neighbours have a heavy event or two for each of its own, not one each', async () => {
  const alone = { scope: [scope('sim', ['FAIR-USDT'])] }
  const burns = `return { onTrade() { for (let i = 0; i < 700000; i++); } }`
  const ids = Array.from({ length: 10 }, (_, i) => `burner ${i}`)
  for (const id of ids) await hosts.launch(id, burns, alone)
  const honest = await hosts.launch('honest', `return { onTrade(c, e, p, price) { helpers.log(price) } }`, alone)
  for (let price = 1; price <= 40; price++) {
    hosts.publish(hosts.trade(`${price}`, { symbol: 'FAIR-USDT' }))
    await honest.until(({ printed }) => printed.length === price)
  }
  const heavy = ids.reduce((sum, id) => sum + hosts.pool.stats(id).events, 0)
  // there are 400; the first ones of each are not known to be heavy
  expect(heavy).toBeLessThan(200)
  await Promise.all([...ids, 'honest'].map((id) => hosts.pool.stop(id)))
})

test('a budget of CPU time holds, also while others leave more', async () => {
  const alone = { scope: [scope('sim', ['BUDGET-USDT'])] }
  const burns = `return { onTrade() { helpers.log('burning'); for (let i = 0; i < 150000; i++); } }`
  const free = await hosts.launch('free', burns, alone)
  const bounded = await hosts.launch('bounded', burns, { ...alone, cpuBudget: 0.01 })
  hosts.publish(...Array.from({ length: 100 }, () => hosts.trade('1', { symbol: 'BUDGET-USDT' })))
  await until(() => hosts.pool.stats('free').logs === 100)
  expect(hosts.pool.stats('bounded').logs).toBeLessThan(50)
  expect([free, bounded].flatMap(({ failures }) => failures)).toEqual([])
  await Promise.all(['free', 'bounded'].map((id) => hosts.pool.stop(id)))
})

test('compiling is the work of whoever uploads: an event does not wait until all that was uploaded is compiled', async () => {
  const alone = { scope: [scope('sim', ['COMPILE-USDT'])] }
  const quick = await hosts.launch('quick reader', `return { onTrade() { helpers.log('seen') } }`, alone)
  let compiled = 0
  const sources = Array.from({ length: 12 }, (_, i) => `for (let n = 0; n < 300000; n++);\n${strategy(`/* ${i} */`)}`)
  const all = sources.map(async (source) => {
    await hosts.pool.compiler.compile(new TextEncoder().encode(source))
    compiled++
  })
  // they are on their way before it
  await Promise.resolve()
  hosts.publish(hosts.trade('1', { symbol: 'COMPILE-USDT' }))
  await quick.until(({ printed }) => printed.length === 1)
  expect(compiled).toBeLessThan(6)
  await Promise.all(all)
})

test('lines beyond the bytes of a second stay in the host, and beyond their number, 64 KiB and 200 unless told otherwise', async () => {
  await using others = await Hosts.start()
  const heard = await others.launch(
    'writer',
    `const line = 'x'.repeat(8000)
    return { onTrade() { for (let i = 0; i < 900; i++) helpers.log(line) } }`,
    { rates: DEFAULT_RATES },
  )
  others.publish(others.trade('1'))
  await until(() => others.pool.stats('writer').logs === 900)
  expect(heard.printed).toHaveLength(8)
  expect(others.pool.stats('writer').droppedLogs).toBe(892)
  expect(heard.notices[0]).toBe('more than 64 KiB of lines within a second: the rest of them is left out')
  const lines = await others.launch(
    'counted',
    `return { onTrade() { for (let i = 0; i < 900; i++) helpers.log(i) } }`,
    { rates: DEFAULT_RATES },
  )
  others.publish(others.trade('2'))
  await lines.until(({ notices }) => notices.length > 0)
  expect(lines.notices[0]).toBe('more than 200 lines within a second: the rest of them is left out')
})
