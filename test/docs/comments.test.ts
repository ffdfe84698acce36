/** Comments stand by themselves: none leaves it to the name below it to say what it is about. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import { ROOT } from './markdown'

const SOURCES = new Glob('{src,test,scripts,bench,sandbox,strategies}/**/*.{ts,js,rs,wit,c}')
/** As a comment that says `Of a batch, in bytes.` and not what of it. A line in small letters may go on with the one before. */
const DANGLING = /(?:\/\*\*?|\/\/+!?|^\s*\*) Of\b|(?<!^\s*\/\/.*\n)^.*\/\/ of\b/gm

test('no comment begins with a dangling "Of"', () => {
  const paths = [...SOURCES.scanSync(ROOT)].filter((path) => !/node_modules|\/target\//.test(path))
  expect(paths.length).toBeGreaterThan(500)
  const dangling = paths.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    return [...text.matchAll(DANGLING)].map(({ 0: found, index }) => {
      const line = text.slice(0, index + found.length).split('\n').length
      return `${path}:${line}: ${found.trim()} …`
    })
  })
  expect(dangling).toEqual([])
})
