/** The settings of an adapter, each at its bounds, and running numbers. */
import { expect, test } from 'bun:test'
import { replayOf } from '../../src/market/replay'
import { serials } from '../../src/market/serials'
import { readSettings, type Setting } from '../../src/market/settings'
import { sim } from '../../src/market/sim'

const CONTEXT = {
  name: 'p',
  emit: () => undefined,
  drained: async () => undefined,
  changed: () => undefined,
  now: () => 0,
  elapsed: () => 0,
}

const replay = replayOf('replay')

const RANGES = [
  ['intervalMs', 1, 86_400_000, 1],
  ['volatility', 0, 0.05, 0.001],
  ['startPrice', 0, 1_000_000, 1],
  ['klineMs', 1, 86_400_000, 1],
  ['speed', 0, 1_000_000, 1],
  ['maxEvents', 0, Number.MAX_SAFE_INTEGER, 1],
] as const

test.each(RANGES)('%s of the simulator is from %d to %d', (name, least, most, step) => {
  for (const value of [least, most]) sim.create(CONTEXT, { [name]: value })
  for (const value of [least - step, most + 1]) {
    expect(() => sim.create(CONTEXT, { [name]: value })).toThrow(`"${name}" must be from ${least} to ${most}`)
  }
})

test('the speed of a replay is from 0 to a million', () => {
  for (const speed of [0, 1_000_000]) replay.create(CONTEXT, { file: 'x', speed })
  for (const speed of [-1, 1_000_001]) {
    expect(() => replay.create(CONTEXT, { file: 'x', speed })).toThrow('"speed" must be from 0 to 1000000')
  }
})

test('what is told of the settings names each default, and none of what only the adapter needs', () => {
  const told = (adapter: typeof sim) =>
    adapter.settings.map(({ name, type, default: value, required }) => [name, type, value, required])
  expect(told(sim)).toEqual([
    ['seed', 'int', 42, false],
    ['intervalMs', 'int', 250, false],
    ['volatility', 'float', 0.0001, false],
    ['startPrice', 'float', 0, false],
    ['klineMs', 'int', 1000, false],
    ['klines', 'list', [], false],
    ['speed', 'float', 1, false],
    ['maxEvents', 'int', 0, false],
  ])
  expect(told(replay)).toEqual([
    ['file', 'string', undefined, true],
    ['symbol', 'string', '', false],
    ['timezone', 'string', '', false],
    ['format', 'string', '', false],
    ['klines', 'list', [], false],
    ['rules', 'string', '', false],
    ['speed', 'float', 1, false],
  ])
  for (const setting of [...sim.settings, ...replay.settings]) expect(setting).not.toHaveProperty('range')
  expect([sim.recorded, replay.recorded]).toEqual([undefined, true])
})

const TABLE: readonly Setting[] = [
  { name: 'needed', type: 'string', description: '', required: true },
  { name: 'text', type: 'string', description: '', default: '', required: false },
  { name: 'whole', type: 'int', description: '', required: false },
  { name: 'part', type: 'float', description: '', default: 0.5, required: false },
  { name: 'flag', type: 'bool', description: '', default: true, required: false },
]

test.each([
  [{}, '"needed" is missing'],
  [{ needed: '' }, '"needed" must be a text'],
  [{ needed: 1 }, '"needed" must be a text'],
  [{ needed: 'x', text: 1 }, '"text" must be a text'],
  [{ needed: 'x', whole: 1.5 }, '"whole" must be a whole number'],
  [{ needed: 'x', part: '1' }, '"part" must be a number'],
  [{ needed: 'x', part: Number.POSITIVE_INFINITY }, '"part" must be a number'],
  [{ needed: 'x', flag: 'true' }, '"flag" must be true or false'],
  [{ needed: 'x', other: 1 }, '"other" is no setting; there are needed, text, whole, part, flag, paper'],
])('%j: %s', (config, message) => {
  const [, path, what] = /^"(\w+)" (.*)$/.exec(message)!
  expect(() => readSettings(TABLE, config)).toThrow(
    expect.objectContaining({ code: 'invalid_provider', message, details: { problems: [{ path, message: what }] } }),
  )
})

test('what is given goes before the default, and what is neither is nothing', () => {
  const settings = readSettings(TABLE, { needed: 'x', part: 0, text: '' })
  expect(['needed', 'text', 'whole'].map((name) => settings.text(name))).toEqual(['x', '', ''])
  expect(['part', 'whole'].map((name) => settings.number(name))).toEqual([0, 0])
  expect(readSettings(TABLE, { needed: 'x' }).number('part')).toBe(0.5)
  expect(readSettings(TABLE, { needed: 'x', whole: -3 }).number('whole')).toBe(-3)
})

test('running numbers are written as numbers are, wherever they stand', () => {
  const id = serials('x-')
  for (const n of [0, 1, 999, 1000, 1001, 1999, 2000, 999_999, 1_000_000, 1_000_001, 5, 1000, 12_345_678_901]) {
    expect(id(n)).toBe(`x-${n}`)
  }
})
