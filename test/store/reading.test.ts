/** Long readings take turns, and each comes to its end or its error. */
import { expect, spyOn, test } from 'bun:test'
import { finish, Readers, type Reading } from '../../src/store/reading'

/** So many steps, of which each takes the time of a turn and is told. */
function* steps<T>(count: number, told: (step: number) => void, answer: T): Reading<T> {
  for (let step = 1; step <= count; step++) {
    for (const endMs = performance.now() + 2; performance.now() < endMs; );
    told(step)
    yield
  }
  return answer
}

function* failing(): Reading<never> {
  yield
  throw new Error('a damaged page')
}

test('those who read at the same time go on in turns', async () => {
  const readers = new Readers()
  const told: string[] = []
  const read = (name: string, count: number) => readers.read(steps(count, (step) => told.push(`${name}${step}`), name))
  const all = [read('a', 3), read('b', 2), read('c', 1)]
  expect(told).toEqual(['a1'])
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c'])
  expect(told).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2'])
  // and again, when all had ended
  expect(await read('d', 2)).toBe('d')
  expect(await read('e', 0)).toBe('e')
})

test('one that fails ends alone', async () => {
  const readers = new Readers()
  const reason = (reading: Promise<unknown>) => reading.then(String, (error) => `refused: ${error.message}`)
  const all = [readers.read(failing()), readers.read(steps(2, () => undefined, 'done'))]
  expect(await Promise.all(all.map(reason))).toEqual(['refused: a damaged page', 'done'])
  expect(await readers.read(steps(1, () => undefined, 'next'))).toBe('next')
})

test('one that was given up has no more turns', async () => {
  const readers = new Readers()
  const asked = spyOn(AbortSignal.prototype, 'throwIfAborted')
  try {
    const controller = new AbortController()
    const reading = readers.read(
      steps(3, () => controller.abort(), 'done'),
      controller.signal,
    )
    expect(await reading.catch((error: unknown) => String(error))).toContain('aborted')
    const before = asked.mock.calls.length
    await readers.read(steps(2, () => undefined, 'next'))
    expect(asked).toHaveBeenCalledTimes(before)
  } finally {
    asked.mockRestore()
  }
})

test('what is short is read in one go', () => {
  const told: number[] = []
  expect(finish(steps(2, (step) => told.push(step), 7))).toBe(7)
  expect(told).toEqual([1, 2])
  expect(() => finish(failing())).toThrow('a damaged page')
})
