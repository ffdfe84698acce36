/** Errors carry the place in the author's own file, when compiling and when running. */
import { describe, expect, test } from 'bun:test'
import { loadEngine } from '../../src/sandbox/engine'
import { RecordWriter } from '../../src/sandbox/records'
import { Sandbox } from '../../src/sandbox/sandbox'
import { ENVIRONMENT, recordingHost, trade } from './stage'

interface Found {
  readonly message: string
  readonly line: number
  readonly column: number
  readonly stack?: string
}

/** The first thing that goes wrong with a source, from compiling it to its first trade. */
async function firstProblem(source: string, fileName = 'grid.js'): Promise<Found | undefined> {
  using sandbox = new Sandbox(await loadEngine(), recordingHost().host)
  const compiled = sandbox.compile(source, fileName)
  if ('diagnostic' in compiled) return compiled.diagnostic
  const loaded = sandbox.load(compiled.bytecode)
  if ('fault' in loaded) return loaded.fault
  const started = sandbox.start(ENVIRONMENT)
  if ('fault' in started) return started.fault
  const writer = new RecordWriter()
  writer.event(trade(0))
  return sandbox.deliver(writer.from(), writer.words).fault
}

/** `»` in a source marks the place that must be named; a byte order mark at the start doesn't count. */
async function expectPlace(marked: string) {
  const before = marked
    .slice(0, marked.indexOf('»'))
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  const found = await firstProblem(marked.replace('»', ''))
  expect(`${found?.line}:${found?.column} (${found?.message})`).toBe(
    `${before.length}:${before.at(-1)!.length + 1} (${found?.message})`,
  )
}

describe('what runs without being called is placed', () => {
  test.each([
    ['an unknown name in a declaration', "const a = 1;\nconst fs = »require('fs');"],
    ['an unknown name in a condition', "const a = 1;\nif (\n  »nothing('a')) {}"],
    ['an unknown name in a function of many lines', 'function f() {\n  const a = 1;\n  let b = »nothing;\n}\nf();'],
    ['a sum that throws in a declaration', 'const a = 1n, c = 1;\nconst b = a + »c;'],
    ['an endless loop', 'const a = 1;\nfor (;;) »;'],
    ['an endless loop with a body', 'let a = 1;\nwhile (true) { »a++; }'],
    ['an endless loop within another', 'for (const a of [1]) {\n  for (;;) »{}\n}'],
  ])('%s', (_, marked) => expectPlace(marked))
})

describe('a syntax error is placed', () => {
  test.each([
    ['in line 1', 'const a = »;'],
    ['in a later line', 'const a = 1;\nlet b = (»;\n'],
    ['in the last line', 'const a = 1;\n\n  foo »bar;'],
    ['in the last line, after a last line break', 'const a = 1;\nfoo »bar\n'],
    ['inside a handler', 'module.exports = {\n  create() {\n    return { onTrade(ctx, evt »{ } };\n  },\n};'],
    ['at a name that is declared twice', 'let x = 1;\nlet x »= 2;'],
    ['at a string that is left open', "if (true) {\n  const s = »'abc\n}"],
    ['after CRLF', 'const a = 1;\r\n\r\nconst b = »;\r\n'],
    ['after a comment with CRLF', '/* a\r\n b */\r\nfoo »bar'],
    ['after a byte order mark, in line 1', '\uFEFFconst a = »;'],
    ['after a byte order mark, later', '\uFEFFconst a = 1;\n  const b = »;'],
    ['after characters of two and three bytes', "const ä = 'ß€'; const b = »;"],
    ['after astral characters', "const a = '😀😀'; const b = »;"],
    ['after astral characters in a comment', '/* 😀 */ foo »bar'],
    ['after astral characters in an earlier line', "const a = '😀';\nfoo »bar"],
    ['inside a template literal', `const a = \`one\ntwo \${ 1 + »} three\`;`],
    ['after a template literal of many lines', `const a = \`one\n😀\n\${1}\nthree\`; foo »bar`],
    ['after parentheses that are read twice', "const f = (a, b = '😀') => { foo »bar }"],
    ['where the file ends too early', 'module.exports = {\n  create() {\n    return {};»\n  '],
    ['at a brace that closes nothing', 'module.exports = {};\n»}'],
    ['at a brace that closes nothing, in the middle', 'module.exports = {};\n»});\n(function () {'],
    ['in a class of characters', 'const a = 1;\nconst ranges = { ä: »/[b-a]/ };'],
    ['at a group name given twice', "  const r = '😀' + »/(?<d>\\d)-(?<d>\\d)/.source;"],
    ['at an unknown flag', 'const r = [/ok/g,\n »/bad/gk];'],
    ['at a flag given twice', 'f(»/a/ii)'],
    ['at flags that exclude each other', 'f(1,\n\n»/a/uv)'],
    ['at an open group', 'let r\nr = »/(a/'],
    ['at a name of Unicode that is none', 'const r = »/\\p{Nope}/u'],
    ['at a count the wrong way round', 'const r = »/a{3,2}/'],
    ['at a reference to no group', 'const r = »/(?<a>x)\\k<b>/'],
    ['at a regular expression that begins like a division', 'const r = »/=[z-y]/'],
    ['at one of a newer language', 'const r = 1;\nconst s = »/(?i:a)/'],
    ['at a private field declared twice', 'class A {\n  #a = 1\n  »#a\n}\nnew A()'],
    ['at a private method declared twice', 'class A {\n  #a = 1\n  »#a() {\n    return 1\n  }\n}'],
    ['at a private getter declared twice', 'class A {\n  get #a() { return 1 }\n  get »#a() {\n    return 2\n  }\n}'],
    ['at a constructor written twice', 'class A {\n  constructor() {}\n  »constructor() {}\n}'],
    ['at a private name that is reserved', 'class A {\n  »#constructor\n}'],
    ['after parameters of which there are too many', `function f(${'a,'.repeat(65_535)}»a) {}`],
    ['at a NUL character', 'const a = 1;\nconst ä😀 = »\0;'],
  ])('%s', (_, marked) => expectPlace(marked))
})

describe('a thrown error is placed', () => {
  test.each([
    ['at the top level', '»nothing();'],
    ['in a later line of the top level', 'const x = 1;\n  »nothing(x);'],
    ['after a byte order mark', '\uFEFF»nothing();'],
    ['after CRLF and astral characters', "'a';\r\n'😀'; »nothing();"],
    [
      'where a property of undefined is read',
      'module.exports = { create({ helpers }) {\n  return { onTrade(c, e, payload) {\n    helpers.log(payload.a.»b);\n  } };\n} };',
    ],
    [
      'in a function that a handler calls',
      "module.exports = { create() {\n  return { onTrade() { check(); } };\n  function check() {\n    throw »new Error('no');\n  }\n} };",
    ],
    ['in create', 'module.exports = { create() {\n  const table = null;\n  return table.»rows;\n} };'],
    [
      'where an order is refused',
      "module.exports = { create({ runtime }) {\n  return { onTrade(c, e) {\n    runtime.»submitOrder(e.provider, 'sideways', '1');\n  } };\n} };",
    ],
    [
      'where a chained call begins',
      "module.exports = { create({ runtime }) {\n  return { onTrade() { runtime\n    .»submit({\n      side: 'sideways',\n    });\n} } } };",
    ],
    [
      'where an element of undefined is read',
      'module.exports = { create() {\n  const list = undefined;\n  return »list[0];\n} };',
    ],
    ['where a regular expression is made', "const a = ['[z-y]'];\n  »new RegExp(a[0])"],
    [
      'where a regular expression with bad flags is made',
      "const a = 'gg';\n  f();\nfunction f() { return »RegExp('x', a) }",
    ],
    ['where JSON is parsed', "const a = '{bad';\n JSON.»parse(a)"],
    [
      'after an await',
      'module.exports = { create() {\n  return { async onTrade() {\n    await null;\n    »nothing();\n  } };\n} };',
    ],
  ])('%s', (_, marked) => expectPlace(marked))

  test('with the name of its own file in the stack, and no frame of ours', async () => {
    const found = await firstProblem(
      "module.exports = { create: ({ runtime }) => ({ onTrade() { [1].forEach(() => runtime.submitOrder('sim', 'up', 1)) } }) }",
      'mean-reversion.v2.js',
    )
    expect(found?.stack).toBe(
      '    at <anonymous> (mean-reversion.v2.js:1:86)\n    at forEach (native)\n    at onTrade (mean-reversion.v2.js:1:64)\n',
    )
  })

  test('long lines cost no more than their length to place', async () => {
    const line = `const list = [${"(a) => ['😀', a], ".repeat(5000)}];`
    await expectPlace(`${line} foo »bar`)
  })
})
