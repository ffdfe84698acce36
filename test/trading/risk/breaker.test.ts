/** The circuit breaker by itself: what it counts, and when it is open. */
import { expect, test } from 'bun:test'
import { Breaker, CLOSED } from '../../../src/trading/risk/breaker'

const LIMITS = { breaker: { threshold: 2, cooldownMs: 1000 }, killAfter: 4 }

test('it opens with the last breach of the threshold and closes when its time is over', () => {
  const breaker = new Breaker()
  expect(breaker.state).toEqual({ breaches: 0, counted: 0, openUntilMs: 0 })
  expect(breaker.count(LIMITS, 5000)).toBe(false)
  expect(breaker.state).toEqual({ breaches: 1, counted: 1, openUntilMs: 0 })
  expect(breaker.isOpen(5000)).toBe(false)
  expect(breaker.count(LIMITS, 5000)).toBe(false)
  expect(breaker.state).toEqual({ breaches: 2, counted: 2, openUntilMs: 6000 })
  expect([5000, 5999].map((nowMs) => breaker.isOpen(nowMs))).toEqual([true, true])
  expect(breaker.state.counted).toBe(2)
  expect(breaker.isOpen(6000)).toBe(false)
  expect(breaker.state).toEqual({ breaches: 2, counted: 0, openUntilMs: 0 })
})

test('it asks for the kill switch at so many breaches, and from then on', () => {
  const breaker = new Breaker()
  expect([1, 2, 3, 4, 5].map(() => breaker.count(LIMITS, 0))).toEqual([false, false, false, true, true])
})

test('without limits of their own breaches are counted, and nothing follows', () => {
  const breaker = new Breaker({ ...CLOSED, breaches: 7, counted: 3 })
  expect(breaker.count({}, 1000)).toBe(false)
  expect(breaker.state).toEqual({ breaches: 8, counted: 4, openUntilMs: 0 })
  expect(breaker.isOpen(0)).toBe(false)
})
