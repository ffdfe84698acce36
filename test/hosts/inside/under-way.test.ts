/** Orders on their way on a recording's clock. */
import { expect, test } from 'bun:test'
import { UnderWay } from '../../../src/hosts/inside/under-way'
import { orderOf } from '../hosts'

test('they are on their way until the market has come beyond their time', () => {
  const underWay = new UnderWay()
  const [a, b, c] = [orderOf('a'), orderOf('b', { symbol: 'ETH-USDT' }), orderOf('c')]
  underWay.add(a, 100)
  underWay.add(b, 200)
  underWay.add(c, 100)
  expect(underWay.at(99, '')).toEqual([a, b, c])
  expect(underWay.at(100, 'BTC-USDT')).toEqual([a, c])
  expect(underWay.at(101, '')).toEqual([b])
  expect(underWay.at(101, 'BTC-USDT')).toEqual([])
  expect(underWay.at(200, 'ETH-USDT')).toEqual([b])
  // reported of since
  expect(underWay.at(201, '')).toEqual([])
  expect(underWay.at(0, '')).toEqual([])
})
