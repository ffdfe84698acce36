/** Files that a user names, to be written: whole or not at all. */
import { expect, test } from 'bun:test'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Output, writeOutput } from '../../src/files/output'
import { lacks } from '../tools'
import { caught, LARGE, Place, refusal } from './place'

const MODULE = join(import.meta.dir, '../../src/files/output.ts')

test('a file is written, and what was there is replaced', () => {
  using at = new Place()
  for (const content of ['first', 'Zürich', LARGE]) {
    writeOutput(at.path('a'), content)
    expect(readFileSync(at.path('a'))).toEqual(Buffer.from(content))
  }
  expect(readdirSync(at.folder)).toEqual(['a'])
})

test('what lies there stays until all is written, and for good where it is not', () => {
  using at = new Place()
  const path = at.write('a', 'before')
  {
    using output = new Output(path)
    output.write((staged) => writeFileSync(staged, 'after'))
    expect(output.staged).toMatch(/\/a\.[0-9a-f]{8}\.tmp$/)
    expect(readFileSync(path, 'utf8')).toBe('before')
  }
  expect([readdirSync(at.folder), readFileSync(path, 'utf8')]).toEqual([['a'], 'before'])
  {
    using output = new Output(path)
    output.write((staged) => writeFileSync(staged, 'after'))
    output.publish()
    expect(readFileSync(path, 'utf8')).toBe('after')
  }
  expect(readdirSync(at.folder)).toEqual(['a'])
})

test('two that write one file do not mix, and a file of the name with .tmp is nothing to them', () => {
  using at = new Place()
  const mine = at.write('a.tmp', 'mine')
  using one = new Output(at.path('a'))
  using other = new Output(at.path('a'))
  one.write((staged) => writeFileSync(staged, 'one'))
  other.write((staged) => writeFileSync(staged, 'half of '))
  one.publish()
  expect([readFileSync(at.path('a'), 'utf8'), readFileSync(mine, 'utf8')]).toEqual(['one', 'mine'])
  other.publish()
  expect(readFileSync(at.path('a'), 'utf8')).toBe('half of ')
})

test('a folder that is not there is refused at once', () => {
  using at = new Place()
  expect(() => new Output(at.path('none/a'))).toThrow('cannot be written: there is no such file or folder')
})

test('a link stays a link, and what it leads to is replaced', () => {
  using at = new Place()
  mkdirSync(at.path('sub'))
  at.write('sub/real', 'before')
  symlinkSync('sub/real', at.path('link'))
  writeOutput(at.path('link'), 'after')
  expect([readlinkSync(at.path('link')), readFileSync(at.path('sub/real'), 'utf8')]).toEqual(['sub/real', 'after'])
  expect([readdirSync(at.folder).sort(), readdirSync(at.path('sub'))]).toEqual([['link', 'sub'], ['real']])
})

test('a pipe is written into, however much it takes at once, and stays one', async () => {
  using at = new Place()
  const fifo = at.fifo('fifo')
  const reader = Bun.spawn(['sh', '-c', 'cat "$0" >"$1"', fifo, at.path('read')], { stdio: [null, null, null] })
  writeOutput(fifo, LARGE)
  expect(await reader.exited).toBe(0)
  expect(readFileSync(at.path('read'))).toEqual(Buffer.from(LARGE))
  expect(lstatSync(fifo).isFIFO()).toBe(true)
  expect(readdirSync(at.folder).sort()).toEqual(['fifo', 'read'])
})

test('a device is written into, and stays one', () => {
  const { mode } = statSync('/dev/null')
  writeOutput('/dev/null', 'x')
  expect(statSync('/dev/null').mode).toBe(mode)
})

test('what cannot be written is refused with its path and the reason', () => {
  using at = new Place()
  at.write('file', '')
  for (const [path, reason] of [
    [at.folder, 'it is a folder'],
    [at.path('none/a'), 'there is no such file or folder'],
    [at.path('file/a'), 'a part of the path is a file, not a folder'],
  ] as const) {
    expect(() => writeOutput(path, 'x')).toThrow(
      expect.objectContaining({ code: 'file_unwritable', message: `${path} cannot be written: ${reason}` }),
    )
  }
  expect(readdirSync(at.folder)).toEqual(['file'])
})

test('a folder is refused before anything is worked for', () => {
  using at = new Place()
  expect(refusal(() => new Output(at.folder))).toBe(`${at.folder} cannot be written: it is a folder`)
})

test('what the work itself answers is handed on', () => {
  using at = new Place()
  using output = new Output(at.path('a'))
  expect(output.write((staged) => staged.length)).toBe(output.staged.length)
})

test('standard output gets all of it, once it is published, and nothing is left of the temporary folder', async () => {
  using at = new Place()
  const content = at.write('content', LARGE)
  mkdirSync(at.path('tmp'))
  const child = Bun.spawn(
    [
      process.execPath,
      '-e',
      `import { writeOutput } from '${MODULE}'
      writeOutput('-', require('node:fs').readFileSync('${content}'))`,
    ],
    { env: { ...process.env, TMPDIR: at.path('tmp') }, stdout: 'pipe' },
  )
  expect(await child.stdout.bytes()).toEqual(LARGE)
  expect(await child.exited).toBe(0)
  expect(readdirSync(at.path('tmp'))).toEqual([])
})

test('a failure to write to standard output names it', () => {
  using output = new Output('-')
  const fails = () =>
    output.write(() => {
      throw Object.assign(new Error('no'), { code: 'ENOSPC' })
    })
  expect(refusal(fails)).toBe('standard output cannot be written: the disk is full')
})

test.each([
  ['ENOSPC', 'make room, or choose a place on another disk'],
  ['EACCES', 'check the folder and its permissions'],
])('%s is told with what helps', (code, hint) => {
  using at = new Place()
  using output = new Output(at.path('a'))
  const error = caught(() =>
    output.write(() => {
      throw Object.assign(new Error('no'), { code })
    }),
  )
  expect(error).toMatchObject({ code: 'file_unwritable', hint })
})

test.skipIf(lacks('proc'))('no descriptor is left open', async () => {
  using at = new Place()
  const fifo = at.fifo('fifo')
  const before = readdirSync('/proc/self/fd').length
  for (let round = 0; round < 10; round++) {
    const reader = Bun.spawn(['cat', fifo], { stdout: 'ignore' })
    writeOutput(fifo, 'x')
    writeOutput('/dev/null', 'x')
    await reader.exited
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 10)
})
