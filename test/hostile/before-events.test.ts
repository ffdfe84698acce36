/** A strategy can be hostile before its first event: while it is compiled, loaded or created. */
import { describe, expect, test } from 'bun:test'
import { loadEngine } from '../../src/sandbox/engine'
import { Sandbox } from '../../src/sandbox/sandbox'
import { ENVIRONMENT, recordingHost } from '../sandbox/stage'

const engine = await loadEngine()
const TIME = /^out of time: more than 10000000 steps/

type Stage = 'compile' | 'load' | 'start' | 'none'

/** What stops a source before its first event. */
function stopOf(source: string): { stage: Stage; message: string } {
  using sandbox = new Sandbox(engine, recordingHost().host)
  const compiled = sandbox.compile(source, 'hostile.js')
  if ('diagnostic' in compiled) return { stage: 'compile', message: compiled.diagnostic.message }
  const loaded = sandbox.load(compiled.bytecode)
  if ('fault' in loaded) return { stage: 'load', message: loaded.fault.message }
  const started = sandbox.start(ENVIRONMENT)
  return 'fault' in started ? { stage: 'start', message: started.fault.message } : { stage: 'none', message: '' }
}

function expectStop(source: string, stage: Stage, message: RegExp) {
  const stop = stopOf(source)
  expect(stop.stage, stop.message).toBe(stage)
  expect(stop.message).toMatch(message)
}

describe('is stopped while it is compiled', () => {
  const DEEP = /nested too deeply|takes too (long|much memory) to compile|too many|Unexpected|SyntaxError/
  test.each([
    ['parentheses a million deep', '('.repeat(1e6)],
    ['functions a hundred thousand deep', '()=>'.repeat(1e5)],
    ['templates a hundred thousand deep', '`${'.repeat(1e5)],
    ['arrays a hundred thousand deep', `x = ${'['.repeat(1e5)}${']'.repeat(1e5)}`],
    ['blocks a hundred thousand deep', `${'{'.repeat(1e5)}${'}'.repeat(1e5)}`],
    ['unary operators a million long', `x = ${'!'.repeat(9e5)}1`],
    ['200,000 names in one declaration', `let ${Array.from({ length: 2e5 }, (_, i) => `v${i}`).join()};`],
    ['a regular expression a hundred thousand deep', `/${'('.repeat(1e5)}${')'.repeat(1e5)}/`],
  ])('%s', (_, source) => expectStop(source, 'compile', DEEP))
})

describe('is stopped while its top level runs', () => {
  test.each([
    ['a loop', 'while (true) {}', TIME],
    ['a loop in a promise', 'Promise.resolve().then(() => { while (true) {} })', TIME],
    ['memory', 'const a = []; for (;;) a.push([1, 2])', /^out of memory: more than 16 MiB/],
    ['recursion', '(function f() { f() })()', /Maximum call stack size exceeded/],
    [
      'a metadata getter that never ends',
      'module.exports = { get metadata() { while (true) {} }, create() {} };',
      TIME,
    ],
    [
      'a toJSON of the metadata that never ends',
      'module.exports = { metadata: { toJSON() { while (true) {} } } };',
      TIME,
    ],
    [
      'a getter within the metadata that never ends',
      'module.exports = { metadata: { get name() { while (true) {} } } };',
      TIME,
    ],
    ['a proxy as exports', 'module.exports = new Proxy({}, { get() { while (true) {} } });', TIME],
    ['metadata that is a circle', 'const m = {}; m.m = m; module.exports = { metadata: m };', /circular/],
    [
      'metadata that is a proxy without end',
      'module.exports = { metadata: new Proxy([], { get: (_, k) => k === "length" ? 2 ** 32 : k === "toJSON" ? undefined : 1 }) };',
      /^out of (time|memory)/,
    ],
    [
      'a call of the host, where there is none',
      'console.log.call(null, new Proxy({}, { ownKeys() { while (true) {} } }))',
      TIME,
    ],
  ])('%s', (_, source, message) => expectStop(source, 'load', message))
})

describe('is stopped while it is created', () => {
  test.each([
    ['create that never ends', 'module.exports = { create() { while (true) {} } };', TIME],
    [
      'create that never ends, in a promise',
      'module.exports = { create() { Promise.resolve().then(() => { for (;;); }); return {} } };',
      TIME,
    ],
    [
      'a handler whose getter never ends',
      'module.exports = { create: () => ({ get onTrade() { while (true) {} } }) };',
      TIME,
    ],
    ['a proxy as strategy', 'module.exports = { create: () => new Proxy({}, { get() { while (true) {} } }) };', TIME],
    [
      'wantsCrossProviderEvents that never ends',
      'module.exports = { create: () => ({ wantsCrossProviderEvents() { while (true) {} } }) };',
      TIME,
    ],
    [
      'a create that goes away after it was seen',
      'let n = 0; module.exports = { get create() { return n++ ? undefined : 5 } };',
      /module.exports.create is not a function/,
    ],
    [
      'create that throws a proxy',
      'module.exports = { create() { throw new Proxy({}, { get() { while (true) {} } }) } };',
      /an object was thrown that is no Error/,
    ],
  ])('%s', (_, source, message) => expectStop(source, 'start', message))

  test('metadata that lies says one thing to all who ask later', () => {
    using sandbox = new Sandbox(engine, recordingHost().host)
    const source = `let n = 0; module.exports = { get metadata() { return { name: 'ask ' + ++n } }, create: ({ metadata }) => { throw new Error(metadata.name) } }`
    const compiled = sandbox.compile(source, 'hostile.js')
    if ('diagnostic' in compiled) throw new Error(compiled.diagnostic.message)
    expect(sandbox.load(compiled.bytecode)).toMatchObject({ loaded: { metadata: { name: 'ask 1' } } })
    expect(sandbox.start(ENVIRONMENT)).toMatchObject({ fault: { message: 'Error: ask 1' } })
  })
})
