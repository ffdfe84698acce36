/** GET /audit: each filter leaves exactly what it names, and pages are parts of the whole: contract §2. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = `
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7 } } }
`

interface Entry {
  readonly id: number
  readonly when: string
  readonly who: string
  readonly what: string
  readonly subject: string
  readonly strategy?: string
}

let gateway: TestGateway
/** The whole, newest first. */
let all: Entry[]
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  for (const name of ['grid', 'other']) {
    const { hash } = await gateway.upload(strategySource({ name }), { aliases: ['prod'] })
    await gateway.upload(strategySource({ name, tag: 'v2' }), { reassignTags: ['prod'], aliases: ['prod'] })
    await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash })
    await gateway.delete(`/strategies/modules/${name}/tags/prod`)
  }
  const strategy = { identifier: 'grid', config: {} }
  await gateway.post('/strategy/instances', { id: 'one', strategy, scope: { sim: { symbols: ['BTC-USDT'] } } })
  for (const action of ['start', 'stop']) await gateway.post(`/strategy/instances/one/${action}`)
  await gateway.post('/strategies/refresh')
  all = await itemsOf('')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const itemsOf = async (query: string): Promise<Entry[]> => {
  const { body } = await gateway.get(`/audit?limit=10000${query}`)
  expect(body).toMatchObject({ total: body.items.length, offset: 0, limit: 10_000 })
  return body.items
}
/** When the second strategy came: others were before and after. */
const middle = () => all.findLast(({ strategy }) => strategy === 'other')!.when

test('the whole is newest first, and its numbers count down to 1', () => {
  expect(all.map(({ id }) => id)).toEqual(Array.from(all, (_, index) => all.length - index))
  expect(all.map(({ when }) => when)).toEqual(
    all
      .map(({ when }) => when)
      .sort()
      .reverse(),
  )
})

describe('only those are left', () => {
  const cases: [string, string, (entry: Entry) => boolean][] = [
    ['of a kind', 'what=tag_moved', ({ what }) => what === 'tag_moved'],
    ['of another kind', 'what=tag_deleted', ({ what }) => what === 'tag_deleted'],
    ['of a caller', 'who=127.0.0.1', ({ who }) => who === '127.0.0.1'],
    ['of the configuration', 'who=config', ({ who }) => who === 'config'],
    ['of a strategy', 'strategy=grid', ({ strategy }) => strategy === 'grid'],
    ['of a tag', 'subject=grid%3Aprod', ({ subject }) => subject === 'grid:prod'],
    ['of an instance', 'subject=one', ({ subject }) => subject === 'one'],
    [
      'of all that is asked for at once',
      'strategy=other&what=tag_moved&subject=other:prod',
      ({ what, subject }) => what === 'tag_moved' && subject === 'other:prod',
    ],
  ]
  for (const [which, query, wanted] of cases) {
    test(which, async () => {
      const left = await itemsOf(`&${query}`)
      expect(left).toEqual(all.filter(wanted))
      expect(left.length).toBeGreaterThan(0)
      expect(left.length).toBeLessThan(all.length)
    })
  }

  test('from a time on, that time included', async () => {
    const left = await itemsOf(`&since=${middle()}`)
    expect(left).toEqual(all.filter(({ when }) => when >= middle()))
    expect(left.length).toBeLessThan(all.length)
  })

  test('up to a time, that time excluded', async () => {
    const left = await itemsOf(`&until=${middle()}`)
    expect(left).toEqual(all.filter(({ when }) => when < middle()))
    expect(left.length).toBeGreaterThan(0)
  })

  test('between two times, in whatever zone they are written', async () => {
    const zoned = new Date(Date.parse(middle()) + 7_200_000).toISOString().replace('Z', '+02:00')
    const left = await itemsOf(`&since=${encodeURIComponent(zoned)}&until=2999-01-01T00:00:00Z`)
    expect(left).toEqual(await itemsOf(`&since=${middle()}`))
    expect(await itemsOf(`&since=${middle()}&until=${middle()}`)).toEqual([])
  })

  for (const query of ['strategy=nope', 'who=nobody', 'subject=grid', 'what=revision_deleted', 'strategy=']) {
    test(`none for ${query}`, async () => expect(await itemsOf(`&${query}`)).toEqual([]))
  }
})

describe('pages', () => {
  test('are a hundred from the newest when nothing is asked', async () => {
    const { body } = await gateway.get('/audit')
    expect(body).toEqual({ items: all.slice(0, 100), total: all.length, offset: 0, limit: 100 })
  })

  test('put together are the whole, and each tells its total', async () => {
    const pages: Entry[] = []
    for (let offset = 0; offset < all.length; offset += 4) {
      const { body } = await gateway.get(`/audit?limit=4&offset=${offset}`)
      expect(body).toMatchObject({ total: all.length, offset, limit: 4 })
      pages.push(...body.items)
    }
    expect(pages).toEqual(all)
  })

  test('of a filter count only what it leaves', async () => {
    const moves = all.filter(({ what }) => what === 'tag_moved')
    const { body } = await gateway.get('/audit?what=tag_moved&limit=2&offset=1')
    expect(body).toEqual({ items: moves.slice(1, 3), total: moves.length, offset: 1, limit: 2, next: moves[2]?.id })
  })

  test('past the end are empty and echo what was asked', async () => {
    const { body } = await gateway.get('/audit?limit=1&offset=100000')
    expect(body).toEqual({ items: [], total: all.length, offset: 100_000, limit: 1 })
  })
})

describe('a query that names nothing is refused', () => {
  for (const [field, value] of [
    ['since', 'yesterday'],
    ['since', '2026-01-31'],
    ['until', '2026-01-31T12:00:00'],
    ['until', '2026-13-31T12:00:00Z'],
    ['what', 'TAG_MOVED'],
    ['limit', '0'],
    ['limit', '10001'],
    ['offset', '-1'],
    ['offset', 'x'],
    ['who', 'x'.repeat(401)],
  ] as const) {
    test(`${field}=${value.slice(0, 24)}`, async () => {
      const { status, body } = await gateway.get(`/audit?${field}=${value}`)
      expect([status, body.error]).toEqual([400, 'invalid_request'])
      expect(body.message).toContain(`"${field}"`)
    })
  }
})
