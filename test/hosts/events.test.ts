import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { MarketEvent } from '../../src/schema/events'
import { filled, Hosts, scope } from './hosts'

const PRINT = `return { onTrade(ctx, evt, payload, price) { helpers.log(evt.provider, evt.symbol, price) } }`

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

test('an event goes to those who have its provider and symbol, in the order of its publication', async () => {
  const btc = await hosts.launch('btc', PRINT)
  const eth = await hosts.launch('eth', PRINT, { scope: [scope('sim', ['ETH-USDT', 'BTC-USDT'])] })
  const other = await hosts.launch('other', PRINT, { scope: [scope('other', ['BTC-USDT'])] })
  hosts.publish(hosts.trade('1'), hosts.trade('2', { symbol: 'ETH-USDT' }), hosts.trade('3'))
  hosts.publish(hosts.trade('4', { provider: 'other' }), hosts.trade('5'))
  await eth.until(({ printed }) => printed.length === 4)
  await other.until(({ printed }) => printed.length === 1)
  await btc.until(({ printed }) => printed.length === 3)
  expect(btc.printed).toEqual(['sim BTC-USDT 1', 'sim BTC-USDT 3', 'sim BTC-USDT 5'])
  expect(eth.printed).toEqual(['sim BTC-USDT 1', 'sim ETH-USDT 2', 'sim BTC-USDT 3', 'sim BTC-USDT 5'])
  expect(other.printed).toEqual(['other BTC-USDT 4'])
})

test('who wants events of other providers gets those of its symbols', async () => {
  const body = `return { wantsCrossProviderEvents: true, onTrade(ctx, evt, p, price) { helpers.log(evt.provider, price) } }`
  const heard = await hosts.launch('cross', body, { scope: [scope('sim', ['XRP-USDT'])] })
  const symbol = 'XRP-USDT'
  hosts.publish(
    hosts.trade('1', { symbol, provider: 'far' }),
    hosts.trade('2', { provider: 'far' }),
    hosts.trade('3', { symbol }),
  )
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['far 1', 'sim 3'])
})

test('prices are known to a strategy that has no handler for trades', async () => {
  const body = `return { onExtensionEvent(ctx, evt, payload) { helpers.log(payload.n, runtime.getLastPrice()) } }`
  const heard = await hosts.launch('extension', body)
  const extension = (n: number): MarketEvent => {
    const { payload: _, ...head } = hosts.trade('0')
    return { ...head, type: 'Extension', payload: { n } }
  }
  hosts.publish(hosts.trade('7'), hosts.trade('8'), extension(1), hosts.trade('9'), extension(2))
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['1 8', '2 9'])
  expect(hosts.pool.stats('extension').dropped).toBe(0)
})

test('an instance that joins late understands what the others were taught before', async () => {
  await hosts.launch('early', PRINT, { scope: [scope('sim', ['OLD-USDT', 'NEW-USDT'])] })
  hosts.publish(hosts.trade('1', { symbol: 'OLD-USDT' }))
  const late = await hosts.launch('late', PRINT, { scope: [scope('sim', ['OLD-USDT', 'NEW-USDT'])] })
  hosts.publish(hosts.trade('2', { symbol: 'OLD-USDT' }), hosts.trade('3', { symbol: 'NEW-USDT' }))
  await late.until(({ printed }) => printed.length === 2)
  expect(late.printed).toEqual(['sim OLD-USDT 2', 'sim NEW-USDT 3'])
})

test('flags and reports reach their owner alone, in their place among the events', async () => {
  const body = `return {
    onTrade(ctx, evt, payload, price) {
      helpers.log('trade', price, runtime.isTradingActive(), runtime.position().quantity)
      if (price === 1) runtime.submitMarketOrder('', 'buy', '2')
    },
    onOrderFilled(ctx, evt, { clientOrderId, avgFillPrice }) {
      helpers.log('filled', clientOrderId.split('-')[0], avgFillPrice, runtime.position().quantity)
    } }`
  const heard = await hosts.launch('owner', body)
  const neighbour = await hosts.launch('stranger', body.replace('price === 1', 'false'))
  hosts.publish(hosts.trade('1'))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.publish(hosts.trade('2'))
  hosts.pool.report('owner', 'sim', filled(heard.orders[0]!, '1.5'))
  hosts.pool.flags('owner', { tradingActive: false })
  hosts.publish(hosts.trade('3'))
  await heard.until(({ printed }) => printed.length === 4)
  await neighbour.until(({ printed }) => printed.length === 3)
  expect(heard.printed).toEqual(['trade 1 true 0', 'trade 2 true 0', 'filled owner 1.5 2', 'trade 3 false 2'])
  expect(neighbour.printed).toEqual(['trade 1 true 0', 'trade 2 true 0', 'trade 3 true 0'])
})

test('balances and risk notices are told to one instance', async () => {
  const body = `return {
    onBalanceUpdate(ctx, evt, payload) { helpers.log(evt.type, payload.total, payload.timestamp) },
    onRiskControl(ctx, evt, payload) { helpers.log(evt.type, payload.reason) } }`
  const heard = await hosts.launch('told', body)
  const { type: _, payload: __, ...head } = hosts.trade('0')
  const balance = { currency: 'USDT', total: '5', available: '4', timestamp: 0 }
  hosts.pool.tell('told', { ...head, type: 'BalanceUpdate', payload: balance })
  const risk = {
    strategyId: 'told',
    provider: 'sim',
    symbol: 'BTC-USDT',
    status: 'refused',
    reason: 'too much',
    breachType: 'position',
    killSwitchEngaged: false,
    circuitBreakerOpen: false,
    timestamp: 0,
  }
  hosts.pool.tell('told', { ...head, type: 'RiskControl', payload: risk })
  await heard.until(({ printed }) => printed.length === 2)
  expect(heard.printed).toEqual(['BalanceUpdate 5 1970-01-01T00:00:00.000Z', 'RiskControl too much'])
})

test('a thousand events to fifty instances arrive whole and in order', async () => {
  const body = `let last = 0, count = 0
    return { onTrade(ctx, evt, payload, price) {
      if (price !== last + 1) helpers.log('after', last, 'came', price)
      last = price
      if (++count === 1000) helpers.log('done')
    } }`
  const alone = { scope: [scope('sim', ['FAN-USDT'])] }
  const all = await Promise.all(Array.from({ length: 50 }, (_, i) => hosts.launch(`fan-${i}`, body, alone)))
  for (let from = 0; from < 1000; from += 125) {
    hosts.publish(...Array.from({ length: 125 }, (_, i) => hosts.trade(`${from + i + 1}`, { symbol: 'FAN-USDT' })))
  }
  await Promise.all(all.map((heard) => heard.until(({ printed }) => printed.length > 0)))
  expect(all.map(({ printed }) => printed)).toEqual(all.map(() => ['done']))
})

test('a long list of events is handled whole and in order, whatever orders, throws and sleeps between', async () => {
  const heard = await hosts.launch(
    'reader',
    `const seen = []
    return {
      onTrade(ctx, evt, payload, price) {
        seen.push(price)
        if (price % 700 === 0) runtime.submitMarketOrder('', 'buy', 1)
        if (price % 900 === 0) helpers.sleep(1)
        if (price === 3000) helpers.log(seen.length, seen.every((one, at) => one === at + 1))
        if (price % 800 === 0) throw new Error('at ' + price)
      },
    }`,
  )
  hosts.publish(...Array.from({ length: 3000 }, (_, at) => hosts.trade(String(at + 1))))
  await heard.until(({ printed }) => printed.length === 1)
  expect(heard.printed).toEqual(['3000 true'])
  expect(heard.orders.map(({ quantity }) => quantity)).toEqual(['1', '1', '1', '1'])
  expect(heard.notices.map((line) => line.match(/at \d+00/)?.[0])).toEqual(['at 800', 'at 1600', 'at 2400'])
  await hosts.pool.stop('reader')
})
