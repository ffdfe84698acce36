import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../until'
import { filled, Hosts, scope } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start({ maxWaiting: 100 })
})
afterAll(() => hosts[Symbol.asyncDispose]())

test('a sleeper delays nobody, and goes on where it slept', async () => {
  const sleeper = await hosts.launch(
    'sleeper',
    `return { onTrade(ctx, evt, payload, price) {
      helpers.log('before', price)
      helpers.sleep(price === 1 ? '1s' : '10ms')
      helpers.log('after', price)
    } }`,
  )
  const awake = await hosts.launch('awake', `return { onTrade(ctx, evt, payload, price) { helpers.log(price) } }`)
  hosts.publish(hosts.trade('1'), hosts.trade('2'), hosts.trade('3'))
  await awake.until(({ printed }) => printed.length === 3)
  expect(sleeper.printed).not.toContain('after 1')
  await sleeper.until(({ printed }) => printed.length === 6)
  expect(sleeper.printed).toEqual(['before 1', 'after 1', 'before 2', 'after 2', 'before 3', 'after 3'])
})

test('an order made before a sleep leaves before the sleep', async () => {
  const body = `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h'); helpers.log('woke') } }`
  const heard = await hosts.launch('ordering', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ orders }) => orders.length === 1)
  expect(heard.printed).toEqual([])
})

test('a sleep of a year does not end with one of milliseconds', async () => {
  const body = (nap: string) =>
    `return { onTrade() { helpers.log('dozes'); helpers.sleep('${nap}'); helpers.log('woke') } }`
  const alone = { scope: [scope('sim', ['YEAR-USDT'])] }
  const [long, short] = [
    await hosts.launch('year', body('8760h'), alone),
    await hosts.launch('blink', body('50ms'), alone),
  ]
  hosts.publish(hosts.trade('1', { symbol: 'YEAR-USDT' }))
  await short.until(({ printed }) => printed.length === 2)
  await long.until(({ printed }) => printed.length > 0)
  expect(long.printed).toEqual(['dozes'])
  await Promise.all(['year', 'blink'].map((id) => hosts.pool.stop(id)))
})

test('a stop ends a sleep at once; the state is the one with which it fell asleep', async () => {
  const body = `return { onTrade() { helpers.state.n = 2; runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h') } }`
  const heard = await hosts.launch('stopped', body, { state: '{"n":1}' })
  hosts.publish(hosts.trade('1'))
  await heard.until(({ orders }) => orders.length === 1)
  const { state, checkpoint } = await hosts.pool.stop('stopped')
  expect(state).toBe('{"n":2}')
  expect(checkpoint).toBeUndefined()
  const next = await hosts.launch('next', `return { onTrade(ctx, evt, payload, price) { helpers.log(price) } }`)
  hosts.publish(hosts.trade('2'))
  await next.until(({ printed }) => printed.length === 1)
})

test('one that is to be left asleep does nothing more here, and who is awake is stopped', async () => {
  await using hosts = await Hosts.start()
  const sleeps = `return { onTrade() { helpers.log('before'); helpers.sleep(50); helpers.log('after') } }`
  const asleep = await hosts.launch('asleep', sleeps)
  const awake = await hosts.launch('awake', `return { onTrade() { helpers.log('seen') } }`)
  hosts.publish(hosts.trade('1'))
  await asleep.until(({ printed }) => printed.length === 1)
  await awake.until(({ printed }) => printed.length === 1)
  const [left, stopped] = [await hosts.pool.stop('asleep', true), await hosts.pool.stop('awake', true)]
  expect([left.asleep, left.checkpoint, hosts.pool.running('asleep')]).toEqual([true, undefined, true])
  expect([stopped.asleep, stopped.checkpoint !== undefined, hosts.pool.running('awake')]).toEqual([
    undefined,
    true,
    false,
  ])
  const later = await hosts.launch('later', sleeps)
  hosts.publish(hosts.trade('1'))
  await later.until(({ printed }) => printed.length === 2)
  expect(asleep.printed).toEqual(['before'])
  const { state } = await hosts.pool.stop('asleep')
  expect(state).toBe('{}')
})

test('while one sleeps its tickers are conflated and its oldest trades dropped, but no report is lost', async () => {
  const body = `
    let trades = 0, reports = 0
    return {
      onTrade(ctx, evt, payload, price) {
        trades++
        if (price === 0) runtime.submitMarketOrder('', 'buy', 1), helpers.sleep('80ms')
        if (price === 400) helpers.log('trades', trades, 'reports', reports, 'position', runtime.position().quantity)
      },
      onTicker(ctx, evt, payload) { helpers.log('ticker', payload.bidPrice) },
      onOrderFilled() { reports++ },
    }`
  const heard = await hosts.launch('behind', body)
  hosts.publish(hosts.trade('0'))
  await heard.until(({ orders }) => orders.length === 1)
  for (let i = 1; i <= 400; i++) {
    if (i % 20 === 0) hosts.pool.report('behind', 'sim', filled(heard.orders[0]!, '1'))
    hosts.publish(hosts.ticker({ bidPrice: `${i}` }), hosts.trade(`${i}`))
  }
  await heard.until(({ printed }) => printed.some((line) => line.startsWith('trades')))
  expect(heard.printed[0]).toBe('ticker 400')
  expect(heard.printed).toHaveLength(2)
  const [, trades, reports, position] = /trades (\d+) reports (\d+) position (\d+)/.exec(heard.printed[1]!)!.map(Number)
  expect(reports).toBe(20)
  expect(position).toBe(20)
  expect(trades).toBeLessThanOrEqual(101)
  await until(() => hosts.pool.stats('behind').events === trades! + 1 + 20)
  expect(hosts.pool.stats('behind').dropped).toBe(399 + 401 - trades!)
})

test('unless told otherwise 4096 events and a mebibyte of them may wait for an instance', async () => {
  await using usual = await Hosts.start()
  const body = `return { onTrade() { runtime.submitMarketOrder('', 'buy', 1); helpers.sleep('1h') }, onExtensionEvent() {} }`
  const asleep = async (id: string) => {
    const heard = await usual.launch(id, body, { scope: [scope('sim', [`${id}-USDT`])] })
    usual.publish(usual.trade('1', { symbol: `${id}-USDT` }))
    await heard.until(({ orders }) => orders.length === 1)
    return () => usual.pool.stats(id).dropped
  }
  const many = await asleep('MANY')
  const large = await asleep('LARGE')
  // the one that it sleeps in waits, too
  for (let i = 1; i < 4096; i++) usual.publish(usual.trade('1', { symbol: 'MANY-USDT' }))
  const { payload: _, ...head } = usual.trade('0', { symbol: 'LARGE-USDT' })
  const extension = (kib: number) =>
    usual.publish({ ...head, type: 'Extension', payload: 'x'.repeat((kib << 10) - 200) })
  for (let kib = 1; kib < 1024; kib += 31) extension(31)
  // answered when all of that has come to the host
  await usual.launch('other', 'return {}')
  await usual.pool.stop('other')
  expect([many(), large()]).toEqual([0, 0])
  usual.publish(usual.trade('1', { symbol: 'MANY-USDT' }))
  extension(31)
  await until(() => many() > 0 && large() > 0)
})

test('what waits for an instance is bounded by its bytes as well', async () => {
  await using narrow = await Hosts.start({ maxWaitingBytes: 20_000 })
  const heard = await narrow.launch(
    'narrow',
    `let trades = 0
    return { onTrade(ctx, evt, payload, price) {
      trades++
      if (price === 0) runtime.submitMarketOrder('', 'buy', 1), helpers.sleep('80ms')
      if (price === 400) helpers.log(trades)
    } }`,
  )
  narrow.publish(narrow.trade('0'))
  await heard.until(({ orders }) => orders.length === 1)
  for (let i = 1; i <= 400; i++) narrow.publish(narrow.trade(`${i}`))
  await heard.until(({ printed }) => printed.length === 1)
  const trades = Number(heard.printed[0])
  // some hundred bytes each
  expect(trades).toBeLessThan(200)
  await until(() => narrow.pool.stats('narrow').events === trades)
  expect(narrow.pool.stats('narrow').dropped).toBe(401 - trades)
})

test('what was ordered before a sleep leaves with the state as it is then, set before the order or after it', async () => {
  const body = `return { onTrade(ctx, evt, payload, price) {
    helpers.state.before = price
    runtime.submitMarketOrder('', 'buy', 1)
    helpers.state.after = price
    helpers.sleep('1h')
    helpers.state.never = price
  } }`
  const heard = await hosts.launch('both', body, { scope: [scope('sim', ['BOTH-USDT'])] })
  let savedBefore: string[] = []
  heard.onOrder = () => {
    savedBefore = [...heard.states]
  }
  hosts.publish(hosts.trade('1', { symbol: 'BOTH-USDT' }))
  await heard.until(({ orders }) => orders.length === 1)
  // in one message: a kill finds both or neither
  expect(savedBefore).toEqual(['{"before":1,"after":1}'])
  expect((await hosts.pool.stop('both')).state).toBe('{"before":1,"after":1}')
})

test('a state that was changed before a long sleep is saved when that begins, and with it that the report was told', async () => {
  const body = `return {
    onTrade() { runtime.submitMarketOrder('', 'buy', 1) },
    onOrderFilled() { helpers.state.filled = (helpers.state.filled ?? 0) + 1; helpers.sleep('1h') },
  }`
  const heard = await hosts.launch('long', body, { scope: [scope('sim', ['LONG-USDT'])] })
  hosts.publish(hosts.trade('1', { symbol: 'LONG-USDT' }))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.report('long', 'sim', filled(heard.orders[0]!, '1'), 5)
  await heard.until(({ states }) => states.length === 1)
  expect([heard.states, heard.toldOf]).toEqual([['{"filled":1}'], [5]])
})

test('a state that was changed between many short sleeps is saved although the handler never ends', async () => {
  const body = `return { onTrade() {
    for (;;) { helpers.state.n = (helpers.state.n ?? 0) + 1; helpers.sleep('20ms') }
  } }`
  const heard = await hosts.launch('restless', body, { scope: [scope('sim', ['SHORT-USDT'])] })
  hosts.publish(hosts.trade('1', { symbol: 'SHORT-USDT' }))
  await heard.until(({ states }) => states.length === 2)
  expect(heard.states).toEqual(['{"n":50}', '{"n":100}'])
})

test('a state that cannot be read before a sleep holds no order back, and is said to be unsaved', async () => {
  const body = `return { onTrade() {
    helpers.state.all = 'x'.repeat(300000)
    runtime.submitMarketOrder('', 'buy', 1)
    helpers.sleep('1h')
  } }`
  const heard = await hosts.launch('fat', body, { scope: [scope('sim', ['FAT-USDT'])], state: '{"kept":1}' })
  hosts.publish(hosts.trade('1', { symbol: 'FAT-USDT' }))
  await heard.until(({ orders, notices }) => orders.length === 1 && notices.length === 1)
  expect(heard.notices[0]).toContain('it is not saved')
  expect((await hosts.pool.stop('fat')).state).toBe('{"kept":1}')
})
