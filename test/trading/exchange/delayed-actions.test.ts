/** What is put off until the market has come that far. */
import { expect, test } from 'bun:test'
import { DelayedActions } from '../../../src/trading/exchange/delayed-actions'

function delayed(...entries: readonly (readonly [owner: string, dueMs: number, name: string])[]) {
  const actions = new DelayedActions()
  const done: string[] = []
  for (const [owner, dueMs, name] of entries) actions.add({ owner, dueMs }, () => done.push(name))
  return { actions, done }
}

test('what is due is done in the order of its times, at the same time in the order in which it was put off', () => {
  const { actions, done } = delayed(['a', 20, 'second'], ['b', 10, 'first'], ['a', 20, 'third'], ['a', 30, 'last'])
  expect(actions.quietUntilMs).toBe(10)
  actions.release(31)
  expect(done).toEqual(['first', 'second', 'third', 'last'])
  expect(actions.quietUntilMs).toBe(Number.POSITIVE_INFINITY)
})

test('it is done once the market is past its time, not at it', () => {
  const { actions, done } = delayed(['a', 10, 'one'], ['a', 20, 'other'])
  actions.release(10)
  expect(done).toEqual([])
  actions.release(11)
  expect(done).toEqual(['one'])
  expect(actions.quietUntilMs).toBe(20)
})

test('what comes at the very time of what its owner has put off waits behind it, and nobody else', () => {
  const { actions, done } = delayed(['a', 10, 'an order'])
  expect(actions.mustWait('a', 10, 10)).toBe(true)
  expect(actions.mustWait('b', 10, 10)).toBe(false)
  actions.add({ owner: 'a', dueMs: 10 }, () => done.push('its cancel'))
  actions.release(11)
  expect(done).toEqual(['an order', 'its cancel'])
  expect(actions.mustWait('a', 10, 10)).toBe(false)
  expect(actions.mustWait('a', 11, 10)).toBe(true)
})

test('what it puts off itself is done in the same go when that is due as well', () => {
  const { actions, done } = delayed(['a', 10, 'one'], ['a', 14, 'three'])
  actions.add({ owner: 'a', dueMs: 10 }, () => actions.add({ owner: 'a', dueMs: 12 }, () => done.push('two')))
  actions.release(15)
  expect(done).toEqual(['one', 'two', 'three'])
})

test('nothing is done for an owner that is gone, and all for the others', () => {
  const { actions, done } = delayed(['a', 10, 'of a'], ['b', 11, 'of b'], ['a', 12, 'of a again'])
  actions.forget('a')
  expect(actions.quietUntilMs).toBe(11)
  actions.release(100)
  expect(done).toEqual(['of b'])
})
