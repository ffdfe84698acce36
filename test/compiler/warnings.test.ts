/** What is most likely a mistake is told with its place, and nothing else is. */
import { describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import type { Warning } from '../../src/schema/metadata'
import { compile } from './sources'

async function warningsOf(source: string): Promise<readonly Warning[]> {
  const compilation = await compile(source)
  if ('diagnostics' in compilation) throw new Error(JSON.stringify(compilation.diagnostics))
  return compilation.warnings
}

const METADATA = "name: 'grid', tag: 'v1', displayName: 'Grid'"

/** A strategy of these events whose `create` has this body. `»` marks where a warning must stand, in the order of the source. */
async function expectWarnings(marked: string, ...said: [message: string, hint?: string | undefined][]): Promise<void> {
  const places: { line: number; column: number }[] = []
  let source = ''
  for (const [index, part] of marked.split('»').entries()) {
    if (index > 0) {
      const lines = source.split('\n')
      places.push({ line: lines.length, column: lines.at(-1)!.length + 1 })
    }
    source += part
  }
  const warnings = await warningsOf(source)
  expect(warnings.map(({ message }) => message)).toEqual(said.map(([message]) => message))
  expect(warnings.map(({ line, column }) => ({ line, column }))).toEqual(places)
  for (const [index, [, hint]] of said.entries()) if (hint !== undefined) expect(warnings[index]?.hint).toBe(hint)
  for (const { stage, hint } of warnings) expect([stage, typeof hint]).toEqual(['validation', 'string'])
}

const of = (events: string, create: string, before = '') =>
  `${before}module.exports = {\n  metadata: { ${METADATA}, events: [${events}] },\n  create(env) {\n${create}\n  },\n}\n`
const handling = (handlers: string) => of("'Trade'", `    return { onTrade() {}, ${handlers} }`)

describe('a handler that is not spelt as it should', () => {
  test.each([
    ['onKlineSumary', 'onKlineSummary'],
    ['onTrades', 'onTrade'],
    ['ontrade', 'onTrade'],
    ['onTarde', 'onTrade'],
    ['OnTicker', 'onTicker'],
    ['onBookSnapshots', 'onBookSnapshot'],
    ['onOrderCanceled', 'onOrderCancelled'],
    ['onOrderFiled', 'onOrderFilled'],
    ['onPartialFill', undefined],
    ['wantsCrossProviderEvent', 'wantsCrossProviderEvents'],
    ['onStart', undefined],
  ])('%s', async (name, right) => {
    const said = `${name} is no handler: nothing calls it`
    const hint = right === undefined ? undefined : `did you mean ${right}?`
    await expectWarnings(handling(`»${name}() {}`), [said, hint])
    await expectWarnings(handling(`»${name}: async () => 1`), [said, hint])
    await expectWarnings(handling(`»'${name}': env.other`), [said, hint])
    await expectWarnings(of("'Trade'", `    function ${name}() {}\n    return { onTrade() {}, »${name} }`), [
      said,
      hint,
    ])
    await expectWarnings(of("'Trade'", `    const h = { onTrade() {} }\n    h.»${name} = () => 1\n    return h`), [
      said,
      hint,
    ])
  })

  test('stands for the event that it means', async () => {
    await expectWarnings(of("'Ticker'", '    return { »onTikcer() {} }'), ['onTikcer is no handler: nothing calls it'])
  })

  test('is told wherever the object may come from', async () => {
    const said: [string] = ['onTrads is no handler: nothing calls it']
    await expectWarnings(of("'Trade'", '    if (env.x) return { onTrade() {} }\n    return { »onTrads() {} }'), said)
    await expectWarnings(of("'Trade'", '    return env.x ? { onTrade() {} } : { »onTrads() {} }'), said)
    await expectWarnings(of("'Trade'", '    return { ...env.base, »onTrads() {} }'), said)
    await expectWarnings(
      `exports.metadata = { ${METADATA}, events: ['Trade'] }\nexports.create = () => ({ onTrade() {}, »onTrads() {} })`,
      said,
    )
    await expectWarnings(
      `const metadata = { ${METADATA}, events: ['Trade'] }\nmodule.exports = { metadata, create }\nfunction create() { return { onTrade() {}, »onTrads() {} } }`,
      said,
    )
  })
})

describe('events and handlers that do not belong together', () => {
  test('a handler of an event that is not named, once for each event', async () => {
    await expectWarnings(
      handling('»onTicker() {}, »onOrderFilled() {}, onOrderRejected() {}'),
      ['onTicker takes Ticker, which metadata.events does not name', "add 'Ticker' to metadata.events"],
      ['onOrderFilled takes ExecReport, which metadata.events does not name', "add 'ExecReport' to metadata.events"],
    )
  })

  test('an event that no handler takes', async () => {
    await expectWarnings(
      of(
        "'Trade', »'KlineSummary', »'Extension'",
        '    return { onTrade() {}, onKlineSummary: null, onExtensionEvent: undefined }',
      ),
      ['no handler takes KlineSummary', 'add onKlineSummary, or leave it out'],
      ['no handler takes Extension', 'add onExtensionEvent, or leave it out'],
    )
    const [warning] = await warningsOf(of("'Trade', 'RiskControl'", '    return { onTrade() {} }'))
    expect(warning?.path).toBe('metadata.events[1]')
  })

  test('none of them where prices are asked for without a handler', async () => {
    for (const read of ['runtime.getLastPrice()', 'runtime.getMarketState()', "runtime['getBidPrice']()"]) {
      const body = `    const { runtime } = env\n    return { onKlineSummary() { ${read} } }`
      await expectWarnings(of("'KlineSummary', 'Trade', 'Ticker'", body))
    }
    await expectWarnings(
      of(
        "'KlineSummary', 'Ticker'",
        '    const { getAskPrice } = env.runtime\n    return { onKlineSummary() { getAskPrice() } }',
      ),
    )
  })
})

test('a missing tag', async () => {
  const source =
    "module.exports = {\n  metadata: »{ name: 'grid', displayName: 'Grid', events: ['Trade'] },\n  create: () => ({ onTrade() {} }),\n}"
  await expectWarnings(source, ['metadata.tag is missing', "add one, as tag: 'v1.0.0', or name it with each upload"])
  const [warning] = await warningsOf(source.replace('»', ''))
  expect(warning?.path).toBe('metadata.tag')
})

test('an async create', async () => {
  const source = `module.exports = { metadata: { ${METADATA}, events: ['Trade'] }, create: »async () => ({ onTrade() {} }) }`
  await expectWarnings(source, ['create is async: no instance can start', 'leave async out, and await in the handlers'])
})

describe('an await that never ends', () => {
  const NEVER: [string] = ['this await never ends: nothing settles its promise']
  const awaiting = (body: string, before = '') => of("'Trade'", `    return { async onTrade() { ${body} } }`, before)
  test.each([
    '»await new Promise(() => {})',
    '»await new Promise((resolve) => {})',
    '»await new Promise((resolve, reject) => { env.helpers.log(1) })',
    '»await new Promise(function (done) { env.helpers.log("done") })',
    'if (await 1) »await Promise.race([])',
    'const later = () => new Promise(() => {}); »await later()',
    'function later() { return new Promise(() => {}) } »await later(1)',
  ])('%s', async (body) => {
    await expectWarnings(awaiting(body), NEVER)
  })

  test.each([
    'await new Promise((resolve) => resolve())',
    'await new Promise((resolve) => { this.wake = resolve })',
    'await new Promise((_, reject) => reject(1)).catch(() => 1)',
    'await new Promise(function () { arguments[0]() })',
    'await new Promise((...both) => both[0]())',
    'await new Promise(({ call }) => call())',
    'await new Promise(() => { throw 1 })',
    'await new Promise(env.executor)',
    'const forever = new Promise(() => {}); await Promise.race([forever, 1])',
    'await Promise.race(env.list)',
    'await Promise.all([])',
    'let later = () => new Promise(() => {}); later = () => 1; await later()',
    'const later = (n) => { if (n) return 1; return new Promise(() => {}) }; await later(1)',
  ])('and not %s', async (body) => {
    await expectWarnings(awaiting(body))
  })

  test('and not of a Promise of its own', async () => {
    await expectWarnings(awaiting('await new Promise(() => {})', 'class Promise {}\n'))
  })

  test('a timer that is not there', async () => {
    const said = (name: string): [string, string] => [
      `${name} is not there: a strategy has no timers`,
      "wait by helpers.sleep('250ms'), or look at the time of the events",
    ]
    await expectWarnings(awaiting('await new Promise((resolve) => »setTimeout(resolve, 5))'), said('setTimeout'))
    await expectWarnings(
      awaiting('»setInterval(() => 1, 5); »queueMicrotask(() => 1)'),
      said('setInterval'),
      said('queueMicrotask'),
    )
    await expectWarnings(
      awaiting(
        'await sleep(5); await sleep(6)',
        'const sleep = (ms) => new Promise((done) => »setTimeout(done, ms))\n',
      ),
      said('setTimeout'),
    )
  })

  test.each([
    ['that is asked for first', "if (typeof setTimeout === 'function') setTimeout(() => 1)"],
    ['that is declared', 'const setTimeout = (f) => f(); setTimeout(() => 1)'],
    ['that is set', 'globalThis.setTimeout = (f) => f(); setTimeout(() => 1)'],
    ['that is a member', 'env.runtime.setTimeout?.(() => 1)'],
  ])('and not one %s', async (_, body) => {
    await expectWarnings(awaiting(body))
  })

  test('and not one of a library that came with the bundle', async () => {
    await expectWarnings(awaiting('debounce', 'function debounce(f) { return () => setTimeout(f, 5) }\n'))
  })
})

describe('nothing is said', () => {
  const own = (body: string) => of("'Trade', 'Ticker'", body)
  test.each([
    [
      'of members that the strategy calls itself',
      of("'Trade'", '    return { onTrade() { this.onSignal(1) }, onSignal() {} }'),
    ],
    [
      'of those that it hands on by their name',
      of("'Trade'", "    return { onTrade() { env.call('onTick') }, onTick() {} }"),
    ],
    [
      'of functions that it calls itself',
      of("'Trade'", '    const onTick = () => 1\n    return { onTrade() { onTick() }, onTick }'),
    ],
    [
      'of data',
      of(
        "'Trade'",
        "    return { onTrade() {}, onTrades: 0, onTradez: [], onTicket: {}, onTickr: 'x', onTickers: new Map() }",
      ),
    ],
    [
      'of members that are no handlers by their name',
      of("'Trade'", '    return { onTrade() {}, reset() {}, once() {}, only() {}, trade() {} }'),
    ],
    ['of handlers that are spread', own('    return { ...env.handlers }')],
    ['of handlers with computed names', own("    return { ['on' + 'Trade']() {} }")],
    [
      'of handlers that are added by a computed name',
      own("    const h = {}\n    for (const e of ['Trade', 'Ticker']) h['on' + e] = () => 1\n    return h"),
    ],
    ['of handlers that are added elsewhere', own('    const h = {}\n    env.add(h)\n    return h')],
    ['of handlers that are assigned', own('    const h = {}\n    Object.assign(h, env.handlers)\n    return h')],
    [
      'of handlers under another name',
      own('    const h = {}\n    const same = h\n    same.onTrade = same.onTicker = () => 1\n    return h'),
    ],
    ['of an instance', own('    class Grid { onTrade() {} onTikcer() {} }\n    return new Grid(env)')],
    ['of what another function returns', `const build = () => ({})\n${own('    return build(env)')}`],
    ['of an inherited object', own('    return { __proto__: env.base }')],
    ['of an object from elsewhere', `const handlers = {}\n${own('    return handlers')}`],
    [
      'of events that are computed',
      `const events = ['Trade']\nmodule.exports = { metadata: { ${METADATA}, events }, create: () => ({ onTrade() {} }) }`,
    ],
    [
      'of a create that is made',
      `module.exports = { metadata: { ${METADATA}, events: ['Trade'] }, create: ((f) => f)(() => ({})) }`,
    ],
    [
      'of what a bundler writes',
      `var x = {}; Object.defineProperty(x, 'create', { get: () => create, enumerable: true });\nvar create = () => ({});\nx.metadata = { ${METADATA}, events: ['Trade'] };\nmodule.exports = x`,
    ],
    [
      'of functions within create that return other things',
      of("'Trade'", '    const f = () => { return { onTrads() {} } }\n    return { onTrade() { f() } }'),
    ],
  ])('%s', async (_, source) => {
    expect(await warningsOf(source)).toEqual([])
  })

  test('of the strategies that come with the gateway', async () => {
    const home = `${import.meta.dir}/../../strategies`
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))
    expect(files.length).toBeGreaterThanOrEqual(7)
    for (const file of files)
      expect([file, await warningsOf(await Bun.file(`${home}/${file}`).text())]).toEqual([file, []])
  })
})

describe('a source that is made to be slow is read in time, or not at all:', () => {
  const create = (body: string) => of("'Trade'", body)
  test.each([
    [
      'many members',
      create(`    return { onTrade() {}, ${Array.from({ length: 9000 }, (_, n) => `onTra${n}() {}`).join(',')} }`),
      100,
    ],
    [
      'many awaits',
      create(
        `    const f = () => new Promise(() => {})\n    return { async onTrade() { ${'await f();'.repeat(9000)} } }`,
      ),
      100,
    ],
    ['many returns', create(`    const h = { onTrade() {} }\n    ${'if (env) return h;'.repeat(9000)} return h`), 0],
    ['a long chain', create(`    env${'.a'.repeat(9000)} = 1\n    return { onTrade() {} }`), 0],
    ['a long sum', create(`    const n = ${'1+'.repeat(9000)}1\n    return { onTrade() {} }`), 0],
    ['a long name', create(`    return { onTrade() {}, on${'X'.repeat(200_000)}() {} }`), 1],
    ['more than anybody writes', create(`    return { onTrads() {} }\n/*${' '.repeat(300_000)}*/`), 0],
  ])('%s', async (_, source, count) => {
    expect(await warningsOf(source)).toHaveLength(count)
  })
})
