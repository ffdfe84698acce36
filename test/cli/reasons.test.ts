/** What the operating system refuses is told in words at every door, never by the name of its error. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../../src/files/reason'
import { folder, strategy, trades } from '../backtest/backtests'
import { meltica } from './meltica'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let place: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  place = await folder()
  writeFileSync(join(place.path, 's.js'), strategy('onTrade() {}'))
  writeFileSync(join(place.path, 'd.csv'), trades(1, 2, 3))
  mkdirSync(join(place.path, 'folder'))
})
afterAll(() => place[Symbol.asyncDispose]())

const ABSENT = /there is no such file or folder|does not exist|no strategy home/
const FOLDER = /is a folder/
const THROUGH = /a part of the path is a file, not a folder|is a file/

/** Each with the place of a file in its arguments. */
const DOORS: readonly (readonly [string, (path: string) => string[]])[] = [
  ['check', (path) => ['check', path]],
  ['push', (path) => ['push', path]],
  ['backtest', (path) => ['backtest', path]],
  ['backtest --data', (path) => ['backtest', './s.js', '--data', path]],
  ['backtest --json', (path) => ['backtest', './s.js', '--data', 'd.csv', '--json', path]],
  ['risk set', (path) => ['risk', 'set', path]],
  ['restore', (path) => ['restore', path]],
  ['openapi --out', (path) => ['openapi', '--out', path]],
  ['token list', (path) => ['token', 'list', '--file', path]],
  ['token create', (path) => ['token', 'create', 'a', '--file', path]],
  ['serve --config', (path) => ['serve', '--config', path]],
  ['serve --tokens', (path) => ['serve', '--tokens', path]],
  ['serve --tls-cert', (path) => ['serve', '--tls-cert', path, '--tls-key', path]],
  ['serve --data', (path) => ['serve', '--listen', '127.0.0.1:0', '--data', path]],
]
const WRITES = ['backtest --json', 'openapi --out', 'token create', 'serve --data']

for (const [door, args] of DOORS) {
  test(`${door}`, async () => {
    const cases: [string, RegExp][] = [['s.js/x.js', THROUGH]]
    if (door !== 'serve --data') cases.push(['./folder', FOLDER])
    if (!WRITES.includes(door)) cases.push(['./none/x.js', ABSENT])
    for (const [path, said] of cases) {
      const { status, stderr } = await meltica(place.path, ...args(path))
      expect([path, status, stderr]).toEqual([path, 1, expect.stringMatching(said)])
      expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b|errno|syscall|\n\s+at /)
      expect(stderr).toMatch(/^error: .*\nhint: .+\n$/)
    }
  })
}

test('no gateway, no such host', async () => {
  for (const api of ['http://127.0.0.1:9', 'http://nowhere.invalid:1']) {
    const { status, stderr } = await meltica({ cwd: place.path, env: { MELTICA_API: api } }, 'ls')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: no gateway answers at .+: .+\nhint: .*\n$/)])
    expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b/)
  }
})

test('an address that is not of this machine', async () => {
  expect((await meltica(place.path, 'token', 'create', 'a')).status).toBe(0)
  for (const [address, reason] of [
    ['192.0.2.1:1', 'it is no address of this machine'],
    ['nowhere.invalid:1', 'there is no host of that name'],
  ]) {
    const { status, stderr } = await meltica(place.path, 'serve', '--listen', address!, '--tokens', 'tokens.yaml')
    expect([status, stderr]).toEqual([1, expect.stringContaining(`error: cannot listen on ${address}: ${reason}\n`)])
  }
})

test('an error that nobody has words for keeps its own', () => {
  const error = Object.assign(new Error("EWEIRD: odd thing, open '/x'"), { code: 'EWEIRD' })
  expect([reasonOf(error), reasonOf(new Error('plain')), reasonOf('text')]).toEqual(['odd thing', 'plain', 'text'])
})
