/** Work for many: so many at once, all at once when none of them comes to an end. */
import { expect, test } from 'bun:test'
import { inStride } from '../../src/flow/in-stride'

test('so many are at work at once, the next begins when one ends, and all have their turn', async () => {
  let atWork = 0
  let most = 0
  const done: number[] = []
  await inStride([5, 4, 3, 2, 1, 0], 2, async (one) => {
    most = Math.max(most, ++atWork)
    await Promise.resolve()
    atWork--
    done.push(one)
  })
  expect(most).toBe(2)
  expect(done).toEqual([5, 4, 3, 2, 1, 0])
  await inStride([], 2, () => Promise.reject(new Error('nobody is there')))
})

test('when none ends the rest begins at once', async () => {
  const all = Promise.withResolvers<void>()
  let begun = 0
  await inStride(Array.from({ length: 20 }, String), 3, () => {
    if (++begun === 20) all.resolve()
    return all.promise
  })
  expect(begun).toBe(20)
})

test('one that fails holds up no other, and is told in the end', async () => {
  const done: string[] = []
  const all = inStride(['a', 'b', 'c', 'd'], 1, async (one) => {
    if (one === 'b' || one === 'c') throw new Error(`not ${one}`)
    await Promise.resolve()
    done.push(one)
  })
  await expect(all).rejects.toThrow('not b')
  expect(done).toEqual(['a', 'd'])
})
