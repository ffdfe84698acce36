/** Uploads: contract §2, "Upload rules" and the rows of POST and PUT /strategies/modules. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, statSync } from 'node:fs'
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
  const source = `\uFEFF${strategySource({ name }, 'onTrade() {}')}// ü 😀\r\n`
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
    warnings: [],
  })
  expect(await Bun.file(`${gateway.home}/${body.module.path}`).bytes()).toEqual(new TextEncoder().encode(source))
})

test('what is likely a mistake is answered beside the module, by POST and PUT', async () => {
  const name = fresh()
  const source = strategySource({ name }, 'onTraed() {}')
  const at = source.split('\n').findIndex((text) => text.includes('onTraed'))
  const warnings = [
    {
      stage: 'validation',
      message: 'onTraed is no handler: nothing calls it',
      line: at + 1,
      column: source.split('\n')[at]!.indexOf('onTraed') + 1,
      hint: 'did you mean onTrade?',
    },
  ]
  const posted = await upload(source)
  expect([posted.status, posted.body.warnings]).toEqual([201, warnings])
  const put = await gateway.put(`/strategies/modules/${name}`, { source: `${source}//`, tag: 'v1.0.2' })
  expect([put.status, put.body.warnings]).toEqual([200, warnings])
  expect((await upload(source, { tag: 'v1.0.1' })).body.warnings).toEqual(warnings)
})

test('the same bytes again answer 201 with unchanged, and nothing is written twice', async () => {
  const source = strategySource({ name: fresh() })
  const { body } = await upload(source, { aliases: ['prod'] })
  const stamps = () =>
    ['registry.json', body.module.path].map((path) => statSync(`${gateway.home}/${path}`, { bigint: true }).mtimeNs)
  const before = stamps()
  for (const fields of [{}, { aliases: ['prod'] }, { reassignTags: ['prod', 'latest'] }]) {
    const again = await upload(source, fields)
    expect([again.status, again.body]).toEqual([201, { ...body, unchanged: true }])
  }
  expect(stamps()).toEqual(before)
})

test('the same bytes with another alias are no new revision, and the alias is there', async () => {
  const name = fresh()
  const source = strategySource({ name })
  const { hash } = (await upload(source)).body.module
  const { body } = await upload(source, { aliases: ['prod'] })
  expect([body.module.hash, body.unchanged]).toEqual([hash, undefined])
  expect(await tagsOf(name)).toMatchObject({ prod: hash })
  expect((await gateway.get(`/strategies/modules/${name}`)).body.revisions).toHaveLength(1)
})

test('an upload is in the catalogue at once, by every selector', async () => {
  const name = fresh()
  const { hash } = (await upload(strategySource({ name }), { aliases: ['prod'] })).body.module
  for (const selector of [name, `${name}:v1.0.0`, `${name}:prod`, `${name}:latest`, `${name}@${hash}`]) {
    expect((await gateway.get(`/strategies/modules/${selector}`)).body.hash).toBe(hash)
  }
  const names = (await gateway.get('/strategies')).body.strategies.map((one: { name: string }) => one.name)
  expect(names).toContain(name)
})

test('a name is stored in lower case, the tags as they are written', async () => {
  const name = fresh()
  const { body } = await upload(strategySource({ name: name.toUpperCase(), tag: 'V1' }), { aliases: ['Prod', 'prod'] })
  expect(body.module).toMatchObject({ name, tag: 'V1', file: `${name}.js` })
  expect(Object.keys(await tagsOf(name)).sort()).toEqual(['Prod', 'V1', 'latest', 'prod'])
})

test('a file name of the client is taken, and the file is called after the strategy', async () => {
  const name = fresh()
  const { body } = await upload(strategySource({ name }), { filename: 'My strategy (3).js' })
  expect(body.module.file).toBe(`${name}.js`)
})

test('latest may be among the tags that are reassigned, and tags that name nothing yet are made', async () => {
  const name = fresh()
  await upload(strategySource({ name }), { aliases: ['prod'] })
  const { body } = await upload(strategySource({ name, tag: 'v2' }), { reassignTags: ['latest', 'prod', 'canary'] })
  const { hash } = body.module
  expect(await tagsOf(name)).toMatchObject({ latest: hash, prod: hash, canary: hash, v2: hash })
})

test('an upload that is refused for one of its tags moves none of them', async () => {
  const name = fresh()
  const old = (await upload(strategySource({ name }), { aliases: ['prod', 'eu'] })).body.module.hash
  const fields = { aliases: ['prod', 'eu', 'new'], reassignTags: ['prod'] }
  const { status, body } = await upload(strategySource({ name, tag: 'v2' }), fields)
  expect([status, body.error, body.tags]).toEqual([409, 'tag_conflict', ['eu']])
  expect(await tagsOf(name)).toEqual({ latest: old, 'v1.0.0': old, prod: old, eu: old })
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

  test('lines and columns are those of the uploaded file', async () => {
    const lines = ['\uFEFF// é 😀', 'module.exports = {', '  metadata: { name: "x" },', '  create() { let a = ; }', '}']
    for (const end of ['\n', '\r\n']) {
      const { body } = await upload(lines.join(end), { tag: 'v1' })
      expect(body.diagnostics).toMatchObject([{ stage: 'compile', line: 4, column: 22 }])
    }
  })

  test('all metadata problems are listed at once', async () => {
    const source = strategySource({ name: 'x', displayName: 5, events: [], config: [{ type: 'int' }] })
    const { diagnostics } = (await upload(source)).body
    expect(diagnostics.length).toBeGreaterThanOrEqual(3)
  })
})

describe('metadata', () => {
  const checked = async (metadata: object) => {
    const { status, body } = await upload(strategySource({ name: fresh(), ...metadata }))
    return status === 201 ? 'taken' : (body.diagnostics?.[0]?.path ?? body.error)
  }
  const EVENTS =
    'Trade Ticker BookSnapshot ExecReport KlineSummary InstrumentUpdate BalanceUpdate RiskControl Extension'.split(' ')

  test.each(EVENTS)('may ask for %s', async (event) => {
    expect(await checked({ events: [event] })).toBe('taken')
  })

  const fits: [string, unknown][] = [
    ['string', 'text'],
    ['int', 5],
    ['float', 0.5],
    ['bool', false],
    ['duration', '1m30s'],
  ]
  test.each(fits)('may have a field of type %s with the default %p', async (type, value) => {
    expect(await checked({ config: [{ name: 'field', type, default: value }] })).toBe('taken')
    for (const [other, wrong] of fits) {
      if (other === type || (other === 'int' && type === 'float')) continue
      const outcome = await checked({ config: [{ name: 'field', type, default: wrong }] })
      // a duration is a text too
      expect(outcome).toBe(type === 'string' && other === 'duration' ? 'taken' : 'metadata.config[0].default')
    }
  })

  const cases: [string, object, string][] = [
    ['no name', { name: undefined }, 'metadata.name'],
    ['a name with a path', { name: '../x' }, 'metadata.name'],
    ['no displayName', { displayName: undefined }, 'metadata.displayName'],
    ['a displayName of 81 characters', { displayName: 'd'.repeat(81) }, 'metadata.displayName'],
    ['no events', { events: undefined }, 'metadata.events'],
    ['an empty list of events', { events: [] }, 'metadata.events'],
    ['an unknown event', { events: ['Trade', 'Nope'] }, 'metadata.events[1]'],
    ['a field without a name', { config: [{ type: 'int' }] }, 'metadata.config[0].name'],
    ['a field without a type', { config: [{ name: 'a' }] }, 'metadata.config[0].type'],
    ['an enum without options', { config: [{ name: 'a', type: 'enum' }] }, 'metadata.config[0].options'],
    [
      'an enum with a default that is no option',
      { config: [{ name: 'a', type: 'enum', options: ['x'], default: 'y' }] },
      'metadata.config[0].default',
    ],
    ['a tag that is none', { tag: 'a b' }, 'metadata.tag'],
    ['a displayName of 80 characters', { displayName: 'd'.repeat(80) }, 'taken'],
    ['an enum', { config: [{ name: 'a', type: 'enum', options: ['x', 'y'], default: 'y' }] }, 'taken'],
  ]
  for (const [what, metadata, outcome] of cases) {
    test(`with ${what} → ${outcome}`, async () => {
      expect(await checked(metadata)).toBe(outcome)
    })
  }

  test('needs a create that is a function', async () => {
    const source = strategySource({ name: 'x' }).replace('create(env) {', 'create: 5, other(env) {')
    expect((await upload(source)).body.diagnostics).toMatchObject([{ stage: 'validation', path: 'create' }])
  })

  test('keeps the order of the fields, and a dry_run of its own', async () => {
    const name = fresh()
    const config = [
      { name: 'zeta', type: 'int', default: 1 },
      { name: 'dry_run', type: 'bool', default: false },
      { name: 'alpha', type: 'string' },
    ]
    await upload(strategySource({ name, config }))
    const { body } = await gateway.get(`/strategies/${name}`)
    expect(body.config).toEqual(config.map((field) => ({ ...field, required: false })))
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
