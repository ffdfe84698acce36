/** What is done when everybody has heard all of it. */
import { expect, test } from 'bun:test'
import { ActsInTurn } from '../../src/execution/acts-in-turn'

test('what owners ask for is done in its order once all is handled, and nothing of those who are gone by then', async () => {
  const handled = Promise.withResolvers<void>()
  const acts = new ActsInTurn(() => handled.promise)
  const done: string[] = []
  const ask = (owner: string, what: string) => acts.ask(owner, () => done.push(`${owner} ${what}`))
  ask('one', 'first')
  ask('gone', 'first')
  ask('one', 'second')
  ask('gone', 'second')
  acts.forget('gone')
  ask('other', 'first')
  const answered = acts.answered()
  expect(done).toEqual([])
  handled.resolve()
  await answered
  expect(done).toEqual(['one first', 'one second', 'other first'])
})
