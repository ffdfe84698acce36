/** Where a file to be replayed lies, by its name alone: within one folder, or nowhere. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ReplayFolder } from '../../src/market/replay-folder'

let place: string
const at = (name: string) => join(place, name)

beforeAll(() => {
  place = mkdtempSync(join(realpathSync(tmpdir()), 'meltica-replay-'))
  for (const folder of ['tapes', 'tapes/sub', 'tapes-2', 'elsewhere']) mkdirSync(at(folder))
  for (const file of ['tapes/a', 'tapes/sub/b', 'tapes-2/c', 'elsewhere/d']) writeFileSync(at(file), '')
  symlinkSync('tapes', at('linked'))
  for (const [name, target] of [
    ['within', 'sub/b'],
    ['out', '../elsewhere/d'],
    ['folder-out', '../elsewhere'],
    ['nowhere', 'sub/none'],
    ['circle', 'circle'],
  ] as const) {
    symlinkSync(target, at(`tapes/${name}`))
  }
})
afterAll(() => rmSync(place, { recursive: true }))

describe.each(['tapes', 'linked'])('of the folder %s', (directory) => {
  const find = (name: string) => new ReplayFolder(at(directory)).find(name)

  test('files are found, wherever their path begins', () => {
    for (const name of ['a', './a', 'sub/../a', at('tapes/a'), at('linked/a'), relative('.', at(`${directory}/a`))]) {
      if (directory === 'tapes' && name === at('linked/a')) continue
      expect([name, find(name)]).toEqual([name, at('tapes/a')])
    }
    expect([find('sub/b'), find('within')]).toEqual([at('tapes/sub/b'), at('tapes/sub/b')])
  })

  test.each([
    '../elsewhere/d',
    '../elsewhere/none',
    '../tapes-2/c',
    'out',
    'folder-out/d',
    'folder-out/none',
    'folder-out/none/none',
    'nowhere',
    'circle',
    '/etc/passwd',
    '.',
    '',
    'a\0b',
  ])('%p lies outside', (name) => {
    expect(() => find(name)).toThrow(expect.objectContaining({ code: 'invalid_provider' }))
    expect(() => find(name)).toThrow(/is not in .*, the folder of what may be replayed$/)
  })

  test('a file that is not there is said to be so, or left to whoever opens it when it is named from elsewhere', () => {
    for (const name of ['none', 'sub/none', 'none/none']) {
      expect(() => find(name)).toThrow(`${at(directory)}/${name} does not exist`)
    }
    expect(find(at(`${directory}/none`))).toBe(at(`${directory}/none`))
  })
})

test('a folder that is not there has nothing in it', () => {
  expect(() => new ReplayFolder(at('absent')).find('a')).toThrow(`${at('absent')}/a does not exist`)
  expect(() => new ReplayFolder(at('absent')).find('../a')).toThrow('is not in')
})
