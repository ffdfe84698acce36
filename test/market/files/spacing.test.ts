/** How long candles are by the distances between them, and which rows are no candles. */
import { describe, expect, test } from 'bun:test'
import { areMoments, isNewestFirst, lengthOf } from '../../../src/market/files/spacing'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const START = Date.UTC(2024, 2, 4)
const at = (unit: number, ...counts: number[]) => counts.map((count) => START + count * unit)
/** Times with these distances between them. */
const apart = (unit: number, ...distances: number[]) =>
  [0, ...distances].map((_, i, all) => START + unit * all.slice(0, i + 1).reduce((sum, distance) => sum + distance))

interface Case {
  readonly what: string
  readonly times: readonly number[]
  readonly named?: number
  readonly is: readonly [intervalMs: number, shortestMs: number]
}

const CASES: readonly Case[] = [
  { what: 'nothing tells it', times: [], is: [0, 0] },
  { what: 'the name of an empty file tells it', times: [], named: HOUR, is: [HOUR, 0] },
  { what: 'a single midnight is of a day', times: [START], is: [DAY, 0] },
  { what: 'a single other time tells nothing', times: at(HOUR, 8), is: [0, 0] },
  { what: 'a name goes before a single midnight', times: [START], named: HOUR, is: [HOUR, 0] },
  { what: 'the same time twice is one', times: at(MINUTE, 0, 0, 1), is: [MINUTE, MINUTE] },
  { what: 'disorder changes nothing', times: at(MINUTE, 2, 0, 1), is: [MINUTE, MINUTE] },
  { what: 'a thin market has the shortest', times: at(MINUTE, 0, 5, 10, 11, 16, 21), is: [MINUTE, MINUTE] },
  { what: 'a session opens within an hour', times: at(HOUR, 9.5, 10, 11, 12, 13, 14, 15), is: [HOUR, HOUR / 2] },
  { what: 'a session opens a quarter before', times: at(HOUR, 9.75, 10, 11, 12, 13, 14), is: [HOUR, HOUR / 4] },
  { what: 'less than a quarter is a length', times: at(HOUR, 9.8, 10, 11, 12, 13, 14), is: [HOUR / 5, HOUR / 5] },
  {
    what: 'eight of ten on the grid make the others exceptions',
    times: at(HOUR, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 8.5),
    is: [HOUR, HOUR / 2],
  },
  {
    what: 'seven of ten do not',
    times: at(HOUR, 0.5, 1, 2, 3, 4, 5, 6, 7, 7.5, 8.5),
    is: [HOUR / 2, HOUR / 2],
  },
  {
    what: 'below an hour there are no exceptions',
    times: at(MINUTE, 15, 30, 60, 90, 120, 150, 180),
    is: [15 * MINUTE, 15 * MINUTE],
  },
  { what: 'a stray row is none', times: apart(MINUTE, 60, 60, 17, 43), is: [HOUR, 17 * MINUTE] },
  { what: 'a day of summer time is shorter', times: apart(HOUR, 24, 23, 24), is: [DAY, DAY - HOUR] },
  { what: 'so is its week', times: apart(HOUR, 168, 167, 168), is: [7 * DAY, DAY] },
  { what: 'days may be an hour shorter later', times: apart(DAY, 1, 1, 1), is: [DAY, DAY - HOUR] },
  { what: 'weeks may be as short as a day later', times: apart(DAY, 7, 7, 7), is: [7 * DAY, DAY] },
  { what: 'twelve hours are what they are', times: apart(HOUR, 12, 12), is: [DAY / 2, DAY / 2] },
  { what: 'months are never shorter than they are', times: apart(DAY, 31, 29, 31), is: [31 * DAY, DAY] },
  { what: 'months wander by some days', times: apart(DAY, 25, 27, 27), is: [27 * DAY, DAY] },
  { what: 'less than 25 days are no month', times: apart(DAY, 24, 26, 26), is: [24 * DAY, DAY] },
  { what: 'a fifth more is the same', times: apart(DAY, 30, 36, 36), is: [36 * DAY, DAY] },
  { what: 'more than a fifth is a gap', times: apart(DAY, 30, 37, 37), is: [30 * DAY, DAY] },
  { what: 'a name says what is usual', times: apart(MINUTE, 5, 5, 1), named: 5 * MINUTE, is: [5 * MINUTE, MINUTE] },
  { what: 'a name says the measure', times: at(MINUTE, 0, 2, 4, 9, 12), named: MINUTE, is: [MINUTE, MINUTE] },
  { what: 'a name is longer', times: at(MINUTE, 0, 1, 2), named: 8 * MINUTE, is: [MINUTE, MINUTE] },
  { what: 'a name of two rows', times: apart(MINUTE, 15), named: 5 * MINUTE, is: [5 * MINUTE, 5 * MINUTE] },
  { what: 'a name that does not fit', times: apart(MINUTE, 15), named: 4 * MINUTE, is: [15 * MINUTE, 15 * MINUTE] },
  {
    what: 'three distances are too few',
    times: apart(MINUTE, 15, 15, 15),
    named: 5 * MINUTE,
    is: [5 * MINUTE, 5 * MINUTE],
  },
  {
    what: 'four distances are not',
    times: apart(MINUTE, 15, 15, 15, 15),
    named: 5 * MINUTE,
    is: [15 * MINUTE, 15 * MINUTE],
  },
  {
    what: 'three unlike distances are too few, too',
    times: apart(MINUTE, 15, 30, 45),
    named: 5 * MINUTE,
    is: [5 * MINUTE, 5 * MINUTE],
  },
  {
    what: 'four unlike distances are not either',
    times: apart(MINUTE, 15, 30, 45, 60),
    named: 5 * MINUTE,
    is: [15 * MINUTE, 15 * MINUTE],
  },
  { what: 'days are not of minutes', times: apart(DAY, 1, 3), named: MINUTE, is: [DAY, DAY - HOUR] },
]

test.each([...CASES])('$what', ({ times, named, is: [intervalMs, shortestMs] }) => {
  expect(lengthOf(times, named)).toEqual({ intervalMs, shortestMs })
})

describe('rows are at moments of their own', () => {
  test.each([
    ['finer than a second, none like another', apart(1, 777, 724, 906), true],
    ['two of them', apart(1, 777, 100), true],
    ['one distance tells nothing', apart(1, 777), false],
    ['most are alike', apart(1, 777, 777, 100), false],
    ['half are alike', apart(1, 777, 777, 100, 333), true],
    ['of whole seconds', apart(1000, 1, 2, 4), false],
    ['of whole seconds, and some at once', apart(1000, 1, 0, 2, 4), true],
    ['a measure of 999 ms', apart(999, 1, 2, 4), true],
    ['none at all', [], false],
  ])('%s: %p', (_, times, are) => expect(areMoments(times)).toBe(are as boolean))
})

test('a text is newest first when most of its times fall, and its last is before its first', () => {
  const is = [
    [3, 2, 1],
    [3, 2, 2],
    [2, 1],
    [3, 2, 4, 1, 0],
  ].map(isNewestFirst)
  const not = [[1, 2, 3], [], [1], [2, 3, 1], [3, 2, 1, 9, 8], [3, 2, 1, 3], [2, 2]].map(isNewestFirst)
  expect([is, not]).toEqual([Array(4).fill(true), Array(7).fill(false)])
})
