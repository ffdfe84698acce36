/** `meltica push`, `ls`, `inspect`, `rm` and `registry export`: the catalogue from a shell. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { digestOf } from '../../../src/schema/digest'
import { strategySource, type TestGateway } from '../../gateway'
import { launch, printed, rows, run, short, startTrading } from './shell'

let gateway: TestGateway
let v1: string
let v2: string
beforeAll(async () => {
  gateway = await startTrading()
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }))).hash
  v2 = (await gateway.upload(strategySource({ tag: 'v2' }), { aliases: ['prod'] })).hash
  await launch(gateway, 'one', 'grid:v1')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const write = (name: string, text: string | Uint8Array) => Bun.write(join(gateway.folder, name), text)
const tagsOf = async (selector: string) => (await gateway.get(`/strategies/modules/${selector}`)).body.tagAliases

describe('ls', () => {
  test('has a line for each tag, the newest revision first, with what runs', async () => {
    const lines = (await rows(gateway, 'ls', 'grid')).map(({ NAME, TAG, HASH, RUNNING }) => [NAME, TAG, HASH, RUNNING])
    expect(new Set(lines.slice(0, 3).map(([, tag]) => tag))).toEqual(new Set(['latest', 'prod', 'v2']))
    expect(lines.slice(0, 3).every(([, , hash, running]) => hash === short(v2) && running === '0')).toBe(true)
    expect(lines.slice(3)).toEqual([['grid', 'v1', short(v1), '1']])
  })

  test('shows the size, and hashes in full when asked', async () => {
    const [row] = await rows(gateway, 'ls', 'grid:v1', '--no-trunc')
    expect(row).toMatchObject({ HASH: v1, SIZE: `${Buffer.byteLength(strategySource({ tag: 'v1' }))}B` })
  })

  test('-q prints selectors, a line for each revision, which other commands take', async () => {
    const text = await printed(gateway, 'ls', '-q', 'grid')
    expect(text).toBe(`grid@${short(v2)}\ngrid@${short(v1)}\n`)
    expect(await printed(gateway, 'inspect', '-q', text.split('\n')[1]!)).toBe(`grid@${v1}\n`)
  })

  test('--running leaves out what does not run', async () => {
    expect(await printed(gateway, 'ls', '--running', '-q')).toBe(`grid@${short(v1)}\n`)
  })

  test('--format json prints the modules as the gateway has them', async () => {
    const { modules } = (await gateway.get('/strategies/modules?strategy=grid')).body
    expect(JSON.parse(await printed(gateway, 'ls', 'grid', '--format', 'json'))).toEqual(modules)
  })

  test('tells what no tag names, and what is wrong', async () => {
    await gateway.upload(strategySource({ name: 'odd', tag: 'a' }), { aliases: ['keep'] })
    await gateway.upload(strategySource({ name: 'odd', tag: 'b' }))
    await gateway.delete('/strategies/modules/odd/tags/a?allowOrphan=true')
    await gateway.delete('/strategies/modules/odd/tags/keep?allowOrphan=true')
    const { path } = (await gateway.get('/strategies/modules/odd')).body
    await Bun.write(join(gateway.home, path), '// changed')
    await gateway.post('/strategies/refresh')
    const [latest, , untagged] = await rows(gateway, 'ls', 'odd')
    expect(latest?.PROBLEM).toContain('hash')
    expect(untagged).toMatchObject({ NAME: 'odd', TAG: '<none>', PROBLEM: '' })
  })

  test('of an unknown strategy exits with 1', async () => {
    const stderr = 'error: strategy "nope" not found\nhint: meltica ls lists all\n'
    expect(await run(gateway, 'ls', 'nope')).toEqual({ status: 1, stdout: '', stderr })
  })
})

describe('inspect', () => {
  test('prints what the gateway knows as JSON', async () => {
    const { body } = await gateway.get('/strategies/modules/grid:v1')
    expect(JSON.parse(await printed(gateway, 'inspect', `grid@${short(v1)}`))).toEqual(body)
  })

  test('prints a table, or the source', async () => {
    const fields = await rows(gateway, 'inspect', '--format', 'table', 'grid:v1')
    expect(fields).toContainEqual({ FIELD: 'hash', VALUE: v1 })
    expect(fields).toContainEqual({ FIELD: 'running', VALUE: 'one' })
    expect(fields.find(({ FIELD }) => FIELD === 'config.dry_run')?.VALUE).toStartWith('bool = true')
    expect(await printed(gateway, 'inspect', '--source', 'grid:v1')).toBe(strategySource({ tag: 'v1' }))
  })
})

describe('push', () => {
  test('uploads with all tags in one step, and says so when nothing is new', async () => {
    const source = strategySource({ name: 'pushed' })
    await write('new.js', source)
    const args = ['push', 'new.js', '--tag', 'v7', '--alias', 'stable', '--alias', 'eu', '--no-promote', '-m', 'first']
    const hash = digestOf(new TextEncoder().encode(source))
    expect(await printed(gateway, ...args)).toBe(`pushed:v7 ${hash}\n`)
    expect(await tagsOf('pushed:v7')).toMatchObject({ v7: hash, stable: hash, eu: hash })
    expect(await printed(gateway, ...args)).toBe(`pushed:v7 ${hash} (unchanged)\n`)
    expect(await printed(gateway, 'push', 'new.js', '--tag', 'v7', '-q')).toBe(`pushed@${hash}\n`)
    const json = JSON.parse(await printed(gateway, 'push', 'new.js', '--tag', 'v7', '--format', 'json'))
    expect(json).toMatchObject({ status: 'pending_refresh', module: { name: 'pushed', hash } })
  })

  test('tells what is likely a mistake beside its answer', async () => {
    await write('likely.js', strategySource({ name: 'likely' }, 'onTrad() {}'))
    const { status, stdout, stderr } = await run(gateway, 'push', 'likely.js', '-q')
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^likely@sha256:\w+\n$/) })
    expect(stderr).toMatch(
      /^likely\.js:\d+:\d+: warning: onTrad is no handler: nothing calls it \(did you mean onTrade\?\)\n$/,
    )
  })

  test('leaves latest with --no-promote and moves it with --promote', async () => {
    const { hash: first } = await gateway.upload(strategySource({ name: 'steps', tag: 'a' }))
    await write('b.js', strategySource({ name: 'steps', tag: 'b' }))
    await write('c.js', strategySource({ name: 'steps', tag: 'c' }))
    await printed(gateway, 'push', 'b.js', '--no-promote')
    expect((await tagsOf('steps')).latest).toBe(first)
    await printed(gateway, 'push', 'c.js', '--promote')
    const { latest, c } = await tagsOf('steps')
    expect(latest).toBe(c)
  })

  test('moves a tag that names another revision only when that is said', async () => {
    await gateway.upload(strategySource({ name: 'held', tag: 'a' }), { aliases: ['prod'] })
    await write('held.js', strategySource({ name: 'held', tag: 'b' }))
    const { status, stderr } = await run(gateway, 'push', 'held.js', '--alias', 'prod')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*"prod".*\nhint: add --reassign TAG/)])
    await printed(gateway, 'push', 'held.js', '--alias', 'prod', '--reassign', 'prod')
    const { prod, b } = await tagsOf('held')
    expect(prod).toBe(b)
  })

  test('keeps every byte: byte order mark, CRLF, what is beyond ASCII', async () => {
    const source = `\uFEFF// Ærøskøbing 🚀\r\n${strategySource({ name: 'bytes' })}`
    await write('bytes.js', source)
    await printed(gateway, 'push', 'bytes.js')
    const response = await fetch(`${gateway.url}/strategies/modules/bytes/source`)
    expect(Buffer.from(await response.bytes()).equals(Buffer.from(source))).toBe(true)
  })

  test('prints what is wrong as file:line:column, stage, message and hint', async () => {
    await write('bad.js', 'module.exports = {\n  a: )\n}')
    const { status, stdout, stderr } = await run(gateway, 'push', 'bad.js')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^bad\.js:2:\d+: compile: .+ \(.+\)\nerror: .+\nhint: correct the file.*\n$/)
  })

  test('prints all that is wrong with the metadata at once', async () => {
    await write(
      'poor.js',
      strategySource({ displayName: '', events: ['Trades'], config: [{ name: 'x', type: 'money' }] }),
    )
    const { stderr } = await run(gateway, 'push', 'poor.js')
    const places = stderr.split('\n').filter((line) => /^poor\.js(:\d+:\d+)?: validation: /.test(line))
    expect(places.length).toBeGreaterThanOrEqual(3)
  })

  for (const [what, bytes] of [
    ['is empty', ''],
    ['is not UTF-8', new Uint8Array([0x61, 0xff])],
    ['is over 1 MiB', ' '.repeat(2 ** 20 + 1)],
  ] as const) {
    test(`of a file that ${what} says so without a gateway`, async () => {
      await write('odd.js', bytes)
      const { status, stderr } = await run(gateway, 'push', 'odd.js')
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/^odd\.js(:1:2)?: compile: the (file|source) .+ \(.+\)\nerror: /),
      ])
    })
  }

  test('of a file that is not there exits with 1', async () => {
    const { status, stderr } = await run(gateway, 'push', 'none.js')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: none\.js .+\nhint: check the path\n$/)])
  })
})

describe('rm', () => {
  test('deletes revisions one after the other', async () => {
    for (const tag of ['a', 'b', 'c']) await gateway.upload(strategySource({ name: 'less', tag }))
    expect(await printed(gateway, 'rm', 'less:a', 'less:b')).toBe('deleted less:a\ndeleted less:b\n')
    expect(Object.keys(await tagsOf('less')).sort()).toEqual(['c', 'latest'])
  })

  test('deletes a whole strategy only with --all', async () => {
    for (const tag of ['a', 'b']) await gateway.upload(strategySource({ name: 'whole', tag }))
    const { status, stderr } = await run(gateway, 'rm', 'whole')
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^error: whole stands for all its revisions: .*--all/)])
    expect((await gateway.get('/strategies/modules/whole')).status).toBe(200)
    expect(await printed(gateway, 'rm', '--all', '-q', 'whole')).toBe('whole\n')
    expect((await gateway.get('/strategies/modules/whole')).status).toBe(404)
    expect((await run(gateway, 'rm', '--all', 'grid:v1')).status).toBe(2)
  })

  test('deletes nothing when one of them stands for more than was said', async () => {
    for (const tag of ['a', 'b']) await gateway.upload(strategySource({ name: 'kept', tag }))
    expect(await run(gateway, 'rm', 'kept:a', 'kept')).toMatchObject({ status: 2, stdout: '' })
    expect(Object.keys(await tagsOf('kept')).sort()).toEqual(['a', 'b', 'latest'])
  })

  test('says which instances stand in the way, and what is to be done about latest', async () => {
    const used = await run(gateway, 'rm', 'grid:v1')
    expect([used.status, used.stderr]).toEqual([1, expect.stringMatching(/^error: .*\bone\b.*\nhint: .*meltica usage/)])
    const latest = await run(gateway, 'rm', 'grid:v2')
    expect([latest.status, latest.stderr]).toEqual([
      1,
      expect.stringContaining('\nhint: move latest first, as in meltica tag'),
    ])
  })
})

describe('registry export', () => {
  test('prints what the gateway exports, or writes it to a file', async () => {
    const { body } = await gateway.get('/strategies/registry')
    expect(JSON.parse(await printed(gateway, 'registry', 'export'))).toEqual(body)
    expect(await printed(gateway, 'registry', 'export', '-o', 'export.json')).toBe('')
    expect(await Bun.file(join(gateway.folder, 'export.json')).json()).toEqual(body)
  })

  test('that cannot be written says so and leaves nothing behind', async () => {
    const { status, stderr } = await run(gateway, 'registry', 'export', '-o', 'none/export.json')
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: none\/export\.json cannot be written: .+\nhint: /),
    ])
    expect([...new Bun.Glob('*.tmp').scanSync(gateway.folder)]).toEqual([])
  })
})
