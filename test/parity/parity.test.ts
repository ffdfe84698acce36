/** A strategy sees and does the same in whatever way it runs. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { Comparison } from './comparison'
import { RANDOM } from './programs'
import { SITUATIONS } from './situations/all'
import { tableOf } from './table'
import { WAY_NAMES } from './ways/names'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(300_000)

let comparison: Comparison
beforeAll(async () => {
  comparison = await Comparison.of([...SITUATIONS, ...RANDOM])
})
afterAll(() => void process.stdout.write(tableOf(comparison)))

test.each([...SITUATIONS, ...RANDOM])('$name', (situation) => {
  const outcomes = WAY_NAMES.map((way) => ({ way, ...comparison.outcome(situation, way) }))
  expect(outcomes.filter(({ kind }) => kind === 'differs')).toEqual([])
  for (const way of WAY_NAMES) expect(comparison.transcript(situation, way)?.lines ?? ['the end']).toContain('the end')
})

describe('the suite', () => {
  test('compares what it runs', () => {
    const once = SITUATIONS.filter((situation) => {
      const kinds = WAY_NAMES.map((way) => comparison.outcome(situation, way).kind)
      return !kinds.includes('same') && !kinds.includes('differs')
    })
    expect(once).toEqual([])
  })

  test('has programs that do something', () => {
    const lines = RANDOM.flatMap((situation) => comparison.transcript(situation, 'backtest')!.lines)
    const count = (head: string) => lines.filter((line) => line.startsWith(head)).length
    const heads = [
      'onOrderFilled',
      'onOrderPartialFill',
      'onOrderCancelled',
      'onOrderExpired',
      'onOrderRejected',
      'slept',
    ]
    for (const head of heads) expect(`${head} ${count(head) >= 5}`).toBe(`${head} true`)
  })
})
