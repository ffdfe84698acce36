/** What is made from the author's types is what the tree has. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { made } from '../../scripts/author-types/made'
import { ROOT } from '../../scripts/author-types/program'
import { FIGURES } from '../../src/backtest/statistics/figures'

const files = made()

test.each([...files].map(([path, text]) => [relative(ROOT, path), text]))(
  '%s is up to date: make types',
  (path, text) => {
    expect(readFileSync(`${ROOT}/${path}`, 'utf8')).toBe(text)
  },
)

test('every figure of a backtest is in the types, with its formula, and on the page', () => {
  const [types = '', page = ''] = files.values()
  for (const [name, { formula }] of Object.entries<{ formula?: string }>(FIGURES)) {
    expect(types).toContain(`    readonly ${name}: number | null\n`)
    expect(page).toContain(`\`${name}: number | null\``)
    if (formula !== undefined) expect(page).toContain(`: ${formula}.`)
  }
})

test('every exported declaration has a comment, and so have all handlers and all that helpers and runtime can do', () => {
  const [, page = ''] = files.values()
  const sections = page.split(/^### /m).slice(1)
  expect(sections.length).toBeGreaterThan(60)
  const bare = sections.filter((section) => /^\w+\n\n(?:- |`)/.test(section)).map((section) => section.split('\n')[0])
  expect(bare).toEqual([])
  const called = sections.filter((section) => /^(?:Handlers|Helpers|Runtime)\n/.test(section))
  expect(called).toHaveLength(3)
  const members = called.flatMap((section) => section.split('\n').filter((line) => line.startsWith('- ')))
  expect(members.length).toBeGreaterThan(35)
  expect(members.filter((line) => !/^- `[^`]+`: \S/.test(line))).toEqual([])
})
