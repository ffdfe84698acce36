/** Dependencies between the engine's modules point one way. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { findCircles, readModuleGraph } from './module-graph'

const SOURCES = join(import.meta.dir, '../../sandbox/engine/src')

test('no module of the engine needs one that needs it', async () => {
  const files = await Array.fromAsync(new Bun.Glob('**/*.rs').scan({ cwd: SOURCES }))
  const texts = files.map(async (file) => [file.slice(0, -'.rs'.length), await Bun.file(join(SOURCES, file)).text()])
  const graph = readModuleGraph(new Map((await Promise.all(texts)) as [string, string][]))
  expect(findCircles(graph)).toEqual([])
  // What a reading that found nothing would say, too.
  expect(graph.get('lib')).toEqual(new Set([...graph.keys()].filter((module) => module !== 'lib')))
  expect([...(graph.get('dispatch') ?? [])]).toEqual(expect.arrayContaining(['strategy', 'events', 'faults']))
})

const crate = (modules: Readonly<Record<string, string>>) =>
  findCircles(readModuleGraph(new Map(Object.entries(modules))))

test('a circle is told by the modules it runs through', () => {
  const modules = { lib: 'mod a;\nmod b;\nmod c;', a: 'use crate::b;', b: 'use crate::c::X;', c: 'use crate::a::Y;' }
  expect(crate(modules)).toEqual(['a → b → c → a'])
})

test('two circles are two findings', () => {
  const modules = { a: 'use crate::b;', b: 'use crate::a;', c: 'use crate::d;', d: 'use crate::c; use crate::a;' }
  expect(crate(modules)).toEqual(['a → b → a', 'c → d → c'])
})

test.each([
  ['a path in the code', 'fn f() { crate::a::g(); }'],
  ['a path of the module above', 'use super::a;'],
  ['a group', 'use crate::{\n    c::{X, Y},\n    a::Z,\n};'],
  ['a group after another name', 'pub(crate) use crate::{c as d, a};'],
])('%s counts', (_, code) => {
  expect(crate({ a: 'use crate::b;', b: code, c: '' })).toEqual(['a → b → a'])
})

test('an item of the root counts, the bindings that are made there do not', () => {
  expect(crate({ lib: 'mod a;', a: 'use crate::Engine;' })).toEqual(['a → lib → a'])
  expect(crate({ lib: 'mod a;', a: 'use crate::exports::meltica::strategy::sandbox::Fault;' })).toEqual([])
})

test('comments, texts and paths of other crates do not count', () => {
  const code = '// crate::a\n/* crate::a */ /// see crate::a\nconst X: &str = "crate::a"; use javy::crates::a;'
  expect(crate({ a: 'use crate::b;', b: code })).toEqual([])
})
