/** `meltica licenses`: whose software is in the program, from its sources as in the binary. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BINARY, binaryIsOld, FROM_SOURCES } from '../binary'
import { skipped } from '../skipped'

setDefaultTimeout(60_000)

const NOTICES = join(import.meta.dir, '../../src/cli/licenses/notices.txt')

async function prints(program: readonly string[]): Promise<void> {
  const run = (...args: string[]) => {
    const { exitCode, stdout } = Bun.spawnSync([...program, 'licenses', ...args], { cwd: tmpdir() })
    expect(exitCode).toBe(0)
    return stdout.toString()
  }
  const text = await Bun.file(NOTICES).text()
  expect(run()).toBe(text)
  const listed = JSON.parse(run('--format', 'json'))
  expect(listed.length).toBe(text.match(/^ {2}\S.*, https:\/\/\S+(?: \(.*\))?$/gm)?.length)
  expect(listed).toContainEqual({
    name: 'javy',
    version: expect.stringMatching(/^\d/),
    licence: 'Apache-2.0 WITH LLVM-exception',
    home: 'https://github.com/bytecodealliance/javy/tree/main/crates/javy',
    within: 'engine',
  })
  expect(listed).toContainEqual({
    name: 'mimalloc',
    licence: 'MIT',
    home: 'https://github.com/microsoft/mimalloc',
    within: 'runtime',
  })
  for (const { home } of listed) expect(home).toMatch(/^https:\/\/[\w.-]+\/[\w./@-]*$/)
  expect(run('--format', 'table').split('\n')[0]).toMatch(/^NAME +VERSION +LICENCE +IN +SOURCE$/)
}

test('the program from its sources', () => prints(FROM_SOURCES))

const old = binaryIsOld()
if (old === undefined) test('the binary', () => prints([BINARY]))
else skipped('the binary', old)
