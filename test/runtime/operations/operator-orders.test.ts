/** An operator's own orders on the account of an instance, and the way to flat. */
import { expect, test } from 'bun:test'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, type HouseSettings, refusal, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

const ETH = 'ETH-USDT'

/** Orders nothing, and prints what it is told of orders. */
const WATCHER = `module.exports = {
  metadata: { name: 'watcher', tag: 'v1', displayName: 'Watcher', config: [], events: ['Trade', 'ExecReport', 'RiskControl'] },
  create({ runtime, helpers }) {
    const told = (ctx, evt, { state, side, filledQuantity, clientOrderId }) =>
      helpers.log(state, side, filledQuantity, clientOrderId.startsWith('_'), runtime.position(evt.symbol).quantity)
    return {
      onOrderAcknowledged: told, onOrderPartialFill: told, onOrderFilled: told, onOrderCancelled: told, onOrderExpired: told,
      onOrderRejected: told,
      onTrade() {},
    }
  },
}`

interface Watched {
  readonly paper?: Record<string, unknown>
  readonly config?: Record<string, unknown>
  readonly directory?: string
  readonly settings?: HouseSettings
}

/** A house with a running instance `w` of it at the provider `tape`. */
async function watched({ paper, config = { dry_run: false }, directory, settings }: Watched = {}): Promise<House> {
  const house = await openHouse(directory, settings)
  await house.upload(WATCHER)
  const adapter = { identifier: 'tape', config: paper ? { paper } : {} }
  await house.runtime.providers.create({ name: 'tape', adapter }, 'test')
  const scope = { tape: { symbols: [BTC, ETH] } }
  await house.runtime.instances.create(
    { id: 'w', strategy: { identifier: 'watcher', config }, scope, autostart: true },
    'test',
  )
  return house
}

const BUY = { side: 'buy', type: 'market', quantity: '1' } as const
const place = (house: House, body: Parameters<House['runtime']['operatorOrders']['place']>[1]) =>
  house.runtime.operatorOrders.place('w', body, 'ops')
const flatten = (house: House, body = {}) => house.runtime.flattener.flatten('w', body, 'ops')
const ordersOf = (house: House) => finish(house.runtime.records.orders('w', everything)).items.reverse()
const held = (house: House) =>
  house.runtime.worth.positions('w', everything).items.map(({ symbol, quantity }) => [symbol, quantity])
const audited = (house: House, what: string) =>
  finish(house.runtime.records.audit(everything, { what: what as 'order_placed' })).items

test('an order of the operator is in the journal as theirs, and told to the strategy as its own are', async () => {
  await using house = await watched()
  house.tape.trades('tape', BTC, '100')
  const { status, order } = await place(house, { ...BUY, clientId: 'first', clientTag: 'hedge' })
  expect([status, order.placedBy, order.clientTag, order.state]).toEqual(['placed', 'ops', 'hedge', 'ACK'])
  await until(() => house.lines('w').length === 1)
  house.tape.trades('tape', BTC, '101')
  const filled = { state: 'FILLED', filledQuantity: '1', remainingQty: '0', avgFillPrice: '101' } as const
  expect(ordersOf(house)).toEqual([{ ...order, ...filled, updatedAt: expect.any(String) }])
  await until(() => house.lines('w').length === 2)
  expect(house.lines('w')).toEqual(['ACK Buy 0 true 0', 'FILLED Buy 1 true 1'])
  expect(audited(house, 'order_placed')).toMatchObject([
    { who: 'ops', subject: 'w', strategy: 'watcher', after: { side: 'buy', quantity: '1', clientTag: 'hedge' } },
  ])
})

test('sent again under its id it is placed once, over a restart too, and another order under it is refused', async () => {
  const { directory, order } = await (async () => {
    await using house = await watched()
    house.tape.trades('tape', BTC, '100')
    const placed = await place(house, { ...BUY, type: 'limit', price: '90', clientId: 'once' })
    expect(await place(house, { ...BUY, type: 'limit', price: '90', clientId: 'once' })).toEqual({
      ...placed,
      status: 'known',
    })
    return { directory: house.directory, order: placed.order }
  })()
  await using house = await openHouse(directory)
  const again = await place(house, { ...BUY, type: 'limit', price: '90', clientId: 'once' })
  expect([again.status, again.order.clientOrderId]).toEqual(['known', order.clientOrderId])
  expect(await refusal(() => place(house, { ...BUY, type: 'limit', price: '91', clientId: 'once' }))).toBe(
    '409 order_id_taken: another order was placed as "once"',
  )
  expect(ordersOf(house)).toHaveLength(1)
})

test('it passes the checks of a strategy’s order; one that only reduces is bound by no limit and no kill switch', async () => {
  await using house = await watched()
  const cases: [Parameters<typeof place>[1], string][] = [
    [BUY, '409 market_closed: there is no price of BTC-USDT at the provider "tape" yet'],
    [{ ...BUY, symbol: 'SOL-USDT' }, '422 order_refused: symbol "SOL-USDT" is not in scope, only BTC-USDT, ETH-USDT'],
    [{ ...BUY, provider: 'other' }, '422 order_refused: provider "other" is not in scope, only tape'],
    [{ ...BUY, quantity: '0.00001' }, '422 order_refused: quantity 0.00001 is not a multiple of the lot size 0.0001'],
    [{ ...BUY, price: '5' }, '422 order_refused: a market order takes no price'],
    [{ ...BUY, type: 'limit' }, '422 order_refused: a price is required'],
    [
      { ...BUY, quantity: '1000' },
      '422 order_refused: insufficient margin: 100000 USDT would be needed, 10000 are available (the account\'s cash is set by paper.cash in the config of the provider "tape")',
    ],
    [{ ...BUY, reduceOnly: true }, '422 order_refused: reduce-only: there is no short position in BTC-USDT to reduce'],
  ]
  expect(await refusal(() => place(house, cases[0]![0]))).toBe(cases[0]![1])
  house.tape.trades('tape', BTC, '100')
  for (const [body, text] of cases.slice(1)) expect(await refusal(() => place(house, body))).toBe(text)
  expect(ordersOf(house)).toEqual([])
  await place(house, { ...BUY, quantity: '3' })
  house.tape.trades('tape', BTC, '100')
  house.runtime.risk.setLimits({ maxPositionSize: '2', allowedOrderTypes: ['limit'] }, 'ops')
  expect(await refusal(() => place(house, BUY))).toBe('422 order_refused: market orders are not allowed, only limit')
  expect(await refusal(() => place(house, { ...BUY, type: 'limit', price: '99' }))).toBe(
    '422 order_refused: the position in BTC-USDT could become 4, the limit is 2',
  )
  house.runtime.risk.kill({ reason: 'hot' }, 'ops')
  expect(await refusal(() => place(house, { ...BUY, type: 'limit', price: '99' }))).toBe(
    '422 order_refused: the kill switch is set: hot',
  )
  await place(house, { ...BUY, side: 'sell', quantity: '1', reduceOnly: true })
  house.tape.trades('tape', BTC, '100')
  expect(held(house)).toEqual([[BTC, '2']])
})

test('in a dry run only what reduces a position is sent', async () => {
  await using house = await watched({ config: {} })
  house.tape.trades('tape', BTC, '100')
  expect(await refusal(() => place(house, BUY))).toBe(
    '422 order_refused: the instance makes a dry run: nothing of it is sent, but for orders that only reduce a position',
  )
})

test('a flatten cancels orders and closes longs and shorts of several symbols, of a killed and stopped instance too', async () => {
  await using house = await watched()
  house.tape.trades('tape', BTC, '100')
  house.tape.trades('tape', ETH, '10')
  await place(house, { ...BUY, quantity: '2' })
  await place(house, { ...BUY, side: 'sell', symbol: ETH, quantity: '5' })
  house.tape.trades('tape', BTC, '100')
  house.tape.trades('tape', ETH, '10')
  const resting = await place(house, { ...BUY, type: 'limit', price: '50' })
  await until(() => house.lines('w').length === 5)
  house.runtime.risk.kill({ cancelOrders: false }, 'ops')
  await house.runtime.instances.stop('w', 'ops')
  const { status, cancelled, orders, left } = await flatten(house)
  expect([status, cancelled, left]).toEqual(['flattening', [resting.order.clientOrderId], []])
  expect(
    orders.map(({ symbol, side, quantity, type, reduceOnly, placedBy }) => [
      symbol,
      side,
      quantity,
      type,
      reduceOnly,
      placedBy,
    ]),
  ).toEqual([
    [BTC, 'Sell', '2', 'market', true, 'ops'],
    [ETH, 'Buy', '5', 'market', true, 'ops'],
  ])
  house.tape.trades('tape', BTC, '101')
  house.tape.trades('tape', ETH, '11')
  expect(held(house)).toEqual([
    [BTC, '0'],
    [ETH, '0'],
  ])
  expect(audited(house, 'instance_flattened')).toMatchObject([
    { who: 'ops', subject: 'w', after: { cancelled: [resting.order.clientOrderId], left: [] } },
  ])
  expect(await flatten(house)).toEqual({ status: 'flat', id: 'w', cancelled: [], orders: [], left: [] })
  house.runtime.risk.resume({}, 'ops')
  await house.runtime.instances.start('w', 'ops')
  await until(() => house.lines('w').some((line) => line.startsWith('FILLED Buy 5')))
  const told = house.lines('w').slice(5)
  expect(told.filter((line) => line.startsWith('FILLED'))).toEqual(['FILLED Sell 2 true 0', 'FILLED Buy 5 true 0'])
})

test('a flatten of one symbol leaves the others; one without a price or a provider that is down changes nothing', async () => {
  const directory = await (async () => {
    await using house = await watched()
    house.tape.trades('tape', BTC, '100')
    house.tape.trades('tape', ETH, '10')
    await place(house, BUY)
    await place(house, { ...BUY, symbol: ETH })
    house.tape.trades('tape', BTC, '100')
    house.tape.trades('tape', ETH, '10')
    return house.directory
  })()
  await using house = await openHouse(directory)
  house.tape.trades('tape', BTC, '100')
  const resting = await place(house, { ...BUY, type: 'limit', price: '50' })
  expect(await refusal(() => flatten(house))).toBe(
    '409 market_closed: there is no price of ETH-USDT at the provider "tape" yet',
  )
  await house.runtime.providers.stop('tape', 'ops')
  expect(await refusal(() => flatten(house, { symbol: BTC }))).toBe(
    '409 market_closed: the provider "tape" does not run, it is stopped',
  )
  expect(await refusal(() => flatten(house, { provider: 'none' }))).toBe('404 provider_not_found: no provider "none"')
  expect(await refusal(() => house.runtime.flattener.flatten('x', {}, 'ops'))).toBe(
    '404 instance_not_found: no instance "x"',
  )
  expect(ordersOf(house).at(-1)).toMatchObject({ clientOrderId: resting.order.clientOrderId, state: 'ACK' })
  await house.runtime.providers.start('tape', 'ops')
  expect((await flatten(house, { symbol: BTC })).orders).toHaveLength(1)
  house.tape.trades('tape', BTC, '100')
  expect(held(house)).toEqual([
    [BTC, '0'],
    [ETH, '1'],
  ])
})

test('of a spot account what was bought is sold, down to the lot, and the rest is told', async () => {
  await using house = await watched({ paper: { account: 'spot', cash: { USDT: '1000', BTC: '7' } } })
  house.tape.trades('tape', BTC, '100')
  await place(house, { ...BUY, quantity: '1.5' })
  house.tape.trades('tape', BTC, '100')
  const { orders, left } = await flatten(house)
  expect([orders.map(({ side, quantity }) => [side, quantity]), left]).toEqual([[['Sell', '1.5']], []])
  house.tape.trades('tape', BTC, '100')
  expect(held(house)).toEqual([[BTC, '7']])
  await place(house, { ...BUY, side: 'sell', quantity: '2' })
  house.tape.trades('tape', BTC, '100')
  expect(await flatten(house)).toMatchObject({ status: 'flat', orders: [] })
})

test('an inverse contract is closed in contracts', async () => {
  await using house = await watched({ paper: { account: 'inverse', cash: { BTC: '10' } } })
  house.tape.trades('tape', BTC, '100')
  await place(house, { ...BUY, side: 'sell', quantity: '200' })
  house.tape.trades('tape', BTC, '100')
  expect((await flatten(house)).orders).toMatchObject([{ side: 'Buy', quantity: '200' }])
  house.tape.trades('tape', BTC, '110')
  expect(held(house)).toEqual([[BTC, '0']])
})

test('where a book is too thin for all of it, the rest follows until the position is closed', async () => {
  await using house = await watched()
  house.tape.book('tape', BTC, [['99', '10']], [['100', '10']])
  await place(house, { ...BUY, quantity: '5' })
  expect(held(house)).toEqual([[BTC, '5']])
  house.tape.book('tape', BTC, [['99', '2']], [['100', '10']])
  expect((await flatten(house)).orders).toMatchObject([{ quantity: '5', state: 'EXPIRED', filledQuantity: '2' }])
  house.tape.book('tape', BTC, [['98', '2']], [['100', '10']])
  await until(() => held(house)[0]?.[1] === '1')
  house.tape.book('tape', BTC, [['97', '2']], [['100', '10']])
  await until(() => held(house)[0]?.[1] === '0')
  expect(
    ordersOf(house)
      .slice(1)
      .map(({ quantity, placedBy }) => [quantity, placedBy]),
  ).toEqual([
    ['5', 'ops'],
    ['3', 'ops'],
    ['1', 'ops'],
  ])
})
