/** How many orders an instance may make in any second. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { OrderRate } from '../../../src/trading/session/order-rate'

test('no more than so many pass in any second, and none is refused without need', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), steps, (perSecond, gaps) => {
      const rate = new OrderRate(perSecond)
      const passed: number[] = []
      let nowMs = 0
      for (const gap of gaps) {
        nowMs += gap
        const within = passed.filter((timeMs) => nowMs - timeMs < 1000).length
        expect(rate.allows(nowMs)).toBe(within < perSecond)
        if (within < perSecond) passed.push(nowMs)
      }
    }),
  )
})

test.each([
  [999, false],
  [1000, true],
  [1001, true],
])('an order %p ms after the last one that may be: %p', (laterMs, isAllowed) => {
  const rate = new OrderRate(1)
  expect(rate.allows(5000)).toBe(true)
  expect(rate.allows(5000 + laterMs)).toBe(isAllowed)
})

test('a clock that goes back takes what it has counted with it', () => {
  const rate = new OrderRate(2)
  for (const nowMs of [5000, 5400]) expect(rate.allows(nowMs)).toBe(true)
  // as if it were 5500, and had been 100 ms since
  expect([rate.allows(5500), rate.allows(2000), rate.allows(2499), rate.allows(2500)]).toEqual([
    false,
    false,
    false,
    true,
  ])
  expect([rate.allows(2899), rate.allows(2900)]).toEqual([false, true])
})

test('none at all passes where none may', () => {
  expect(new OrderRate(0).allows(5000)).toBe(false)
})
