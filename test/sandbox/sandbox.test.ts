/** The life of a sandbox: what it does when it is asked out of turn, put to sleep, stopped, copied or broken. */
import { describe, expect, test } from 'bun:test'
import { loadEngine } from '../../src/sandbox/engine'
import { apply, differenceOf, sizeIn } from '../../src/sandbox/image'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits'
import { RecordWriter } from '../../src/sandbox/records'
import { Sandbox } from '../../src/sandbox/sandbox'
import type { WordTable } from '../../src/sandbox/words'
import { deliverAll, ENVIRONMENT, load, onTrade, recordingHost, stage, ticker, trade } from './stage'

const engine = await loadEngine()
const COUNTING = `let n = 0, sum = 0; const seen = new Map();
module.exports = { create: ({ helpers }) => ({ onTrade(ctx, evt, payload, price) {
  n++; sum += price; seen.set(payload.tradeId, Math.random());
  helpers.log([n, sum, seen.size, seen.get(payload.tradeId), Date.now()].join(' ')); } }) }`

function records(...numbers: number[]): [bytes: Uint8Array, words: WordTable] {
  const writer = new RecordWriter()
  for (const n of numbers) writer.event(trade(n))
  return [writer.from(), writer.words]
}

describe('loading', () => {
  const loadOf = (source: string) => {
    using sandbox = new Sandbox(engine, recordingHost().host)
    const compiled = sandbox.compile(source, 's.js')
    if ('diagnostic' in compiled) throw new Error(compiled.diagnostic.message)
    return sandbox.load(compiled.bytecode)
  }

  test.each([
    [
      'module.exports = { metadata: { name: "x", events: ["Trade"], n: 1n === 1n }, create() {} }',
      { metadata: { name: 'x', events: ['Trade'], n: true }, hasCreate: true, exported: 'object' },
    ],
    ['', { metadata: undefined, hasCreate: false, exported: 'object' }],
    ['exports.metadata = 5; exports.create = 5', { metadata: 5, hasCreate: false, exported: 'object' }],
    ['module.exports = null', { metadata: undefined, hasCreate: false, exported: 'null' }],
    ['module.exports = "text"', { metadata: undefined, hasCreate: false, exported: 'string' }],
    ['module.exports = undefined', { metadata: undefined, hasCreate: false, exported: 'undefined' }],
    [
      'module.exports = class { static create() {} static metadata = {} }',
      { metadata: {}, hasCreate: true, exported: 'function' },
    ],
    ['this.create = () => {}; return', { metadata: undefined, hasCreate: true, exported: 'object' }],
  ])('tells what is exported: %s', (source, loaded) => {
    expect(loadOf(source)).toEqual({ loaded })
  })

  test('tells what the top level and the metadata throw', () => {
    expect(loadOf('throw new Error("no")')).toMatchObject({
      fault: { cause: 'exception', message: 'Error: no', line: 1, column: 7 },
    })
    expect(loadOf('module.exports = {\n get metadata() { throw 5 } }')).toMatchObject({ fault: { message: '5' } })
    expect(loadOf('module.exports = { metadata: { n: 1n } }')).toMatchObject({ fault: { cause: 'exception' } })
  })

  test('starts with the market that it was told before', () => {
    const { host, heard } = recordingHost()
    const source =
      'module.exports = { create({ runtime, helpers }) { helpers.log(runtime.getMarketState()); return {} } }'
    using sandbox = load(engine, host, source)
    const writer = new RecordWriter()
    writer.event(ticker(0, '100', '99', '101'))
    sandbox.deliver(writer.from(), writer.words)
    sandbox.start(ENVIRONMENT)
    expect(heard.logs).toEqual(['{ last: 100, bid: 99, ask: 101, spread: 2, spreadPct: 2 }'])
  })

  test('refuses bytecode of something else', () => {
    using sandbox = new Sandbox(engine, recordingHost().host)
    expect(sandbox.load(new Uint8Array([1, 2, 3]))).toMatchObject({ fault: { cause: 'exception' } })
  })
})

describe('the state at the moment of falling asleep', () => {
  /** What was read at each sleep, and then said. */
  async function read(body: string, limits = DEFAULT_LIMITS) {
    const states: unknown[] = []
    const sleep = () => void states.push(running.sandbox.state())
    using running = await stage(onTrade(body), { host: { sleep }, limits })
    const [outcome] = running.play(trade(0))
    return { states, logs: running.heard.logs, orders: running.heard.orders.length, fault: outcome?.fault?.message }
  }

  test('is what the handler has made of it so far, and the handler goes on from there', async () => {
    const body =
      'helpers.state.n = 1; helpers.sleep(5); helpers.state.n++; helpers.sleep(5); helpers.log(helpers.state.n)'
    expect(await read(body)).toEqual({
      states: [{ json: '{"n":1}' }, { json: '{"n":2}' }],
      logs: ['2'],
      orders: 0,
      fault: undefined,
    })
  })

  test('is read without a trace: code that it calls, promises, the clock, and what the handler may use up', async () => {
    const body = `
      let reads = 0
      helpers.state.seen = { toJSON() {
        reads++
        helpers.log('read'); helpers.sleep(1)
        try { runtime.submitMarketOrder('', 'buy', 1) } catch {}
        return Date.now() - 1700000000000 } }
      Promise.resolve().then(() => { order.push('promise') })
      const order = []
      const before = Date.now()
      helpers.sleep(1500)
      order.push('handler')
      helpers.log(reads, order.length, Date.now() - before)
      let calls = 0
      try { for (;;) { helpers.log(''); calls++ } } catch (error) { throw error.message + ' ' + calls }`
    const { states, logs, orders, fault } = await read(body, { ...DEFAULT_LIMITS, hostCalls: 10 })
    expect({ states, logs: logs.filter(Boolean), orders, fault }).toEqual({
      states: [{ json: '{"seen":1}' }],
      logs: ['0 1 1500'],
      orders: 0,
      fault: 'more than 10 logs, orders, queries and sleeps in one event 8',
    })
  })

  test('costs the handler none of its fuel', async () => {
    const body = `helpers.state.heavy = { toJSON() { for (let i = 0; i < 400_000; i++); return 1 } }
      for (let i = 0; i < 20; i++) helpers.sleep(1)
      helpers.log('done')
      for (;;);`
    const { states, logs, fault } = await read(body)
    expect([states.length, new Set(states.map((state) => JSON.stringify(state))), logs]).toEqual([
      20,
      new Set([JSON.stringify({ json: '{"heavy":1}' })]),
      ['done'],
    ])
    expect(fault).toContain('out of time')
  })

  test.each([
    ['for (;;);', 'out of time'],
    ["'x'.repeat(1 << 29).normalize()", ''],
    ['const f = () => f() + f(); f()', 'stack'],
    ["throw new Error('no')", 'no'],
  ])('that cannot be read (%s) is a fault of its own: the handler goes on', async (toJSON, message) => {
    const { states, logs, fault } = await read(
      `helpers.state.bad = { toJSON() { ${toJSON} } }; helpers.sleep(5); delete helpers.state.bad; helpers.sleep(5)
      const deep = (n) => n === 0 ? 0 : 1 + deep(n - 1)
      helpers.log('on', deep(50))`,
    )
    expect(states).toEqual([
      { fault: expect.objectContaining({ message: expect.stringContaining(message) }) },
      { json: '{}' },
    ])
    expect([logs, fault]).toEqual([['on 50'], undefined])
  })

  test('however large it is and however often it is read, the memory stays bounded', async () => {
    const body = `helpers.state.all = Array.from({ length: 20_000 }, (_, i) => i)
      for (let i = 0; i < 300; i++) helpers.sleep(1)
      helpers.log(helpers.state.all.length)`
    let image = 0
    const sleep = () => void running.sandbox.state()
    using running = await stage(onTrade(body), { host: { sleep } })
    running.play(trade(0))
    image = running.sandbox.checkpoint().length
    expect(running.heard.logs).toEqual(['20000'])
    expect(image).toBeLessThan(6 << 20)
  })
})

describe('a sleep', () => {
  const SLEEPER = onTrade(
    "helpers.log('before ' + evt.eventId); helpers.sleep(30); helpers.log('after ' + evt.eventId)",
  )

  test('parks one strategy, on any stack, while others go on', async () => {
    const alarms: (() => void)[] = []
    const sleep = () => new Promise<void>((wake) => void alarms.push(wake))
    const deep = onTrade(
      "const f = (n) => n ? f(n - 1) : [1].forEach(() => helpers.sleep('1s')); f(20); helpers.log('awake')",
    )
    using sleeper = await stage(deep, { host: { sleep } })
    using other = await stage(COUNTING)
    const outcome = sleeper.sandbox.deliverSuspending(...records(0, 1))
    other.play(trade(0))
    expect(sleeper.heard.logs).toEqual([])
    expect(other.heard.logs).toHaveLength(1)
    alarms.shift()?.()
    await Promise.resolve()
    while (alarms.length === 0) await new Promise((turn) => setImmediate(turn))
    alarms.shift()?.()
    expect(await outcome).toMatchObject({ ordered: false })
    expect(sleeper.heard.logs).toEqual(['awake', 'awake'])
  })

  test('is no hindrance to words that are new with its records', async () => {
    const body = 'helpers.sleep(1); helpers.log(evt.provider, evt.symbol, payload.side)'
    using running = await stage(onTrade(body), { host: { sleep: () => Promise.resolve() } })
    const writer = new RecordWriter()
    for (const [at, symbol] of ['BTC-USDT', 'BTC-USDT', 'NEW-USDT'].entries()) {
      writer.clear()
      writer.event(trade(at, '1', symbol))
      await running.sandbox.deliverSuspending(writer.from(), writer.words)
    }
    expect(running.heard.logs).toEqual(['sim BTC-USDT Sell', 'sim BTC-USDT Buy', 'sim NEW-USDT Sell'])
  })

  test('needs no promise: a holder may move its own clock instead', async () => {
    using running = await stage(SLEEPER)
    expect(await running.sandbox.deliverSuspending(...records(0))).toMatchObject({ ordered: false })
    expect(running.heard.logs).toEqual(['before sim-0', 'after sim-0'])
  })

  test('keeps everything else out until it is over', async () => {
    const { promise, resolve: wake } = Promise.withResolvers<void>()
    using running = await stage(SLEEPER, {
      host: { sleep: () => promise },
    })
    const { sandbox } = running
    const outcome = sandbox.deliverSuspending(...records(0))
    const refused = 'the sandbox is in a call already'
    expect(() => sandbox.deliver(...records(1))).toThrow(refused)
    expect(() => sandbox.state()).toThrow(refused)
    expect(() => sandbox.checkpoint()).toThrow(refused)
    expect(sandbox.deliverSuspending(...records(1))).rejects.toThrow(refused)
    wake()
    expect(await outcome).toEqual({ consumed: 1, ordered: false })
    expect(sandbox.deliver(...records())).toEqual({ consumed: 0, ordered: false })
  })

  test('ends at once when the sandbox is disposed', async () => {
    const running = await stage(SLEEPER, { host: { sleep: () => Promise.withResolvers<void>().promise } })
    const outcome = running.sandbox.deliverSuspending(...records(0))
    running.sandbox[Symbol.dispose]()
    expect(await outcome).toMatchObject({ fault: { cause: 'trapped', message: 'stopped while asleep' } })
    expect(running.heard.logs).toEqual(['before sim-0'])
    expect(running.sandbox.alive).toBe(false)
  })

  test('that its holder breaks off ends it with the error of that', async () => {
    const bug = new TypeError('our bug')
    using running = await stage(SLEEPER, { host: { sleep: () => Promise.reject(bug) } })
    const thrown = await running.sandbox.deliverSuspending(...records(0)).catch((error: unknown) => error)
    expect(thrown).toBe(bug)
    expect([running.sandbox.alive, running.heard.logs]).toEqual([false, ['before sim-0']])
  })

  test('that would wait in a plain deliver is our error', async () => {
    using running = await stage(SLEEPER, { host: { sleep: () => Promise.resolve() } })
    expect(() => running.sandbox.deliver(...records(0))).toThrow('a sleep that waits needs deliverSuspending')
  })
})

describe('a checkpoint', () => {
  test('is all of a strategy: a new sandbox goes on from it, bit for bit', async () => {
    using original = await stage(COUNTING)
    const numbers = Array.from({ length: 500 }, (_, n) => n)
    original.sandbox.deliver(...records(...numbers))
    const image = original.sandbox.checkpoint()
    original.sandbox.deliver(...records(500, 501))
    const { host, heard } = recordingHost()
    using restored = new Sandbox(engine, host)
    restored.restore(image)
    restored.deliver(...records(500, 501))
    expect(heard.logs).toHaveLength(2)
    expect(heard.logs).toEqual(original.heard.logs.slice(-2))
  })

  test.each([
    ['is what it differs in from a new one', 100],
    ['that has grown is so, too', 100_000],
  ])('%s, and may be all of it, as earlier releases kept it', async (_, length) => {
    using original = await stage(
      onTrade(
        `const all = Array.from({ length: ${length} }, (_, i) => 1 / i); helpers.log(all.length + payload.tradeId)`,
      ),
    )
    original.play(trade(0), trade(1))
    using grown = new Sandbox(engine, recordingHost().host)
    const difference = original.sandbox.checkpoint()
    expect(difference.length).toBeLessThan(sizeIn(difference))
    const fresh = engine.memory.image
    const whole = new Uint8Array(sizeIn(difference))
    whole.set(fresh)
    apply(difference, whole)
    expect(differenceOf(whole, fresh)).toEqual(difference)
    grown.restore(difference)
    expect(grown.checkpoint()).toEqual(difference)
    using copied = new Sandbox(engine, recordingHost().host)
    copied.restore(whole, { isWhole: true })
    expect(copied.checkpoint()).toEqual(difference)
  })

  test('keeps prices and words, and another writer may teach words anew', async () => {
    const source = onTrade('helpers.log(evt.symbol, runtime.getLastPrice())')
    using original = await stage(source)
    original.play(trade(0, '7', 'ETH-USDT'), trade(1, '8', 'BTC-USDT'))
    const { host, heard } = recordingHost()
    using restored = new Sandbox(engine, host)
    restored.restore(original.sandbox.checkpoint())
    const writer = new RecordWriter()
    writer.event(trade(2, '9', 'SOL-USDT'))
    writer.event(trade(3, '10', 'ETH-USDT'))
    deliverAll(restored, writer)
    expect(heard.logs).toEqual(['SOL-USDT 9', 'ETH-USDT 10'])
  })
})

describe('a sandbox that broke down', () => {
  test('says why, and takes no more', async () => {
    const running = await stage(onTrade('Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'))
    const [outcome] = running.play(trade(0))
    expect(outcome?.fault).toMatchObject({
      cause: 'trapped',
      message: 'out of time: more than 10000000 steps, within one native call',
    })
    expect(running.sandbox.alive).toBe(false)
    expect(() => running.sandbox.deliver(...records(1))).toThrow('the sandbox has ended')
    expect(() => running.sandbox.state()).toThrow('the sandbox has ended')
  })

  test('by an error of its holder throws that error', async () => {
    const bug = new TypeError('our bug')
    using running = await stage(onTrade("helpers.log('x')"), {
      host: {
        log() {
          throw bug
        },
      },
    })
    expect(() => running.sandbox.deliver(...records(0))).toThrow(bug)
    expect(running.sandbox.alive).toBe(false)
  })

  test('by being disposed takes no more', async () => {
    const running = await stage(COUNTING)
    running[Symbol.dispose]()
    expect(() => running.sandbox.deliver(...records(0))).toThrow('the sandbox has ended')
  })
})

describe('limits', () => {
  test('of fuel, heap and stack are those given', async () => {
    const limits = { ...DEFAULT_LIMITS, fuel: 2_000_000, heapBytes: 1 << 20, stackBytes: 16 << 10 }
    using running = await stage(
      onTrade(
        '[() => { for (let i = 0; i < 2e6; i++); }, () => { const a = []; for (;;) a.push([a, a, a, a, a, a, a, a]) }, () => { (function f() { f() })() }][evt.seqProvider]()',
      ),
      { limits },
    )
    expect(
      running.play(trade(0), trade(1), trade(2)).map(({ fault }) => fault && `${fault.cause}: ${fault.message}`),
    ).toEqual([
      'interrupted: out of time: more than 2000000 steps in one call',
      expect.stringMatching(/^out-of-memory: out of memory: more than 1 MiB/),
      'stack-overflow: RangeError: Maximum call stack size exceeded',
    ])
  })

  test('of the heap let it go on with what can be collected, whoever caught the error', async () => {
    const grow = 'const all = []; for (;;) all.push([all, all, all, all])'
    const limits = { ...DEFAULT_LIMITS, heapBytes: 1 << 20 }
    for (const body of [grow, `try { ${grow} } catch (error) { throw new Error(error.message) }`]) {
      using running = await stage(
        onTrade(`if (evt.seqProvider % 2) helpers.log(Array(10_000).fill(1).length); else { ${body} }`),
        { limits },
      )
      const outcomes = running.play(...Array.from({ length: 40 }, (_, n) => trade(n)))
      expect(outcomes.filter(({ fault }) => fault?.message.includes('out of memory')).length).toBe(20)
      expect(running.heard.logs).toEqual(Array(20).fill('10000'))
    }
  })

  test('of the heap are told from a null that a strategy throws itself', async () => {
    // Blocks of ever smaller sizes leave no room even for an error, which then is null.
    const fill =
      'const kept = []; for (let n = 16384; n > 0; n >>= 1) { try { for (;;) kept.push(new Uint8Array(n)) } catch {} }'
    const grow = 'let list; for (;;) list = { list }'
    using running = await stage(
      onTrade(`[() => { throw null }, () => { ${fill}; ${grow} }, () => { throw null }][evt.seqProvider]()`),
      { limits: { ...DEFAULT_LIMITS, heapBytes: 1 << 20 } },
    )
    expect(
      running.play(trade(0), trade(1), trade(2)).map(({ fault }) => fault && `${fault.cause}: ${fault.message}`),
    ).toEqual(['exception: null', 'out-of-memory: out of memory: more than 1 MiB', 'exception: null'])
  })

  test('let a batch of slow events come back early', async () => {
    using running = await stage(onTrade('for (let i = 0; i < 5e5; i++);'))
    const writer = new RecordWriter()
    for (let n = 0; n < 100; n++) writer.event(trade(n))
    const { consumed, fault } = running.sandbox.deliver(writer.from(), writer.words)
    expect(fault).toBeUndefined()
    expect(consumed).toBeLessThan(20)
  })
})
