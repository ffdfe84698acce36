/** Which names a source declares, calls, reaches into and guards. */
import { expect, test } from 'bun:test'
import { NamesUsed } from '../../src/compiler/names-used'
import { parseSource } from '../../src/compiler/syntax'

const namesOf = (source: string) => new NamesUsed(parseSource(source)!)

test.each([
  ['const a = 1, b = 2', ['a', 'b']],
  ['function f(a, b = 1, ...c) {}', ['f', 'a', 'b', 'c']],
  ['const f = (a) => a', ['f', 'a']],
  ['const f = function g() {}', ['f', 'g']],
  ['const { a, b: { c }, d = 1, ...e } = x', ['a', 'c', 'd', 'e']],
  ['const [a, , [b], ...c] = x', ['a', 'b', 'c']],
  ['class A {}; const b = class C {}', ['A', 'b', 'C']],
  ['try { x() } catch (e) {}', ['e']],
  ['try { x() } catch ({ message }) {}', ['message']],
  ['try { x() } catch {}', []],
  ['for (const a of b) c(a)', ['a']],
])('%s declares %j', (source, names) => {
  expect([...namesOf(source).declared.keys()].sort()).toEqual([...names].sort())
})

test('a name that is declared twice is counted twice', () => {
  expect([...namesOf('const a = 1; function f(a) {}').declared]).toEqual(
    expect.arrayContaining([
      ['a', 2],
      ['f', 1],
    ]),
  )
})

test('functions are known by their names, calls and members by theirs', () => {
  const names = namesOf(`function f() {} const g = () => 1, h = 2
    f(); a.b(); c['d']; const { e: k } = x; y('text'); const z = { own: 1 }; typeof i; j = 1; m.n = 2; m['o'] = 3`)
  expect([...names.functions.keys()].sort()).toEqual(['f', 'g'])
  expect([...names.called].sort()).toEqual(['f', 'y'])
  expect(['b', 'd', 'e', 'text'].filter((name) => !names.members.has(name))).toEqual([])
  expect(['own', 'k', 'n', 'o'].filter((name) => names.members.has(name))).toEqual([])
  expect([...names.guarded].sort()).toEqual(['i', 'j', 'n', 'o'])
})
