/** From a strategy to executions: orders, the journal, balances, restarts. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { heldIntervals } from '../intervals'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'
import { buyer, looper, rester } from './strategies'

const { openHouse } = houses()

async function withTape(house: House, name = 'tape', paper: Record<string, unknown> = { feeBps: 0 }): Promise<void> {
  await house.runtime.providers.create({ name, adapter: { identifier: 'tape', config: { paper } } }, 'test')
}

const body = (id: string, identifier: string, config: Record<string, unknown> = { dry_run: false }) => ({
  id,
  strategy: { identifier, config },
  scope: { tape: { symbols: [BTC] } },
  autostart: true,
})

test('a market order fills at the next trade, and its owner learns of it before that trade', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  const created = await house.runtime.instances.create(body('b1', 'buyer'), 'test')
  expect(created).toMatchObject({ running: true, state: 'running', aggregatedSymbols: [BTC] })
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '101', '102')
  await until(() => house.lines('b1').length >= 6)
  expect(house.lines('b1').filter((line) => !line.startsWith('order'))).toEqual([
    'trade 100 position 0 active true',
    'filled 101',
    'balance USDT 10000',
    'trade 101 position 1 active true',
    'trade 102 position 1 active true',
  ])
  const [order] = finish(house.runtime.records.orders('b1', everything)).items
  expect(order).toMatchObject({ provider: 'tape', symbol: BTC, side: 'Buy', state: 'FILLED', avgFillPrice: '101' })
  expect(finish(house.runtime.records.executions('b1', everything)).items).toMatchObject([
    {
      clientOrderId: order!.clientOrderId,
      price: '101',
      quantity: '1',
      fee: '0',
      feeCurrency: 'USDT',
      liquidity: 'taker',
    },
  ])
  await until(() => house.runtime.instanceIndex.get('b1').stats.events >= 3)
  expect(house.runtime.instanceIndex.get('b1').stats).toMatchObject({
    orders: 1,
    fills: 1,
    errors: 0,
    skippedOrders: 0,
  })
  expect(await house.metrics.text()).toContain('meltica_fills_total{provider="tape"} 1')
})

test('with a report its owner is told the price of the event that caused it, and what its other orders are reckoned with', async () => {
  const valuer = `module.exports = {
    metadata: { name: 'valuer', tag: 'v1', displayName: 'Valuer', config: [], events: ['Trade', 'ExecReport'] },
    create({ runtime, helpers }) {
      const see = (what) => helpers.log(what, runtime.equity(), runtime.balance('USDT').available, runtime.position().quantity)
      const report = (ctx, evt, p) => see(p.state)
      let placed = false
      return {
        onTrade(ctx, evt, payload, price) {
          see(price)
          if (placed) return
          placed = true
          runtime.submitMarketOrder('', 'buy', '1')
          runtime.submit({ side: 'buy', type: 'stop', quantity: '1', stopPrice: '400' })
        },
        onOrderAcknowledged: report,
        onOrderFilled: report,
      }
    },
  }`
  await using house = await openHouse()
  await house.upload(valuer)
  await withTape(house, 'tape', { feeBps: 0, latencyMs: 1500 })
  const scope = { tape: { symbols: [BTC, 'ETH-USDT'] } }
  await house.runtime.instances.create({ ...body('v1', 'valuer'), scope }, 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('v1', everything)).total === 2)
  house.tape.trades('tape', BTC, '120')
  // both arrive with this one
  house.tape.trades('tape', 'ETH-USDT', '10')
  house.tape.trades('tape', BTC, '150', '160')
  await until(() => house.lines('v1').some((line) => line.startsWith('160')))
  expect(house.lines('v1')).toEqual([
    '100 10000 10000 0',
    '120 10000 9500 0',
    'ACK 10000 9500 0',
    'ACK 10000 9500 0',
    '10 10000 9500 0',
    'FILLED 10000 9450 1',
    '150 10000 9450 1',
    '160 10010 9450 1',
  ])
})

test('reports go to their owner only, and each instance has its own account', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  await house.runtime.instances.create(body('b1', 'buyer', { dry_run: false, quantity: '2' }), 'test')
  await house.runtime.instances.create(body('b2', 'buyer', { dry_run: false, times: 0 }), 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '100')
  await until(
    () => house.lines('b2').length >= 2 && finish(house.runtime.records.executions('b1', everything)).total === 1,
  )
  expect(house.lines('b2').filter((line) => line.startsWith('filled'))).toEqual([])
  expect(finish(house.runtime.records.executions('b2', everything))).toEqual({ items: [], total: 0, ...everything })
  expect(house.runtime.balances.of('b2', everything).items).toEqual([
    { provider: 'tape', currency: 'USDT', total: '10000', available: '10000' },
  ])
  expect(
    house.runtime.balances.at('tape', everything).items.map(({ instance, available }) => [instance, available]),
  ).toEqual([
    ['b1', '9800'],
    ['b2', '10000'],
  ])
})

test('an execution is dated by the venue, however long its order was under way', async () => {
  const sleeper = `module.exports = {
    metadata: { name: 'sleeper', tag: 'v1', displayName: 'Sleeper', config: [], events: ['Trade'] },
    create({ runtime, helpers }) {
      return {
        onTrade(ctx, evt, payload, price) {
          if (price !== 100) return
          helpers.sleep(20)
          runtime.submitMarketOrder('', 'buy', 1)
        },
      }
    },
  }`
  await using house = await openHouse()
  await house.upload(sleeper)
  await withTape(house, 'tape', { fill: 'same' })
  await house.runtime.instances.create(body('s1', 'sleeper'), 'test')
  house.tape.trades('tape', BTC, '100', '101', '102')
  await until(() => finish(house.runtime.records.executions('s1', everything)).total === 1)
  const [execution] = finish(house.runtime.records.executions('s1', everything)).items
  const [order] = finish(house.runtime.records.orders('s1', everything)).items
  expect(execution).toMatchObject({ price: '102', tradedAt: '2023-11-14T22:13:23.000Z' })
  expect(order).toMatchObject({ placedAt: '2023-11-14T22:13:21.020Z', updatedAt: '2023-11-14T22:13:23.000Z' })
})

test('a rebate is paid to whoever rested in the market, to the last digit', async () => {
  await using house = await openHouse()
  await house.upload(rester)
  await withTape(house, 'tape', { makerBps: -2.5, takerBps: 1e-7 })
  await house.runtime.instances.create(body('r1', 'rester'), 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('r1', everything)).total === 1)
  house.tape.trades('tape', BTC, '89')
  await until(() => finish(house.runtime.records.executions('r1', everything)).total === 1)
  expect(finish(house.runtime.records.executions('r1', everything)).items).toMatchObject([
    { price: '90', quantity: '1', fee: '-0.0225', liquidity: 'maker' },
  ])
  expect(house.runtime.balances.of('r1', everything).items).toMatchObject([{ total: '10000.0225' }])
})

test('a dry run sends nothing, and counts and logs what it would have sent', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  await house.runtime.instances.create(body('b1', 'buyer', {}), 'test')
  house.tape.trades('tape', BTC, '100', '101')
  await until(() => house.runtime.instanceIndex.get('b1').stats.skippedOrders === 1)
  expect(house.runtime.instanceIndex.get('b1').strategy.config).toEqual({ quantity: '1', times: 1, dry_run: true })
  expect(finish(house.runtime.records.orders('b1', everything)).total).toBe(0)
  await until(() => house.lines('b1').some((line) => line.includes('skipped') || line.includes('dry run')))
  expect(await house.metrics.text()).toContain('meltica_orders_total{provider="tape",outcome="skipped"} 1')
})

test('a strategy may trade while its provider is up, and not when it has stopped', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  await house.runtime.instances.create(body('b1', 'buyer', { times: 0 }), 'test')
  house.tape.trades('tape', BTC, '1')
  await until(() => house.lines('b1').length === 1)
  await house.runtime.providers.stop('tape', 'test')
  house.tape.trades('tape', BTC, '2')
  await until(() => house.lines('b1').length === 2)
  await house.runtime.providers.start('tape', 'test')
  house.tape.trades('tape', BTC, '3')
  await until(() => house.lines('b1').length === 3)
  expect(house.lines('b1').map((line) => line.split(' ').at(-1))).toEqual(['true', 'false', 'true'])
})

/** A buyer on two providers, in whose last line it says whether it may trade. */
async function onTwo(house: House): Promise<() => Promise<string>> {
  await house.upload(buyer)
  await withTape(house, 'one')
  await withTape(house, 'two')
  const scope = { one: { symbols: [BTC] }, two: { symbols: [BTC] } }
  await house.runtime.instances.create({ ...body('b1', 'buyer', { times: 0 }), scope }, 'test')
  let trades = 0
  return async () => {
    house.tape.trades('one', BTC, `${++trades}`)
    await until(() => house.lines('b1').length === trades)
    return house.lines('b1').at(-1)!.split(' ').at(-1)!
  }
}

test('an instance may trade only while each of its providers is fresh', async () => {
  await using house = await openHouse()
  const active = await onTwo(house)
  expect(await active()).toBe('true')
  await house.runtime.providers.stop('two', 'test')
  expect(await active()).toBe('false')
  await house.runtime.providers.start('two', 'test')
  expect(await active()).toBe('true')
  house.tape.providers.get('two')!.fail('gone')
  expect(await active()).toBe('false')
})

test('a provider that falls silent is no longer fresh until its next event', async () => {
  let elapsed = 1_000_000
  await using house = await openHouse(undefined, { staleAfterMs: 40, elapsed: () => elapsed })
  const active = await onTwo(house)
  expect(await active()).toBe('true')
  elapsed += 39
  expect(await active()).toBe('true')
  // both are looked at in one go, and one of them has just spoken
  const stale: string[] = []
  house.runtime.activity.observe('provider', ({ provider, isStale }) => isStale && stale.push(provider))
  elapsed += 1
  await until(() => stale.length > 0)
  expect(await active()).toBe('false')
  house.tape.trades('two', 'ETH-USDT')
  expect(await active()).toBe('false')
  house.tape.trades('two', 'ETH-USDT', '1')
  expect(await active()).toBe('true')
})

test('unless it is said otherwise, two minutes of silence are too long', async () => {
  using looks = heldIntervals(30_000)
  let elapsed = 0
  await using house = await openHouse(undefined, { elapsed: () => elapsed })
  const active = await onTwo(house)
  house.tape.trades('two', 'ETH-USDT', '1')
  elapsed = 119_999
  looks.pass(elapsed)
  expect(await active()).toBe('true')
  elapsed = 120_000
  looks.pass(1)
  expect(await active()).toBe('false')
})

test('a provider that nobody has asked for a symbol is not silent, and from its first one on it is waited for', async () => {
  using looks = heldIntervals(30_000)
  let elapsed = 0
  await using house = await openHouse(undefined, { elapsed: () => elapsed })
  await withTape(house)
  const pass = (ms: number) => {
    elapsed += ms
    looks.pass(ms)
  }
  for (let minute = 0; minute < 10; minute++) pass(60_000)
  expect(house.runtime.markets.silent()).toEqual([])
  await house.upload(buyer)
  await house.runtime.instances.create(body('b1', 'buyer'), 'test')
  pass(90_000)
  expect(house.runtime.markets.silent()).toEqual([])
  pass(30_000)
  expect(house.runtime.markets.silent()).toEqual([{ provider: 'tape', reason: 'it gives no events' }])
})

test('the account is as it was after a restart of the gateway, and resting orders go on resting', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await house.upload(buyer)
    await house.upload(rester)
    await withTape(house)
    await house.runtime.instances.create(body('b1', 'buyer'), 'test')
    await house.runtime.instances.create(body('r1', 'rester'), 'test')
    house.tape.trades('tape', BTC, '100')
    await until(
      () =>
        finish(house.runtime.records.orders('b1', everything)).total +
          finish(house.runtime.records.orders('r1', everything)).total ===
        2,
    )
    house.tape.trades('tape', BTC, '101')
    await until(() => house.lines('b1').includes('trade 101 position 1 active true'))
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.instanceIndex.list().map(({ id, running }) => [id, running])).toEqual([
    ['b1', true],
    ['r1', true],
  ])
  expect(finish(house.runtime.records.orders('r1', everything)).items).toMatchObject([{ state: 'ACK', price: '90' }])
  const before = house.lines('b1').length
  house.tape.trades('tape', BTC, '110', '89')
  await until(() => house.lines('b1').length >= before + 2 && house.lines('r1').includes('filled 90'))
  expect(house.lines('b1').slice(before)).toEqual([
    'trade 110 position 1 active true',
    'trade 89 position 1 active true',
  ])
  expect(finish(house.runtime.records.orders('r1', everything)).items).toMatchObject([{ state: 'FILLED' }])
  expect(house.runtime.balances.of('b1', everything).items).toMatchObject([{ currency: 'USDT', total: '10000' }])
})

test('an order that was filled in part before a restart goes on with the rest', async () => {
  const config = { dry_run: false, quantity: '8' }
  const directory = await (async () => {
    await using house = await openHouse()
    await house.upload(rester)
    await withTape(house)
    await house.runtime.instances.create(body('r1', 'rester', config), 'test')
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(house.runtime.records.orders('r1', everything)).total === 1)
    house.tape.trades('tape', BTC, '89')
    await until(() => finish(house.runtime.records.executions('r1', everything)).total === 1)
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(finish(house.runtime.records.orders('r1', everything)).items).toMatchObject([
    { state: 'PARTIAL', remainingQty: '3' },
  ])
  house.tape.trades('tape', BTC, '95')
  await until(() => house.lines('r1').some((line) => line.startsWith('open')))
  expect(house.lines('r1').at(-1)).toBe('open 5 of 8')
  house.tape.trades('tape', BTC, '89')
  await until(() => house.lines('r1').includes('filled 90'))
  expect(finish(house.runtime.records.executions('r1', everything)).items.map(({ quantity }) => quantity)).toEqual([
    '3',
    '5',
  ])
})

test('a market order that found no trade before the gateway stopped is cancelled, not filled hours later', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await house.upload(buyer)
    await withTape(house)
    await house.runtime.instances.create(body('b1', 'buyer'), 'test')
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(finish(house.runtime.records.orders('b1', everything)).items).toMatchObject([{ state: 'CANCELLED' }])
  house.tape.trades('tape', BTC, '500')
  await until(() => house.lines('b1').some((line) => line.startsWith('trade 500')))
  expect(finish(house.runtime.records.executions('b1', everything)).total).toBe(0)
})

test('the cash of an account is what its provider is given, or 10000 of each quote currency', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house, 'tape', { cash: { USDT: '50.5', BTC: 2 }, account: 'spot' })
  await withTape(house, 'other')
  const scope = { tape: { symbols: [BTC] }, other: { symbols: [BTC, 'ETH-EUR'] } }
  await house.runtime.instances.create({ id: 'b1', strategy: { identifier: 'buyer' }, scope }, 'test')
  expect(
    house.runtime.balances.of('b1', everything).items.map((item) => [item.provider, item.currency, item.total]),
  ).toEqual([
    ['tape', 'USDT', '50.5'],
    ['tape', 'BTC', '2'],
    ['other', 'USDT', '10000'],
    ['other', 'EUR', '10000'],
  ])
})

test('a fill tells of the balances that it changed, and of no others', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house, 'tape', { cash: { EUR: 7, USDT: 500, BTC: 2 }, account: 'spot', feeBps: 0 })
  await house.runtime.instances.create(body('b1', 'buyer'), 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => finish(house.runtime.records.orders('b1', everything)).total === 1)
  house.tape.trades('tape', BTC, '100')
  await until(() => house.lines('b1').filter((line) => line.startsWith('trade')).length === 2)
  const told = house.lines('b1').filter((line) => line.startsWith('balance'))
  expect(told).toEqual(['balance USDT 400', 'balance BTC 3'])
  expect(house.runtime.balances.of('b1', everything).items.map(({ currency, total }) => [currency, total])).toEqual([
    ['EUR', '7'],
    ['USDT', '400'],
    ['BTC', '3'],
  ])
  expect(await house.metrics.text()).toContain('meltica_market_events_total{provider="tape"} 2')
})

test('an order that wants for cash is refused with where the cash is set, of whatever account', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const setBy = `(the account's cash is set by paper.cash in the config of the provider "tape")`
  await withTape(house)
  await house.runtime.instances.create(body('b1', 'buyer', { dry_run: false, quantity: '101' }), 'test')
  house.tape.trades('tape', BTC, '100')
  const isRefused = (id: string, reason: string) => house.lines(id).some((line) => line.includes(reason))
  const margin = `insufficient margin: 10100 USDT would be needed, 10000 are available ${setBy}`
  await until(() => isRefused('b1', margin))
  await house.runtime.instances.remove('b1', 'test')
  await house.runtime.providers.remove('tape', 'test')
  await withTape(house, 'tape', { account: 'spot', cash: { USDT: 50 } })
  await house.runtime.instances.create(body('b2', 'buyer'), 'test')
  house.tape.trades('tape', BTC, '100')
  await until(() => isRefused('b2', `insufficient USDT: 100 are needed, 50 are available ${setBy}`))
})

test('an instance over its limits ends as failed and says why; its neighbour misses nothing', async () => {
  await using house = await openHouse()
  await house.upload(looper)
  await house.upload(buyer)
  await withTape(house)
  await house.runtime.instances.create(body('bad', 'looper'), 'test')
  await house.runtime.instances.create(body('good', 'buyer', { times: 0 }), 'test')
  house.tape.trades('tape', BTC, '1', '2', '3')
  await until(() => house.runtime.instanceIndex.get('bad').state === 'failed' && house.lines('good').length === 3)
  const { reason, running } = house.runtime.instanceIndex.get('bad')
  expect(running).toBe(false)
  expect(reason).toMatch(/looper\.js:\d+/)
  expect(house.lines('bad')).toContain(reason!)
  expect(house.runtime.usage.all().find(({ strategy }) => strategy === 'looper')).toMatchObject({
    count: 0,
    running: false,
  })
})

test('an account of many fills is opened from how it stood not long ago, and stands as before', async () => {
  const filler = `module.exports = {
    metadata: { name: 'filler', tag: 'v1', displayName: 'Filler', config: [], events: ['Trade'] },
    create({ runtime, helpers }) {
      let placed = false
      return {
        onTrade(ctx, evt, payload, price) {
          if (price === 100 && !placed) placed = runtime.submitOrder('', 'buy', '20000', '90')
          if (price === 70) helpers.log(JSON.stringify([runtime.position(), runtime.balance('USDT'), runtime.equity()]))
        },
      }
    },
  }`
  const told = (house: House) => JSON.parse(house.lines('f1').at(-1) ?? 'null')
  const totalsOf = (house: House) =>
    house.runtime.balances.of('f1', everything).items.map(({ currency, total }) => [currency, total])
  let totals: string[][] = []
  let first: House
  {
    await using house = await openHouse()
    first = house
    await house.upload(filler)
    await withTape(house, 'tape', { feeBps: 3, checkMargin: false, cash: { USDT: 1_000_000 } })
    await house.runtime.instances.create(body('f1', 'filler'), 'test')
    house.tape.trades('tape', BTC, '100')
    await until(() => finish(house.runtime.records.orders('f1', everything)).items[0]?.state === 'ACK')
    for (let batch = 0; batch < 22; batch++) house.tape.trades('tape', BTC, ...Array(100).fill('80'))
    house.tape.trades('tape', BTC, '70')
    await until(() => house.lines('f1').length === 1)
    expect(finish(house.runtime.records.executions('f1', everything)).total).toBe(2201)
    expect(told(house)[0]).toMatchObject({ quantity: 11005, averagePrice: 90 })
    totals = totalsOf(house)
  }
  {
    using database = new Database(join(first.directory, 'data/meltica.db'), { readonly: true })
    expect(database.query('SELECT provider, seq FROM account_states').all()).toEqual([{ provider: 'tape', seq: 2200 }])
  }
  await using house = await openHouse(first.directory)
  expect(totalsOf(house)).toEqual(totals)
  house.tape.trades('tape', BTC, '70')
  await until(() => house.lines('f1').length === 2)
  const [position, balance] = told(house)
  expect(position).toMatchObject({ quantity: 11010, averagePrice: 90, unrealizedPnl: -20 * 11010 })
  expect(balance.total).toBeCloseTo(1_000_000 - 2202 * 5 * 90 * 0.0003, 9)
})
