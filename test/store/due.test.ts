/** What several ask for is done once, when the most urgent of them wants it. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { Due } from '../../src/store/due'
import { until } from '../until'

/** Longer than any test. */
const NEVER_MS = 3_600_000
let due: Due
let times: number
beforeEach(() => {
  times = 0
  due = new Due(() => times++)
})
afterEach(() => due.cancel())

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('at the end of the turn, not within it, whoever asked for later before and behind', async () => {
  due.within(NEVER_MS)
  due.within(0)
  due.within(5)
  expect(times).toBe(0)
  await turn()
  expect(times).toBe(1)
  await turn()
  expect(times).toBe(1)
})

test('within some milliseconds, and again when it is asked for again', async () => {
  due.within(NEVER_MS)
  await turn()
  due.within(1)
  await until(() => times === 1)
  due.within(1)
  await until(() => times === 2)
})

test('what was done meanwhile is not done again, and a later wish has its own time', async () => {
  due.within(1)
  await turn()
  due.done()
  // the timer is due before this one
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(times).toBe(0)
  due.within(0)
  await turn()
  expect(times).toBe(1)
})

test('nothing happens behind its end', async () => {
  due.within(0)
  due.cancel()
  await turn()
  due.within(1)
  await turn()
  due.cancel()
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(times).toBe(0)
})
