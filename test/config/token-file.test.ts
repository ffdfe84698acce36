/** The file of tokens: written whole, read whole or refused whole, and followed. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTokens, TokenFile, writeTokens } from '../../src/config/token-file'
import type { TokenEntry } from '../../src/schema/tokens'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-tokens-'))
  path = join(folder, 'tokens.yaml')
})
afterEach(() => rmSync(folder, { recursive: true }))

const entry = (name: string, more: Partial<TokenEntry> = {}): TokenEntry => ({
  name,
  role: 'read',
  hash: `sha256:${'0'.repeat(64)}`,
  created: '2024-01-01T00:00:00.000Z',
  ...more,
})

describe('what is written', () => {
  test('is read again, is readable by its owner alone, and leaves nothing beside it', () => {
    const tokens = [entry('a'), entry('b', { role: 'admin', rateLimit: { perSecond: 1, burst: 2 } })]
    writeTokens(path, tokens)
    expect(readTokens(path)).toEqual(tokens)
    expect(readFileSync(path, 'utf8')).toStartWith('# Access tokens, as `meltica token` writes them')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    writeTokens(path, [])
    expect(readTokens(path)).toEqual([])
    expect(readdirSync(folder)).toEqual(['tokens.yaml'])
  })

  test('through a link goes into the file that it names', () => {
    mkdirSync(join(folder, 'real'))
    const real = join(folder, 'real/tokens.yaml')
    writeTokens(real, [entry('a')])
    symlinkSync(real, path)
    writeTokens(path, [entry('b')])
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readTokens(real)).toEqual([entry('b')])
  })

  test('where nothing can be is refused, and what was there stays', () => {
    const nowhere = join(folder, 'none/tokens.yaml')
    expect(() => writeTokens(nowhere, [])).toThrow(
      expect.objectContaining({
        code: 'file_unwritable',
        message: `the file of tokens ${nowhere} cannot be written: there is no such file or folder`,
      }),
    )
    writeTokens(path, [entry('a')])
    // what stands in the way of the temporary file is another writer's
    writeFileSync(`${path}.${process.pid}.tmp`, 'of another')
    expect(() => writeTokens(path, [entry('b')])).toThrow(expect.objectContaining({ code: 'file_unwritable' }))
    expect(readTokens(path)).toEqual([entry('a')])
  })
})

describe('what is read', () => {
  const fails = (act: () => unknown) => {
    try {
      act()
    } catch (error) {
      return error as { code: string; message: string; hint: string }
    }
    throw new Error('it was read')
  }

  test('is never standard input', () => {
    for (const act of [() => readTokens('-'), () => writeTokens('-', [])]) {
      expect(fails(act)).toMatchObject({
        code: 'usage',
        message: 'the file of tokens cannot be -: it is read more than once',
      })
    }
  })

  test('must be there, and says how it is made', () => {
    expect(fails(() => readTokens(path))).toMatchObject({
      code: 'file_unreadable',
      message: `the file of tokens ${path} cannot be read: there is no such file or folder`,
      hint: 'check the path; meltica token create makes the file',
    })
  })

  test('is refused with all that is wrong, each in its line', () => {
    const line = (name: string) => `  - { name: ${name}, role: read, hash: "sha256:${'0'.repeat(64)}" }\n`
    writeFileSync(path, `tokens:\n${line('a')}${line('gateway')}${line('b')}${line('a')}`)
    expect(fails(() => readTokens(path))).toMatchObject({
      code: 'invalid_settings',
      message: [
        `${path}:3:13: tokens[1].name "gateway" is not one that a token may have`,
        `${path}:5:13: tokens[3].name "a" is there twice`,
      ].join('\n'),
      hint: 'correct the lines named, or take them out; meltica token create adds tokens',
    })
  })
})

describe('a file that is followed', () => {
  test('is read when it has changed, and once for each change', () => {
    const file = new TokenFile(path)
    writeTokens(path, [entry('a')])
    expect(file.readIfChanged()).toEqual([entry('a')])
    expect(file.readIfChanged()).toBeUndefined()
    writeTokens(path, [entry('b')])
    expect(file.readIfChanged()).toEqual([entry('b')])
    expect(file.readIfChanged()).toBeUndefined()
    const { size, ino } = statSync(path)
    writeFileSync(path, readFileSync(path, 'utf8').replace('name: b', 'name: c'))
    utimesSync(path, 1, 1)
    expect([statSync(path).size, statSync(path).ino]).toEqual([size, ino])
    expect(file.readIfChanged()).toEqual([entry('c')])
    chmodSync(path, 0o644)
    expect(file.readIfChanged()).toBeUndefined()
    file.forget()
    expect(file.readIfChanged()).toEqual([entry('c')])
  })

  test('says once that it is gone, or broken, and is read again when it is back', () => {
    const file = new TokenFile(path)
    expect(() => file.readIfChanged()).toThrow('cannot be read')
    expect(file.readIfChanged()).toBeUndefined()
    writeFileSync(path, 'tokens: 5\n')
    expect(() => file.readIfChanged()).toThrow('tokens must be an array')
    expect(file.readIfChanged()).toBeUndefined()
    writeTokens(path, [entry('a')])
    expect(file.readIfChanged()).toEqual([entry('a')])
  })
})
