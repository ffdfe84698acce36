/** Books rebuilt from changes, and events brought into the order of time. */
import { describe, expect, test } from 'bun:test'
import { ladders } from '../../../src/market/files/ladder'
import { newestFirst, oldestFirst } from '../../../src/market/files/ordering'
import type { MarketEvent } from '../../../src/schema/events'

const level = (price: string, quantity = '1') => ({ price, quantity })

describe('a book', () => {
  test('keeps its levels in order, the best first, replaces them and lets go of those of no quantity', () => {
    const book = ladders()('A')
    for (const price of ['99', '97', '98']) book.set('bid', price, '1')
    for (const price of ['101', '103', '102']) book.set('ask', price, '1')
    expect(book.top()).toEqual({
      bids: ['99', '98', '97'].map((p) => level(p)),
      asks: ['101', '102', '103'].map((p) => level(p)),
    })
    book.set('bid', '98', '5')
    book.set('bid', '99', '0')
    book.set('bid', '96.5', '0.0')
    book.set('ask', '103.0', '2')
    expect(book.top()).toEqual({
      bids: [level('98', '5'), level('97')],
      asks: [level('101'), level('102'), level('103.0', '2')],
    })
  })

  test('lets go of what a new level of the other side reaches, and of nothing when a level goes', () => {
    const book = ladders()('A')
    for (const price of ['99', '98', '97']) book.set('bid', price, '1')
    book.set('ask', '98', '0')
    expect(book.top()?.bids).toHaveLength(3)
    book.set('ask', '98', '1')
    expect(book.top()).toEqual({ bids: [level('97')], asks: [level('98')] })
    book.set('bid', '98.5', '1')
    expect(book.top()).toEqual({ bids: [level('98.5'), level('97')], asks: [] })
  })

  test('shows fifty levels a side, nothing before the first, and nothing of another symbol', () => {
    const bookOf = ladders()
    expect(bookOf('A').top()).toBeUndefined()
    for (let n = 1; n <= 51; n++) bookOf('A').set('bid', String(n), '1')
    expect(
      bookOf('A')
        .top()
        ?.bids.map(({ price }) => price),
    ).toEqual(Array.from({ length: 50 }, (_, n) => String(51 - n)))
    expect(bookOf('B').top()).toBeUndefined()
    bookOf('A').clear()
    expect(bookOf('A').top()).toBeUndefined()
  })

  test('has a hundred thousand levels a side at most', () => {
    const book = ladders()('A')
    for (let n = 1; n <= 100_000; n++) book.set('ask', String(n), '1')
    expect(() => book.set('ask', '100001', '1')).toThrow('its book has more than 100000 levels of a side')
    book.set('ask', '100000', '7')
    book.set('ask', '200000', '0')
    book.set('ask', '100000', '0')
    book.set('ask', '100001', '1')
    expect(book.top()?.asks).toHaveLength(50)
  })

  test('that was shown stays as it was shown', () => {
    const book = ladders()('A')
    book.set('bid', '99', '1')
    const shown = book.top()
    book.set('bid', '99', '7')
    book.set('bid', '98', '1')
    expect(shown).toEqual({ bids: [level('99')], asks: [] })
  })
})

const event = (timeMs: number, eventId = ''): MarketEvent => ({
  eventId,
  provider: 'data',
  symbol: 'A',
  sequence: 0,
  timeMs,
  type: 'Trade',
  payload: { tradeId: '', side: 'Buy', price: '1', quantity: '1', timestamp: timeMs },
})
const timesOf = (events: readonly MarketEvent[]) => events.map(({ timeMs }) => timeMs)

describe('rows', () => {
  test('out of order are put into their place, equal times in the order of their rows', () => {
    const order = oldestFirst()
    for (const [timeMs, id] of [
      [1, 'a'],
      [3, 'b'],
      [2, 'c'],
      [3, 'd'],
      [2, 'e'],
    ] as const)
      order.add(event(timeMs, id))
    expect(order.take()).toEqual([])
    expect(order.rest().map(({ eventId }) => eventId)).toEqual(['a', 'c', 'e', 'b', 'd'])
  })

  test('wait until no later row can come before them, and one that is too late is refused', () => {
    const order = oldestFirst()
    for (let n = 1; n <= 1000; n++) order.add(event(n))
    expect(order.take()).toEqual([])
    order.add(event(1001))
    order.add(event(1002))
    expect(timesOf(order.take())).toEqual([1, 2])
    order.add(event(3.5))
    expect(() => order.add(event(2.5))).toThrow('its time is more than 1000 rows out of order; sort the file by time')
    expect(timesOf(order.rest()).slice(0, 3)).toEqual([3, 3.5, 4])
  })

  test('newest first are turned round as a whole', () => {
    const order = newestFirst()
    for (const [timeMs, id] of [
      [5, 'a'],
      [3, 'b'],
      [4, 'c'],
      [3, 'd'],
    ] as const)
      order.add(event(timeMs, id))
    expect(order.take()).toEqual([])
    expect(order.rest().map(({ eventId }) => eventId)).toEqual(['d', 'b', 'c', 'a'])
  })

  test('newest first are refused beyond what is held', () => {
    const order = newestFirst()
    const row = event(1)
    for (let n = 0; n < 500_000; n++) order.add(row)
    expect(() => order.add(row)).toThrow('the file is newest first and longer than 500000 rows; sort it by time')
  })
})
