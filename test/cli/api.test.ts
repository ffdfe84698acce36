/** The commands over HTTP, against a real gateway. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'

const MAIN = join(import.meta.dir, '../../src/main.ts')
const CONFIG = 'providers:\n  - { name: sim, adapter: { identifier: sim } }\n'

let gateway: TestGateway
let v1: string
let v2: string
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }))).hash
  v2 = (await gateway.upload(strategySource({ tag: 'v2' }), { aliases: ['prod'] })).hash
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function meltica(...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', MELTICA_API: gateway.url }
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    ...{ cwd: gateway.folder, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
  })
  const [stdout, stderr, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  return { stdout, stderr, status }
}

const digits = (hash: string) => hash.slice(7, 19)
const cells = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/))

describe('ls', () => {
  test('lists strategies in columns', async () => {
    const [titles, row] = cells((await meltica('ls')).stdout)
    expect(titles).toEqual(['NAME', 'TAG', 'HASH', 'REVISIONS', 'SIZE', 'RUNNING', 'PROBLEM'])
    expect(row?.slice(0, 4)).toEqual(['grid', 'v2', digits(v2), '2'])
  })

  test('lists the revisions of one, short, whole, as hashes alone or as JSON', async () => {
    const rows = cells((await meltica('ls', 'grid')).stdout).slice(1)
    expect(rows.map(([hash, tags]) => [hash, tags])).toContainEqual([digits(v1), 'v1'])
    expect((await meltica('ls', 'grid', '--no-trunc')).stdout).toContain(v1)
    expect((await meltica('ls', 'grid', '-q', '--no-trunc')).stdout.trim().split('\n').sort()).toEqual([v1, v2].sort())
    const json = JSON.parse((await meltica('ls', 'grid', '--format', 'json')).stdout)
    expect(json.map(({ hash }: { hash: string }) => hash).sort()).toEqual([v1, v2].sort())
  })
})

test('inspect shows a revision as JSON, or its source', async () => {
  expect(JSON.parse((await meltica('inspect', 'grid:v1')).stdout).hash).toBe(v1)
  expect((await meltica('inspect', `grid@${digits(v1)}`, '--source')).stdout).toBe(strategySource({ tag: 'v1' }))
})

describe('push', () => {
  test('uploads with its tags, and again without a change', async () => {
    await Bun.write(join(gateway.folder, 'new.js'), strategySource({ name: 'pushed' }))
    const pushed = await meltica('push', 'new.js', '--tag', 'v7', '--alias', 'stable', '--alias', 'eu', '--no-promote')
    expect([pushed.status, pushed.stdout]).toEqual([0, expect.stringMatching(/^pushed:v7 sha256:[0-9a-f]{64}\n$/)])
    const { tagAliases } = (await gateway.get('/strategies/modules/pushed:v7')).body
    expect(Object.keys(tagAliases)).toEqual(expect.arrayContaining(['v7', 'stable', 'eu']))
    expect((await meltica('push', 'new.js', '--tag', 'v7', '-q')).stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/)
  })

  test('of what does not compile prints where and why, and exits with 1', async () => {
    await Bun.write(join(gateway.folder, 'bad.js'), 'module.exports = {\n  a: )\n}')
    const { status, stdout, stderr } = await meltica('push', 'bad.js')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^bad\.js:2:\d+: compile: .*\nerror: /)
  })

  test('of a file that is not there exits with 1', async () => {
    expect(await meltica('push', 'none.js')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error: none\.js/),
    })
  })
})

test('tag, history, rollback and untag walk a tag there and back', async () => {
  expect((await meltica('tag', 'grid:v1', 'walk')).stdout).toBe(`grid:walk -> ${v1}\n`)
  expect((await meltica('tag', 'grid:v2', 'grid:walk', '-m', 'go')).stdout).toBe(
    `grid:walk -> ${v2} (was ${digits(v1)})\n`,
  )
  expect((await meltica('rollback', 'grid:walk')).stdout).toBe(`grid:walk -> ${v1} (was ${digits(v2)})\n`)
  const rows = cells((await meltica('history', 'grid:walk')).stdout).slice(1)
  expect(rows.map(([, by, to, message]) => [by, to, message])).toEqual([
    ['127.0.0.1', digits(v1), 'rollback'],
    ['127.0.0.1', digits(v2), 'go'],
    ['127.0.0.1', digits(v1), undefined],
  ])
  expect((await meltica('untag', 'grid:walk')).stdout).toBe(`deleted grid:walk, which named ${v1}\n`)
})

test('usage and refresh show instances', async () => {
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  await gateway.post('/strategy/instances', {
    id: 'one',
    strategy: { identifier: 'grid:prod' },
    scope,
    autostart: true,
  })
  const [, row] = cells((await meltica('usage', 'grid:prod')).stdout)
  expect(row).toEqual(['one', 'grid:prod', digits(v2), 'yes', 'sim', 'BTC-USDT'])
  const [, result] = cells((await meltica('refresh', 'grid:prod')).stdout)
  expect(result).toEqual(['grid:prod', 'alreadyPinned', digits(v2), digits(v2), 'one'])
  expect(await meltica('rm', 'grid')).toMatchObject({ status: 1, stderr: expect.stringContaining('one') })
  await gateway.delete('/strategy/instances/one')
})

test('rm deletes revisions one after the other', async () => {
  await gateway.upload(strategySource({ name: 'gone', tag: 'a' }))
  await gateway.upload(strategySource({ name: 'gone', tag: 'b' }))
  expect((await meltica('rm', 'gone:a', 'gone')).stdout).toBe('deleted gone:a\ndeleted gone\n')
  expect((await gateway.get('/strategies/modules/gone')).status).toBe(404)
})

test('registry export prints what the API exports, or writes it', async () => {
  const { body } = await gateway.get('/strategies/registry')
  expect(JSON.parse((await meltica('registry', 'export')).stdout)).toEqual(body)
  await meltica('registry', 'export', '--out', 'export.json')
  expect(await Bun.file(join(gateway.folder, 'export.json')).json()).toEqual(body)
})

describe('errors', () => {
  test('show the gateway’s message and hint, exit 1', async () => {
    const { status, stdout, stderr } = await meltica('inspect', 'nope')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toBe('error: strategy "nope" not found\nhint: GET /strategies/modules lists all\n')
  })

  test('say that no gateway answers', async () => {
    const child = Bun.spawn([process.execPath, MAIN, 'ls'], {
      ...{ env: { MELTICA_API: 'http://127.0.0.1:1' }, stdout: 'ignore', stderr: 'pipe' },
    })
    expect([await child.exited, await child.stderr.text()]).toEqual([
      1,
      expect.stringMatching(
        /^error: no gateway answers at http:\/\/127\.0\.0\.1:1.*\nhint: start one with meltica serve/,
      ),
    ])
  })

  for (const args of [['ls', '--format', 'xml'], ['untag', 'grid'], ['tag', 'grid'], ['push'], ['nope']]) {
    test(`meltica ${args.join(' ')} exits with 2`, async () => {
      const { status, stderr } = await meltica(...args)
      expect([status, stderr.startsWith('error: ')]).toEqual([2, true])
    })
  }
})
