/** Which events an exchange looks at: none that could do something may be dismissed, and few of the others are not. */
import { describe, expect, test } from 'bun:test'
import type { MarketEvent } from '../../../src/schema/events'
import type { Order } from '../../../src/schema/orders'
import { Bounds } from '../../../src/trading/exchange/bounds'
import { WorkingOrder } from '../../../src/trading/exchange/working-order'
import { bar, book, contract, limit, stop, ticker, trade } from '../venue'

const working = (order: Order) => new WorkingOrder('me', order, contract(order.symbol), 'x', 0)

const WAITING = {
  'a limit buy at 90': limit('o', 'buy', '90'),
  'a limit sale at 110': limit('o', 'sell', '110'),
  'a stop buy at 110': stop('o', 'buy', '110'),
  'a stop sale at 90': stop('o', 'sell', '90'),
  'a stop-limit buy at 110': stop('o', 'buy', '110', { price: '50' }),
} as const

/** The market's price reaches the order from here on; beyond it on the far side. */
const REACHED = { low: ['90', '89.9'], high: ['110', '110.1'] } as const
const NOT = { low: '90.1', high: '109.9' } as const

const sideOf = (name: string) => (name.endsWith('90') ? 'low' : 'high')

/** Quotes whose side that counts for the order stands at the price, the other one a unit away. */
function quotesAt(name: string, price: string): [bid: string, ask: string] {
  if (name.includes('buy')) return [String(Number(price) - 1), price]
  return [price, String(Number(price) + 1)]
}

describe.each(Object.entries(WAITING))('%s', (name, order) => {
  const bounds = new Bounds([working(order)])
  const side = sideOf(name)
  const events = (price: string): [kind: string, MarketEvent][] => {
    const [bid, ask] = quotesAt(name, price)
    return [
      ['a trade', trade(1, price)],
      ['a candle that opens there', bar(1, price, '100', '100', '100')],
      [
        'a candle that goes there',
        side === 'low' ? bar(1, '100', '100', price, '100') : bar(1, '100', price, '100', '100'),
      ],
      ['a ticker', ticker(1, bid, ask)],
      ['a book', book(1, [`${bid} x 1`], [`${ask} x 1`])],
    ]
  }

  for (const price of REACHED[side]) {
    test.each(events(price))(`is reached at ${price} by %s`, (_, event) => expect(bounds.mayTrigger(event)).toBe(true))
  }

  test.each(events(NOT[side]))(`is not reached at ${NOT[side]} by %s`, (_, event) =>
    expect(bounds.mayTrigger(event)).toBe(false),
  )

  test('is looked at whenever quotes have an empty side', () => {
    const empty = [
      ticker(1, '0', '100'),
      ticker(1, '100', '0'),
      book(1, [], ['100 x 1']),
      book(1, ['100 x 1'], []),
      book(1, ['100 x 0'], ['101 x 1']),
      book(1, ['100 x 1'], ['101 x 0']),
    ]
    for (const event of empty) expect(bounds.mayTrigger(event)).toBe(true)
  })
})

test('of several orders the nearest counts, and only that one leaves the bounds wider', () => {
  for (const [near, far, reached] of [
    [limit('n', 'buy', '95'), limit('f', 'buy', '90'), '95'],
    [limit('n', 'sell', '105'), limit('f', 'sell', '110'), '105'],
    [stop('n', 'buy', '105'), stop('f', 'buy', '110'), '105'],
    [stop('n', 'sell', '95'), stop('f', 'sell', '90'), '95'],
  ] as const) {
    for (const both of [
      [near, far],
      [far, near],
    ]) {
      const bounds = new Bounds(both.map(working))
      expect(bounds.mayTrigger(trade(1, reached))).toBe(true)
      expect(bounds.mayTrigger(trade(1, '100'))).toBe(false)
      expect([near, far].map((order) => bounds.boundedBy(working(order)))).toEqual([true, false])
    }
  }
})

test('without orders nothing is reached', () => {
  const bounds = new Bounds([])
  for (const event of [trade(1, '1'), bar(1, '1', '100000', '1', '1'), ticker(1, '1', '2')]) {
    expect(bounds.mayTrigger(event)).toBe(false)
  }
})
