import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { OrderRequest } from '../../../src/schema/orders'
import { idPrefix, marketOf, orderOf, tradedAt } from '../../../src/trading/session/order-entry'

const SCOPE = [
  { provider: 'one', symbols: ['BTC-USDT', 'ETH-USDT'] },
  { provider: 'two', symbols: ['ETH-USDT', 'SOL-USDT'] },
] as const

const NOW_MS = 1_700_000_000_000

test.each([
  ['grid', 0, 'grid-0'],
  // 36 characters with a number of 9 digits behind it: 36 - 9 - 2 dashes - the start
  ['x'.repeat(24), 0, `${'x'.repeat(24)}-0`],
  ['y'.repeat(17), NOW_MS, `${'y'.repeat(17)}-loyw3v28`],
])('client order ids of %p, started at %p ms, begin with %p', (instance, startMs, prefix) => {
  expect(idPrefix(instance, startMs)).toBe(prefix)
})

test.each(['x'.repeat(25), 'a.b/c'])('what does not fit of the id %p is told apart by a digest', (instance) => {
  expect(idPrefix(instance, 0)).toMatch(/^[ax][_xabc]*_[0-9a-z]{6}-0$/)
  expect(idPrefix(`${instance}d`, 0)).not.toBe(idPrefix(instance, 0))
})

test('client order ids fit every venue, and no two starts of any instances share what begins them', () => {
  const instance = fc.oneof(
    fc.string({ minLength: 1, maxLength: 128 }),
    fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,127}$/),
    // alike but for their ends, or for characters that no venue takes
    fc.integer({ min: 0, max: 99 }).map((number) => `${'momentum-on-many-markets-'.repeat(3)}${number}`),
    fc.stringMatching(/^[a._ /-]{1,6}$/),
  )
  const starts = fc.tuple(instance, instance, fc.nat(2 ** 41 - 1), fc.nat(3))
  fc.assert(
    fc.property(starts, fc.nat(999_999_999), ([one, other, startMs, laterMs], number) => {
      const prefix = idPrefix(one, startMs)
      expect(`${prefix}-${number}`).toMatch(/^[A-Za-z0-9_-]{1,36}$/)
      const isSame = one === other && laterMs === 0
      expect(prefix === idPrefix(other, startMs + laterMs)).toBe(isSame)
    }),
    { numRuns: 2000 },
  )
})

test('a provider is found by its name, and is the first where none is named', () => {
  expect(tradedAt(SCOPE, '')).toBe(SCOPE[0])
  expect(tradedAt(SCOPE, 'two')).toBe(SCOPE[1])
  expect(() => tradedAt(SCOPE, 'three')).toThrow('provider "three" is not in scope, only "one", "two"')
})

test('a market is at the first provider that has the symbol', () => {
  expect(marketOf(SCOPE, '')).toEqual({ at: SCOPE[0], symbol: 'BTC-USDT' })
  expect(marketOf(SCOPE, 'ETH-USDT')).toEqual({ at: SCOPE[0], symbol: 'ETH-USDT' })
  expect(marketOf(SCOPE, 'SOL-USDT')).toEqual({ at: SCOPE[1], symbol: 'SOL-USDT' })
  expect(() => marketOf(SCOPE, 'XRP-USDT')).toThrow(
    'symbol "XRP-USDT" is not in scope, only BTC-USDT, ETH-USDT, SOL-USDT',
  )
})

test('an order has a provider, a symbol and an id of its own, and a tag without control characters', () => {
  const request: OrderRequest = {
    provider: '',
    symbol: '',
    side: 'buy',
    type: 'market',
    quantity: '1',
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: true,
    numbers: 1,
  }
  const { numbers: _, ...terms } = request
  expect(orderOf(request, SCOPE[1], 'id-1')).toEqual({
    ...terms,
    provider: 'two',
    symbol: 'ETH-USDT',
    clientOrderId: 'id-1',
  })
  const tagged = orderOf({ ...request, symbol: 'SOL-USDT', clientTag: 'a\u001b[31mb' }, SCOPE[1], 'id-2')
  expect([tagged.symbol, tagged.clientTag]).toEqual(['SOL-USDT', 'ab'])
  expect(() => orderOf({ ...request, symbol: 'BTC-USDT' }, SCOPE[1], 'id-3')).toThrow(
    'symbol "BTC-USDT" is not in scope, only ETH-USDT, SOL-USDT',
  )
})
