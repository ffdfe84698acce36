/** What is put off until the market has come that far. */
import { expect, test } from 'bun:test'
import { DelayedActions } from '../../../src/trading/exchange/delayed-actions'

function agendaOf(...entries: readonly (readonly [owner: string, dueMs: number, name: string])[]) {
  const agenda = new DelayedActions()
  const done: string[] = []
  for (const [owner, dueMs, name] of entries) agenda.add(owner, dueMs, () => done.push(name))
  return { agenda, done }
}

test('what is due is done in the order of its times, at the same time in the order in which it was put off', () => {
  const { agenda, done } = agendaOf(['a', 20, 'second'], ['b', 10, 'first'], ['a', 20, 'third'], ['a', 30, 'last'])
  expect(agenda.quietUntilMs).toBe(10)
  agenda.release(31)
  expect(done).toEqual(['first', 'second', 'third', 'last'])
  expect(agenda.quietUntilMs).toBe(Number.POSITIVE_INFINITY)
})

test('it is done once the market is past its time, not at it', () => {
  const { agenda, done } = agendaOf(['a', 10, 'one'], ['a', 20, 'other'])
  agenda.release(10)
  expect(done).toEqual([])
  agenda.release(11)
  expect(done).toEqual(['one'])
  expect(agenda.quietUntilMs).toBe(20)
})

test('what comes at the very time of what its owner has put off waits behind it, and nobody else', () => {
  const { agenda, done } = agendaOf(['a', 10, 'an order'])
  expect(agenda.mustWait('a', 10, 10)).toBe(true)
  expect(agenda.mustWait('b', 10, 10)).toBe(false)
  agenda.add('a', 10, () => done.push('its cancel'))
  agenda.release(11)
  expect(done).toEqual(['an order', 'its cancel'])
  expect(agenda.mustWait('a', 10, 10)).toBe(false)
  expect(agenda.mustWait('a', 11, 10)).toBe(true)
})

test('what it puts off itself is done in the same go when that is due as well', () => {
  const { agenda, done } = agendaOf(['a', 10, 'one'], ['a', 14, 'three'])
  agenda.add('a', 10, () => agenda.add('a', 12, () => done.push('two')))
  agenda.release(15)
  expect(done).toEqual(['one', 'two', 'three'])
})

test('nothing is done for an owner that is gone, and all for the others', () => {
  const { agenda, done } = agendaOf(['a', 10, 'of a'], ['b', 11, 'of b'], ['a', 12, 'of a again'])
  agenda.forget('a')
  expect(agenda.quietUntilMs).toBe(11)
  agenda.release(100)
  expect(done).toEqual(['of b'])
})
