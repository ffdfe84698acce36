/** Reading the catalogue: contract §2, the rows of GET, and selectors. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
let old: string
let current: string
const first = strategySource({ name: 'grid', tag: 'v1.0.0', config: [{ name: 'size', type: 'int', default: 3 }] })
const second = strategySource({ name: 'grid', tag: 'v2.0.0', displayName: 'Grid two', events: ['Trade', 'Ticker'] })

beforeAll(async () => {
  gateway = await startGateway()
  old = (await gateway.upload(first)).hash
  current = (await gateway.upload(second, { aliases: ['prod'] })).hash
  await gateway.upload(strategySource({ name: 'noop', tag: 'v1.0.0' }))
})
afterAll(() => gateway[Symbol.asyncDispose]())

const hex = (hash: string) => hash.slice('sha256:'.length)

test('GET /strategies answers the metadata of each name’s latest', async () => {
  const { body } = await gateway.get('/strategies')
  expect(body.strategies.map(({ name, tag }: { name: string; tag: string }) => [name, tag])).toEqual([
    ['grid', 'v2.0.0'],
    ['noop', 'v1.0.0'],
  ])
})

test('GET /strategies/{name} answers the metadata, with dry_run appended and the author’s order kept', async () => {
  expect((await gateway.get('/strategies/grid:v1.0.0')).body).toEqual({
    name: 'grid',
    tag: 'v1.0.0',
    displayName: 'Grid',
    description: '',
    config: [
      { name: 'size', type: 'int', default: 3, required: false },
      { name: 'dry_run', type: 'bool', description: expect.any(String), default: true, required: false },
    ],
    events: ['Trade'],
  })
})

describe('a revision is found by every form of selector', () => {
  const selectors: [string, () => string, () => string][] = [
    ['name', () => 'grid', () => current],
    ['name in capitals', () => 'GRID', () => current],
    ['name:tag', () => 'grid:v1.0.0', () => old],
    ['name%3Atag', () => 'grid%3Av1.0.0', () => old],
    ['name@sha256:hash', () => `grid@${old}`, () => old],
    ['name%40sha256%3Ahash', () => `grid%40${encodeURIComponent(old)}`, () => old],
    ['name@hash without the prefix', () => `grid@${hex(old)}`, () => old],
    ['name@12 digits', () => `grid@${hex(old).slice(0, 12)}`, () => old],
    ['an alias', () => 'grid:prod', () => current],
  ]
  for (const [form, selector, hash] of selectors) {
    test(form, async () => {
      const { status, body } = await gateway.get(`/strategies/modules/${selector()}`)
      expect([status, body.hash]).toEqual([200, hash()])
    })
  }
})

describe('what is no revision is refused', () => {
  const cases: [string, number, string][] = [
    ['nope', 404, 'strategy_not_found'],
    ['grid:nope', 404, 'tag_not_found'],
    ['grid:V1.0.0', 404, 'tag_not_found'],
    [`grid@sha256:${'0'.repeat(64)}`, 404, 'hash_not_found'],
    ['grid@123', 400, 'invalid_selector'],
    ['grid:', 400, 'invalid_selector'],
    ['..%2F..%2Fetc%2Fpasswd', 400, 'invalid_selector'],
    ['a%5Cb', 400, 'invalid_selector'],
    ['gr%D1%96d', 400, 'invalid_selector'],
    [`${'a'.repeat(600)}`, 400, 'invalid_selector'],
    ['grid%01', 400, 'invalid_selector'],
  ]
  for (const [selector, status, code] of cases) {
    for (const path of [
      `/strategies/modules/${selector}`,
      `/strategies/${selector}`,
      `/strategies/modules/${selector}/usage`,
    ]) {
      test(`${path.slice(0, 60)} → ${code}`, async () => {
        const answer = await gateway.get(path)
        expect([answer.status, answer.body.error]).toEqual([status, code])
      })
    }
  }
})

test('a module shows the selected revision, all tags, all revisions, and what runs', async () => {
  const { body } = await gateway.get('/strategies/modules/grid:v1.0.0')
  expect(body).toMatchObject({
    name: 'grid',
    file: 'grid.js',
    path: `grid/${hex(old)}/grid.js`,
    hash: old,
    tag: 'v1.0.0',
    tags: ['v1.0.0'],
    tagAliases: { latest: current, prod: current, 'v1.0.0': old, 'v2.0.0': current },
    size: first.length,
    metadata: { displayName: 'Grid' },
    running: [],
  })
  expect(body.revisions.map((revision: { hash: string }) => revision.hash).sort()).toEqual([old, current].sort())
  expect(body.revisions.find((revision: { hash: string }) => revision.hash === old)).toMatchObject({
    tag: 'v1.0.0',
    path: `grid/${hex(old)}/grid.js`,
    size: first.length,
  })
})

describe('GET /strategies/modules', () => {
  const names = (body: { modules: { name: string }[] }) => body.modules.map((module) => module.name)

  test('lists all, and names the strategy home', async () => {
    const { body } = await gateway.get('/strategies/modules')
    expect(body).toMatchObject({ total: 2, offset: 0, strategyDirectory: expect.stringMatching(/strategies$/) })
    expect(names(body)).toEqual(['grid', 'noop'])
    expect(body).not.toHaveProperty('limit')
  })

  test('by name', async () => {
    expect(names((await gateway.get('/strategies/modules?strategy=noop')).body)).toEqual(['noop'])
    expect((await gateway.get('/strategies/modules?strategy=nope')).body).toMatchObject({ modules: [], total: 0 })
  })

  test('by hash, with or without prefix, which is then the selected revision', async () => {
    for (const hash of [old, hex(old), hex(old).slice(0, 12)]) {
      const { body } = await gateway.get(`/strategies/modules?strategy=grid&hash=${hash}`)
      expect([names(body), body.modules[0].hash]).toEqual([['grid'], old])
    }
    expect((await gateway.get(`/strategies/modules?hash=${'0'.repeat(64)}`)).body.modules).toEqual([])
  })

  test('by what runs', async () => {
    expect((await gateway.get('/strategies/modules?runningOnly=true')).body).toMatchObject({ modules: [], total: 0 })
    expect((await gateway.get('/strategies/modules?runningOnly=false')).body.total).toBe(2)
  })

  test('page by page, an offset past the end echoed as sent', async () => {
    const page = await gateway.get('/strategies/modules?limit=1&offset=1')
    expect(page.body).toMatchObject({ total: 2, offset: 1, limit: 1 })
    expect(names(page.body)).toEqual(['noop'])
    expect((await gateway.get('/strategies/modules?offset=99')).body).toMatchObject({
      modules: [],
      total: 2,
      offset: 99,
    })
  })
})

describe('GET …/source', () => {
  test('answers the very bytes, with the hash as ETag', async () => {
    const { status, text, headers } = await gateway.get('/strategies/modules/grid:v1.0.0/source')
    expect([status, text]).toEqual([200, first])
    expect(headers.get('content-type')).toBe('application/javascript; charset=utf-8')
    expect(headers.get('etag')).toBe(`"${old}"`)
  })

  for (const header of [() => `"${old}"`, () => `W/"${old}"`, () => `"x", "${old}"`, () => '*']) {
    test(`answers 304 to If-None-Match ${header.toString().slice(6, 20)}`, async () => {
      const { status, text } = await gateway.get('/strategies/modules/grid:v1.0.0/source', {
        'if-none-match': header(),
      })
      expect([status, text]).toEqual([304, ''])
    })
  }

  test('answers the bytes to another If-None-Match', async () => {
    const { status } = await gateway.get('/strategies/modules/grid/source', { 'if-none-match': `"${old}"` })
    expect(status).toBe(200)
  })
})

test('the export is registry.json with the use of each revision', async () => {
  const { body } = await gateway.get('/strategies/registry')
  expect(body.usage).toEqual([])
  expect(body.registry).toEqual(await Bun.file(`${gateway.home}/registry.json`).json())
})
