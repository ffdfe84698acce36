/** What single calls answer, within the process. */
import { describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../src/errors/failure'
import { listed } from '../../src/http/listed'
import type { Page } from '../../src/schema/page'
import type { Reading } from '../../src/store/reading'
import { strategySource } from '../gateway'
import { BTC, until } from '../runtime/house'
import { counter } from '../runtime/strategies'
import { apps } from './inside'

const { openApp } = apps()

test('what is not there is neither changed nor removed, and the answer says so', async () => {
  await using app = await openApp()
  for (const [method, path, code] of [
    ['DELETE', '/strategy/instances/none', 'instance_not_found'],
    ['POST', '/strategy/instances/none/start', 'instance_not_found'],
    ['POST', '/strategy/instances/none/stop', 'instance_not_found'],
    ['DELETE', '/providers/none', 'provider_not_found'],
    ['POST', '/providers/none/start', 'provider_not_found'],
    ['POST', '/providers/none/stop', 'provider_not_found'],
    ['DELETE', '/strategies/modules/none', 'strategy_not_found'],
    ['DELETE', '/strategies/modules/none/tags/x', 'strategy_not_found'],
    ['POST', '/strategies/modules/none/tags/x/rollback', 'strategy_not_found'],
    ['GET', '/strategy/instances/none/logs', 'instance_not_found'],
    ['GET', '/strategy/instances/none/balances', 'instance_not_found'],
    ['GET', '/providers/none/balances', 'provider_not_found'],
    ['GET', '/adapters/none', 'adapter_not_found'],
  ] as const) {
    const { status, body } = await app.call(method, path)
    expect([path, status, body.error]).toEqual([path, 404, code])
  }
  expect(app.logged).toEqual([])
})

describe('a rollback, or the move of a tag', () => {
  async function following() {
    const app = await openApp()
    const hashes = [await app.upload(counter('v1')), await app.upload(counter('v2'))] as const
    await app.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
    const strategy = { identifier: 'counter' }
    await app.runtime.instances.create(
      { id: 'c', strategy, scope: { tape: { symbols: [BTC] } }, autostart: true },
      'test',
    )
    return { app, hashes }
  }
  const path = '/strategies/modules/counter/tags/latest'

  test.each([
    [{}, true],
    [{ refresh: true }, true],
    [{ refresh: false }, false],
  ])('by %p takes those along that follow the tag: %p', async (body, follows) => {
    const { app, hashes } = await following()
    await using _ = app
    const [v1, v2] = hashes
    const followed = async (method: string, to: string, more: object) => {
      const answer = await app.call(method, to, { ...more, ...body })
      expect([answer.status, answer.body.refresh]).toEqual([200, follows])
      return [answer.body.hash, app.runtime.instanceIndex.get('c').strategyHash]
    }
    expect(await followed('POST', `${path}/rollback`, {})).toEqual([v1, follows ? v1 : v2])
    expect((await app.get('/audit?what=tag_moved&limit=1')).body.items[0].message).toBe('rollback')
    expect(await followed('PUT', path, { hash: v2 })).toEqual([v2, v2])
    expect(await followed('PUT', path, { hash: v1 })).toEqual([v1, follows ? v1 : v2])
  })

  test('is planned by who uses a revision, and who would that does not run', async () => {
    const { app, hashes } = await following()
    await using _ = app
    const used = async (query: string) => {
      const { body } = await app.get(`/strategies/modules/counter@${hashes[1]}/usage${query}`)
      return [body.instances.map(({ id }: { id: string }) => id), body.total, body.offset, body.limit]
    }
    expect(await used('')).toEqual([['c'], 1, 0, 10_000])
    await app.runtime.instances.stop('c', 'test')
    expect(await used('')).toEqual([[], 0, 0, 10_000])
    expect(await used('?includeStopped=true&limit=7&offset=0')).toEqual([['c'], 1, 0, 7])
    expect(await used('?includeStopped=true&offset=1')).toEqual([[], 1, 1, 10_000])
  })

  test('that has no way back says why there is none', async () => {
    await using app = await openApp()
    const hash = await app.upload(counter('v1'))
    const rollback = async () => (await app.call('POST', '/strategies/modules/counter/tags/prod/rollback')).body
    await app.registry.moveTag('counter', 'prod', hash, 'test')
    const error = 'no_previous_hash'
    expect(await rollback()).toMatchObject({ error, message: `counter:prod named no other revision before ${hash}` })
    await app.registry.deleteTag('counter', 'prod', true, 'test')
    await app.registry.moveTag('counter', 'prod', hash, 'test')
    expect(await rollback()).toMatchObject({ error, message: `counter:prod was made anew with ${hash}` })
  })
})

describe('Of two operators with If-Match the second', () => {
  const refused = { error: 'precondition_failed' }

  test('sets no limits over those that he has not read', async () => {
    await using app = await openApp()
    const read = async () => (await app.get('/risk/limits')).headers.get('etag') ?? ''
    const set = (limits: object, etag: string) => app.call('PUT', '/risk/limits', limits, { 'if-match': etag })
    const none = await read()
    expect(none).toMatch(/^"sha256:[0-9a-f]{64}"$/)
    const first = await set({ maxPositionSize: '5', instances: { a: { orderThrottle: 3 } } }, none)
    expect([first.status, first.headers.get('etag')]).toEqual([200, await read()])
    const second = await set({ maxPositionSize: '9' }, none)
    expect([second.status, second.body]).toMatchObject([412, refused])
    // what is stopped is no limit
    await app.call('POST', '/risk/kill', {})
    expect((await set({ maxPositionSize: '6' }, await read())).body.limits.maxPositionSize).toBe('6')
    expect((await app.call('PUT', '/risk/limits', {})).status).toBe(200)
    expect(await read()).toBe(none)
  })

  test('deletes no tag that was moved meanwhile', async () => {
    await using app = await openApp()
    const [v1, v2] = [await app.upload(counter('v1')), await app.upload(counter('v2'))]
    await app.registry.moveTag('counter', 'prod', v1, 'test')
    const path = '/strategies/modules/counter/tags/prod'
    const remove = (hash: string) => app.call('DELETE', path, undefined, { 'if-match': `"${hash}"` })
    const read = app.registry.tagged('counter', 'prod')
    // one that was let in before the other one's turn was over
    const [, late] = await Promise.allSettled([
      app.registry.moveTag('counter', 'prod', v2, 'ann'),
      app.registry.deleteTag('counter', 'prod', false, 'bob', read),
    ])
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'tag_moved_meanwhile' } })
    expect([(await remove(v1)).status, (await remove(v1)).body]).toMatchObject([412, refused])
    expect((await remove(v2)).body).toMatchObject({ tag: 'prod', hash: v2 })
    expect([(await remove(v2)).status, (await remove(v2)).body]).toMatchObject([412, refused])
  })
})

describe('GET /strategies/modules', () => {
  test('shows of each name that is asked for the revision that is meant', async () => {
    await using app = await openApp()
    const [v1, v2] = [await app.upload(counter('v1')), await app.upload(counter('v2'))]
    const grid = await app.upload(strategySource())
    const shown = async (query: string) =>
      (await app.get(`/strategies/modules${query}`)).body.modules.map(
        ({ name, hash }: Record<string, string>) => `${name} ${hash}`,
      )
    expect(await shown('')).toEqual([`counter ${v2}`, `grid ${grid}`])
    expect(await shown('?strategy=GRID')).toEqual([`grid ${grid}`])
    expect(await shown(`?hash=${v1.slice(7, 19)}`)).toEqual([`counter ${v1}`])
    expect(await shown(`?hash=${v1}&strategy=grid`)).toEqual([])
    expect([await shown('?runningOnly=true'), (await shown('?runningOnly=false')).length]).toEqual([[], 2])
    expect((await app.get('/strategies/modules?hash=v1')).body).toMatchObject({
      error: 'invalid_selector',
      message: 'hash "v1" is not sha256:<64 hex>, nor its first 12 digits or more',
    })
    await app.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
    const scope = { tape: { symbols: [BTC] } }
    for (const [id, identifier] of [
      ['c', 'counter:v1'],
      ['g', 'grid'],
    ] as const) {
      await app.runtime.instances.create({ id, strategy: { identifier }, scope, autostart: true }, 'test')
    }
    await app.runtime.instances.stop('g', 'test')
    expect(await shown('?runningOnly=true')).toEqual([`counter ${v2}`])
    const running = (await app.get('/strategies/modules')).body.modules.map((module: { running: object[] }) =>
      module.running.map((one) => ({ ...one, firstSeen: '', lastSeen: '' })),
    )
    expect(running).toEqual([[{ hash: v1, instances: ['c'], count: 1, firstSeen: '', lastSeen: '' }], []])
  })

  test('shows the newest revision where latest names none', async () => {
    await using app = await openApp()
    await app.upload(counter('v1'))
    const newest = (await app.registry.upload({ source: counter('v2'), promoteLatest: false }, 'test')).revision.hash
    const file = join(app.registry.directory, 'registry.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"latest": "sha256:\w+",?/, ''))
    await app.registry.rescan()
    const { body } = await app.get('/strategies/modules')
    expect(body.modules.map(({ hash }: { hash: string }) => hash)).toEqual([newest])
    expect((await app.get('/strategies')).body).toEqual({ strategies: [] })
  })
})

test('half of a surrogate pair is no source', async () => {
  await using app = await openApp()
  const { status, body } = await app.call('POST', '/strategies/modules', { source: '\ud800' })
  expect([status, body.error, body.message]).toEqual([
    400,
    'invalid_request',
    'body field "source" holds half of a surrogate pair',
  ])
})

test('history is pruned when that is asked for, and what is kept is told', async () => {
  await using app = await openApp()
  const kept = async () => (await app.get('/retention')).body
  // it does so by itself at a start
  await until(async () => !(await kept()).pruning)
  const pruned = await app.call('POST', '/retention/prune', { days: 1 })
  expect([pruned.status, pruned.body.orders]).toMatchObject([202, { total: 0 }])
  await until(async () => !(await kept()).pruning)
  expect(await kept()).toMatchObject({ orders: { total: 0 }, last: { orders: 0, executions: 0 } })
  expect((await app.get('/audit')).body.items[0]).toMatchObject({ what: 'history_pruned', who: 'local' })
})

describe('a long list', () => {
  /** A page of so many items, each read in a step of its own. */
  function* reading(count: number, seen: number[] = []): Reading<Page<object>> {
    for (let n = 0; n < count; n++) {
      seen.push(n)
      yield
    }
    return { items: Array.from({ length: count }, (_, n) => ({ n, text: '],[' })), total: count, offset: 0, limit: 9 }
  }
  const request = (signal?: AbortSignal) => new Request('http://localhost/', signal ? { signal } : {})

  test('is the JSON of its page, however many items it has', async () => {
    await using app = await openApp()
    for (const count of [0, 1, 99, 100, 101, 200, 250]) {
      const response = await listed(app.parts, request(), reading(count))
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
      expect(await response.json()).toEqual({
        items: Array.from({ length: count }, (_, n) => ({ n, text: '],[' })),
        total: count,
        offset: 0,
        limit: 9,
      })
    }
  })

  test('is not read to its end for who has gone away, nor where it is damaged', async () => {
    await using app = await openApp()
    const gone = new AbortController()
    gone.abort()
    const seen: number[] = []
    const response = await listed(app.parts, request(gone.signal), reading(9, seen))
    expect([response.status, await response.text(), seen]).toEqual([499, '', []])
    const damaged = new Failure('data_damaged', 'a page is damaged')
    const broken = function* (): Reading<Page<object>> {
      yield
      throw damaged
    }
    expect(listed(app.parts, request(), broken())).rejects.toBe(damaged)
  })
})
