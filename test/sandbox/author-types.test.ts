/** The author's types, by a real `tsc` in a folder as `meltica init` makes it: what is right passes, what is wrong is told at its line. */
import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Glob } from 'bun'
import { SHIPPED } from '../cli/meltica'
import { blocks, page } from '../docs/markdown'
import { tsc } from './tsc'

const ROOT = join(import.meta.dir, '../..')
const MISTAKES = join(import.meta.dir, 'mistakes')

interface Expected {
  readonly at: string
  readonly code: string
  readonly says: string
}

/** What stands after `//!`: codes, each perhaps with a part of the message, parted by semicolons. */
function expectedIn(file: string, text: string): Expected[] {
  return text.split('\n').flatMap((line, index) => {
    const [, written] = line.split('//! ')
    if (written === undefined) return []
    return written.split('; ').map((one) => {
      const [code = '', ...says] = one.split(' ')
      return { at: `${file}:${index + 1}`, code, says: says.join(' ') }
    })
  })
}

test('each mistake is an error at its line, and nothing else is', async () => {
  const files = Object.fromEntries(
    readdirSync(MISTAKES).map((name) => [name, readFileSync(join(MISTAKES, name), 'utf8')]),
  )
  const expected = Object.entries(files).flatMap(([file, text]) => expectedIn(file, text))
  const errors = await tsc(files)
  const sorted = (list: string[]) => list.sort()
  expect(sorted(errors.map(({ file, line, code }) => `${file}:${line} ${code}`))).toEqual(
    sorted(expected.map(({ at, code }) => `${at} ${code}`)),
  )
  const unsaid = expected.filter(
    ({ at, code, says }) =>
      !errors.some((one) => `${one.file}:${one.line}` === at && one.code === code && one.message.includes(says)),
  )
  expect(unsaid).toEqual([])
  expect(expected.length).toBeGreaterThan(60)
}, 60_000)

test('every shipped strategy and template, their tests and the examples of the documents are without an error', async () => {
  const files: Record<string, string> = {}
  for (const path of new Glob('*/*/*.js').scanSync({ cwd: SHIPPED })) {
    const text = readFileSync(join(SHIPPED, path), 'utf8')
    expect(text).toStartWith('// @ts-check\n')
    files[`shipped-${basename(path)}`] = text
  }
  expect(Object.keys(files)).toHaveLength(7)
  for (const path of new Glob('*/strategy*').scanSync({ cwd: join(ROOT, 'sandbox/templates') })) {
    files[path.replaceAll('/', '-')] = readFileSync(join(ROOT, 'sandbox/templates', path), 'utf8')
  }
  expect(Object.keys(files)).toHaveLength(7 + 4 * 3)
  // they import from each other
  for (const path of new Glob('tests/*.ts').scanSync({ cwd: SHIPPED }))
    files[basename(path)] = readFileSync(join(SHIPPED, path), 'utf8')
  expect(Object.keys(files)).toHaveLength(7 + 4 * 3 + 6)
  for (const path of ['README.md', 'docs/strategy-api.md', 'docs/strategies.md']) {
    for (const language of ['ts', 'js']) {
      for (const [index, text] of blocks(page(path), language).entries()) {
        files[`${path.replaceAll(/\W/g, '-')}-${index}.${language}`] = text
      }
    }
  }
  expect(Object.keys(files).length).toBeGreaterThan(7 + 4 * 3 + 6 + 2)
  expect(await tsc(files)).toEqual([])
}, 60_000)

test('packages whose own types name what only browsers have stand beside a strategy', async () => {
  const files = {
    'node_modules/fetching/package.json': '{ "name": "fetching", "types": "index.d.ts" }',
    'node_modules/fetching/index.d.ts': 'export function size(of: URL | string): number\n',
    'uses.ts':
      "import { size } from 'fetching'\n\nexport const right: number = size('a')\nexport const wrong: string = size('a')\n",
  }
  expect(await tsc(files, [])).toMatchObject([{ file: 'uses.ts', line: 4, code: '2322' }])
}, 60_000)
