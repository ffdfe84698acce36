/** Changes of one thing wait for each other, those of different things don't. */
import { expect, test } from 'bun:test'
import { KeyedMutex } from '../../src/flow/keyed-mutex'

const steps = async () => {
  for (let step = 0; step < 20; step++) await Promise.resolve()
}

test('what is taken for one key is done in its order, one after the other, also after one that failed', async () => {
  const mutex = new KeyedMutex()
  const begun: string[] = []
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())
  const taken = gates.map((gate, at) =>
    mutex.run('a', async () => {
      begun.push(`a${at}`)
      await gate.promise
      return at
    }),
  )
  const other = mutex.run('b', () => begun.push('b'))
  await steps()
  expect(begun).toEqual(['a0', 'b'])
  gates[0]!.resolve()
  expect([await taken[0], await other]).toEqual([0, 2])
  await steps()
  expect(begun).toEqual(['a0', 'b', 'a1'])
  gates[1]!.reject(new Error('a slip'))
  expect(await taken[1]!.catch((error) => String(error))).toBe('Error: a slip')
  await steps()
  expect(begun.at(-1)).toBe('a2')
  // the last one is still under way: who comes now waits for it
  const late = mutex.run('a', () => begun.push('late'))
  await steps()
  expect(begun.at(-1)).toBe('a2')
  gates[2]!.resolve()
  await late
  expect(begun).toEqual(['a0', 'b', 'a1', 'a2', 'late'])
})
