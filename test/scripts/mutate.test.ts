/** scripts/mutate: which changes it makes, that the same seed makes the same ones, and that it leaves nothing behind. */
import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applied } from '../../scripts/mutate/change'
import { changesOf } from '../../scripts/mutate/changes'
import { drawn } from '../../scripts/mutate/draw'
import { Nearness } from '../../scripts/mutate/nearness'

const results = (source: string) => changesOf('a.ts', source).map((change) => applied(source, change))

const CHANGES = {
  'a = b < c': ['a = b <= c', '{}'],
  'a = b && !c': ['a = b || !c', 'a = b && c', '{}'],
  'const a = b + 9': ['const a = b - 9', 'const a = b + 10', 'const a = b + 8'],
  'const limitMs = 5_000n': ['const limitMs = 5000000n', 'const limitMs = 5n'],
  'const a = b ? c : d': ['const a = b ? d : c'],
  'const a = b ?? c': ['const a = c ?? b'],
  'const a = { recursive: true }': ['const a = { recursive: false }'],
  'const a = Math.min(b, c)': ['const a = Math.max(b, c)'],
  'const a = b(c, d)': ['const a = b(d, c)'],
  'const a = b.filter(c)': ['const a = b'],
  'function a() { if (b) return }': ['function a() {  }'],
  'function a() { if (b) { c = d; throw e } }': ['function a() {  }', 'function a() { if (b) {  throw e } }'],
  'function a() { write(b); send(c) }': [
    'function a() { send(c) write(b); }',
    'function a() {  send(c) }',
    'function a() { write(b);  }',
  ],
  'function a() { accessSync(b); mkdirSync(c) }': [
    'function a() {  mkdirSync(c) }',
    'function a() { accessSync(b);  }',
  ],
  'function a() { file.sync(); renameSync(b) }': [
    'function a() { renameSync(b) file.sync(); }',
    'function a() {  renameSync(b) }',
    'function a() { file.sync();  }',
  ],
  'const a = await b': ['const a = b'],
  'const f = async () => { try { return await a } catch {} }': ['const f = async () => { try { return a } catch {} }'],
  'const f = async () => { await using a = b; return await c }': [
    'const f = async () => { await using a = b; return c }',
  ],
  'const f = async () => { using a = b; return await c }': ['const f = async () => { using a = b; return c }'],
  'const ITEMS = 20': ['const ITEMS = 21', 'const ITEMS = 19'],
  'const a = { ms: 2, waitMs: 3, WAIT_MS: 4, SECONDS: 5 }': [
    'const a = { ms: 2000, waitMs: 3, WAIT_MS: 4, SECONDS: 5 }',
    'const a = { ms: 0, waitMs: 3, WAIT_MS: 4, SECONDS: 5 }',
    'const a = { ms: 2, waitMs: 3000, WAIT_MS: 4, SECONDS: 5 }',
    'const a = { ms: 2, waitMs: 0, WAIT_MS: 4, SECONDS: 5 }',
    'const a = { ms: 2, waitMs: 3, WAIT_MS: 4000, SECONDS: 5 }',
    'const a = { ms: 2, waitMs: 3, WAIT_MS: 0, SECONDS: 5 }',
    'const a = { ms: 2, waitMs: 3, WAIT_MS: 4, SECONDS: 5000 }',
    'const a = { ms: 2, waitMs: 3, WAIT_MS: 4, SECONDS: 0 }',
  ],
  'function a() { for (const b of c) d }': ['function a() {  }', 'function a() { for (const b of c) {} }'],
}

for (const [source, expected] of Object.entries(CHANGES)) {
  test(`${source} is changed`, () => expect(results(source).sort()).toEqual(expected.sort()))
}

for (const source of [
  'log.warn(5 < 6)',
  'const a = { description: b(1), examples: [1] }',
  'type A = 1 | true',
  'interface A { b: 1 }',
  "import a from 'b' with { type: 'file' }",
  '/** 1 < 2 */',
  'const a = b.get(c) ?? make(c)',
  'class A { lastMs = 0 }',
  'const f = async () => await a',
  'const f = async () => { return await a }',
  'const a = failures(...b, ...c)',
]) {
  test(`${source} stays`, () => expect(results(source)).toEqual([]))
}

test('a seed draws the same changes again, another one others, and every kind has its turn', () => {
  const all = Array.from({ length: 60 }, (_, at) => ({ kind: at % 10 === 0 ? 'rare' : 'common', at }))
  const once = drawn(all, 1)
  expect(drawn(all, 1)).toEqual(once)
  expect(drawn(all, 2)).not.toEqual(once)
  expect(once.toSorted((one, other) => one.at - other.at)).toEqual(all)
  expect(once.slice(0, 12).filter(({ kind }) => kind === 'rare')).toHaveLength(6)
})

test('a change that no test notices is printed and counted, and nothing is left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-mutations-'))
  const project = join(import.meta.dir, '../..')
  const arguments_ = [
    '--files',
    'src/schema/plain-text.ts',
    '--tests',
    'test/flow/token-bucket.test.ts',
    '--count',
    '1',
  ]
  const child = Bun.spawn([process.execPath, 'scripts/mutate/main.ts', ...arguments_], {
    cwd: project,
    env: { ...process.env, TMPDIR: folder },
    stdout: 'pipe',
    stderr: 'ignore',
  })
  expect(await child.stdout.text()).toMatch(
    /^SURVIVED src\/schema\/plain-text\.ts:\d+: .* → .*\nschema {5}0\/1 noticed, 0 %\n$/,
  )
  expect(await child.exited).toBe(1)
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})

test('a test is nearest to what it is named after, then to what it imports, then to what is beside that', () => {
  const nearness = new Nearness(join(import.meta.dir, '../..'))
  const rank = (source: string) => nearness.rank('test/market/replay.test.ts', source)
  expect(rank('src/market/replay.ts')).toBe(0)
  expect(rank('src/market/sample.ts')).toBe(2)
  expect(rank('src/store/store.ts')).toBe(3)
  expect(nearness.rank('test/scripts/mutate.test.ts', 'scripts/mutate/draw.ts')).toBe(1)
  expect(nearness.rank('test/scripts/mutate.test.ts', 'src/market/random.ts')).toBe(1)
  expect(nearness.rank('test/scripts/mutate.test.ts', 'scripts/mutate/trial.ts')).toBe(3)
})
