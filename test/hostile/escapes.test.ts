/** Nothing leads out of the sandbox, and nothing that a strategy does to its own world reaches what the host reads. */
import { describe, expect, test } from 'bun:test'
import { NUMBER } from '../../src/schema/orders'
import { onTrade, stage, trade } from '../sandbox/stage'

/** The outcome of an expression: its value as text, or `threw`. */
async function tried(expression: string): Promise<string | undefined> {
  using running = await stage(
    onTrade(`let r; try { r = 'got ' + typeof (${expression}) } catch (e) { r = 'threw ' + e.message } helpers.log(r)`),
  )
  const [outcome] = running.play(trade(0))
  return outcome?.fault?.message ?? running.heard.logs[0]
}

describe('no code can be made from text by', () => {
  test.each([
    "Function('return 1')()",
    "new Function('return 1')()",
    "(() => {}).constructor('return globalThis')()",
    "Object.getPrototypeOf(async () => {}).constructor('return 1')()",
    "Object.getPrototypeOf(function* () {}).constructor('yield 1')().next()",
    "Object.getPrototypeOf(async function* () {}).constructor('yield 1')()",
    "helpers.log.constructor('return this')()",
    "runtime.submitOrder.constructor('return this')()",
    "evt.constructor.constructor('return this')()",
    "Reflect.construct(Function, ['return 1'])()",
    "[].map.constructor('return 1')()",
    "eval('1')",
    "globalThis.eval('1')",
    "(0, eval)('1')",
    "setTimeout('1')",
  ])('%s', async (expression) => {
    expect(await tried(expression)).toStartWith('threw ')
  })

  test.each([
    "Function('return this', 'return this')()",
    "Function('a', 'return this')()",
    "Function(['return this'])()",
    "Function('return this.x')()",
    "Function('return this }, globalThis.x = 1, { x() {')()",
    "Function('return thisx')()",
    "Function('returnthis')()",
    "Function('')()",
    'Function()()',
    "Function.call({}, 'return this')()",
    "Function.prototype.constructor.call(helpers, 'return this')()",
    "Object.getPrototypeOf(async () => {}).constructor('return this')()",
    "Object.getPrototypeOf(function* () {}).constructor('return this')()",
    "Object.getPrototypeOf(Object.getPrototypeOf(async () => {}).constructor)('return this')()",
    "eval('this')",
    "(0, eval)('this')",
    "(RegExp.prototype.test = RegExp.prototype.exec = () => true, Function('return 1'))().x.y",
  ])('%s', async (expression) => {
    expect(await tried(expression)).toStartWith('threw ')
  })

  test('a dynamic import', async () => {
    using running = await stage(
      onTrade("return import('fs').then(() => helpers.log('imported'), () => helpers.log('refused'))"),
    )
    running.play(trade(0))
    expect(running.heard.logs).toEqual(['refused'])
  })
})

describe('nothing of the host is in reach:', () => {
  test.each([
    'require',
    'process',
    'fetch',
    'WebAssembly',
    'Bun',
    'Deno',
    'Javy',
    'std',
    'os',
    'performance',
    'XMLHttpRequest',
    'SharedArrayBuffer',
    'Atomics',
    'Worker',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    '__dirname',
  ])('%s', async (name) => {
    expect(await tried(name)).toBe('got undefined')
  })

  test('native functions give nothing away', async () => {
    expect(await tried('helpers.log.caller ?? helpers.log.arguments')).toMatch(/^(got undefined|threw )/)
    expect(await tried('(function () { return arguments.callee.caller })()')).toMatch(
      /^(got object|got undefined|threw )/,
    )
    expect(
      await tried(
        'Error.captureStackTrace && (() => { const o = {}; Error.captureStackTrace(o); return o.stack.includes("prelude") ? o : undefined })()',
      ),
    ).toBe('got undefined')
  })
})

/** Replaces what the engine's own code could be made of. */
const POLLUTION = `
  const { defineProperty } = Object, { ownKeys } = Reflect;
  const owners = [Array, String, RegExp, Number, Map, Function, Promise];
  const inherited = ['side', 'quantity', 'price', 'type', 'symbol', 'clientTag', 'toJSON', '0', '1'];
  const replaced = () => 'polluted';
  for (let i = 0; i < owners.length; i++) {
    const keys = ownKeys(owners[i].prototype);
    for (let k = 0; k < keys.length; k++) {
      if (keys[k] === 'constructor') continue;
      try { defineProperty(owners[i].prototype, keys[k], { value: replaced }); } catch {}
    }
  }
  for (let i = 0; i < inherited.length; i++) defineProperty(Object.prototype, inherited[i], { value: 'polluted', writable: true });
  JSON.stringify = JSON.parse = Object.keys = Object.assign = Reflect.ownKeys = String = Number = replaced;`

describe('what a strategy replaces in its own world', () => {
  test('reaches no order', async () => {
    using running = await stage(
      onTrade(`${POLLUTION}
      runtime.submitMarketOrder('sim', 'buy', '1'); runtime.submitOrder('sim', 'buy', 2, 3);`),
    )
    const [outcome] = running.play(trade(0))
    expect(outcome?.fault).toBeUndefined()
    const plain = {
      provider: 'sim',
      symbol: '',
      side: 'buy',
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: false,
    } as const
    expect(running.heard.orders).toEqual([
      { ...plain, type: 'market', quantity: '1', numbers: 0 },
      { ...plain, type: 'limit', quantity: '2', price: '3', numbers: NUMBER.quantity | NUMBER.price },
    ])
    expect(Object.keys(running.heard.orders[0] ?? {})).not.toContain('polluted')
  })

  test('reaches no check of an order', async () => {
    using running = await stage(onTrade(`${POLLUTION} runtime.submitMarketOrder('sim', 'buy', 'polluted');`))
    expect(running.play(trade(0))[0]?.fault?.message).toBe(
      'Error: quantity is not a decimal number above zero: "polluted"',
    )
  })

  test('reaches no event, and the next handlers are called as ever', async () => {
    using running =
      await stage(`let first = true; const log = console.log; module.exports = { create: ({ helpers }) => ({ onTrade(ctx, evt, payload, price) {
      if (first) { first = false; ${POLLUTION} } log(evt.symbol + ' ' + payload.price + ' ' + price); } }) }`)
    running.play(trade(0), trade(1))
    expect(running.heard.logs).toEqual(['BTC-USDT 100.5 100.5', 'BTC-USDT 100.5 100.5'])
  })

  test('reaches the state only as JSON text, and the metadata and the host not at all', async () => {
    using running = await stage(
      onTrade(
        "helpers.state.__proto__ = { polluted: true }; Object.defineProperty(helpers.state, '__proto__', { value: { polluted: 1 }, enumerable: true }); helpers.state.constructor = { prototype: { polluted: 2 } }",
      ),
    )
    running.play(trade(0))
    const state = running.sandbox.state()
    if (!('json' in state)) throw new Error(state.fault.message)
    const parsed: unknown = JSON.parse(state.json)
    expect(parsed).toBeObject()
    expect('polluted' in {}).toBe(false)
  })

  test('cannot replace what it was given', async () => {
    using running = await stage(
      onTrade(`
      for (const f of [() => { runtime.submitOrder = 1 }, () => { helpers.log = 1 }, () => { delete runtime.equity }, () => { env.events.Trade = 'x' }, () => { console.log = 1 }])
        try { (function () { 'use strict'; f() })(); } catch {}
      console.log(typeof runtime.submitOrder, typeof helpers.log, typeof runtime.equity, env.events.Trade)`),
    )
    running.play(trade(0))
    expect(running.heard.logs).toEqual(['function function function Trade'])
  })

  test('lists that it was given are its own copies', async () => {
    using running = await stage(
      onTrade(
        "runtime.providers().push('evil'); runtime.symbols().length = 0; helpers.log(runtime.providers().length, runtime.symbols().length)",
      ),
    )
    running.play(trade(0))
    expect(running.heard.logs).toEqual(['2 2'])
  })
})
