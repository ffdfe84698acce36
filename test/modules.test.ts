/** Every module of src/ stands by itself: it can be imported, and so it counts in the coverage. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'

const root = join(import.meta.dir, '../src')
/** It runs the program. */
const ENTRY = 'main.ts'

test('every module can be imported without doing anything', async () => {
  const modules = [...new Glob('**/*.ts').scanSync(root)].filter((path) => path !== ENTRY && !path.endsWith('.d.ts'))
  expect(modules.length).toBeGreaterThan(100)
  for (const path of modules) await import(`${root}/${path}`)
})
