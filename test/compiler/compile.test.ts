/** Source in, program or diagnostics out. */
import { describe, expect, test } from 'bun:test'
import { inProcessCompiler } from '../../src/compiler/compile'
import { isProgramOf } from '../../src/compiler/compiled'
import { loadEngine } from '../../src/sandbox/engine'
import { NO_HOST } from '../../src/sandbox/no-host'
import { readProgram } from '../../src/sandbox/program'
import { Sandbox } from '../../src/sandbox/sandbox'
import { digestOf } from '../../src/schema/digest'
import { compile, diagnosticsOf, SOUND, strategy } from './sources'

const encoder = new TextEncoder()

test('a sound strategy becomes a program that knows its engine, its source and its metadata', async () => {
  const source = encoder.encode(strategy(`{ ${SOUND} }`))
  const engine = await loadEngine()
  const compilation = await inProcessCompiler(engine).compile(source)
  if ('diagnostics' in compilation) throw new Error(JSON.stringify(compilation.diagnostics))
  const { program, metadata } = compilation
  expect(readProgram(program).metadata).toEqual({ ...metadata, source: digestOf(source) })
  expect(isProgramOf(program, engine.hash, digestOf(source))).toBe(true)
})

test('a program of another engine, of another source or with a changed byte is told apart', async () => {
  const source = encoder.encode(strategy(`{ ${SOUND} }`))
  const engine = await loadEngine()
  const compilation = await compile(source)
  if ('diagnostics' in compilation) throw new Error('not compiled')
  const { program } = compilation
  const changed = program.slice()
  changed[program.length >> 1]! ^= 1
  expect(isProgramOf(program, `sha256:${'0'.repeat(64)}`, digestOf(source))).toBe(false)
  expect(isProgramOf(program, engine.hash, digestOf(encoder.encode('other')))).toBe(false)
  expect(isProgramOf(changed, engine.hash, digestOf(source))).toBe(false)
  expect(isProgramOf(new Uint8Array(0), engine.hash, digestOf(source))).toBe(false)
})

test('the same source compiles to the same bytes', async () => {
  const source = strategy(`{ ${SOUND}, description: String(Math.random()) + Date.now() }`)
  expect(await compile(source)).toEqual(await compile(source))
})

describe('a file that is no strategy is refused with a hint:', () => {
  const MIB = 1 << 20
  test.each<[string, string | Uint8Array, string]>([
    ['no bytes at all', '', 'the file is empty'],
    ['only blanks and a byte order mark', '\uFEFF \n', 'the file is empty'],
    ['one byte over 1 MiB', ' '.repeat(MIB + 1), 'the source has 1048577 bytes, more than 1 MiB (1048576)'],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'the file is not UTF-8'],
    ['a number exported', 'module.exports = 42', 'module.exports is number, not an object'],
    ['null exported', 'module.exports = null', 'module.exports is null, not an object'],
    ['a text exported', "module.exports = 'x'", 'module.exports is string, not an object'],
    ['undefined exported', 'module.exports = undefined', 'module.exports is undefined, not an object'],
    ['nothing exported', 'const a = 1', 'metadata is missing'],
    ['no create', `module.exports = { metadata: { ${SOUND} } }`, 'create is not a function'],
    ['a create that is no function', strategy(`{ ${SOUND} }`, 'create: 1'), 'create is not a function'],
  ])('%s', async (_, source, message) => {
    const [first] = await diagnosticsOf(source)
    expect(first?.message).toBe(message)
    expect(first?.hint).toBeTruthy()
  })
})

test('exactly 1 MiB is accepted', async () => {
  const source = strategy(`{ ${SOUND} }`)
  expect(await diagnosticsOf(source + ' '.repeat((1 << 20) - source.length))).toEqual([])
})

describe('bytes that are no UTF-8 are placed', () => {
  const bad = (before: string, bytes: number[], after = '') =>
    new Uint8Array(Buffer.concat([encoder.encode(before), Uint8Array.from(bytes), encoder.encode(after)]))
  test.each<[string, Uint8Array, number, number]>([
    ['in line 1', bad('const a = "', [0xff], '"'), 1, 12],
    ['after CRLF and an astral character', bad('a\r\n"😀', [0xc3], '"'), 2, 4],
    ['where a character is cut off by the end', bad('a\nb', [0xe2, 0x82]), 2, 2],
    ['where a character takes more bytes than it needs', bad('', [0xc0, 0xaf]), 1, 1],
    ['after a character that looks like a replacement', bad('// \uFFFD\n', [0x80]), 2, 1],
  ])('%s', async (_, source, line, column) => {
    expect(await diagnosticsOf(source)).toMatchObject([{ stage: 'compile', line, column }])
  })
})

test('a byte order mark counts in no column', async () => {
  expect(await diagnosticsOf('\uFEFFlet a = ;')).toMatchObject([{ stage: 'compile', line: 1, column: 9 }])
})

test('a hashbang line is a comment, and counts as a line', async () => {
  const source = `#!/usr/bin/env meltica\n${strategy(`{ ${SOUND} }`)}`
  expect(await compile(source)).toMatchObject({ metadata: { name: 'grid' } })
  expect(await diagnosticsOf('#!/bin/sh\nlet a = ;')).toMatchObject([{ line: 2, column: 9 }])
})

test('a syntax error says where and what to do', async () => {
  const [diagnostic] = await diagnosticsOf('const a = 1;\r\n\r\nconst b = ;')
  expect(diagnostic).toMatchObject({ stage: 'compile', line: 3, column: 11, hint: 'correct the syntax at this place' })
})

describe('a private name that no class declares is placed', () => {
  test.each([
    ['where it is read', 'class A { #a; m(o) { return o».#b } }'],
    ['where it is set', 'class A {\n  #a;\n  m(o) { o.#a = o.#a; o».#b = 1 }\n}'],
    ['where it is called', 'class A { #a; m(o) { return o».#b() } }'],
    ['where it is read of what may be missing', 'class A { #a; m(o) { return o»?.#b } }'],
    ['where it is asked for', 'class A { #a; m(o) { return »#b in o } }'],
    ['in a line of its own', 'class A { #a; m(o) {\r\n  return o\r\n    ».#b\r\n} }'],
    ['after astral characters', "class A { m() { return '😀' + this».#b } }"],
    [
      'outside of the class that has it',
      'class A { #b; m() { return this.#b } }\nclass B { m(o) { return o».#b } }\nnew A()',
    ],
    ['in a class within another', 'class A { #a; m() { return class { n(o) { return o.#a + o».#b } } } }'],
    ['outside of any class', 'module.exports».#b = 1'],
  ])('%s', async (_, marked) => {
    const before = marked.slice(0, marked.indexOf('»')).split(/\r?\n/)
    expect(await diagnosticsOf(marked.replace('»', ''))).toEqual([
      {
        stage: 'compile',
        message: "SyntaxError: undefined private field '#b'",
        line: before.length,
        column: before.at(-1)!.length + 1,
        hint: 'correct the syntax at this place',
      },
    ])
  })

  test('however deep it lies', async () => {
    const sum = `${'1 + '.repeat(20_000)}o`
    expect(await diagnosticsOf(`class A { m(o) { return ${sum}.#b } }`)).toMatchObject([
      { line: 1, column: 25 + sum.length },
    ])
  })
})

test.each(["import x from 'y'", 'export default {}'])('%p is told to be CommonJS', async (source) => {
  expect(await diagnosticsOf(source)).toMatchObject([
    {
      stage: 'compile',
      hint: 'write a CommonJS module, module.exports = { metadata, create }, or upload it by meltica push, which bundles',
    },
  ])
})

describe('a module that fails while it is evaluated names the stage and the place:', () => {
  test.each([
    ['it throws', '\n  throw new TypeError("no")', 2, 'TypeError: no'],
    ['it requires', "const a = [1]\nconst fs = require('fs').x", undefined, 'require is not defined'],
    ['it never ends', 'let i = 0\nfor (;;) i++', undefined, 'out of time'],
    ['it reads what is not there', '\n\nundefined.x', 3, 'TypeError'],
    ['it recurs for ever', 'function f() { f() }\nf()', undefined, 'stack'],
    ['it throws no error', 'throw 42', undefined, ''],
  ])('%s', async (_, source, line, message) => {
    const [diagnostic] = await diagnosticsOf(source)
    expect(diagnostic?.stage).toBe('execute')
    expect(diagnostic?.message).toContain(message)
    if (line) expect(diagnostic?.line).toBe(line)
    expect(diagnostic?.hint).toBeTruthy()
  })
})

test('a metadata getter that never ends is stopped', async () => {
  expect(await diagnosticsOf(strategy('{ get name() { for (;;) {} } }'))).toMatchObject([{ stage: 'execute' }])
})

test('what a strategy says cannot colour a terminal', async () => {
  const [diagnostic] = await diagnosticsOf('throw new Error("\\u001b[31mred\\u0007")')
  expect(diagnostic?.message).toBe('Error: [31mred')
})

test('stacks of a compiled strategy name the file after the strategy', async () => {
  const compilation = await compile(strategy(`{ ${SOUND} }`, 'create() { throw new Error("no") }'))
  if ('diagnostics' in compilation) throw new Error('not compiled')
  using sandbox = new Sandbox(await loadEngine(), NO_HOST)
  sandbox.load(readProgram(compilation.program).bytecode)
  const started = sandbox.start({
    config: {},
    providers: ['sim'],
    symbols: ['BTC-USDT'],
    dryRun: false,
    tradingActive: true,
  })
  expect('fault' in started && started.fault.stack).toContain('grid.js:1:')
})
