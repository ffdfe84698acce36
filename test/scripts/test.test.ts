/** scripts/test.ts, run in a folder of its own: what its last line counts, and when a test that is skipped is a failure. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isInstalling } from '../tools'

const RUNNER = join(import.meta.dir, '../../scripts/test.ts')
const TOOLS = join(import.meta.dir, '../tools')

/** @returns the exit status, and the last line of what was printed. */
async function run(source: string, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-runner-'))
  writeFileSync(join(folder, 'one.test.ts'), `import { test } from 'bun:test'\n${source}`)
  try {
    const { PATH = '', HOME = '' } = process.env
    const child = Bun.spawn([process.execPath, RUNNER], {
      cwd: folder,
      env: { PATH, HOME, ...env },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()])
    return { status: await child.exited, last: stdout.trimEnd().split('\n').at(-1), stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('what passed and failed is counted', async () => {
  expect(await run(`test('a', () => {})\ntest('b', () => {})`)).toMatchObject({ status: 0, last: '2 passed, 0 failed' })
  const failing = await run(`test('a', () => {})\ntest('b', () => { throw new Error('no') })`)
  expect(failing).toMatchObject({ status: 1, last: '1 passed, 1 failed' })
})

const SKIPPED = `test('a', () => {})\ntest.skip('b', () => {})`

test('in CI nothing may be skipped', async () => {
  const { status, last, stderr } = await run(SKIPPED, { CI: 'true' })
  expect([status, last]).toEqual([1, '1 passed, 1 failed, 1 skipped'])
  expect(stderr).toContain('no test may be skipped here')
})

test('what a contract suite skips with its reason is told, and is neither a failure nor in the last line', async () => {
  const suite = `import { skipped } from ${JSON.stringify(join(import.meta.dir, '../skipped'))}\ntest('a', () => {})\nskipped('does b', 'it has none')`
  const { status, last, stderr } = await run(suite, { CI: 'true' })
  expect([status, last]).toEqual([0, '1 passed, 0 failed'])
  expect(stderr).toContain('(skip) does b (skipped: it has none)')
  const both = await run(`${suite}\ntest.skip('c', () => {})`, { CI: 'true' })
  expect([both.status, both.last]).toEqual([1, '1 passed, 1 failed, 1 skipped'])
})

test('what is skipped is counted, a failure only where no test may be', async () => {
  const { status, last } = await run(SKIPPED, { CI: '' })
  expect([status, last]).toEqual(
    isInstalling ? [1, '1 passed, 1 failed, 1 skipped'] : [0, '1 passed, 0 failed, 1 skipped'],
  )
})

test('a tool that is missing is named with how to get it, and in CI fails the tests that need it', async () => {
  const needy = `import { lacks } from ${JSON.stringify(TOOLS)}\ntest.skipIf(lacks('shellcheck'))('a', () => {})`
  const { status, last, stderr } = await run(needy, { CI: 'true', PATH: '' })
  expect([status, last]).toEqual([1, '0 passed, 1 failed'])
  expect(stderr).toContain('shellcheck is missing: on Debian: apt-get install shellcheck\n')
})
