/** Every module of src/ stands by itself: it can be imported, and so it counts in the coverage. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'

const root = join(import.meta.dir, '../src')
/** They run the program, draw a page, and make tests of strategies ready. */
const ENTRIES = ['main.ts', 'backtest/report/page/main.ts', 'author/preload.ts']

test('every module can be imported without doing anything', async () => {
  const modules = [...new Glob('**/*.ts').scanSync(root)].filter(
    (path) => !ENTRIES.includes(path) && !path.endsWith('.d.ts'),
  )
  expect(modules.length).toBeGreaterThan(100)
  for (const path of modules) await import(`${root}/${path}`)
})
