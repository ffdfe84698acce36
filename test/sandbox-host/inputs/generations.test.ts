/** Which checkpoints of an instance are there, as its gateway writes down what it was told. */
import { expect, test } from 'bun:test'
import { type Generation, Generations } from '../../../src/sandbox-host/inputs/generations'

const NOTHING = { messages: 0, batches: 0 }

/** In a segment of its own each; its launch first. */
function stage() {
  const dropped: number[] = []
  const at = (segment: number, change: Partial<Generation> = {}): Generation => ({
    position: { segment, offset: 0 },
    messages: segment,
    batches: 0,
    usedMs: 0,
    ...change,
  })
  const generations = new Generations(
    [at(0, { isLaunch: true })],
    ({ position }) => void dropped.push(position.segment),
  )
  const held = () => [generations.oldest.position.segment, generations.newest.position.segment]
  return { generations, at, dropped, held }
}

test('the oldest stays until a newer one is certain, and the first of the newer ones stays to become so', () => {
  const { generations, at, dropped, held } = stage()
  for (const segment of [1, 2, 3, 4]) generations.add(at(segment), NOTHING)
  expect([held(), dropped]).toEqual([
    [0, 4],
    [2, 3],
  ])
  generations.settle({ messages: 3, batches: 0 })
  expect([held(), dropped]).toEqual([
    [1, 4],
    [2, 3],
  ])
  generations.add(at(5), { messages: 4, batches: 0 })
  expect([held(), dropped]).toEqual([
    [4, 5],
    [2, 3, 1],
  ])
  generations.end()
  expect(dropped).toEqual([2, 3, 1, 4, 5])
})

test('one of a recording is certain when neither what was said nor the recording goes back to before it', () => {
  const { generations, at, held } = stage()
  generations.add(at(1, { batches: 7 }), NOTHING)
  generations.settle({ messages: 9, batches: 6 })
  expect(held()).toEqual([0, 1])
  generations.settle({ messages: 0, batches: 9 })
  expect(held()).toEqual([0, 1])
  generations.settle({ messages: 1, batches: 7 })
  expect(held()).toEqual([1, 1])
})

test('one behind which its past is another one stays until it is certain, or older ones are', () => {
  const { generations, at, dropped } = stage()
  generations.add(at(1), NOTHING)
  generations.add(at(2, { isTurn: true }), NOTHING)
  for (const segment of [3, 4, 5]) generations.add(at(segment), NOTHING)
  expect(dropped).toEqual([3, 4])
})

test('those of before a segment go, whatever is certain, until there is none', () => {
  const { generations, at, held, dropped } = stage()
  generations.add(at(5), NOTHING)
  expect([generations.expire(3), held()]).toEqual([true, [5, 5]])
  expect([generations.expire(6), dropped]).toEqual([false, [5]])
})

test('one that is taken in the place of another one does not remove itself', () => {
  const { generations, at, dropped } = stage()
  for (const segment of [1, 2]) generations.add(at(segment), NOTHING)
  generations.add(at(2, { messages: 9 }), NOTHING)
  expect([dropped, generations.newest.messages]).toEqual([[], 9])
})
