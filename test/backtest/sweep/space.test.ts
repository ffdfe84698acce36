/** What `--set` of a sweep means, and which combinations are run in which order. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { choose, type Sampling } from '../../../src/backtest/sweep/sampling'
import { Space } from '../../../src/backtest/sweep/space'
import { Failure } from '../../../src/errors/failure'
import type { ConfigField, Metadata } from '../../../src/schema/metadata'

const field = (name: string, type: ConfigField['type'], more: Partial<ConfigField> = {}): ConfigField => ({
  name,
  type,
  required: false,
  ...more,
})

const METADATA: Metadata = {
  name: 'tester',
  tag: '',
  displayName: 'Tester',
  description: '',
  events: ['Trade'],
  config: [
    field('fast', 'int', { default: 5 }),
    field('slow', 'int', { default: 20 }),
    field('threshold', 'float', { default: 0.5 }),
    field('wait', 'duration', { default: '1s' }),
    field('side', 'enum', { default: 'long', options: ['long', 'short', 'both'] }),
    field('strict', 'bool', { default: false }),
    field('label', 'string', { default: '' }),
    field('dry_run', 'bool', { default: true }),
  ],
}

const spaceOf = (...set: string[]) =>
  Space.of(
    METADATA,
    set.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const),
    'see the fields',
  )

/** The values of the one parameter that is set. */
function valuesOf(set: string): unknown[] {
  const space = spaceOf(set)
  const name = set.slice(0, set.indexOf('='))
  return Array.from({ length: space.size }, (_, combination) => space.config(combination)[name])
}

const refusalOf = (...set: string[]): string => {
  try {
    spaceOf(...set)
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`
    throw error
  }
  return 'taken'
}

test.each<[set: string, values: unknown[]]>([
  ['fast=7', [7]],
  ['fast=5:20:5', [5, 10, 15, 20]],
  ['fast=5:19:5', [5, 10, 15]],
  ['fast=3:3:1', [3]],
  ['fast=10:-10:-10', [10, 0, -10]],
  ['fast=20,5,50', [20, 5, 50]],
  ['threshold=0.1:0.3:0.1', [0.1, 0.2, 0.3]],
  ['threshold=0.1:1:0.3', [0.1, 0.4, 0.7, 1]],
  ['threshold=1e-3:3e-3:0.001', [0.001, 0.002, 0.003]],
  ['threshold=-0.2:0.1:0.1', [-0.2, -0.1, 0, 0.1]],
  ['threshold=1,2.50,1e2', [1, 2.5, 100]],
  ['wait=30s:2m:45s', ['30s', '1m15s', '2m']],
  ['wait=0:1ms:250us', ['0s', '250us', '500us', '750us', '1ms']],
  ['wait=1.5h:2h:30m', ['1h30m', '2h']],
  ['wait=250ms,1m', ['250ms', '1m']],
  ['side=short,both', ['short', 'both']],
  ['strict=true,false', [true, false]],
  ['label=a:b:c', ['a:b:c']],
  ['label="a,b",c,""', ['a,b', 'c', '']],
  ['label=', ['']],
])('%s', (set, values) => expect(valuesOf(set)).toEqual(values))

test('a range of decimals has the values that would be written, whatever the floats', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1000, max: 1000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 0, max: 30 }),
      (from, step, count) => {
        const written = (hundredths: number) => (hundredths / 100).toFixed(2)
        const values = valuesOf(`threshold=${written(from)}:${written(from + count * step)}:${written(step)}`)
        expect(values).toEqual(Array.from({ length: count + 1 }, (_, i) => Number(written(from + i * step)) + 0))
      },
    ),
  )
})

test.each<[set: string[], refusal: string]>([
  [['fats=5:50:5'], '"fats" is no field of the strategy'],
  [['fast=5', 'slow=7', 'fast=6'], '"fast" is set twice: name all values at once'],
  [['fast=5,6,5'], '"fast" names 5 twice'],
  [['threshold=0.5,0.50'], '"threshold" names 0.50 twice'],
  [['fast=50:5:5'], '"fast" has no value: from 50 a step of 5 does not lead to 5'],
  [['fast=5:50:-5'], '"fast" has no value: from 5 a step of -5 does not lead to 50'],
  [['fast=5:50:0'], '"fast" has a step of 0'],
  [['fast=5:50'], '"fast" is no range: write from:to:step of numbers, as 5:50:5, or values with commas between'],
  [['fast=a:b:c'], '"fast" is no range: write from:to:step of numbers, as 5:50:5, or values with commas between'],
  [['wait=1:2:3'], '"wait" is no range: write from:to:step of durations, as 1m:10m:30s, or values with commas between'],
  [['fast=5:7:0.5'], '"fast" must be a whole number, not 5.5'],
  [['fast=5,,6'], '"fast" has a comma with no value beside it'],
  [['fast=5,'], '"fast" has a comma with no value beside it'],
  [['fast='], '"fast" must be a whole number, not ""'],
  [['fast=5,six'], '"fast" must be a whole number, not "six"'],
  [['side=long,sideways'], '"side" must be one of "long", "short", "both", not "sideways"'],
  [['strict=maybe'], '"strict" must be true or false, not "maybe"'],
  [['wait=soon'], '"wait" must be a duration as "250ms" or "1m30s", not "soon"'],
  [['fast=1:999999999:1', 'slow=1:999999999:1'], 'the combinations are more than can be counted'],
  [
    ['fats=1', 'side=up'],
    '"fats" is no field of the strategy; "side" must be one of "long", "short", "both", not "up"',
  ],
])('%p is refused', (set, refusal) => expect(refusalOf(...set)).toBe(`invalid_config: ${refusal}`))

test('a required field that is not set is told', () => {
  const metadata = { ...METADATA, config: [field('size', 'float', { required: true })] }
  expect(() => Space.of(metadata, [], 'see')).toThrow('"size" is required: a float')
  expect(Space.of(metadata, [['size', '1,2']], 'see').size).toBe(2)
})

test('the field that was named last changes first, and the rest has its defaults', () => {
  const space = spaceOf('slow=20,50', 'fast=5:15:5')
  expect(space.size).toBe(6)
  const rest = { threshold: 0.5, wait: '1s', side: 'long', strict: false, label: '', dry_run: false }
  expect(Array.from({ length: 6 }, (_, combination) => space.config(combination))).toEqual(
    [
      [20, 5],
      [20, 10],
      [20, 15],
      [50, 5],
      [50, 10],
      [50, 15],
    ].map(([slow, fast]) => ({ slow, fast, ...rest })),
  )
  for (let combination = 0; combination < 6; combination++)
    expect(space.combination(space.digits(combination))).toBe(combination)
})

const drawn = (space: Space, sampling: Sampling): number[] => {
  const chosen = choose(space, sampling)
  return Array.from({ length: chosen.count }, (_, run) => chosen.combination(run))
}

test('a random sample has no combination twice, begins with the smaller ones, and depends on the seed', () => {
  const space = spaceOf('fast=1:50:1', 'slow=1:40:1')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 1999 }), (seed, runs) => {
      const sample = drawn(space, { kind: 'random', runs, seed })
      expect(sample).toHaveLength(runs)
      expect(new Set(sample).size).toBe(runs)
      for (const combination of sample) expect(combination >= 0 && combination < 2000).toBe(true)
      expect(drawn(space, { kind: 'random', runs: Math.ceil(runs / 2), seed })).toEqual(
        sample.slice(0, Math.ceil(runs / 2)),
      )
    }),
    { numRuns: 30 },
  )
  const one = drawn(space, { kind: 'random', runs: 20, seed: 1 })
  expect(drawn(space, { kind: 'random', runs: 20, seed: 2 })).not.toEqual(one)
})

test('a random sample of most of the combinations draws each place equally often', () => {
  const space = spaceOf('fast=1:10:1')
  const counts = Array<number>(10).fill(0)
  for (let seed = 0; seed < 3000; seed++)
    for (const one of drawn(space, { kind: 'random', runs: 3, seed })) counts[one]!++
  for (const count of counts) expect(Math.abs(count - 900)).toBeLessThan(110)
})

test('a Sobol sample spreads over all values of all parameters, none twice', () => {
  const space = spaceOf('fast=1:16:1', 'slow=1:16:1', 'side=long')
  const sample = drawn(space, { kind: 'sobol', runs: 64 })
  expect(new Set(sample).size).toBe(64)
  expect(sample.slice(0, 20)).toEqual(drawn(space, { kind: 'sobol', runs: 20 }))
  for (const name of ['fast', 'slow']) {
    const values = sample.map((combination) => Number(space.config(combination)[name]))
    for (let value = 1; value <= 16; value++) expect(values.filter((one) => one === value)).toHaveLength(4)
  }
})

test('coarse parameters give as many different runs as are asked for', () => {
  const space = spaceOf('fast=1,2,3', 'slow=1:7:1', 'strict=true,false')
  expect(new Set(drawn(space, { kind: 'sobol', runs: 41 })).size).toBe(41)
})

test('a sample as large as the grid, or larger, is the grid', () => {
  const space = spaceOf('fast=1:3:1', 'slow=1:2:1')
  for (const kind of ['random', 'sobol'] as const)
    expect(drawn(space, { kind, runs: 6, seed: 1 })).toEqual([0, 1, 2, 3, 4, 5])
})

test('a Sobol sample over too many parameters is refused', () => {
  const config = Array.from({ length: 22 }, (_, i) => field(`p${i}`, 'int'))
  const space = Space.of(
    { ...METADATA, config },
    config.map(({ name }) => [name, '1,2'] as const),
    'see',
  )
  expect(() => choose(space, { kind: 'sobol', runs: 10 })).toThrow('--sobol takes at most 21 parameters, not 22')
})
