/** The last price of a symbol: which events tell it, and what it is. */
import { expect, test } from 'bun:test'
import type { MarketEvent } from '../../../src/schema/events'
import { isPositive, Mark, Marks, markOf, marks } from '../../../src/trading/accounts/marks'
import { bar, book, instrument, SYMBOL, ticker, trade } from '../venue'

const head = { eventId: 'e', provider: 'paper', symbol: SYMBOL, sequence: 1, timeMs: 5 }

const EVENTS: [MarketEvent, string | undefined][] = [
  [trade(1, '100.5'), '100.5'],
  [trade(1, '0.00001'), '0.00001'],
  [trade(1, '0'), undefined],
  [bar(0, '1', '9', '1', '7.5'), '7.5'],
  [bar(0, '1', '9', '1', '0'), undefined],
  [ticker(1, '99', '101', '100.2'), '100.2'],
  [ticker(1, '99', '102'), '100.5'],
  [ticker(1, '99', '0'), '99'],
  [ticker(1, '0', '102'), '102'],
  [ticker(1, '0', '0'), undefined],
  [book(1, ['99 x 1', '98 x 1'], ['100 x 1', '105 x 1']), '99.5'],
  [book(1, ['99 x 1'], []), '99'],
  [book(1, [], ['100 x 1']), '100'],
  [book(1, [], []), undefined],
  [{ ...head, type: 'InstrumentUpdate', payload: { instrument: instrument(SYMBOL) } }, undefined],
  [{ ...head, type: 'Extension', payload: { price: '1' } }, undefined],
]

test.each(EVENTS)('%j', (event, price) => {
  expect([markOf(event), marks(event)]).toEqual([price, price !== undefined])
  const mark = new Mark('7')
  mark.observe(event)
  expect([mark.price?.toString(), mark.number]).toEqual([price ?? '7', Number(price ?? 7)])
})

test('is the newest that was told or set, and none before the first', () => {
  const mark = new Mark()
  expect([mark.price, mark.number]).toEqual([undefined, Number.NaN])
  for (const [price, act] of [
    ['100', () => mark.observe(trade(1, '100'))],
    ['101', () => mark.observe(ticker(2, '100', '102'))],
    ['5', () => mark.set('5')],
    ['6', () => mark.observe(trade(3, '6'))],
  ] as const) {
    act()
    expect([mark.price?.toString(), mark.number]).toEqual([price, Number(price)])
  }
})

test('each symbol has its own', () => {
  const all = new Marks()
  all.of('A').set('1')
  all.of('B')
  expect([all.price('A')?.toString(), all.price('B'), all.price('C')]).toEqual(['1', undefined, undefined])
  expect([...all.symbols()]).toEqual(['A', 'B'])
  expect(all.of('A')).toBe(all.of('A'))
})

test('a price is what is above zero', () => {
  expect(['1', '0.1', '.5', '0', '0.00', '', '-1', undefined].map(isPositive)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ])
})
