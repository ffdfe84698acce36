/**
 * How a revision is named, at every door: contract §2, "hashes … accepted with or without the prefix, and as a unique
 * prefix of at least 12 hex digits", "selectors in a path may be percent-encoded or not", and §1 on names and tags.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type Answer, startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = 'providers:\n  - { name: sim, adapter: { identifier: sim } }\n'

let gateway: TestGateway
/** Named by v1, prod and Prod-EU. */
let old: string
let current: string
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  old = (await gateway.upload(strategySource({ tag: 'v1' }), { aliases: ['prod', 'Prod-EU'] })).hash
  current = (await gateway.upload(strategySource({ tag: 'v2' }))).hash
})
afterAll(() => gateway[Symbol.asyncDispose]())

const modules = '/strategies/modules'
const digits = (hash: string) => hash.slice('sha256:'.length)

/** Ways to write a hash. */
const HASHES: [string, (hash: string) => string][] = [
  ['whole, with its prefix', (hash) => hash],
  ['whole, without its prefix', digits],
  ['in capitals', (hash) => digits(hash).toUpperCase()],
  ['by its first 12 digits', (hash) => digits(hash).slice(0, 12)],
  ['by its first 12 digits behind the prefix', (hash) => hash.slice(0, 'sha256:'.length + 12)],
  ['by all digits but the last', (hash) => digits(hash).slice(0, -1)],
]

/** Ways to write a selector in a path. */
const ENCODINGS: [string, (selector: string) => string][] = [
  ['as it is', (selector) => selector],
  ['percent-encoded', encodeURIComponent],
  [
    'percent-encoded in lower case',
    (selector) => encodeURIComponent(selector).replace(/%../g, (code) => code.toLowerCase()),
  ],
  [
    'percent-encoded letter by letter',
    (selector) => selector.replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  ],
]

/** Calls with a selector in their path, and the hash that each answers with. */
const READS: [string, (selector: string) => string, (answer: Answer) => unknown][] = [
  [
    'GET /strategies/{name}',
    (selector) => `/strategies/${selector}`,
    ({ body }) => (body.tag === 'v1' ? old : current),
  ],
  ['GET /strategies/modules/{name}', (selector) => `${modules}/${selector}`, ({ body }) => body.hash],
  [
    'GET /strategies/modules/{name}/source',
    (selector) => `${modules}/${selector}/source`,
    ({ headers }) => headers.get('etag')?.replaceAll('"', ''),
  ],
  ['GET /strategies/modules/{selector}/usage', (selector) => `${modules}/${selector}/usage`, ({ body }) => body.hash],
]

describe.each(READS)('%s', (_, path, hashOf) => {
  describe.each(ENCODINGS)('with a selector %s', (_, encoded) => {
    test('finds name, name:tag and name@hash', async () => {
      for (const [selector, hash] of [
        ['grid', current],
        ['grid:latest', current],
        ['grid:prod', old],
        ['grid:Prod-EU', old],
        [`grid@${old}`, old],
        [`grid@${digits(old).slice(0, 12)}`, old],
      ] as const) {
        const answer = await gateway.get(path(encoded(selector)))
        expect([selector, answer.status, hashOf(answer)]).toEqual([selector, 200, hash])
      }
    })
  })

  test.each(HASHES)('takes a hash %s', async (_, written) => {
    expect(hashOf(await gateway.get(path(`grid@${written(old)}`)))).toBe(old)
  })

  test('takes a name in capitals, and no tag in another case', async () => {
    expect(hashOf(await gateway.get(path('GRID:prod')))).toBe(old)
    const { status, body } = await gateway.get(path('grid:Prod'))
    expect([status, body.error]).toEqual([404, 'tag_not_found'])
  })

  test('refuses what is no selector or names nothing', async () => {
    for (const [selector, status, error] of [
      ['nope', 404, 'strategy_not_found'],
      ['grid:nope', 404, 'tag_not_found'],
      [`grid@${'0'.repeat(64)}`, 404, 'hash_not_found'],
      [`grid@${'0'.repeat(12)}`, 404, 'hash_not_found'],
      [`grid@${'0'.repeat(11)}`, 400, 'invalid_selector'],
      [`grid@${'0'.repeat(65)}`, 400, 'invalid_selector'],
      ['grid@latest', 400, 'invalid_selector'],
      ['grid@', 400, 'invalid_selector'],
      ['grid:', 400, 'invalid_selector'],
      ['%20', 400, 'invalid_selector'],
    ] as const) {
      const answer = await gateway.get(path(selector))
      expect([selector, answer.status, answer.body.error]).toEqual([selector, status, error])
    }
  })
})

describe('calls that change something', () => {
  let names = 0
  /** A strategy with a v1, which prod names too, and a v2, which is latest. */
  async function fresh() {
    const name = `s${++names}`
    const v1 = (await gateway.upload(strategySource({ name, tag: 'v1' }), { aliases: ['prod'] })).hash
    const v2 = (await gateway.upload(strategySource({ name, tag: 'v2' }))).hash
    return { name, v1, v2, tags: async () => (await gateway.get(`${modules}/${name}`)).body.tagAliases }
  }

  describe.each(ENCODINGS)('with a selector %s', (_, encoded) => {
    test('PUT /strategies/modules/{selector} replaces', async () => {
      const { name, tags } = await fresh()
      const source = strategySource({ name, tag: 'v3' })
      const { status, body } = await gateway.put(`${modules}/${encoded(`${name}:prod`)}`, { source })
      expect([status, (await tags()).prod]).toEqual([200, body.module.hash])
    })

    test('DELETE /strategies/modules/{selector} deletes', async () => {
      for (const selector of [
        ({ name }: { name: string }) => `${name}:v1`,
        ({ name, v1 }: { name: string; v1: string }) => `${name}@${v1}`,
      ]) {
        const strategy = await fresh()
        expect((await gateway.delete(`${modules}/${encoded(selector(strategy))}`)).status).toBe(204)
        expect(Object.keys(await strategy.tags())).toEqual(['latest', 'v2'])
      }
    })

    test('…/tags/{tag} moves, tells, leads back and deletes', async () => {
      const { name, v1, v2, tags } = await fresh()
      const path = `${modules}/${encoded(name)}/tags/${encoded('v1.0_rc-1')}`
      for (const hash of [v1, v2]) expect((await gateway.put(path, { hash })).body.tag).toBe('v1.0_rc-1')
      expect((await gateway.get(`${path}/history`)).body).toMatchObject({ strategy: name, tag: 'v1.0_rc-1', total: 2 })
      expect((await gateway.post(`${path}/rollback`)).body.hash).toBe(v1)
      expect((await gateway.delete(path)).body).toMatchObject({ strategy: name, tag: 'v1.0_rc-1' })
      expect(await tags()).not.toHaveProperty(['v1.0_rc-1'])
    })
  })

  test.each(HASHES)('take a hash %s', async (_, written) => {
    const { name, v1, v2, tags } = await fresh()
    const path = `${modules}/${name}/tags/latest`
    expect((await gateway.put(path, { hash: written(v1) })).body).toMatchObject({ hash: v1, previousHash: v2 })
    expect((await gateway.post(`${path}/rollback`, { to: written(v2), from: written(v1) })).body.hash).toBe(v2)
    const source = strategySource({ name, tag: 'v3' })
    const { body } = await gateway.put(`${modules}/${name}@${written(v1)}`, { source })
    expect(await tags()).toMatchObject({ v1: body.module.hash, prod: body.module.hash, latest: v2 })
    expect((await gateway.delete(`${modules}/${name}@${written(v1)}`)).status).toBe(204)
  })

  test('take a name in capitals, and answer with the one that the registry has', async () => {
    const { name, v1 } = await fresh()
    const path = `${modules}/${name.toUpperCase()}`
    expect((await gateway.put(`${path}/tags/prod`, { hash: v1 })).body.strategy).toBe(name)
    expect((await gateway.get(`${path}/tags/prod/history`)).body.strategy).toBe(name)
    expect((await gateway.delete(`${path}/tags/prod`)).body.strategy).toBe(name)
    const replaced = await gateway.put(path, { source: strategySource({ name: name.toUpperCase(), tag: 'V3' }) })
    expect(replaced.body.module.name).toBe(name)
    expect((await gateway.delete(path)).status).toBe(204)
  })

  test('take a plain name where they ask for one', async () => {
    for (const name of ['grid:prod', 'grid%3Aprod', `grid@${old}`]) {
      for (const answer of [
        await gateway.put(`${modules}/${name}/tags/x`, { hash: old }),
        await gateway.delete(`${modules}/${name}/tags/prod`),
        await gateway.get(`${modules}/${name}/tags/prod/history`),
        await gateway.post(`${modules}/${name}/tags/prod/rollback`),
      ]) {
        expect([answer.status, answer.body.error]).toEqual([400, 'invalid_selector'])
      }
    }
  })
})

describe('where a query or a body names a revision', () => {
  const instance = (id: string, identifier: string) =>
    gateway.post('/strategy/instances', {
      id,
      strategy: { identifier, config: {} },
      scope: { sim: { symbols: ['BTC-USDT'] } },
    })

  test.each(HASHES)('a hash is taken %s', async (form, written) => {
    const id = form.replaceAll(/[^a-z0-9]+/g, '-')
    const created = await instance(id, `grid@${written(old)}`)
    expect(created.body.strategy).toMatchObject({ identifier: 'grid', selector: `grid@${written(old)}`, hash: old })
    const hash = encodeURIComponent(written(old))
    expect((await gateway.get(`${modules}?hash=${hash}`)).body.modules).toMatchObject([{ hash: old }])
    const pinned = (await gateway.get(`/strategy/instances?hash=${hash}`)).body.instances
    expect(pinned.map((one: { id: string }) => one.id)).toContain(id)
    const byHash = (await gateway.post('/strategies/refresh', { hashes: [written(old)] })).body.results
    expect(byHash).toMatchObject([{ hash: old, instances: expect.arrayContaining([id]), reason: 'alreadyPinned' }])
    const bySelector = (await gateway.post('/strategies/refresh', { strategies: [`GRID@${written(old)}`] })).body
    expect(bySelector.results).toMatchObject([{ strategy: 'grid', hash: old, instances: expect.arrayContaining([id]) }])
  })

  test('what is no hash is refused, and what names nothing is told', async () => {
    for (const hash of ['0'.repeat(11), '0'.repeat(65), 'v1', 'sha256:', 'sha512:000000000000', '']) {
      const refusals = [
        await gateway.get(`${modules}?hash=${hash}`),
        await gateway.get(`/strategy/instances?hash=${hash}`),
        await gateway.put(`${modules}/grid/tags/x`, { hash }),
        await gateway.post(`${modules}/grid/tags/latest/rollback`, { to: hash }),
        await gateway.post(`${modules}/grid/tags/latest/rollback`, { from: hash }),
        await gateway.post('/strategies/refresh', { hashes: [hash] }),
      ]
      expect(refusals.map(({ status }) => status)).toEqual(refusals.map(() => 400))
    }
    const unknown = '0'.repeat(12)
    expect((await gateway.get(`${modules}?hash=${unknown}`)).body).toMatchObject({ modules: [], total: 0 })
    expect((await gateway.get(`/strategy/instances?hash=${unknown}`)).body).toMatchObject({ instances: [], total: 0 })
    expect((await gateway.put(`${modules}/grid/tags/x`, { hash: unknown })).body.error).toBe('hash_not_found')
    expect((await instance('unknown', `grid@${unknown}`)).body.error).toBe('hash_not_found')
    const { results } = (await gateway.post('/strategies/refresh', { hashes: [unknown] })).body
    expect(results).toMatchObject([{ reason: 'retired', instances: [] }])
  })
})
