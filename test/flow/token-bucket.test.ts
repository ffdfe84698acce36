/** How often something may be done, by a clock of the test. */
import { expect, test } from 'bun:test'
import { TokenBucket } from '../../src/flow/token-bucket'

test('a burst goes at once, then one for each time that has passed; who waited for long has a burst again and no more', () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 })
  const taken = (nowMs: number, calls: number) => Array.from({ length: calls }, () => bucket.take(nowMs))
  expect(taken(1000, 5)).toEqual([0, 0, 0, 100, 100])
  expect(taken(1050, 1)).toEqual([50])
  expect(taken(1100, 2)).toEqual([0, 100])
  expect(taken(1300, 3)).toEqual([0, 0, 100])
  const anHourLater = 3_601_000
  expect(taken(anHourLater, 5)).toEqual([0, 0, 0, 100, 100])
})

test('a burst of one is an even pace', () => {
  const bucket = new TokenBucket({ perSecond: 2, burst: 1 })
  expect([0, 0, 499, 500, 500].map((nowMs) => bucket.take(nowMs))).toEqual([0, 500, 1, 0, 500])
})

test('a bucket goes on from a clock that was set back', () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 })
  expect([10_000, 4000, 4999, 5000].map((nowMs) => bucket.take(nowMs))).toEqual([0, 1000, 1, 0])
})
