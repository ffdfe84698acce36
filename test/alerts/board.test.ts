/** Alerts by themselves: when they fire, when they are over, who is owed what; hours and counts. */
import { describe, expect, test } from 'bun:test'
import { owedSince } from '../../src/alerts/alert'
import { Board } from '../../src/alerts/board'
import { Counts } from '../../src/alerts/counts'
import { quietAt } from '../../src/alerts/quiet-hours'
import type { AlertRule } from '../../src/schema/alert-settings'

const rule = (more: Partial<AlertRule> = {}): AlertRule => ({
  name: 'slow',
  when: 'lag',
  severity: 'warning',
  forMs: 0,
  endsAfterMs: 0,
  limit: '2s',
  withinMs: 0,
  of: 'instance',
  since: 'start',
  filter: {},
  receivers: ['ops'],
  ...more,
})

const found = (subject = 'g1') => ({ subject, labels: { instance: subject }, summary: `${subject} is slow` })
const seen = (board: Board) => [...board.all()].map(({ subject, firedMs, endedMs }) => [subject, firedMs, endedMs])
const owed = (board: Board, nowMs: number, repeatMs = 1000) =>
  [...board.all()].map((alert) => owedSince(alert, 'ops', nowMs, repeatMs))

test('it fires when it has held for long enough, and what ends before is never told', () => {
  const slow = rule({ forMs: 100 })
  const board = new Board([slow], [])
  board.sync(slow, [found('g1'), found('g2')], 1000)
  expect([seen(board), owed(board, 1000)]).toEqual([
    [
      ['g1', undefined, undefined],
      ['g2', undefined, undefined],
    ],
    [undefined, undefined],
  ])
  board.sync(slow, [found('g1')], 1099)
  expect(seen(board)).toEqual([['g1', undefined, undefined]])
  board.sync(slow, [found('g1')], 1100)
  expect([seen(board), owed(board, 1100)]).toEqual([[['g1', 1100, undefined]], [1100]])
})

test('it is over when it has not held for long enough: what comes and goes is one alert', () => {
  const slow = rule({ endsAfterMs: 100 })
  const board = new Board([slow], [])
  board.sync(slow, [found()], 1000)
  for (const nowMs of [1050, 1099]) board.sync(slow, [], nowMs)
  board.sync(slow, [found()], 1100)
  board.sync(slow, [], 1199)
  expect(seen(board)).toEqual([['g1', 1000, undefined]])
  board.sync(slow, [], 1200)
  expect(seen(board)).toEqual([['g1', 1000, 1200]])
})

test('it is owed until it was told, again after a while, and at its end; then it goes', () => {
  const slow = rule()
  const board = new Board([slow], [])
  board.sync(slow, [found()], 1000)
  board.told('ops', [...board.all()], 1500)
  expect([owed(board, 2499), owed(board, 2500)]).toEqual([[undefined], [Number.NEGATIVE_INFINITY]])
  board.sync(slow, [], 2000)
  expect(owed(board, 2000)).toEqual([2000])
  board.tidy([slow])
  expect(seen(board)).toEqual([['g1', 1000, 2000]])
  board.told('ops', [...board.all()], 2100)
  board.tidy([slow])
  expect(seen(board)).toEqual([])
})

test('one that has happened and is over at once is told all the same', () => {
  const slow = rule()
  const board = new Board([slow], [])
  board.happened(slow, found(), 1000)
  board.sync(slow, [], 1000)
  expect([seen(board), owed(board, 1000)]).toEqual([[['g1', 1000, 1000]], [1000]])
})

test('one that holds again while its message is on its way goes on, and one whose end was told is another', () => {
  const slow = rule({ receivers: ['ops', 'other'] })
  const board = new Board([slow], [])
  board.sync(slow, [found()], 1000)
  board.told('ops', [...board.all()], 1001)
  board.sync(slow, [], 1002)
  const onItsWay = [...board.all()]
  board.sync(slow, [found()], 1003)
  expect(seen(board)).toEqual([['g1', 1000, undefined]])
  board.told('ops', onItsWay, 1004)
  // it was told as over and is not
  expect(owed(board, 1004)).toEqual([1000])
  board.sync(slow, [], 1005)
  board.sync(slow, [found()], 1006)
  expect(seen(board)).toEqual([['g1', 1006, undefined]])
})

test('too many are bounded: those that are over go first, and what begins has no room while none is over', () => {
  const slow = rule()
  const board = new Board([slow], [])
  const many = Array.from({ length: 10_000 }, (_, index) => found(`g${index}`))
  board.sync(slow, many, 1000)
  board.sync(slow, many.slice(1), 1001)
  const last = [...many.slice(1), ...Array.from({ length: 100 }, (_, index) => found(`new${index}`))]
  for (const nowMs of [1002, 1003]) board.sync(slow, last, nowMs)
  const subjects = new Set(seen(board).map(([subject]) => subject))
  expect([subjects.size, subjects.has('g0'), subjects.has('new0'), subjects.has('new1')]).toEqual([
    10_000,
    false,
    true,
    false,
  ])
  // the one that was over, and those that hold and have no room: however often they are found
  expect(board.lost).toBe(1 + 99)
  board.sync(slow, many.slice(1), 1004)
  expect(board.lost).toBe(1)
})

describe('quiet hours', () => {
  const at = (text: string) => Date.parse(text)

  test('go over midnight, in their time zone, also when its clocks change', () => {
    const isQuiet = quietAt({ from: '22:00', to: '07:00', timeZone: 'Europe/Lisbon' })
    // winter: UTC
    expect([isQuiet(at('2026-01-10T21:59:00Z')), isQuiet(at('2026-01-10T22:00:00Z'))]).toEqual([false, true])
    expect([isQuiet(at('2026-01-10T06:59:00Z')), isQuiet(at('2026-01-10T07:00:00Z'))]).toEqual([true, false])
    // summer: an hour ahead of UTC
    expect([isQuiet(at('2026-07-10T20:59:00Z')), isQuiet(at('2026-07-10T21:00:00Z'))]).toEqual([false, true])
    expect([isQuiet(at('2026-07-10T05:59:00Z')), isQuiet(at('2026-07-10T06:00:00Z'))]).toEqual([true, false])
  })

  test('lie within a day', () => {
    const isQuiet = quietAt({ from: '12:00', to: '13:30', timeZone: 'UTC' })
    expect(['11:59', '12:00', '13:29', '13:30'].map((time) => isQuiet(at(`2026-01-10T${time}:00Z`)))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})

test('counts forget what is long ago, keep no more than has to be known, and outlast a restart', () => {
  const counts = new Counts('[]')
  for (const nowMs of [0, 10, 20, 30]) counts.add('a', nowMs, 2, `at ${nowMs}`)
  const again = new Counts(counts.text)
  expect(again.within('a', 30, 100)).toEqual({ times: 3, last: 'at 30' })
  expect(again.within('a', 119, 100).times).toBe(2)
  expect(again.keys()).toEqual(['a'])
  expect(again.within('a', 200, 100).times).toBe(0)
  expect(again.keys()).toEqual([])
})
