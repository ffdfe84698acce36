/** A set of risk limits as a whole: whom it binds, what in it makes no sense, and how it is told. */
import { describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { LIMIT_NAMES, RiskLimitSet } from '../../src/schema/risk-limits'
import { decimalText, durationMs, inForce, limitProblems, limitsFor, setOf, withTexts } from '../../src/schema/risk-set'

describe('limits of an instance', () => {
  const set: RiskLimitSet = {
    maxConcurrentOrders: 1,
    orderBurst: 1,
    maxRiskBreaches: 1,
    providers: { sim: { orderBurst: 2, maxRiskBreaches: 2 }, other: { orderBurst: 9 } },
    instances: { grid: { maxRiskBreaches: 3 }, sim: { orderBurst: 8 } },
  }

  test('are its own before those of its provider before those of all', () => {
    expect(limitsFor(set, 'sim', 'grid')).toEqual({ maxConcurrentOrders: 1, orderBurst: 2, maxRiskBreaches: 3 })
    expect(limitsFor(set, 'sim', 'x')).toEqual({ maxConcurrentOrders: 1, orderBurst: 2, maxRiskBreaches: 2 })
    expect(limitsFor(set, 'x', 'grid')).toEqual({ maxConcurrentOrders: 1, orderBurst: 1, maxRiskBreaches: 3 })
    expect(limitsFor(set, 'grid', 'other')).toEqual({ maxConcurrentOrders: 1, orderBurst: 1, maxRiskBreaches: 1 })
    expect(limitsFor({}, 'sim', 'grid')).toEqual({})
  })

  test('are not looked for in what every object has', () => {
    expect(limitsFor(set, 'constructor', 'toString')).toEqual({
      maxConcurrentOrders: 1,
      orderBurst: 1,
      maxRiskBreaches: 1,
    })
  })
})

describe('what makes no sense', () => {
  const breaker = (more: object) => ({ circuitBreaker: { enabled: true, threshold: 1, cooldown: '1ms', ...more } })
  const problems = (set: RiskLimitSet) => limitProblems(set).map(({ path, message }) => `${path} ${message}`)

  test('of a breaker that is on is what never opens it, or opens it for no time', () => {
    expect(problems(breaker({}))).toEqual([])
    const threshold = '/circuitBreaker/threshold must be 1 or more'
    const cooldown = '/circuitBreaker/cooldown must be a duration above zero, as 90s'
    expect(problems(breaker({ threshold: 0 }))).toEqual([threshold])
    for (const text of ['', '0', '0s']) expect(problems(breaker({ cooldown: text }))).toEqual([cooldown])
    expect(problems({ circuitBreaker: { enabled: true } })).toEqual([threshold, cooldown])
    expect(problems({ circuitBreaker: { enabled: false } })).toEqual([])
  })

  test('is told with where it stands, for all, providers and instances', () => {
    const wrong = { maxPositionSize: 1e-31, maxNotionalValue: 1e-31 }
    const both = (place: string) =>
      ['maxPositionSize', 'maxNotionalValue'].map((key) => `${place}/${key} must have at most 30 decimals`)
    expect(problems({ ...wrong, providers: { sim: wrong }, instances: { a: wrong } })).toEqual(
      ['', '/providers/sim', '/instances/a'].flatMap(both),
    )
    expect(problems({ maxPositionSize: 1e-30, maxNotionalValue: 1e15 })).toEqual([])
  })
})

test.each([
  ['', 0],
  ['0', 0],
  ['1ns', 1e-6],
  ['1us', 1e-3],
  ['1µs', 1e-3],
  ['1μs', 1e-3],
  ['1ms', 1],
  ['1s', 1000],
  ['1m', 60_000],
  ['1h', 3_600_000],
  ['1.5s', 1500],
  ['1h2m3s4ms', 3_723_004],
])('the duration %p is %p ms', (text, ms) => expect(durationMs(text)).toBeCloseTo(ms, 9))

test('numbers are written out, the shortest that they can be', () => {
  expect([1e-7, 0.1, 1e21, 250, '1.50'].map(decimalText)).toEqual([
    '0.0000001',
    '0.1',
    `1${'0'.repeat(21)}`,
    '250',
    '1.50',
  ])
})

test('a set is what of it is set, with every amount as text, and is told whole', () => {
  const sent = {
    maxPositionSize: 1.5,
    maxNotionalValue: null,
    orderBurst: 0,
    circuitBreaker: { enabled: false, threshold: null, cooldown: '1s' },
    providers: { sim: { maxNotionalValue: 5, circuitBreaker: null, orderBurst: null } },
    instances: {},
  }
  const set = withTexts(setOf(sent))
  expect(set).toEqual({
    maxPositionSize: '1.5',
    orderBurst: 0,
    circuitBreaker: { enabled: false, cooldown: '1s' },
    providers: { sim: { maxNotionalValue: '5' } },
  })
  const overrides = { a: { orderBurst: 1 } }
  expect(setOf({ providers: overrides, instances: {} })).toStrictEqual({ providers: overrides })
  expect(setOf({ providers: {}, instances: overrides })).toStrictEqual({ instances: overrides })
  const told = inForce(set)
  expect(Object.keys(told)).toEqual([...LIMIT_NAMES, 'circuitBreaker', 'providers', 'instances'])
  expect(told).toMatchObject({
    maxPositionSize: '1.5',
    maxNotionalValue: null,
    orderBurst: 0,
    circuitBreaker: { enabled: false, threshold: null, cooldown: '1s' },
    instances: {},
  })
  expect(inForce({})).toMatchObject({ circuitBreaker: null, providers: {}, instances: {}, orderBurst: null })
})

const AT_BOUNDS: readonly (readonly [name: string, least: unknown, most: unknown, beyond: readonly unknown[]])[] = [
  ['maxPositionSize', 0, 1e15, [-1, 1.1e15, '-1', '1e5', '.5', '1'.repeat(31), `0.${'1'.repeat(31)}`, true]],
  ['maxNotionalValue', '0', `${'9'.repeat(30)}.${'9'.repeat(30)}`, ['', '1.']],
  ['notionalCurrency', '', 'A'.repeat(32), ['A'.repeat(33), 'US-D', 1]],
  ['orderThrottle', 0, 1e6, [-0.1, 1_000_001, '5']],
  ['orderBurst', 0, 1e6, [-1, 1_000_001, 0.5]],
  ['maxConcurrentOrders', 0, 1e6, [-1, 1_000_001, 0.5]],
  ['priceBandPercent', 0, 1e6, [-0.1, 1_000_001, '1']],
  ['allowedOrderTypes', [], Array(20).fill('limit'), [Array(21).fill('limit'), ['Stop-Limit'], ['limit '], 'limit']],
  ['maxDailyLoss', '0', `${'9'.repeat(30)}.${'9'.repeat(30)}%`, [1, '', '-1', '1e5', '5 %', '%', '1%%']],
  ['dailyLossThen', 'reduce', 'kill', ['stop', '', 1]],
  ['maxDrawdownPct', 0, 100, [-0.1, 100.1, '5']],
  ['drawdownThen', 'close', 'kill', ['none']],
  ['maxTotalPosition', {}, { 'BTC-USDT': 1e15, ETH: '0.5' }, [{ BTC: -1 }, { BTC: '1e5' }, { '': 1 }, 5]],
  ['maxTotalNotional', {}, { USDT: '9'.repeat(30) }, [{ USDT: null }, { 'a b': 1 }, '5']],
  ['maxTotalOpenOrders', 0, 1e6, [-1, 1_000_001, 0.5]],
  ['priceCollarPercent', 0, 1e6, [-0.1, 1_000_001, '1']],
  ['killSwitchEnabled', false, true, [0, 'true']],
  ['maxRiskBreaches', 0, 1e6, [-1, 1_000_001, 0.5]],
  [
    'circuitBreaker',
    { enabled: true },
    { enabled: true, threshold: 1e6, cooldown: '1h2m' },
    [
      {},
      { enabled: 1 },
      { enabled: true, threshold: -1 },
      { enabled: true, threshold: 1_000_001 },
      { enabled: true, cooldown: '1' },
      { enabled: true, cooldown: '-1s' },
      { enabled: true, cooldown: '1234567890s' },
      { enabled: true, cooldown: '1s'.repeat(51) },
      { enabled: true, more: 1 },
    ],
  ],
  ['providers', {}, { 'a.B_c-1': { orderBurst: 1 } }, [{ 'a b': {} }, { '': {} }, { a: 1 }, { a: { providers: {} } }]],
  ['instances', {}, { ['a'.repeat(128)]: {} }, [{ ['a'.repeat(129)]: {} }, { '-a': {} }]],
  ['unknown', undefined, undefined, [1]],
]

describe('a limit is taken up to its bounds:', () => {
  test.each(AT_BOUNDS)('%s', (name, least, most, beyond) => {
    expect(LIMIT_NAMES.every((one) => AT_BOUNDS.some(([listed]) => listed === one))).toBe(true)
    const isTaken = (value: unknown) => Value.Check(RiskLimitSet, value === undefined ? {} : { [name]: value })
    expect([isTaken(least), isTaken(most)]).toEqual([true, true])
    for (const value of beyond) expect([value, isTaken(value)]).toEqual([value, false])
  })

  test('types of orders are spelled as operators spell them', () => {
    const spelled = [
      'market',
      'Market',
      'MARKET',
      'limit',
      'Limit',
      'LIMIT',
      'stop',
      'Stop',
      'STOP',
      'stopLimit',
      'StopLimit',
      'STOPLIMIT',
    ]
    expect(Value.Check(RiskLimitSet, { allowedOrderTypes: spelled })).toBe(true)
  })
})
