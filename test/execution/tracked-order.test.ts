/** What a report is to an order, by what is known of it already. */
import { describe, expect, test } from 'bun:test'
import { isOver, mayBecome, type OrderState, REPORTED } from '../../src/execution/order-state'
import { TrackedOrder, type Verdict } from '../../src/execution/tracked-order'
import type { ExecState } from '../../src/schema/events'
import type { OrderEntry } from '../../src/store/journal'
import { limit, stop } from '../trading/venue'
import { report, type Told } from './reports'

const ENDS = ['FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'] as const

const a = () => new TrackedOrder('1', limit('a', 'buy', '99', { quantity: '3' }))

test.each<[string, Told[], Told, Verdict]>([
  ['nothing', [], ['ACK', '0'], 'take'],
  ['nothing', [], ['PARTIAL', '1', '1'], 'take'],
  ['nothing', [], ['PARTIAL', '2', '1'], 'early'],
  ['nothing', [], ['FILLED', '3', '3'], 'take'],
  ['nothing', [], ['CANCELLED', '1'], 'early'],
  ['nothing', [], ['REJECTED', '0'], 'take'],
  ['an ACK', [['ACK', '0']], ['ACK', '0'], 'late'],
  ['an ACK', [['ACK', '0']], ['CANCELLED', '0'], 'take'],
  ['an ACK', [['ACK', '0']], ['REJECTED', '0'], 'take'],
  ['a part', [['PARTIAL', '1', '1', 'e1']], ['PARTIAL', '2', '1', 'e1'], 'duplicate'],
  ['a part', [['PARTIAL', '1', '1', 'e1']], ['PARTIAL', '2', '1', 'e2'], 'take'],
  ['a part', [['PARTIAL', '1', '1']], ['PARTIAL', '1', '1'], 'duplicate'],
  ['a part', [['PARTIAL', '1', '1']], ['ACK', '0'], 'late'],
  ['a part', [['PARTIAL', '1', '1']], ['ACK', '1'], 'late'],
  ['a part', [['PARTIAL', '1', '1']], ['PARTIAL', '1'], 'take'],
  ['a part', [['PARTIAL', '1', '1']], ['REJECTED', '1'], 'late'],
  ['a part', [['PARTIAL', '1', '1']], ['CANCELLED', '1'], 'take'],
  ['a part', [['PARTIAL', '1', '1']], ['CANCELLED', '0'], 'late'],
  ['a part', [['PARTIAL', '1', '1']], ['EXPIRED', '2'], 'early'],
  ['a cancel', [['CANCELLED', '0']], ['PARTIAL', '1', '1'], 'surplus'],
  ['a cancel', [['CANCELLED', '0']], ['FILLED', '3', '3'], 'surplus'],
  ['a cancel', [['CANCELLED', '0']], ['ACK', '0'], 'late'],
  ['a cancel', [['CANCELLED', '0']], ['CANCELLED', '0'], 'late'],
])('after %s %j, %j is to be: %s', (_, before, told, expected) => {
  const order = a()
  for (const one of before) order.take(report(...one))
  expect(order.judge(report(...told))).toBe(expected)
})

test('a stop order is acknowledged twice: when it is placed, and when it is set off', () => {
  const order = new TrackedOrder('1', stop('a', 'buy', '101'))
  order.take(report('ACK', '0'))
  expect(order.judge(report('ACK', '0'))).toBe('take')
})

test('what has ended stays as it is, and an execution that was heard of later is counted once', () => {
  const order = a()
  order.take(report('CANCELLED', '0'))
  expect(order.take(report('PARTIAL', '1', '1', 'e1'))).toBe(true)
  expect([order.state, order.isOver]).toEqual(['cancelled', true])
  expect(order.judge(report('PARTIAL', '1', '1', 'e1'))).toBe('duplicate')
  expect(order.judge(report('PARTIAL', '2', '1', 'e2'))).toBe('surplus')
  expect(order.lose()).toBe(false)
  expect(order.state).toBe('cancelled')
})

describe('an order that was unknown', () => {
  test.each<[string, Told[], Told, boolean]>([
    ['never heard of', [], ['ACK', '0'], true],
    ['acknowledged', [['ACK', '0']], ['ACK', '0'], false],
    ['acknowledged', [['ACK', '0']], ['PARTIAL', '1', '1'], true],
    ['acknowledged', [['ACK', '0']], ['CANCELLED', '0'], true],
    ['partly filled', [['PARTIAL', '1', '1']], ['PARTIAL', '1'], false],
    ['partly filled', [['PARTIAL', '1', '1']], ['PARTIAL', '2', '1'], true],
  ])('and was %s %j before: %j is news: %p', (_, before, told, isNews) => {
    const order = a()
    for (const one of before) order.take(report(...one))
    expect(order.lose()).toBe(true)
    expect(order.lose()).toBe(false)
    expect([order.state, order.isUncertain, order.isHeard]).toEqual(['unknown', true, before.length > 0])
    expect(order.take(report(...told))).toBe(isNews)
    expect(order.state).toBe(REPORTED[told[0]])
  })
})

test.each<[Partial<OrderEntry>, string, { state: OrderState; isHeard: boolean; isUncertain: boolean }]>([
  [{ state: 'PENDING', isHeard: false }, '0', { state: 'sent', isHeard: false, isUncertain: true }],
  [{ state: 'ACK', isHeard: true }, '0', { state: 'acknowledged', isHeard: true, isUncertain: false }],
  [{ state: 'PARTIAL', isHeard: true }, '1', { state: 'partlyFilled', isHeard: true, isUncertain: false }],
  [{ state: 'UNKNOWN', isHeard: false }, '0', { state: 'unknown', isHeard: false, isUncertain: true }],
  [{ state: 'UNKNOWN', isHeard: true }, '0', { state: 'unknown', isHeard: true, isUncertain: true }],
  [{ state: 'UNKNOWN', isHeard: false }, '1', { state: 'unknown', isHeard: true, isUncertain: true }],
])('from a journal, %j with %s filled is %j', (parts, filledQuantity, expected) => {
  const { state, isHeard, isUncertain } = ofJournal(parts, filledQuantity)
  expect({ state, isHeard, isUncertain }).toEqual(expected)
})

test.each<[Partial<OrderEntry>, string, ExecState, boolean]>([
  [{ state: 'UNKNOWN', isHeard: false }, '0', 'ACK', true],
  [{ state: 'UNKNOWN', isHeard: true }, '0', 'ACK', false],
  [{ state: 'UNKNOWN', isHeard: true }, '1', 'ACK', true],
  [{ state: 'UNKNOWN', isHeard: true }, '1', 'PARTIAL', false],
])('from a journal, %j with %s filled: %s of as much is news: %p', (parts, filledQuantity, state, isNews) => {
  const order = ofJournal(parts, filledQuantity)
  expect(order.judge(report(state, filledQuantity))).toBe('take')
  expect(order.take(report(state, filledQuantity))).toBe(isNews)
})

test('from a journal, executions that it has are known by their names', () => {
  const order = ofJournal({ state: 'PARTIAL', isHeard: true }, '1', ['e1'])
  expect(order.judge(report('PARTIAL', '2', '1', 'e1'))).toBe('duplicate')
  expect(order.judge(report('PARTIAL', '2', '1', 'e2'))).toBe('take')
})

const ofJournal = (parts: Partial<OrderEntry>, filledQuantity: string, ids: string[] = []): TrackedOrder =>
  TrackedOrder.of(
    '1',
    {
      order: limit('a', 'buy', '99', { quantity: '3' }),
      progress: { filledQuantity, remainingQty: '3', avgFillPrice: '99' },
      state: 'PENDING',
      isHeard: false,
      placedMs: 0,
      ...parts,
    },
    ids,
  )

test('is where a venue says that it is when state and quantity are the same', () => {
  const order = a()
  order.take(report('PARTIAL', '1', '1'))
  const isAt = (...told: Told) => order.isAt(report(...told).report.payload)
  expect([isAt('PARTIAL', '1'), isAt('PARTIAL', '1.0')]).toEqual([true, true])
  expect([isAt('PARTIAL', '2'), isAt('ACK', '1'), isAt('FILLED', '1')]).toEqual([false, false, false])
})

test('what came too early is given back once, in its order', () => {
  const order = a()
  expect(order.isComplete).toBe(true)
  const [first, second] = [report('PARTIAL', '2', '1'), report('FILLED', '3', '1')]
  order.hold(first)
  order.hold(second)
  expect(order.isComplete).toBe(false)
  expect(order.release()).toEqual([first, second])
  expect([order.release(), order.isComplete]).toEqual([[], true])
})

test('nothing follows an end, and nothing that is known goes back to being sent', () => {
  const states = Object.values(REPORTED)
  for (const end of ENDS) {
    expect(isOver(REPORTED[end])).toBe(true)
    for (const next of [...states, 'sent', 'unknown'] as const) expect(mayBecome(REPORTED[end], next)).toBe(false)
  }
  for (const open of ['sent', 'acknowledged', 'partlyFilled', 'unknown'] as const) {
    expect(isOver(open)).toBe(false)
    expect(mayBecome(open, 'sent')).toBe(false)
    expect(mayBecome(open, 'filled') && mayBecome(open, 'cancelled') && mayBecome(open, 'expired')).toBe(true)
    expect(mayBecome(open, 'unknown')).toBe(open !== 'unknown')
    // what has traded was placed
    expect(mayBecome(open, 'rejected')).toBe(open !== 'partlyFilled')
    expect(mayBecome(open, 'acknowledged')).toBe(open !== 'partlyFilled')
  }
})
