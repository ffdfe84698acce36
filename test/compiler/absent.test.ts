/** What a strategy does not have is refused where it is used for certain, and nowhere else. */
import { expect, test } from 'bun:test'
import { compile, SOUND } from './sources'

const MARK = '»'

async function absentIn(source: string) {
  const compiled = await compile(source)
  if ('diagnostics' in compiled) throw new Error(JSON.stringify(compiled.diagnostics))
  return compiled.absent
}

/** @param handler the body of a handler. @param above at the top level. */
const uses = (handler: string, above = ''): string =>
  `${above}module.exports = {\n  metadata: { ${SOUND} },\n  create() {\n    return { onTrade() { ${handler} } }\n  },\n}\n`

test.each([
  ['fetch', "»fetch('https://example.com')", '', 'fetch is not there'],
  ['a member of process', 'return »process.env.KEY', '', 'process is not there'],
  ['require of a module of Node', "»require('fs')", '', 'fs is a module of Node, which a strategy does not have'],
  [
    'require of any name',
    'const name = String(1); »require(name)',
    '',
    'require cannot load anything while a strategy runs',
  ],
  ['import()', "»import('fs')", '', 'import() cannot load anything while a strategy runs'],
  ['a WebSocket', "new »WebSocket('wss://example.com')", '', 'WebSocket is not there'],
  ['a function that a handler calls', 'tell()', "function tell() { »fetch('/') }\n", 'fetch is not there'],
  [
    'one that is handed on',
    'later(tell)',
    "const later = (f) => f()\nconst tell = () => »fetch('/')\n",
    'fetch is not there',
  ],
  ['a class', 'new Teller()', "class Teller { constructor() { »fetch('/') } }\n", 'fetch is not there'],
])('%s is refused at its place', async (_, handler, above, message) => {
  const marked = uses(handler, above)
  const at = marked.indexOf(MARK)
  const source = marked.replace(MARK, '')
  const start = source.slice(at - 4, at) === 'new ' ? at - 4 : at
  const before = source.slice(0, start).split('\n')
  const [found, ...more] = await absentIn(source)
  expect(more).toEqual([])
  expect(found).toEqual({
    stage: 'validation',
    message,
    hint: expect.stringMatching(/./),
    line: before.length,
    column: before.at(-1)!.length + 1,
  })
})

test.each([
  ['new URL(»)', 'URL', 'bundle'],
  ['performance.now()', 'performance', 'Date.now()'],
  ['crypto.randomUUID()', 'crypto', 'bundle'],
  ['structuredClone({})', 'structuredClone', 'bundle'],
  ['Intl.NumberFormat()', 'Intl', 'format'],
  ['localStorage.getItem(1)', 'localStorage', 'helpers.state'],
])('%s is refused with what to do instead', async (handler, name, hint) => {
  expect(await absentIn(uses(handler.replace('»', "'/'")))).toEqual([
    expect.objectContaining({ message: `${name} is not there`, hint: expect.stringContaining(hint) }),
  ])
})

test('a source nearly as large as one may be is looked at as any other', async () => {
  const lines = Array.from({ length: 3000 }, (_, number) => `let name${number} // ${'-'.repeat(250)}\n`)
  const source = uses("fetch('/')", lines.join(''))
  expect(source.length).toBeGreaterThan(700_000)
  expect(await absentIn(source)).toEqual([expect.objectContaining({ message: 'fetch is not there' })])
})

test.each([
  ['asked for by typeof', "if (typeof fetch === 'function') fetch('/')", ''],
  ['asked for by in', "if ('fetch' in globalThis) fetch('/')", ''],
  ['asked for as a member of the global object', "globalThis.fetch && fetch('/')", ''],
  ['tried', "try { fetch('/') } catch { return }", ''],
  ['declared', 'fetch()', 'const fetch = () => 1\n'],
  ['a parameter', 'run(1)', 'const run = (process) => process.length\n'],
  ['a member', 'this.process?.(1); this.require?.(2)', ''],
  ['nowhere used', '', "function unused() { return fetch('/') }\n"],
])('what is %s passes', async (_, handler, above) => {
  expect(await absentIn(uses(handler, above))).toEqual([])
})
