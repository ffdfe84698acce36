/** `meltica tag`, `untag`, `history` and `rollback`: the names that move, from a shell. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { strategySource, type TestGateway } from '../../gateway'
import { meltica } from '../meltica'
import { launch, printed, rows, run, short, startTrading } from './shell'

let gateway: TestGateway
let v1: string
let v2: string
beforeAll(async () => {
  gateway = await startTrading()
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }))).hash
  v2 = (await gateway.upload(strategySource({ tag: 'v2' }))).hash
})
afterAll(() => gateway[Symbol.asyncDispose]())

const named = async (tag: string) => (await gateway.get('/strategies/modules/grid')).body.tagAliases[tag]

describe('tag', () => {
  test('makes a tag name what a tag, a hash or a name names, as docker tag does', async () => {
    expect(await printed(gateway, 'tag', 'grid:v1', 'prod')).toBe(`grid:prod -> ${v1}\n`)
    expect(await printed(gateway, 'tag', `grid@${short(v2)}`, 'grid:prod')).toBe(`grid:prod -> ${v2} (was ${v1})\n`)
    expect(await printed(gateway, 'tag', 'grid', 'prod')).toBe(`grid:prod -> ${v2} (unchanged)\n`)
    expect(await printed(gateway, 'tag', `grid@${v1}`, 'prod', '-q')).toBe(`grid@${v1}\n`)
    expect(JSON.parse(await printed(gateway, 'tag', 'grid:v2', 'prod', '--format', 'json'))).toMatchObject({
      strategy: 'grid',
      tag: 'prod',
      hash: v2,
      previousHash: v1,
      refresh: true,
    })
  })

  test('moves the instances that follow the tag, and leaves them with --no-refresh', async () => {
    await printed(gateway, 'tag', 'grid:v1', 'followed')
    await launch(gateway, 'one', 'grid:followed')
    const pinned = async () => (await gateway.get('/strategy/instances/one')).body.strategy.hash
    await printed(gateway, 'tag', 'grid:v2', 'followed', '--no-refresh')
    expect([await named('followed'), await pinned()]).toEqual([v2, v1])
    await printed(gateway, 'tag', 'grid:v1', 'followed')
    await printed(gateway, 'tag', 'grid:v2', 'followed')
    expect(await pinned()).toBe(v2)
  })

  test('of another strategy is wrong usage', async () => {
    const { status, stderr } = await run(gateway, 'tag', 'grid:v1', 'other:prod')
    expect([status, stderr]).toEqual([2, expect.stringContaining('a tag of other cannot name a revision of grid')])
  })

  test('may name its strategy in capitals, and so may the catalogue', async () => {
    // a registry of long ago has such names
    using old = Bun.serve({
      port: 0,
      fetch: async (request) => {
        const { pathname } = new URL(request.url)
        const body = request.method === 'GET' ? {} : { body: await request.text() }
        const response = await fetch(gateway.url + pathname, {
          method: request.method,
          headers: request.headers,
          ...body,
        })
        return new Response((await response.text()).replace('"name":"grid"', '"name":"Grid"'), response)
      },
    })
    const place = { cwd: gateway.folder, env: { MELTICA_API: old.url.href } }
    for (const target of ['grid:capital', 'GRID:capital'])
      expect(await meltica(place, 'tag', 'grid:v1', target)).toMatchObject({ status: 0, stderr: '' })
    expect(await named('capital')).toBe(v1)
  })

  test('outside the grammar is refused with what the gateway says of it', async () => {
    const { status, stderr } = await run(gateway, 'tag', 'grid:v1', '.prod')
    expect([status, stderr]).toEqual([
      1,
      'error: ".prod" is not a tag\nhint: use letters, digits, dot, dash and underscore, at most 128, not beginning with a dot or dash\n',
    ])
  })
})

describe('untag', () => {
  test('deletes a tag and says what it named', async () => {
    await printed(gateway, 'tag', 'grid:v1', 'gone')
    expect(await printed(gateway, 'untag', 'grid:gone')).toBe(`deleted grid:gone (was ${v1})\n`)
    expect(await named('gone')).toBeUndefined()
  })

  test('of the last selector needs --allow-orphan', async () => {
    await gateway.upload(strategySource({ name: 'orphan', tag: 'a' }))
    await gateway.upload(strategySource({ name: 'orphan', tag: 'b' }))
    const { status, stderr } = await run(gateway, 'untag', 'orphan:a')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*last selector.*\nhint: add --allow-orphan/)])
    expect(await printed(gateway, 'untag', 'orphan:a', '--allow-orphan')).toStartWith('deleted orphan:a ')
  })

  test('leaves latest alone, and says how to move it', async () => {
    const { status, stderr } = await run(gateway, 'untag', 'grid:latest')
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: .*latest.*\nhint: move it instead, as in meltica tag/),
    ])
  })
})

describe('history and rollback', () => {
  test('tell where a tag has been and lead back', async () => {
    await printed(gateway, 'tag', 'grid:v1', 'walk')
    await printed(gateway, 'tag', 'grid:v2', 'walk', '-m', 'go on')
    expect(await printed(gateway, 'rollback', 'grid:walk')).toBe(`grid:walk -> ${v1} (was ${v2})\n`)
    await printed(gateway, 'rollback', 'grid:walk', '--to', short(v2), '-m', 'after all')

    const moves = await rows(gateway, 'history', 'grid:walk')
    expect(moves.map(({ HASH, BEFORE }) => [HASH, BEFORE])).toEqual([
      [short(v2), short(v1)],
      [short(v1), short(v2)],
      [short(v2), short(v1)],
      [short(v1), ''],
    ])
    expect(moves[0]).toMatchObject({ WHO: '127.0.0.1', MESSAGE: 'after all' })
    expect(moves[2]?.MESSAGE).toBe('go on')
    expect(moves[3]?.WHEN).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(await printed(gateway, 'history', 'grid:walk', '-q', '--no-trunc', '-n', '2')).toBe(`${v2}\n${v1}\n`)
    const json = JSON.parse(await printed(gateway, 'history', 'grid:walk', '--format', 'json'))
    expect(json).toMatchObject({ strategy: 'grid', tag: 'walk', total: 4 })
  })

  test('tell that a tag was deleted', async () => {
    await printed(gateway, 'tag', 'grid:v1', 'brief')
    await printed(gateway, 'untag', 'grid:brief')
    const moves = await rows(gateway, 'history', 'grid:brief')
    expect(moves.map(({ HASH, BEFORE }) => [HASH, BEFORE])).toEqual([
      ['deleted', short(v1)],
      [short(v1), ''],
    ])
    expect(await printed(gateway, 'history', 'grid:brief', '-q')).toBe(`${short(v1)}\n`)
  })

  test('a rollback of a tag that has been nowhere else says how to say where to', async () => {
    await printed(gateway, 'tag', 'grid:v1', 'fresh')
    const { status, stderr } = await run(gateway, 'rollback', 'grid:fresh')
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: grid:fresh .*\nhint: say where to with --to HASH/),
    ])
  })

  test('takes a limit from 1 to 10000', async () => {
    for (const [limit, status] of [
      ['0', 2],
      ['1', 0],
      ['10000', 0],
      ['10001', 2],
      ['1.5', 2],
    ] as const) {
      const told = await run(gateway, 'history', 'grid:walk', '-q', '-n', limit)
      expect([limit, told.status]).toEqual([limit, status])
      if (status === 2) expect(told.stderr).toContain('write a whole number from 1 to 10000')
    }
  })

  test('of an unknown tag exits with 1', async () => {
    const { status, stderr } = await run(gateway, 'history', 'grid:never')
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: tag "never" not found.*\nhint: meltica ls NAME/),
    ])
  })
})
