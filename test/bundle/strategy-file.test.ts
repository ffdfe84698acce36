/** A strategy file becomes one CommonJS text. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { readStrategyFile } from '../../src/bundle/strategy-file'
import { compile } from '../compiler/sources'
import { authorFolder, bundled, refusalsOf } from './folders'

const METADATA = "{ name: 'grid', tag: 'v1', displayName: 'Grid', events: ['Trade'] }"
const FORMS = {
  'a default export': `import { strategy } from 'meltica'\nexport default strategy({ metadata: ${METADATA}, create(env: unknown) { return {} } })`,
  'a default export that is checked by satisfies': `export default { metadata: ${METADATA}, create() { return {} } } satisfies object`,
  'named exports': `export const metadata = ${METADATA} as const\nexport function create(): object { return {} }`,
  'export =': `const grid = { metadata: ${METADATA}, create() { return {} } }\nexport = grid`,
  'a class': `export default class Grid { static metadata = ${METADATA}; static create(): object { return {} } }`,
  'module.exports': `const create = (): object => ({})\nmodule.exports = { metadata: ${METADATA}, create }`,
}

for (const [form, source] of Object.entries(FORMS)) {
  test(`TypeScript with ${form} compiles`, async () => {
    await using home = await authorFolder({ 'grid.ts': source })
    const compiled = await compile(await bundled(join(home.path, 'grid.ts')))
    if ('diagnostics' in compiled) throw new Error(JSON.stringify(compiled.diagnostics))
    expect(compiled.metadata.name).toBe('grid')
    expect(compiled.warnings.filter(({ message }) => message.includes('source map'))).toEqual([])
  })
}

test('a CommonJS file that requires nothing passes byte for byte, also one that asks whether it could', async () => {
  const plain = `#!/usr/bin/env meltica\nmodule.exports = { metadata: ${METADATA}, create() { return {} } }\r\n`
  const guarded = `const crypto = typeof require === 'function' ? require('crypto') : undefined\n${plain.slice(23)}`
  const caught = `let fs\ntry { fs = require('fs') } catch {}\n${plain.slice(23)}`
  const wrong = 'let a = = 1\n'
  await using home = await authorFolder({ 'a.js': plain, 'b.js': guarded, 'c.cjs': caught, 'd.js': wrong })
  expect(await bundled(join(home.path, 'a.js'))).toBe(plain)
  expect(await bundled(join(home.path, 'b.js'))).toBe(guarded)
  expect(await bundled(join(home.path, 'c.cjs'))).toBe(caught)
  expect(await bundled(join(home.path, 'd.js'))).toBe(wrong)
})

test('the same files are the same bytes in another folder, and name none', async () => {
  const files = {
    'lib/prices.ts': 'export const half = (price: number): number => price / 2\n',
    'strategies/grid.ts': `import { half } from '../lib/prices'\nimport _ from 'lodash'\n${FORMS['named exports']}\nexport const kept = [half, _.sum, __dirname, import.meta.url]\n`,
  }
  await using one = await authorFolder(files, true)
  await using other = await authorFolder(files, true)
  const [first, second] = [
    await bundled(join(one.path, 'strategies/grid.ts')),
    await bundled(join(other.path, 'strategies/grid.ts')),
  ]
  expect(second).toBe(first)
  expect(first).not.toContain(one.path)
  const map = Buffer.from(first.slice(first.lastIndexOf(',') + 1), 'base64').toString()
  expect(JSON.parse(map)).toMatchObject({
    version: 3,
    sources: expect.arrayContaining(['grid.ts', '../lib/prices.ts', 'node_modules/lodash/lodash.js']),
  })
  expect(map).not.toContain(one.path)
})

test('what cannot be imported is told at its line', async () => {
  const source = `import a from 'no-such-package/part'\nimport b from './no-file'\nimport c from './page.html'\nexport const metadata = [a, b, c]\n`
  expect(await refusalsOf({ 'grid.ts': source, 'page.html': '' }, 'grid.ts')).toEqual([
    {
      stage: 'compile',
      message: 'the package no-such-package/part is not installed',
      file: 'grid.ts',
      line: 1,
      column: 15,
    },
    { stage: 'compile', message: 'there is no file ./no-file', file: 'grid.ts', line: 2, column: 15 },
    {
      stage: 'compile',
      message: 'page.html is of a kind that cannot be imported',
      file: 'grid.ts',
      line: 3,
      column: 15,
    },
  ])
})

test.each(['./view', './view.tsx', './view.jsx'])('a file with JSX is told where %s imports it', async (specifier) => {
  const files = { 'grid.ts': `\nimport { view } from '${specifier}'\nexport const metadata = view\n`, 'view.tsx': '' }
  expect(await refusalsOf(files, 'grid.ts')).toEqual([
    {
      stage: 'compile',
      message: 'view.tsx is of a kind that cannot be imported',
      file: 'grid.ts',
      line: 2,
      column: 22,
    },
  ])
})

test('a name that a file does not export is told with the file as from the entry', async () => {
  const files = {
    'grid.ts': "import { no } from './lib/more'\nexport const metadata = no\n",
    'lib/more.ts': 'export {}',
  }
  expect((await refusalsOf(files, 'grid.ts')).map(({ message }) => message)).toEqual([
    'No matching export in "lib/more.ts" for import "no"',
  ])
})

test.each(['more.mts', 'more.cts'])('what is wrong in %s is told at its line', async (name) => {
  const asks = (source: string) => ({ 'grid.ts': `export * from './${name}'\n`, [name]: source })
  expect(await refusalsOf(asks('interface A { b: 1 }\n\nexport const a = fetch(String(1))\n'), 'grid.ts')).toEqual([
    { stage: 'compile', message: 'fetch is not there', file: name, line: 3, column: 18 },
  ])
})

test('no place is named by a line of the bundle', async () => {
  await using home = await authorFolder({ 'grid.mts': "export const metadata = { name: 'grid' }\n" })
  const compiled = await compile(await bundled(join(home.path, 'grid.mts')))
  const places = 'diagnostics' in compiled ? compiled.diagnostics.map(({ file, line }) => [file, line]) : []
  expect(places.length).toBeGreaterThan(1)
  expect(places).toEqual(places.map(() => ['grid.mts', 1]))
})

test('wrong syntax is told in the file that has it', async () => {
  const files = {
    'grid.ts': "export { metadata } from './lib/more'",
    'lib/more.ts': 'export const metadata = 1\nlet a = = 2\n',
  }
  expect(await refusalsOf(files, 'grid.ts')).toEqual([
    { stage: 'compile', message: 'Unexpected =', file: 'lib/more.ts', line: 2, column: 9 },
  ])
})

test('what Node and browsers have is refused at its line, unless it is asked for first', async () => {
  const source = `import fs from 'node:fs'
export const metadata = ${METADATA}
const hasProcess = typeof process !== 'undefined' && process.env.HOME
export async function create() {
  const os = require('os')
  await fetch('https://example.com')
  const name = './x'
  await import(name)
  require(name)
  try { new WebSocket('') } catch {}
  return { hasProcess, fs, os, at: Buffer.from('a') }
}
`
  const found = await refusalsOf({ 'grid.ts': source }, 'grid.ts')
  expect(found.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([
    'grid.ts:1: node:fs is a module of Node, which a strategy does not have',
    'grid.ts:5: os is a module of Node, which a strategy does not have',
    'grid.ts:6: fetch is not there',
    'grid.ts:8: import() cannot load anything while a strategy runs',
    'grid.ts:9: require cannot load anything while a strategy runs',
    'grid.ts:11: Buffer is not there',
  ])
})

test('no macro is run', async () => {
  const macro =
    "import { writeFileSync } from 'node:fs'\nexport const now = () => writeFileSync(import.meta.dir + '/ran', '')\nexport default now\n"
  for (const line of [
    "import { now } from './now' with { type: 'macro' }",
    "import { now } from './now' /* { */ with /* } */ { /* } */ 'type': 'm\\u0061cro' }",
    "import { now } from 'macro:./now'",
    "import { now } from './now' with { note: '}', type: 'macro' }",
    "import { now } from './now' with { note: '}', 'ty\\u0070e': 'm\\u0061cro' }",
    "import now from './now' with { note: '}', type: 'macro' }",
    "export { now } from './now' with { note: '}', type: 'macro' }",
  ]) {
    await using home = await authorFolder({ 'now.ts': macro, 'grid.ts': `${line}\nexport const metadata = now()\n` })
    expect(await readStrategyFile(join(home.path, 'grid.ts'))).toMatchObject({
      diagnostics: [{ stage: 'compile', message: 'macros are not run', file: 'grid.ts' }],
    })
    expect(await Bun.file(join(home.path, 'ran')).exists()).toBe(false)
  }
})

test('a bundle of more than 1 MiB is refused with what takes the room', async () => {
  const files = {
    'grid.ts': `import { table } from './table'\n${FORMS['named exports']}\nexport const first = table.length`,
    'table.ts': `export const table = '${'x'.repeat(1 << 20)}'\n`,
  }
  const [found] = await refusalsOf(files, 'grid.ts')
  expect(found?.message).toMatch(/^the bundle has \d+ bytes, more than 1024 KiB: table\.ts 102\d KiB, grid\.ts 1 KiB$/)
})

test('JSX is refused', async () => {
  expect(await refusalsOf({ 'grid.tsx': '' }, 'grid.tsx')).toEqual([
    { stage: 'compile', message: 'a strategy has no JSX', file: 'grid.tsx' },
  ])
  expect(await refusalsOf({ 'grid.js': 'export const a = <div/>' }, 'grid.js')).toMatchObject([
    { message: 'Unexpected <: a strategy has no JSX', file: 'grid.js', line: 1, column: 18 },
  ])
})

test('paths of a tsconfig.json beside the file are honoured', async () => {
  await using home = await authorFolder({
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { 'own/*': ['./lib/*'] } } }),
    'lib/prices.ts': 'export const half = (price: number): number => price / 2\n',
    'grid.ts': `import { half } from 'own/prices'\n${FORMS['named exports']}\nexport const kept = half(7)\n`,
  })
  expect(await bundled(join(home.path, 'grid.ts'))).toContain('// lib/prices.ts\n')
})
