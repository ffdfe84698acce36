/** The flags of `meltica backtest`: what they take, at their limits, and what they make of it. */
import { describe, expect, test } from 'bun:test'
import {
  configOf,
  positiveDecimal,
  type RunFlags,
  rate,
  setting,
  settingsOf,
  time,
  whole,
} from '../../../src/cli/run/flags'
import { Failure } from '../../../src/errors/failure'

/** What is made of a text, or why it is refused. */
function taken<T>(parse: (text: string) => T, text: string): T | string {
  try {
    return parse(text)
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : 'by something else'}`
  }
}

const WHOLE = 'refused: write a whole number from 1 on.'
const ABOVE = 'refused: write a number above zero.'
const DECIMAL = 'refused: write a decimal number that is not negative, as 12.5.'
const RATE = 'refused: it must be a decimal number from 0 to below 10000 (100 %)'

test.each<[string, (text: string) => unknown, string, unknown]>([
  ['whole', whole(1), '1', 1],
  ['whole', whole(1), '0', WHOLE],
  ['whole', whole(1), '1.5', WHOLE],
  ['whole', whole(1), '-1', WHOLE],
  ['whole', whole(1), '0x1', WHOLE],
  ['whole', whole(1), '', WHOLE],
  ['whole', whole(0), '0', 0],
  ['whole', whole(0), '9007199254740991', Number.MAX_SAFE_INTEGER],
  ['whole', whole(0), '9007199254740992', 'refused: write a whole number from 0 on.'],
  ['decimal', positiveDecimal, '0.5', '0.5'],
  ['decimal', positiveDecimal, '10', '10'],
  ['decimal', positiveDecimal, '0.0', ABOVE],
  ['decimal', positiveDecimal, '-1', DECIMAL],
  ['decimal', positiveDecimal, '1e3', DECIMAL],
  ['decimal', positiveDecimal, '.5', DECIMAL],
  ['decimal', positiveDecimal, '5.', DECIMAL],
  ['rate', rate('feeBps'), '9999.9', '9999.9'],
  ['rate', rate('feeBps'), '-1', `${RATE}; a rebate is --maker-bps.`],
  ['rate', rate('feeBps'), '10000', `${RATE}.`],
  ['rate', rate('takerBps'), '-1', `${RATE}.`],
  ['rate', rate('makerBps'), '-1', '-1'],
  ['time', time, '2022-01-31', Date.UTC(2022, 0, 31)],
  ['time', time, '2022-01-31T12:30', Date.UTC(2022, 0, 31, 12, 30)],
  ['time', time, '2022-01-31 12:30:15', Date.UTC(2022, 0, 31, 12, 30, 15)],
  ['time', time, '2022-01-31T12:30:15.250Z', Date.UTC(2022, 0, 31, 12, 30, 15, 250)],
  ['time', time, '2022-01-31t12:30:00+02:00', Date.UTC(2022, 0, 31, 10, 30)],
  ...['2022-02-31T25:00', '2022-13-01', 'yesterday', '31.1.2022', '2022-01-31T12', 'x2022-01-31'].map(
    (text): [string, (text: string) => unknown, string, string] => [
      'time',
      time,
      text,
      'refused: write a time as 2022-01-31 or 2022-01-31T12:30:00Z.',
    ],
  ),
])('%s: %p takes %p as %p', (_name, parse, text, wanted) => expect(taken(parse, text)).toEqual(wanted))

test('a setting is a key, the first = and all behind it; later ones come on top', () => {
  expect(setting('a=1')).toEqual({ a: '1' })
  expect(setting('b==x=', { a: '1' })).toEqual({ a: '1', b: '=x=' })
  expect(setting('a=2', { a: '1' })).toEqual({ a: '2' })
  expect(setting('a=')).toEqual({ a: '' })
  for (const text of ['a', '=1', '']) expect(taken(setting, text)).toBe('refused: write key=value.')
})

const FLAGS: RunFlags = {
  strategies: 'strategies',
  cash: '5',
  feeBps: '3',
  slippageBps: '1',
  latencyMs: 7,
  fill: 'same',
  limit: 'touch',
  account: 'spot',
  leverage: '2',
  margin: false,
  seed: 9,
  ordersPerSecond: 11,
  logsPerSecond: 12,
}

test('a fee is of makers and takers, unless one of them is said', () => {
  const rules = { fill: 'same', limit: 'touch', slippageBps: '1', makerBps: '3', takerBps: '3', latencyMs: 7 } as const
  const rates = { ordersPerSecond: 11, logsPerSecond: 12, logBytesPerSecond: 64 << 10 }
  const settings = { cash: '5', account: 'spot', leverage: '2', margin: false, rules, seed: 9n, rates } as const
  expect(settingsOf(FLAGS)).toEqual(settings)
  expect(settingsOf({ ...FLAGS, makerBps: '-1', periods: 252 })).toEqual({
    ...settings,
    periods: 252,
    rules: { ...rules, makerBps: '-1' },
  })
  expect(settingsOf({ ...FLAGS, takerBps: '4' }).rules).toEqual({ ...rules, takerBps: '4' })
})

describe('values of the config', () => {
  const field = (name: string, type: 'int' | 'float' | 'bool' | 'string') => ({ name, type, required: false }) as const
  const metadata: Parameters<typeof configOf>[0] = {
    name: 's',
    tag: '',
    displayName: 'S',
    description: '',
    events: [],
    config: [
      field('n', 'int'),
      field('x', 'float'),
      field('on', 'bool'),
      field('text', 'string'),
      { ...field('dry_run', 'bool'), default: true },
    ],
  }

  test('become what their fields are', () => {
    expect(configOf(metadata, { n: '5', x: '-0.5', on: 'true', text: 'true' }, 's.js')).toEqual({
      dry_run: false,
      n: 5,
      x: -0.5,
      on: true,
      text: 'true',
    })
    expect(configOf(metadata, { on: 'false', dry_run: 'true', text: '7' }, 's.js')).toEqual({
      dry_run: true,
      on: false,
      text: '7',
    })
  })

  test.each([
    ['n', ''],
    ['n', ' '],
    ['n', '1.5'],
    ['n', 'many'],
    ['x', 'Infinity'],
    ['x', '1e999'],
    ['on', 'yes'],
    ['on', '1'],
    ['nope', '1'],
  ])('%s=%p is refused', (name, text) => {
    const refused = () => configOf(metadata, { [name]: text }, 's.js')
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_config' }))
    expect(refused).toThrow(name)
  })

  test.each([
    ['my-strategy.js', 'my-strategy.js'],
    ['my strategy.js', "'my strategy.js'"],
    ["it's.js", `'it'\\''s.js'`],
  ])('the hint names the file %s so that it can be typed', (path, typed) => {
    try {
      configOf(metadata, { nope: '1', never: '2' }, path)
      throw new Error('it was taken')
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
      const { hint, message } = error as Failure
      expect(hint).toBe(`meltica check ${typed} lists its config fields`)
      expect(message).toMatch(/nope.*; .*never/)
    }
  })
})
