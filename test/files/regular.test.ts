/** Files that a long-running process reads by itself. */
import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { readRegular, readRegularWithin, UnfitFile } from '../../src/files/regular'
import { lacks } from '../tools'
import { LARGE, MIB, Place, refusal } from './place'

test('a file is read whole, in however many pieces', () => {
  using at = new Place()
  for (const content of [new Uint8Array(), LARGE]) {
    expect(readRegular(at.write('a', content), 3 * MIB)).toEqual(Buffer.from(content))
  }
})

test('one of as many bytes as it may have is read, and one of more is not', () => {
  using at = new Place()
  const path = at.sparse('a', MIB)
  expect(readRegular(path, MIB)).toHaveLength(MIB)
  expect(readRegular(at.write('b', 'abc'), 3).toString()).toBe('abc')
  expect(refusal(() => readRegular(at.sparse('c', MIB + 1), MIB))).toBe('it is over 1 MiB')
  expect(refusal(() => readRegular(at.write('d', 'abcd'), 3))).toContain('it is over ')
})

test.skipIf(lacks('proc'))('that a file tells no size does not lift the limit', () => {
  const path = '/proc/self/status'
  const { length } = readRegular(path, MIB)
  expect(length).toBeGreaterThan(500)
  expect(() => readRegular(path, 100)).toThrow(UnfitFile)
})

test('what is no regular file is refused without waiting', async () => {
  using at = new Place()
  const socket = at.path('socket')
  const server = createServer().listen(socket)
  await new Promise((resume) => server.once('listening', resume))
  for (const path of [at.fifo('fifo'), '/dev/null', socket]) {
    expect([path, refusal(() => readRegular(path, MIB))]).toEqual([path, 'it is not a regular file'])
  }
  expect(refusal(() => readRegular(at.folder, MIB))).toBe('it is a folder')
  expect(() => readRegular(at.path('none'), MIB)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  await new Promise((resume) => server.close(resume))
})

test('a file is looked for in a folder, and nothing outside of it', () => {
  using at = new Place()
  for (const folder of ['home', 'home/sub', 'home-2']) mkdirSync(at.path(folder))
  const files = ['home/a', 'home/sub/b', 'home-2/c', 'd']
  for (const file of files) at.write(file, file)
  symlinkSync('sub/b', at.path('home/within'))
  symlinkSync('../d', at.path('home/out'))
  symlinkSync('../home-2', at.path('home/folder-out'))
  const found = (name: string) => readRegularWithin(at.path('home'), name, 100)?.toString()
  expect(['a', 'sub/b', 'within', 'sub/../a', '../home/a'].map(found)).toEqual([
    'home/a',
    'home/sub/b',
    'home/sub/b',
    'home/a',
    'home/a',
  ])
  expect(['out', 'folder-out/c', '../d', '../home-2/c'].map(found)).toEqual(Array(4).fill(undefined))
  expect(refusal(() => readRegularWithin(at.path('home'), 'sub', 100))).toBe('it is a folder')
  expect(refusal(() => readRegularWithin(at.path('home'), 'sub/b', 9))).toContain('it is over ')
})

test.skipIf(lacks('proc'))('no descriptor is left open, whatever is found', () => {
  using at = new Place()
  const paths = [at.write('a', 'abcd'), at.folder, at.fifo('fifo'), '/dev/null', at.path('none')]
  const before = readdirSync('/proc/self/fd').length
  for (let round = 0; round < 20; round++) {
    for (const path of paths) expect(() => readRegular(path, 3)).toThrow()
    expect(readRegular(paths[0]!, 4)).toHaveLength(4)
    readRegularWithin(at.folder, 'a', 4)
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 20)
})
