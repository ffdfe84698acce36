/** What a document names is there: files and folders of the tree, the targets of links, targets of the Makefile. */
import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lines, links, PAGES, page, ROOT, spans } from './markdown'

/** Folders that are built or filled at run time are named, too, and need not be there. */
const MADE = /^(node_modules|dist|data|coverage)$/
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^\.(git|venv)$/.test(entry.name) && !MADE.test(entry.name))
  .map(({ name }) => name.replaceAll('.', '\\.'))
const PATH = new RegExp(`(?<![\\w./-])(?:${FOLDERS.join('|')})/[\\w./-]*[\\w/]`, 'g')
/** At the root of the tree. */
const ROOT_FILE = /^(?:\.[\w-]+\.cjs|[A-Z]+\.md|[A-Z]\w+file|meltica\.yaml)$/

const absent = (paths: readonly string[], from = ROOT) => paths.filter((path) => !existsSync(join(from, path)))

test.each(PAGES.map(({ path }) => path))('%s names files that are there', (path) => {
  const one = page(path)
  const named = [...(one.text.match(PATH) ?? []), ...spans(one).filter((span) => ROOT_FILE.test(span))]
  expect(absent(named)).toEqual([])
  expect(absent(links(one), join(ROOT, dirname(path)))).toEqual([])
})

test('paths are found in text, in pictures and in blocks', () => {
  const count = (path: string) => new Set(page(path).text.match(PATH)).size
  expect(count('ARCHITECTURE.md')).toBeGreaterThan(60)
  expect(count('CONTRIBUTING.md')).toBeGreaterThan(15)
  expect(count('docs/glossary.md')).toBeGreaterThan(30)
  expect('see `src/gone.ts`, src/http ► data/docs/x'.match(PATH)).toEqual(['src/gone.ts', 'src/http'])
})

test('each room of the sources has its place among the dependencies in the architecture', () => {
  const rooms = readdirSync(join(ROOT, 'src')).filter((name) => statSync(join(ROOT, 'src', name)).isDirectory())
  const named = lines(page('ARCHITECTURE.md')).flatMap((line) => line.match(/[\w-]+/g) ?? [])
  expect(rooms.filter((room) => !named.includes(room))).toEqual([])
})

test('each decision is listed', () => {
  const listed = links(page('docs/decisions/README.md'))
  const pages = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => name !== 'README.md')
  expect([...listed].sort()).toEqual(pages.sort())
})

test('targets of make are those of the Makefile', () => {
  const targets = new Set(readFileSync(join(ROOT, 'Makefile'), 'utf8').match(/^[a-z]+(?=:)/gm))
  const named = PAGES.flatMap((one) => [...lines(one), ...spans(one)]).flatMap(
    (text) => /^make ([a-z]+)/.exec(text)?.[1] ?? [],
  )
  expect(named).toContain('mutate')
  expect(named.filter((target) => !targets.has(target))).toEqual([])
})
