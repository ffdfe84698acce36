/** How many calls a caller has left, by a clock of the test. */
import { expect, test } from 'bun:test'
import { TokenBucket } from '../../src/http/token-bucket'

test('a burst goes at once, then one for each time that has passed; who waited for long has a burst again and no more', () => {
  const allowance = new TokenBucket({ perSecond: 10, burst: 3 }, 1000)
  const taken = (nowMs: number, calls: number) => Array.from({ length: calls }, () => allowance.take(nowMs))
  expect(taken(1000, 5)).toEqual([0, 0, 0, 100, 100])
  expect(taken(1050, 1)).toEqual([50])
  expect(taken(1100, 2)).toEqual([0, 100])
  expect(taken(1300, 3)).toEqual([0, 0, 100])
  const anHourLater = 3_601_000
  expect(taken(anHourLater, 5)).toEqual([0, 0, 0, 100, 100])
})
