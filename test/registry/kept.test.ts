/** What is kept so that it need not be read or compiled again: never longer than it is true. */
import { describe, expect, test } from 'bun:test'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { failPointAt } from '../../src/registry/fail-point'
import { KeptSources } from '../../src/registry/kept-sources'
import { HomePaths } from '../../src/registry/paths'
import type { Digest } from '../../src/schema/digest'
import { counting, filed, Home, hashOf, openRegistry, pathOf, refusal, refusedAs, source } from './home'

const ONE = source('grid', 'v1')
const MIB = 1024 * 1024

describe('a source is kept', () => {
  const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`
  const open = (home: Home) => {
    const sources = new KeptSources(HomePaths.of(home.path))
    /** A revision of this hash in `<digit>.js`, as if it had so many bytes. */
    const keep = (digit: string, bytes: number) => {
      const path = `${digit}.js`
      home.write(path, digit)
      sources.keep(digest(digit), path, new Uint8Array(bytes), sources.stampOf(path))
    }
    const kept = (...digits: string[]) =>
      digits.filter((digit) => sources.find(digest(digit), `${digit}.js`) !== undefined)
    return { sources, keep, kept }
  }

  test('under its hash and its path, for as long as its file is not touched', () => {
    using home = new Home()
    const { sources, keep, kept } = open(home)
    keep('1', 5)
    expect(sources.find(digest('1'), '1.js')).toEqual(new Uint8Array(5))
    keep('2', 6)
    expect([sources.find(digest('1'), '2.js'), sources.find(digest('2'), '1.js')]).toEqual([undefined, undefined])
    home.write('1.js', 'more')
    expect(kept('1', '2')).toEqual(['2'])
    rmSync(home.at('2.js'))
    expect([kept('1', '2'), sources.stampOf('2.js')]).toEqual([[], undefined])
  })

  test('never without a stamp, which takes away what was kept before', () => {
    using home = new Home()
    const { sources, keep, kept } = open(home)
    keep('1', 5)
    sources.keep(digest('1'), '1.js', new Uint8Array(5), undefined)
    expect(kept('1')).toEqual([])
  })

  test('in 32 MiB, of which the one read longest ago goes first', () => {
    using home = new Home()
    const { keep, kept } = open(home)
    keep('1', 16 * MIB)
    keep('2', 16 * MIB)
    expect(kept('1', '2')).toEqual(['1', '2'])
    keep('3', 1)
    expect(kept('1', '2', '3')).toEqual(['2', '3'])
    // what is kept again has the room of once
    for (let n = 0; n < 3; n++) keep('3', 16 * MIB)
    expect(kept('2', '3')).toEqual(['2', '3'])
    keep('2', 1)
    keep('4', 16 * MIB - 1)
    expect(kept('2', '3', '4')).toEqual(['2', '3', '4'])
    keep('5', 1)
    expect(kept('2', '3', '4', '5')).toEqual(['2', '4', '5'])
  })
})

describe('what the compiler said', () => {
  const lines = (home: Home) => readFileSync(home.at('.meltica/verdicts.jsonl'), 'utf8').split('\n').filter(Boolean)

  test('by other rules is asked for again', async () => {
    using home = new Home({ 'a.js': ONE })
    await (await openRegistry(home))[Symbol.asyncDispose]()
    const line = JSON.parse(lines(home)[0]!)
    const compiler = await counting()
    for (const [rules, asked] of [
      [line.rules, 0],
      [line.rules - 1, 1],
      [line.rules + 1, 2],
    ] as const) {
      writeFileSync(home.at('.meltica/verdicts.jsonl'), `${JSON.stringify({ ...line, rules })}\n`)
      await using registry = await openRegistry(home, { compiler })
      expect([registry.resolve('grid').state, compiler.asked]).toEqual(['sound', asked])
    }
  })

  test('is remembered of what compiles alone, without its program', async () => {
    using home = new Home({ 'a.js': ONE, 'bad.js': 'nope(' })
    await using registry = await openRegistry(home)
    const { metadata } = registry.resolve('grid')
    expect(lines(home).map((line) => JSON.parse(line))).toEqual([{ rules: 1, hash: hashOf(ONE), metadata }])
  })

  test('when it broke down is a problem of this source until it is asked again, and is in the log', async () => {
    const file = JSON.stringify({ grid: filed({ v1: ['a.js', ONE] }) })
    using home = new Home({ 'a.js': ONE, 'registry.json': file })
    const compiler = await counting()
    compiler.isBroken = true
    const logged: unknown[] = []
    const log = (level: string, message: string, fields?: object) => void logged.push([level, message, fields])
    await using registry = await openRegistry(home, { compiler, log })
    expect(registry.resolve('grid:v1')).toMatchObject({
      state: 'invalid',
      problem: 'it is not valid: the compiler failed: see the log',
    })
    expect(logged[0]).toEqual([
      'error',
      'the compiler failed',
      { hash: hashOf(ONE), error: new Error('the host died') },
    ])
    await registry.rescan()
    expect(registry.resolve('grid:v1').state).toBe('invalid')
    compiler.isBroken = false
    expect(await registry.source(registry.resolve('grid:v1'))).toHaveLength(ONE.length)
    expect(registry.resolve('grid:v1')).toMatchObject({ state: 'sound', metadata: { name: 'grid', tag: 'v1' } })
  })
})

describe('a program', () => {
  test('whose compilation broke down is compiled at the next launch', async () => {
    using home = new Home({ 'a.js': ONE })
    const compiler = await counting()
    await using registry = await openRegistry(home, { compiler })
    compiler.isBroken = true
    for (const _ of [1, 2]) expect(registry.launchable(registry.resolve('grid'))).rejects.toThrow('the host died')
    compiler.isBroken = false
    expect((await registry.launchable(registry.resolve('grid'))).metadata.name).toBe('grid')
  })

  test('is not compiled again while it is kept, though its file is gone', async () => {
    using home = new Home()
    const compiler = await counting()
    await using registry = await openRegistry(home, { compiler })
    const { revision } = await registry.upload({ source: ONE }, 'ann')
    rmSync(home.at(pathOf('grid', ONE).replace('.js', '.wasm')))
    for (const _ of [1, 2]) await registry.launchable(revision)
    expect(compiler.asked).toBe(1)
  })

  test('that is there is not launched of a source that cannot be judged', async () => {
    using home = new Home({ 'a.js': ONE })
    const compiler = await counting()
    {
      await using registry = await openRegistry(home, { compiler })
      await registry.launchable(registry.resolve('grid'))
    }
    rmSync(home.at('.meltica/verdicts.jsonl'))
    compiler.isBroken = true
    await using registry = await openRegistry(home, { compiler })
    const { code, message } = await refusal(() => registry.launchable(registry.resolve('grid')))
    expect([code, message]).toEqual(['revision_invalid', 'it is not valid: the compiler failed: see the log'])
  })

  test('that the compiler of today refuses is not launched, and it says why', async () => {
    using home = new Home({ 'a.js': ONE })
    const compiler = await counting()
    await using registry = await openRegistry(home, { compiler })
    const diagnostics = [{ stage: 'compile' as const, message: 'no longer a word' }]
    compiler.compile = async () => ({ diagnostics })
    const { code, message, details } = await refusal(() => registry.launchable(registry.resolve('grid')))
    expect([code, message, details]).toEqual([
      'revision_invalid',
      `the stored revision ${hashOf(ONE)} is not valid: no longer a word`,
      { diagnostics },
    ])
    const problem = 'it is not valid: no longer a word'
    expect((await refusal(() => registry.launchable(registry.resolve('grid')))).message).toContain('no longer a word')
    await registry.rescan()
    expect(registry.resolve('grid')).toMatchObject({ state: 'invalid', problem })
  })

  test('of a file that is another by now is refused, and that is in the log once', async () => {
    using home = new Home()
    const logged: unknown[] = []
    await using registry = await openRegistry(home, { log: (...line) => logged.push(line) })
    const { revision } = await registry.upload({ source: ONE }, 'ann')
    home.write(revision.path, 'edited')
    for (const _ of [1, 2]) expect(await refusedAs(() => registry.launchable(revision))).toBe('revision_drifted')
    const problem = `the file ${revision.path} was changed: its hash is ${hashOf('edited')}`
    expect(logged).toEqual([['warn', problem, { strategy: 'grid', hash: hashOf(ONE) }]])
    home.write(revision.path, ONE)
    await registry.launchable(revision)
    expect(logged).toHaveLength(1)
  })
})

test('writers have their turn one after the other, whatever became of those before, and none after the last', async () => {
  using home = new Home()
  const registry = await openRegistry(home)
  const changes: string[] = []
  registry.onChange((change) => change.kind === 'upload' && changes.push(change.tag))
  const all = Promise.allSettled([
    registry.upload({ source: source('grid', 'v1') }, 'ann'),
    registry.deleteTag('grid', 'nope', false, 'ann'),
    registry.upload({ source: source('grid', 'v2') }, 'ann'),
  ])
  await all
  const late = registry.upload({ source: source('grid', 'v3') }, 'ann')
  const closed = registry[Symbol.asyncDispose]()
  expect(await refusedAs(() => registry.deleteTag('grid', 'v1', false, 'ann'))).toBe('not_ready')
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await closed
  expect([changes, await refusedAs(() => late)]).toEqual([['v1', 'v2'], 'not_ready'])
})

test.each([
  ['b', 1],
  ['b#2', 3],
  ['*', 0],
  ['*#3', 2],
  ['x', -1],
])('the point of failure %p is the step %p of a, b, c, b, a', (text, expected) => {
  const ended = new Error('ended')
  const failPoint = failPointAt(text, () => {
    throw ended
  })
  const at = ['a', 'b', 'c', 'b', 'a'].findIndex((step) => {
    try {
      failPoint(step)
      return false
    } catch (error) {
      return error === ended
    }
  })
  expect(at).toBe(expected)
})
