/** Uploads: contract §2, "Upload rules" and the rows of POST and PUT /strategies/modules. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

let names = 0
/** A name that no other test uses. */
const fresh = () => `s${++names}`
const tagsOf = async (name: string) => (await gateway.get(`/strategies/modules/${name}`)).body.tagAliases
const upload = (source: string, fields: object = {}) => gateway.post('/strategies/modules', { source, ...fields })

test('an upload answers 201 with where the revision lies, and the file is there byte for byte', async () => {
  const name = fresh()
  const source = `\uFEFF${strategySource({ name })}// ü 😀\r\n`
  const { status, body } = await upload(source)
  const hash = new Bun.CryptoHasher('sha256').update(source).digest('hex')
  expect(status).toBe(201)
  expect(body).toEqual({
    status: 'pending_refresh',
    strategyDirectory: expect.stringMatching(/strategies$/),
    module: {
      name,
      hash: `sha256:${hash}`,
      tag: 'v1.0.0',
      alias: 'v1.0.0',
      file: `${name}.js`,
      path: `${name}/${hash}/${name}.js`,
    },
  })
  expect(await Bun.file(`${gateway.home}/${body.module.path}`).bytes()).toEqual(new TextEncoder().encode(source))
})

test('the same bytes again answer 201 with unchanged', async () => {
  const source = strategySource({ name: fresh() })
  await upload(source)
  const again = await upload(source)
  expect([again.status, again.body.unchanged]).toEqual([201, true])
})

test('the tag in the body wins over metadata.tag, and the source stays the author’s', async () => {
  const name = fresh()
  const source = strategySource({ name, tag: 'v1.0.0' })
  const { body } = await upload(source, { tag: 'v9' })
  expect(body.module.tag).toBe('v9')
  expect(Object.keys(await tagsOf(name)).sort()).toEqual(['latest', 'v9'])
  expect((await gateway.get(`/strategies/modules/${name}/source`)).text).toBe(source)
  expect((await gateway.get(`/strategies/${name}`)).body.tag).toBe('v9')
})

test('no tag anywhere is 422', async () => {
  const { status, body } = await upload(strategySource({ name: fresh(), tag: undefined }))
  expect([status, body.error]).toEqual([422, 'tag_missing'])
})

test('a body name must equal metadata.name', async () => {
  const name = fresh()
  expect((await upload(strategySource({ name }), { name: 'other' })).body.error).toBe('name_mismatch')
  expect((await upload(strategySource({ name }), { name })).status).toBe(201)
})

test('promoteLatest is true unless it is false', async () => {
  const name = fresh()
  const first = (await upload(strategySource({ name, tag: 'a' }))).body.module.hash
  const second = (await upload(strategySource({ name, tag: 'b' }))).body.module.hash
  expect((await tagsOf(name)).latest).toBe(second)
  await upload(strategySource({ name, tag: 'c' }), { promoteLatest: false })
  expect((await tagsOf(name)).latest).toBe(second)
  expect((await tagsOf(name)).a).toBe(first)
})

test('aliases become tags of the revision', async () => {
  const name = fresh()
  const { hash } = (await upload(strategySource({ name }), { aliases: ['prod', 'Stable'] })).body.module
  expect(await tagsOf(name)).toEqual({ latest: hash, 'v1.0.0': hash, prod: hash, Stable: hash })
})

describe('a tag that names another hash', () => {
  test('is 409, says how to move it, and changes nothing', async () => {
    const name = fresh()
    await upload(strategySource({ name }))
    const before = await tagsOf(name)
    const source = strategySource({ name, displayName: 'Other' })
    for (const fields of [{}, { tag: 'v2', aliases: ['v1.0.0'] }]) {
      const { status, body } = await upload(source, fields)
      expect([status, body.error]).toEqual([409, 'tag_conflict'])
      expect(body.hint).toContain('reassignTags')
    }
    expect(await tagsOf(name)).toEqual(before)
    expect((await gateway.get(`/strategies/modules/${name}`)).body.revisions).toHaveLength(1)
  })

  test('moves when it is in reassignTags', async () => {
    const name = fresh()
    await upload(strategySource({ name }), { aliases: ['prod'] })
    const source = strategySource({ name, displayName: 'Other' })
    const { body } = await upload(source, { tag: 'v2', aliases: ['prod'], reassignTags: ['prod'] })
    expect(await tagsOf(name)).toMatchObject({ v2: body.module.hash, prod: body.module.hash, latest: body.module.hash })
  })
})

describe('what does not validate is 422 with diagnostics, and nothing is stored', () => {
  const cases: [string, string, object][] = [
    ['syntax', 'module.exports = {', { stage: 'compile', line: 1 }],
    ['it throws', '\n\nthrow new Error("no")', { stage: 'execute', line: 3 }],
    ['it never ends', 'for (;;) {}', { stage: 'execute' }],
    ['no metadata', 'module.exports = { create() { return {} } }', { stage: 'validation', path: 'metadata' }],
    [
      'a wrong field type',
      strategySource({ name: 'x', config: [{ name: 'a', type: 'text' }] }),
      { path: 'metadata.config[0].type' },
    ],
    ['an unknown event', strategySource({ name: 'x', events: ['Nope'] }), { stage: 'validation' }],
    [
      'a long displayName',
      strategySource({ name: 'x', displayName: 'd'.repeat(81) }),
      { path: 'metadata.displayName' },
    ],
    ['empty', '', { stage: expect.any(String) }],
  ]
  for (const [what, source, diagnostic] of cases) {
    test(what, async () => {
      const { status, body } = await upload(source, { tag: 'v1' })
      expect([status, body.status, body.error]).toEqual([422, 'error', 'strategy_validation_failed'])
      expect(body.diagnostics[0]).toMatchObject({ message: expect.any(String), ...diagnostic })
      expect((await gateway.get('/strategies/modules?strategy=x')).body.total).toBe(0)
    })
  }

  test('all metadata problems are listed at once', async () => {
    const source = strategySource({ name: 'x', displayName: 5, events: [], config: [{ type: 'int' }] })
    const { diagnostics } = (await upload(source)).body
    expect(diagnostics.length).toBeGreaterThanOrEqual(3)
  })
})

describe('PUT', () => {
  test('name: the new revision takes over latest, the old one stays', async () => {
    const name = fresh()
    const old = (await upload(strategySource({ name }))).body.module.hash
    const { status, body } = await gateway.put(`/strategies/modules/${name}`, {
      source: strategySource({ name, tag: 'v2' }),
    })
    expect(status).toBe(200)
    expect(await tagsOf(name)).toEqual({ 'v1.0.0': old, v2: body.module.hash, latest: body.module.hash })
    expect((await gateway.get(`/strategies/modules/${name}@${old}/source`)).status).toBe(200)
  })

  test('name:tag moves that tag', async () => {
    const name = fresh()
    await upload(strategySource({ name }), { aliases: ['prod'] })
    const source = strategySource({ name, tag: 'v2' })
    const { latest } = await tagsOf(name)
    const { body } = await gateway.put(`/strategies/modules/${name}:prod`, { source })
    expect(await tagsOf(name)).toEqual({ latest, 'v1.0.0': latest, prod: body.module.hash, v2: body.module.hash })
  })

  test('moves latest too with promoteLatest: true, and refuses to move it with false', async () => {
    const name = fresh()
    const { hash } = (await upload(strategySource({ name }), { aliases: ['prod'] })).body.module
    for (const selector of [name, `${name}:latest`, `${name}@${hash}`]) {
      const source = strategySource({ name, tag: 'v2' })
      const refused = await gateway.put(`/strategies/modules/${selector}`, { source, promoteLatest: false })
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request'])
    }
    const source = strategySource({ name, tag: 'v2' })
    const { body } = await gateway.put(`/strategies/modules/${name}:prod`, { source, promoteLatest: true })
    expect(await tagsOf(name)).toMatchObject({ latest: body.module.hash, prod: body.module.hash })
  })

  test('name@hash moves every tag of that hash', async () => {
    const name = fresh()
    const old = (await upload(strategySource({ name }), { aliases: ['prod', 'eu'] })).body.module.hash
    const { body } = await gateway.put(`/strategies/modules/${name}@${old}`, {
      source: strategySource({ name, tag: 'v2' }),
    })
    const { hash } = body.module
    expect(await tagsOf(name)).toEqual({ latest: hash, 'v1.0.0': hash, v2: hash, prod: hash, eu: hash })
  })

  test('an unknown selector is 404', async () => {
    const { status } = await gateway.put('/strategies/modules/nope', { source: strategySource({ name: 'nope' }) })
    expect(status).toBe(404)
    expect(existsSync(`${gateway.home}/nope`)).toBe(false)
  })
})

test('16 uploads at once all land', async () => {
  const all = Array.from({ length: 16 }, () => fresh())
  const answers = await Promise.all(all.map((name) => upload(strategySource({ name }))))
  expect(answers.map(({ status }) => status)).toEqual(all.map(() => 201))
  const registry = await Bun.file(`${gateway.home}/registry.json`).json()
  expect(all.filter((name) => !(name in registry))).toEqual([])
})
