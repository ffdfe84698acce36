/** What is left out when there is too much: the rule, and when it is applied. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { conflate, type Load, Pressure } from '../../src/protocol/conflation'

const waiting = fc.array(
  fc.record({
    duty: fc.constantFrom('newest' as const, 'bounded' as const, 'kept' as const),
    stream: fc.constantFrom('a', 'b', 'c'),
    ageMs: fc.nat(9),
  }),
  { maxLength: 60 },
)

test('what is kept stays whole and in order, and of each kind and symbol the newest; of trades those that are few and young besides', () => {
  fc.assert(
    fc.property(waiting, fc.nat(20), fc.nat(9), (items, count, ageMs) => {
      // events of one kind share a duty
      const some = items.map((item) => ({ ...item, stream: item.duty + item.stream }))
      const stay = conflate(some, { count, ageMs })
      const indexes = some.map((_, index) => index)
      const of = (duty: string) => indexes.filter((index) => some[index]!.duty === duty)
      const newest = indexes.filter(
        (i) => some[i]!.duty !== 'kept' && !indexes.some((j) => j > i && some[j]!.stream === some[i]!.stream),
      )
      const few = count === 0 ? [] : of('bounded').slice(-count)
      const young = few.filter((index) => some[index]!.ageMs <= ageMs)
      expect(stay).toEqual([...new Set([...of('kept'), ...young, ...newest])].sort((a, b) => a - b))
    }),
  )
})

const counted = (count: number): Load => ({ count, bytes: 0 })

test('a queue is looked through when it is too long, and again when it has doubled', () => {
  const pressure = new Pressure({ count: 100, bytes: 1000 }, () => 1000)
  const isHigh = (count: number) => pressure.isHigh(counted(count), 0, 0)
  expect([100, 101].map(isHigh)).toEqual([false, true])
  expect(pressure.boundsOf(counted(101))).toEqual({ count: 50, ageMs: 500 })
  pressure.relieved(counted(90), 0)
  expect([180, 181].map(isHigh)).toEqual([false, true])
  pressure.relieved(counted(20), 0)
  expect([100, 101].map(isHigh)).toEqual([false, true])
})

test('a queue is looked through when its bytes are too many, and so many records stay as half of them may have', () => {
  const pressure = new Pressure({ count: 100, bytes: 1000 }, () => 1000)
  const isHigh = (bytes: number) => pressure.isHigh({ count: 10, bytes }, 0, 0)
  expect([1000, 1001].map(isHigh)).toEqual([false, true])
  expect(pressure.boundsOf({ count: 23, bytes: 2000 })).toEqual({ count: 5, ageMs: 500 })
  pressure.relieved({ count: 10, bytes: 900 }, 0)
  expect([1800, 1801].map(isHigh)).toEqual([false, true])
  pressure.relieved({ count: 10, bytes: 300 }, 0)
  expect([1000, 1001].map(isHigh)).toEqual([false, true])
})

test('a queue is looked through when its oldest is too old, and again after half of that age', () => {
  const pressure = new Pressure({ count: 100, bytes: 1000 }, () => 1000)
  expect([1000, 1001].map((nowMs) => pressure.isHigh(counted(1), 0, nowMs))).toEqual([false, true])
  pressure.relieved(counted(1), 1001)
  expect([1500, 1501].map((nowMs) => pressure.isHigh(counted(1), 0, nowMs))).toEqual([false, true])
  expect(pressure.isHigh(counted(0), Number.POSITIVE_INFINITY, 5000)).toBe(false)
})
