/** Work for many: so many at once, and no longer than there is time. */
import { expect, test } from 'bun:test'
import { inStride } from '../../src/flow/in-stride'

/** Longer than anything takes. */
const withinMs = 60_000

test('so many are at work at once, the next begins when one ends, and all have their turn', async () => {
  let atWork = 0
  let most = 0
  const done: number[] = []
  await inStride([5, 4, 3, 2, 1, 0], { atOnce: 2, withinMs }, async (one) => {
    most = Math.max(most, ++atWork)
    await Promise.resolve()
    atWork--
    done.push(one)
  })
  expect(most).toBe(2)
  expect(done).toEqual([5, 4, 3, 2, 1, 0])
  await inStride([], { atOnce: 2, withinMs }, () => Promise.reject(new Error('nobody is there')))
})

test('one that fails holds up no other, and is told in the end', async () => {
  const done: string[] = []
  const all = inStride(['a', 'b', 'c', 'd'], { atOnce: 1, withinMs }, async (one) => {
    if (one === 'b' || one === 'c') throw new Error(`not ${one}`)
    await Promise.resolve()
    done.push(one)
  })
  expect(await all.catch(String)).toBe('Error: not b')
  expect(done).toEqual(['a', 'd'])
})

test('what does not end in time is not waited for, and no more is begun', async () => {
  const time = Promise.withResolvers<void>()
  const begun: string[] = []
  const work = (one: string) => {
    begun.push(one)
    return one === 'a' ? Promise.resolve() : time.promise
  }
  expect(await inStride(['a', 'b', 'c', 'd'], { atOnce: 1, withinMs: 1 }, work)).toBe(3)
  time.resolve()
  await time.promise
  expect(begun).toEqual(['a', 'b'])
})
