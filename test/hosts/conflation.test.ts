/** What is left out when there is too much: the rule, and when it is applied. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { conflate, Pressure } from '../../src/hosts/conflation'

const waiting = fc.array(
  fc.record({
    duty: fc.constantFrom('newest' as const, 'bounded' as const, 'kept' as const),
    slot: fc.constantFrom('a', 'b', 'c'),
    ageMs: fc.nat(9),
  }),
  { maxLength: 60 },
)

test('what is kept stays whole and in order, and of each kind and symbol the newest; of trades those that are few and young besides', () => {
  fc.assert(
    fc.property(waiting, fc.nat(20), fc.nat(9), (items, count, ageMs) => {
      // events of one kind share a duty
      const some = items.map((item) => ({ ...item, slot: item.duty + item.slot }))
      const stay = conflate(some, { count, ageMs })
      const indexes = some.map((_, index) => index)
      const of = (duty: string) => indexes.filter((index) => some[index]!.duty === duty)
      const newest = indexes.filter(
        (i) => some[i]!.duty !== 'kept' && !indexes.some((j) => j > i && some[j]!.slot === some[i]!.slot),
      )
      const few = count === 0 ? [] : of('bounded').slice(-count)
      const young = few.filter((index) => some[index]!.ageMs <= ageMs)
      expect(stay).toEqual([...new Set([...of('kept'), ...young, ...newest])].sort((a, b) => a - b))
    }),
  )
})

test('a queue is looked through when it is too long, and again when it has doubled', () => {
  const pressure = new Pressure(100, () => 1000)
  expect([100, 101].map((waiting) => pressure.isHigh(waiting, 0, 0))).toEqual([false, true])
  expect(pressure.bounds).toEqual({ count: 50, ageMs: 500 })
  pressure.relieved(90, 0)
  expect([180, 181].map((waiting) => pressure.isHigh(waiting, 0, 0))).toEqual([false, true])
  pressure.relieved(20, 0)
  expect([100, 101].map((waiting) => pressure.isHigh(waiting, 0, 0))).toEqual([false, true])
})

test('a queue is looked through when its oldest is too old, and again after half of that age', () => {
  const pressure = new Pressure(100, () => 1000)
  expect([1000, 1001].map((nowMs) => pressure.isHigh(1, 0, nowMs))).toEqual([false, true])
  pressure.relieved(1, 1001)
  expect([1500, 1501].map((nowMs) => pressure.isHigh(1, 0, nowMs))).toEqual([false, true])
  expect(pressure.isHigh(0, Number.POSITIVE_INFINITY, 5000)).toBe(false)
})
