/** How many events a second an instance is given, as counted from time to time. */
import { expect, test } from 'bun:test'
import { EventRate } from '../../../src/runtime/instances/event-rate'

test('it is that of the last five seconds, however often it is counted', () => {
  const rate = new EventRate()
  const seen: number[] = []
  // 40 a second for ten seconds, then none
  for (let ms = 0; ms <= 20_000; ms += 250) {
    rate.count(Math.min(ms, 10_000) / 25, 5000 + ms)
    if (ms % 2500 === 0) seen.push(rate.perSecond)
  }
  expect(seen).toEqual([0, 40, 40, 40, 40, 24, 0, 0, 0])
})

test('another start begins anew, and there is none of what does not run', () => {
  const rate = new EventRate()
  rate.count(500, 0)
  rate.count(1000, 1000)
  expect(rate.perSecond).toBe(500)
  rate.count(3, 1250)
  expect(rate.perSecond).toBe(0)
  rate.count(4, 2500)
  expect(rate.perSecond).toBe(0.8)
  rate.forget()
  expect(rate.perSecond).toBe(0)
})
