import { describe, expect, test } from 'bun:test'
import type { Instrument } from '../../src/schema/events'
import { SimulatedExchange } from '../../src/trading/exchange/simulated-exchange'
import { orderProblem } from '../../src/trading/order-checks'
import { contract, instrument, LINEAR, limit, order, RULES, SYMBOL, stop, trade } from './venue'

const strict: Instrument = {
  ...instrument(SYMBOL),
  priceIncrement: '0.01',
  quantityIncrement: '0.001',
  minQuantity: '0.01',
  maxQuantity: '100',
  minNotional: '10',
}

const market = (quantity: string) => order({ clientOrderId: 'o', quantity })

describe('an order is taken when it fits the rules of its market', () => {
  test.each([
    [market('1')],
    [market('0.010')],
    [market('100')],
    [limit('o', 'buy', '100.12')],
    [limit('o', 'buy', '100.120000', { postOnly: true })],
    [stop('o', 'sell', '99.99')],
    [stop('o', 'sell', '99.99', { price: '99.5' })],
    [limit('o', 'sell', '1000', { quantity: '0.01' })],
    [limit('o', 'sell', '1', { quantity: '0.01', reduceOnly: true })],
  ])('%j', (sound) => {
    expect(orderProblem(sound, contract(SYMBOL, {}, strict), '1000')).toBeUndefined()
  })
})

describe('an order that does not is refused with what was expected', () => {
  test.each([
    [market('0'), 'quantity 0 is not above zero'],
    [market('-1'), 'quantity -1 is not above zero'],
    [market('0.000'), 'quantity 0.000 is not above zero'],
    [market('1e-7'), 'quantity "1e-7" is not a decimal number'],
    [market('lots'), 'quantity "lots" is not a decimal number'],
    [market(`0.${'0'.repeat(40)}1`), 'quantity has more than 40 digits'],
    [limit('o', 'buy', '0'), 'price 0 is not above zero'],
    [order({ clientOrderId: 'o', type: 'limit' }), 'a price is required'],
    [order({ clientOrderId: 'o', type: 'stop' }), 'a stop price is required'],
    [order({ clientOrderId: 'o', price: '5' }), 'a market order takes no price'],
    [limit('o', 'buy', '5', { stopPrice: '5' }), 'a limit order takes no stop price'],
    [order({ clientOrderId: 'o', postOnly: true }), 'a market order cannot be post-only: only limit orders can'],
    [limit('o', 'buy', '5', { postOnly: true, timeInForce: 'FOK' }), 'a post-only order cannot be FOK: it has to rest'],
    [limit('o', 'buy', '100.123'), 'price 100.123 is not a multiple of the tick size 0.01'],
    [stop('o', 'buy', '100.123'), 'stop price 100.123 is not a multiple of the tick size 0.01'],
    [market('1.0005'), 'quantity 1.0005 is not a multiple of the lot size 0.001'],
    [market('0.009'), 'quantity 0.009 is below the minimum of 0.01'],
    [market('100.001'), 'quantity 100.001 is above the maximum of 100'],
    [limit('o', 'buy', '99', { quantity: '0.1' }), 'the order is worth 9.9 USDT, below the minimum of 10'],
    [stop('o', 'buy', '200', { price: '50', quantity: '0.1' }), 'the order is worth 5 USDT, below the minimum of 10'],
    [stop('o', 'buy', '50', { quantity: '0.1' }), 'the order is worth 5 USDT, below the minimum of 10'],
    [market('0.0100'), 'the order is worth 9.999 USDT, below the minimum of 10'],
  ])('%j: %s', (broken, problem) => {
    expect(orderProblem(broken, contract(SYMBOL, {}, strict), '999.9')).toBe(problem)
  })
})

const bare = instrument(SYMBOL)

test.each([
  [{ quantityIncrement: '0.1' }, '0.15', 'quantity 0.15 is not a multiple of the lot size 0.1'],
  [{ minQuantity: '0.2' }, '0.1', 'quantity 0.1 is below the minimum of 0.2'],
  [{ maxQuantity: '2' }, '2.1', 'quantity 2.1 is above the maximum of 2'],
  [{ minNotional: '100' }, '0.9', 'the order is worth 90 USDT, below the minimum of 100'],
])('each rule binds by itself: %j', (rule, quantity, problem) => {
  expect(orderProblem(market(quantity), contract(SYMBOL, {}, rule), '100')).toBe(problem)
  expect(orderProblem(market('1'), contract(SYMBOL, {}, rule), '100')).toBeUndefined()
})

test('of several problems the first is told: what the order says, then its prices, its quantity, its worth', () => {
  const broken = stop('o', 'buy', 'low', { price: 'high', quantity: 'lots' })
  const told = [
    { ...broken, postOnly: true, timeInForce: 'IOC' } as const,
    broken,
    { ...broken, quantity: '0.0005' },
    { ...broken, quantity: '0.0005', price: '0.001' },
    { ...broken, quantity: '0.0005', price: '0.001', stopPrice: '0.002' },
    { ...broken, quantity: '0.0005', price: '0.01', stopPrice: '0.002' },
    { ...broken, quantity: '0.0005', price: '0.01', stopPrice: '0.01' },
    { ...broken, quantity: '0.001', price: '0.01', stopPrice: '0.01' },
    { ...broken, quantity: '0.01', price: '0.01', stopPrice: '0.01' },
  ].map((one) => orderProblem(one, contract(SYMBOL, {}, strict)))
  expect(told).toEqual([
    'a post-only order cannot be IOC: it has to rest',
    'quantity "lots" is not a decimal number',
    'price "high" is not a decimal number',
    'stop price "low" is not a decimal number',
    'price 0.001 is not a multiple of the tick size 0.01',
    'stop price 0.002 is not a multiple of the tick size 0.01',
    'quantity 0.0005 is not a multiple of the lot size 0.001',
    'quantity 0.001 is below the minimum of 0.01',
    'the order is worth 0.0001 USDT, below the minimum of 10',
  ])
})

test('as many digits as are taken, and one more', () => {
  const digits = (count: number) => market(`1${'0'.repeat(count - 1)}`)
  expect(orderProblem(digits(40), contract(SYMBOL))).toBeUndefined()
  expect(orderProblem(digits(41), contract(SYMBOL))).toBe('quantity has more than 40 digits')
})

test('a market order is valued at the last price of its market, and not at all before the first', () => {
  const exchange = new SimulatedExchange({
    rules: RULES,
    account: LINEAR,
    instrument: () => ({ ...bare, minNotional: '100' }),
    venue: 'paper',
  })
  expect(exchange.refusal('me', market('0.9'))).toBeUndefined()
  exchange.observe(trade(1, '100'))
  expect(exchange.refusal('me', market('0.9'))).toBe('the order is worth 90 USDT, below the minimum of 100')
  expect(exchange.refusal('me', market('1'))).toBeUndefined()
})

test('an absent rule does not bind, and what is zero is absent', () => {
  expect(orderProblem(limit('o', 'buy', '0.123456789', { quantity: '0.00000001' }), contract(SYMBOL))).toBeUndefined()
  const zeros: Instrument = { ...instrument(SYMBOL), quantityIncrement: '0.0', maxQuantity: '0', priceIncrement: '0' }
  expect(orderProblem(limit('o', 'buy', '0.123'), contract(SYMBOL, {}, zeros))).toBeUndefined()
})
