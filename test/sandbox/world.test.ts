/** The world that a strategy finds itself in: a clock, chance, a language, and nothing else. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits'
import { logsOf, onTrade, START_MS, stage, trade } from './stage'

describe('the world of a strategy', () => {
  test('has a clock that stands at the event, and chance that is seeded', async () => {
    const body =
      'const a = Date.now(); for (let i = 0; i < 1e4; i++); helpers.log(a, Date.now() === a, new Date().toISOString(), new Date().getTimezoneOffset(), Math.random(), Math.random())'
    const [first] = await logsOf(body)
    expect(first).toStartWith(`${START_MS} true 2023-11-14T22:13:20.000Z 0 0.`)
    expect(await logsOf(body)).toEqual([first!])
  })

  test('has the very millisecond of every event, in this century and beyond', async () => {
    const body =
      'const at = Date.parse(evt.emitTs); if (Date.now() !== at || new Date().getTime() !== at) helpers.log(evt.emitTs, Date.now() - at)'
    using running = await stage(onTrade(body))
    const longMs = Date.UTC(2100, 0, 1) - START_MS
    for (let i = 0; i < 2000; i++) {
      const timeMs = START_MS + Math.floor((longMs / 2000) * i) + i
      running.play({ ...trade(i), timeMs })
    }
    expect(running.heard.logs).toEqual([])
  })

  test('has the very millisecond after every sleep', async () => {
    const body = `for (let i = 1; i <= 90; i++) {
      const before = Date.now()
      helpers.sleep(i)
      if (Date.now() - before !== i) helpers.log(i, Date.now() - before)
    }`
    using running = await stage(onTrade(body), { host: { sleep: () => undefined } })
    running.play({ ...trade(0), timeMs: Date.UTC(2026, 10, 28, 8, 55, 59, 297) })
    expect(running.heard.logs).toEqual([])
  })

  test('has nothing that leads out of it', async () => {
    const [line] =
      await logsOf(`helpers.log(['require', 'process', 'fetch', 'WebAssembly', 'setTimeout', 'setInterval', 'queueMicrotask',
      'performance', 'Javy', 'eval', 'Atomics', 'SharedArrayBuffer', 'Bun', 'global', 'window', 'print', 'std', 'os']
      .filter((name) => typeof globalThis[name] !== 'undefined').join())`)
    expect(line).toBe('')
  })

  test('has the language of ES2023', async () => {
    const [line] = await logsOf(`class A { #x = 1; static { A.y = 2; } get x() { return this.#x; } }
      helpers.log(new A().x, A.y, 2n ** 64n, 'a1b'.match(/(?<=a)\\d/)[0], [3, 1].toSorted().join(), [1, 2].findLast((n) => n < 2),
        Object.groupBy([1, 2], (n) => n % 2 ? 'odd' : 'even').odd.length, [..."a\u{1F600}"].length, new Proxy({}, { get: () => 7 }).z, 1_000)`)
    expect(line).toBe('1 2 18446744073709551616n 1 1,3 1 1 2 7 1000')
  })

  test.each([
    "Function('return this')()",
    "new Function('return this')()",
    "Function('return this;')()",
    "Function(' return  this ; ')()",
    "Function('\\n\\treturn this\\n')()",
    "globalThis.Function('return this')()",
    "Reflect.construct(Function, ['return this'])()",
    "(() => { 'use strict'; return Function('return this')() })()",
    "typeof globalThis == 'object' && globalThis || Function('return this')()",
    '(function () { return this })()',
  ])('gives bundles the global object by %s', async (expression) => {
    expect(await logsOf(`const world = ${expression}; helpers.log(world === globalThis, typeof world.Map)`)).toEqual([
      'true function',
    ])
  })

  test('has a Function that is the one of all functions', async () => {
    const [line] =
      await logsOf(`helpers.log(Function.name, Function.length, Function.prototype === Object.getPrototypeOf(() => {}),
      (() => {}).constructor === Function, helpers.log instanceof Function, class {} instanceof Function, typeof Function,
      Function('return this').name, Function('return this').call(7) == 7, Object.keys(globalThis).includes('Function'))`)
    expect(line).toBe('Function 1 true true true true function anonymous true false')
    expect(await logsOf("Function('a', 'b', 'return a + b')")).toEqual([
      "EvalError: no text becomes code in a strategy: of Function only Function('return this') works, eval does not",
    ])
  })

  test('settles async handlers within the event, and their rejections are its faults', async () => {
    expect(
      await logsOf("(async () => { await 1; await 2; helpers.log('settled'); throw new Error('late'); })()"),
    ).toEqual(['settled', 'Error: late'])
  })

  test('settles what a handler began before it failed', async () => {
    expect(await logsOf("Promise.resolve('settled').then(helpers.log); throw new Error('failed')")).toEqual([
      'settled',
      'Error: failed',
    ])
  })

  test('goes on after a fault', async () => {
    using running = await stage(
      onTrade("if (evt.seqProvider === 1) throw new RangeError('odd'); helpers.log(evt.eventId)"),
    )
    const outcomes = running.play(trade(0), trade(1), trade(2))
    expect(running.heard.logs).toEqual(['sim-0', 'sim-2'])
    expect(outcomes.flatMap(({ fault }) => fault?.message ?? [])).toEqual(['RangeError: odd'])
  })

  test('gives each event so many calls of its holder', async () => {
    using running = await stage(onTrade('for (let i = 0; i < 5; i++) helpers.log(i)'), {
      limits: { ...DEFAULT_LIMITS, hostCalls: 3 },
    })
    const outcomes = running.play(trade(0), trade(1))
    expect(outcomes.flatMap(({ fault }) => fault?.message ?? [])).toEqual(
      Array(2).fill('RangeError: more than 3 logs, orders, queries and sleeps in one event'),
    )
    expect(running.heard.logs).toHaveLength(6)
  })
})

test('what an event may use is what the documentation says', async () => {
  expect(DEFAULT_LIMITS).toEqual({ fuel: 10_000_000, heapBytes: 16 << 20, stackBytes: 64 << 10, hostCalls: 1000 })
  const documented = await Bun.file(join(import.meta.dir, '../../docs/instances.md')).text()
  expect(documented).toMatch(/10 million steps .*\n.*16 MiB.*\n.*1,000 /)
  using running = await stage(
    onTrade('let n = 0; try { for (;;) { helpers.log(n); n++ } } finally { helpers.state.n = n }'),
  )
  running.play(trade(0))
  expect([running.heard.logs.length, running.sandbox.state()]).toEqual([1000, { json: '{"n":1000}' }])
})
