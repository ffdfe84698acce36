/** What `meltica serve` prints at its start and its end: ten of what there may be many of, the rest by its number. */
import { expect, test } from 'bun:test'
import { farewellOf, lastWordsOf, welcomeOf } from '../../src/cli/banner'

const settings = { instances: [] }
const names = (count: number, letter: string) => Array.from({ length: count }, (_, index) => `${letter}${index}`)
const standing = { url: 'http://x', has: () => true, problems: () => [], running: () => NOTHING }
const NOTHING = { instances: { now: [], next: [] }, providers: { now: [], next: [] } }
const rowsOf = (text: string) => text.trimEnd().split('\n').slice(4)

test('ten problems are told, and how many more there are', () => {
  const welcome = (count: number) =>
    rowsOf(
      welcomeOf(
        { ...standing, problems: () => names(count, 'p').map((message) => ({ message, hint: 'mend it' })) },
        settings,
      ),
    )
  const told = names(10, 'p').map((name) => `  problem     ${name}; mend it`)
  expect(welcome(0)).toEqual([])
  expect(welcome(10)).toEqual(told)
  expect(welcome(11)).toEqual([...told, '  problem     1 more: http://x/readyz'])
})

test('ten names are told, and how many more there are', () => {
  const farewell = (now: string[], next: string[]) =>
    rowsOf(
      farewellOf(
        { ...standing, running: () => ({ instances: { now, next }, providers: { now: ['sim'], next: ['sim'] } }) },
        settings,
      ),
    )
  expect(farewell(names(10, 'i'), [])).toEqual([
    '  instances   i0, i1, i2, i3, i4, i5, i6, i7, i8, i9 stopped',
    '  providers   sim stopped',
    '  next start  sim will run again',
  ])
  expect(farewell(names(11, 'i'), ['i0'])).toEqual([
    '  instances   i0, i1, i2, i3, i4, i5, i6, i7, i8, i9 and 1 more stopped',
    '  providers   sim stopped',
    '  next start  i0, sim will run again',
  ])
  expect(rowsOf(farewellOf(standing, settings))).toEqual([
    '  instances   none stopped',
    '  providers   none stopped',
    '  next start  nothing will run by itself',
  ])
})

test('labels stand above each other, also long ones, and only of instances that there are', () => {
  const instance = (id: string) => ({ id, strategy: { identifier: 's' }, scope: { sim: { symbols: ['BTC-USDT'] } } })
  const configured = { instances: [instance('momentum-long'), instance('gone')] }
  const text = welcomeOf({ ...standing, has: (id) => id !== 'gone' }, configured)
  expect(text.split('\n')).toEqual([
    'listening on http://x',
    '  Swagger UI     http://x/docs',
    '  metrics        http://x/metrics',
    '  catalogue      http://x/strategies/modules',
    '  momentum-long  http://x/strategy/instances/momentum-long/executions',
    '',
  ])
})

test('the last words of a stop that takes too long tell what is saved, and what is not', () => {
  expect(lastWordsOf(undefined)).toBe(
    'error: the gateway was asked to stop while it started, and did not end within 4 s\n' +
      'hint: what ran already runs again at the next start, from its last saved state\n',
  )
  expect(lastWordsOf({ save: () => ['a', 'b'] })).toBe(
    'error: the gateway did not stop within 4 s\n' +
      'hint: orders, fills and logs are saved, and helpers.state as it was a second ago; not stopped: a, b\n',
  )
  expect(lastWordsOf({ save: () => [] })).toContain('not stopped: none\n')
  const full = () => {
    throw new Error('the disk is full')
  }
  expect(lastWordsOf({ save: full })).toContain('hint: what happened last is not saved: the disk is full\n')
})
