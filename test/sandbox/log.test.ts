/** `helpers.log` and `console.log` print as Node's console.log does, but each call on one line. */
import { describe, expect, test } from 'bun:test'
import { formatWithOptions } from 'node:util'
import { logsOf } from './stage'

/** Arguments of log, made by the same source here and in the sandbox. */
const CASES: Record<string, () => unknown[]> = {
  'strings, plain at the top': () => ['a', '', "it's", 'b\nc'],
  numbers: () => [1, -0, 1.5, NaN, Infinity, 10n, 1e21],
  'undefined, null and booleans': () => [undefined, null, true],
  symbols: () => [Symbol('s'), Symbol()],
  'nested objects, to a depth': () => [{ a: { b: { c: { d: 1 } } }, e: [[[[1]]]] }],
  'strings within, quoted': () => [['it', "it's", '"it\'s"', 'a\nb\\c', 'ä😀']],
  'keys that need quotes': () => [{ 'a-b': 1, 1: 2, $c: 3, '': 4 }],
  arrays: () => [[], [1, 2, 3], [undefined, null], Object.assign([1], { extra: true })],
  'arrays with holes': () => [Object.assign([], { 1: 1, 4: 2 }), Object.assign([], { length: 3 })],
  'long arrays': () => [Array.from({ length: 130 }, () => 0)],
  maps: () => [
    new Map<unknown, unknown>([
      ['a', { b: 1 }],
      [{ k: 1 }, 2],
    ]),
    new Map(),
  ],
  sets: () => [new Set([1, 'a', [2]]), new Set()],
  'functions and classes': () => [
    function named() {
      return 1
    },
    () => 1,
    class A {},
    class B extends Array {},
    async () => 1,
    function* g() {
      yield 1
    },
    {
      f() {
        return 1
      },
    },
  ],
  dates: () => [new Date(0), new Date(NaN), { at: new Date(1) }],
  'regular expressions': () => [/a+/gi],
  'boxed values': () => [Object('a'), Object(1), Object(true)],
  'class instances': () => [
    new (class Position {
      size = 1
      side = 'long'
    })(),
  ],
  'objects without a prototype': () => [Object.assign(Object.create(null), { a: 1 })],
  getters: () => {
    const get = () => 1
    const set = (n: number) => n > 0
    const enumerable = true
    return [
      Object.defineProperties({}, { a: { get, enumerable }, b: { set, enumerable }, c: { get, set, enumerable } }),
    ]
  },
  circles: () => {
    const a: Record<string, unknown> = { name: 'a' }
    a.self = a
    a.list = [a, { a }]
    return [a]
  },
  'typed arrays': () => [new Float64Array([1, 2.5]), new Uint8Array(2)],
  'weak collections': () => [new WeakMap(), new WeakSet()],
  '%s, %d, %i, %f, %j, %o and %%': () => [
    '%s is %d, %i, %f, %j, 100%%, %s',
    'x',
    '4.5',
    '4.5',
    '4.5x',
    { a: [1] },
    'more',
    'rest',
    { b: 1 },
  ],
  'no directives without arguments': () => ['100%', 'sure: %s'],
}

describe('log prints', () => {
  test.each(Object.entries(CASES))('%s', async (_, values) => {
    const [line] = await logsOf(`helpers.log(...(${values.toString()})())`)
    expect(line).toBe(formatWithOptions({ breakLength: Infinity, compact: true }, ...values()))
  })

  test('errors with their stack', async () => {
    const [line] = await logsOf("helpers.log('failed:', new TypeError('odd')); ")
    expect(line).toBe('failed: TypeError: odd\n    at onTrade (strategy.js:3:71)')
  })

  test('stacks as text with the name and the message', async () => {
    const [line] = await logsOf("helpers.log(new TypeError('odd').stack)")
    expect(line).toBe('TypeError: odd\n    at onTrade (strategy.js:3:60)\n')
  })

  test('errors with their cause and what else they carry', async () => {
    const [line] = await logsOf(
      "const e = new Error('a', { cause: 'b' }); e.code = 5; e.stack = undefined; helpers.log(e)",
    )
    expect(line).toBe("[Error: a] { [cause]: 'b' } { code: 5 }")
  })

  test('symbols as keys in brackets', async () => {
    expect(await logsOf("helpers.log({ [Symbol('key')]: 1 })")).toEqual(['{ [Symbol(key)]: 1 }'])
  })

  test('the same by console', async () => {
    expect(
      await logsOf(
        "console.log('a', [1]); console.warn({ b: 2 }); console.error(1); console.info(2); console.debug(3)",
      ),
    ).toEqual(['a [ 1 ]', '{ b: 2 }', '1', '2', '3'])
  })

  test('nothing as an empty line', async () => {
    expect(await logsOf('helpers.log()')).toEqual([''])
  })

  test('no more than 8 KiB a line', async () => {
    const lines = await logsOf(
      "helpers.log('x'.repeat(1e5)); helpers.log({ a: 'x'.repeat(1e5) }, 1); helpers.log('ä'.repeat(1e5)); helpers.log(Array(50).fill('y'.repeat(500)))",
    )
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192 + 3)
  })

  test('hostile objects without running their getters, and what throws as unreadable', async () => {
    const lines = await logsOf(`
      helpers.log({ get a() { throw new Error('run') } });
      helpers.log(new Proxy({}, { ownKeys() { throw new Error('run') } }), 1);
      helpers.log(new Proxy({}, { getPrototypeOf() { throw new Error('run') } }));
      Object.prototype.toString = () => { throw new Error('run') };
      Array.prototype.join = Array.prototype.push = String.prototype.slice = () => 'broken';
      Map.prototype.forEach = () => {};
      helpers.log([1, { a: new Map([[1, 2]]) }], 'x');`)
    expect(lines).toEqual(['{ a: [Getter] }', '[unreadable] 1', '[unreadable]', '[ 1, { a: Map(1) { 1 => 2 } } ] x'])
  })
})
