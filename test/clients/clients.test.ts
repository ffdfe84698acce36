/** Clients made from the API document, in TypeScript and Python, promote and retire a revision against a real gateway. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../src/schema/digest'
import { startGateway, strategySource } from '../gateway'
import { lacks } from '../tools'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const ROOT = join(import.meta.dir, '../..')
const DOCUMENT = join(ROOT, 'openapi/openapi.json')
const PYTHON = join(ROOT, '.venv/bin')
const CONFIG = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 42 } } }]\n'

const FIRST = strategySource({ name: 'promoted' })
const SECOND = strategySource({ name: 'promoted', tag: 'v1.1.0' }, 'onTrade() {}')

/** What every client sees of a promotion. */
function promotion() {
  const [old, hash] = [FIRST, SECOND].map((source) => digestOf(Buffer.from(source))) as [string, string]
  const path = `promoted/${hash.slice('sha256:'.length)}/promoted.js`
  return {
    old,
    hash,
    launched: old,
    tags: [['prod', 'latest', 'v1.1.0']],
    guard: { status: 409, error: 'revision_in_use', instances: ['promoted-1'] },
    refreshed: [{ selector: 'promoted:prod', reason: 'refreshed', previousHash: old }],
    running: [{ id: 'promoted-1', strategyHash: hash, running: true }],
    orphan: { status: 409, error: 'tag_orphans_revision' },
    source: SECOND,
    retired: 204,
    left: { tags: { 'v1.1.0': hash, latest: hash, prod: hash }, hashes: { [hash]: { tag: 'v1.1.0', path } } },
  }
}

test('a TypeScript client made by openapi-typescript compiles strictly and promotes a revision', async () => {
  using folder = temporaryFolder()
  symlinkSync(join(ROOT, 'node_modules'), folder.at('node_modules'))
  copyFileSync(join(import.meta.dir, 'typescript/promotion.ts'), folder.at('promotion.ts'))
  writeFileSync(folder.at('tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, files: ['promotion.ts'] }))
  const generator = [tool('openapi-typescript'), DOCUMENT, '-o', folder.at('api.ts'), '--default-non-nullable=false']
  await run([process.execPath, '--bun', ...generator])
  await run([process.execPath, '--bun', join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder.path])
  await using gateway = await startGateway({ config: CONFIG })
  const { promote } = await import(folder.at('promotion.ts'))
  expect(await promote(gateway.url, FIRST, SECOND)).toEqual(promotion())
})

test.skipIf(lacks('python'))(
  'a Python client made by openapi-python-client compiles and promotes a revision',
  async () => {
    using folder = temporaryFolder()
    const generator = [join(PYTHON, 'openapi-python-client'), 'generate', '--path', DOCUMENT, '--meta', 'none']
    const settings = ['--config', join(import.meta.dir, 'python/generator.yaml'), '--fail-on-warning']
    await run([...generator, ...settings, '--output-path', folder.at('meltica_client')])
    await run([join(PYTHON, 'python'), '-m', 'compileall', '-q', folder.path])
    await using gateway = await startGateway({ config: CONFIG })
    const script = join(import.meta.dir, 'python/promotion.py')
    const seen = await run([join(PYTHON, 'python'), script, gateway.url, FIRST, SECOND], { PYTHONPATH: folder.path })
    expect(JSON.parse(seen)).toEqual(promotion())
  },
)

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'es2023',
  lib: ['es2023', 'dom'],
  module: 'preserve',
  moduleResolution: 'bundler',
  types: [],
  noEmit: true,
}

const tool = (name: string): string => join(ROOT, 'node_modules/.bin', name)

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'meltica-client-'))
  return {
    path,
    at: (name: string) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** @returns standard output. @throws Error with all that was printed when the program fails. */
async function run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = `${PYTHON}:${process.env.PATH ?? ''}`
  const child = Bun.spawn([...command], {
    env: { ...env, PATH: path },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`)
  return stdout
}
