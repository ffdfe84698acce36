/** Who runs what, and the refresh that moves them: contract §2, the rows of usage, refresh and registry, and the manual §5. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = 'providers:\n  - { name: sim, adapter: { identifier: sim, config: { seed: 7 } } }\n'
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
})
afterAll(() => gateway[Symbol.asyncDispose]())

let names = 0
const fresh = () => `r${++names}`
const modules = '/strategies/modules'
const upload = async (name: string, tag: string, more: object = {}) =>
  (await gateway.upload(strategySource({ name, tag }), { ...more })).hash
async function launch(id: string, identifier: string, autostart = true): Promise<void> {
  const strategy = { identifier, config: {} }
  const body = { id, strategy, scope: { sim: { symbols: ['BTC-USDT'] } }, autostart }
  expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
}
const instance = async (id: string) => (await gateway.get(`/strategy/instances/${id}`)).body
const refresh = async (body?: object) => (await gateway.post('/strategies/refresh', body)).body
const move = (name: string, tag: string, hash: string, refresh?: boolean) =>
  gateway.put(`${modules}/${name}/tags/${tag}`, { hash, ...(refresh === undefined ? {} : { refresh }) })

const FORMS = { name: '', prod: ':prod', latest: ':latest', hash: '@' }
/** Running instances of v1 by each form of selector, a stopped one, and a v2 that latest names and nothing runs. */
async function prepared() {
  const name = fresh()
  const v1 = await upload(name, 'v1', { aliases: ['prod'] })
  for (const [form, suffix] of Object.entries(FORMS)) {
    await launch(`${name}-${form}`, `${name}${suffix === '@' ? `@${v1}` : suffix}`)
  }
  await launch(`${name}-stopped`, `${name}:prod`, false)
  const v2 = await upload(name, 'v2')
  const on = async () => {
    const { instances } = (await gateway.get(`/strategy/instances?strategy=${name}`)).body
    return Object.fromEntries(
      instances.map(({ id, strategy }: { id: string; strategy: { hash: string } }) => [
        id.slice(name.length + 1),
        strategy.hash === v1 ? 'v1' : 'v2',
      ]),
    )
  }
  return { name, v1, v2, on }
}
const ALL_V1 = { name: 'v1', prod: 'v1', latest: 'v1', hash: 'v1', stopped: 'v1' }

describe('GET /strategies/modules/{selector}/usage', () => {
  test('names the running instances, and with includeStopped those that pin the revision and do not run', async () => {
    const name = fresh()
    const hash = await upload(name, 'v1')
    await launch(`${name}-on`, `${name}:v1`)
    await launch(`${name}-off`, name, false)
    const { body } = await gateway.get(`${modules}/${name}/usage`)
    const usage = {
      strategy: name,
      hash,
      instances: [`${name}-on`],
      count: 1,
      firstSeen: expect.stringMatching(RFC3339),
      lastSeen: expect.stringMatching(RFC3339),
      running: true,
    }
    const on = {
      id: `${name}-on`,
      strategyIdentifier: name,
      strategyTag: 'v1',
      strategyHash: hash,
      strategySelector: `${name}:v1`,
      providers: ['sim'],
      aggregatedSymbols: ['BTC-USDT'],
      running: true,
      usage,
      links: { self: `/strategy/instances/${name}-on`, usage: `${modules}/${name}@${hash}/usage` },
    }
    expect(body).toEqual({
      selector: name,
      strategy: name,
      hash,
      usage,
      instances: [on],
      total: 1,
      offset: 0,
      limit: expect.any(Number),
    })
    expect((await gateway.get(on.links.usage)).body.usage).toEqual(usage)
    expect((await gateway.get(on.links.self)).body.usage).toEqual(usage)
    const all = (await gateway.get(`${modules}/${name}/usage?includeStopped=true`)).body
    expect(all).toMatchObject({
      usage,
      total: 2,
      instances: [{ id: `${name}-on` }, { id: `${name}-off`, running: false }],
    })
    const page = (await gateway.get(`${modules}/${name}/usage?includeStopped=true&limit=1&offset=1`)).body
    expect(page).toMatchObject({ total: 2, offset: 1, limit: 1, instances: [{ id: `${name}-off` }] })
    const past = (await gateway.get(`${modules}/${name}/usage?offset=99`)).body
    expect(past).toMatchObject({ total: 1, offset: 99, instances: [] })
  })

  test('of a revision that never ran has empty lists, and no times', async () => {
    const name = fresh()
    const hash = await upload(name, 'v1')
    const { body } = await gateway.get(`${modules}/${name}/usage`)
    expect(body.usage).toEqual({ strategy: name, hash, instances: [], count: 0, running: false })
    expect([body.instances, body.total]).toEqual([[], 0])
  })

  test('remembers when a revision was last seen after its last instance has stopped', async () => {
    const name = fresh()
    const hash = await upload(name, 'v1')
    await launch(name, name)
    await gateway.post(`/strategy/instances/${name}/stop`)
    const { usage } = (await gateway.get(`${modules}/${name}/usage`)).body
    expect(usage).toEqual({
      strategy: name,
      hash,
      instances: [],
      count: 0,
      firstSeen: expect.stringMatching(RFC3339),
      lastSeen: expect.stringMatching(RFC3339),
      running: false,
    })
    expect(usage.lastSeen >= usage.firstSeen).toBe(true)
  })
})

describe('what runs is shown', () => {
  test('by GET /strategies/modules, in the running block of each revision, and alone with runningOnly', async () => {
    const name = fresh()
    const v1 = await upload(name, 'v1')
    await launch(`${name}-a`, name)
    const v2 = await upload(name, 'v2')
    await launch(`${name}-b`, name)
    const [module] = (await gateway.get(`${modules}?runningOnly=true&strategy=${name}`)).body.modules
    const seen = { firstSeen: expect.stringMatching(RFC3339), lastSeen: expect.stringMatching(RFC3339) }
    expect(module.running).toEqual([
      { hash: v1, instances: [`${name}-a`], count: 1, ...seen },
      { hash: v2, instances: [`${name}-b`], count: 1, ...seen },
    ])
    for (const id of ['a', 'b']) await gateway.post(`/strategy/instances/${name}-${id}/stop`)
    expect((await gateway.get(`${modules}?runningOnly=true&strategy=${name}`)).body.modules).toEqual([])
    expect((await gateway.get(`${modules}/${name}`)).body.running).toEqual([])
  })

  test('by GET /strategies/registry, beside registry.json as it lies in the home', async () => {
    const name = fresh()
    const hash = await upload(name, 'v1')
    await launch(name, name)
    const { body } = await gateway.get('/strategies/registry')
    expect(Object.keys(body)).toEqual(['registry', 'usage'])
    expect(body.registry).toEqual(await Bun.file(`${gateway.home}/registry.json`).json())
    expect(body.usage).toContainEqual({
      strategy: name,
      hash,
      instances: [name],
      count: 1,
      firstSeen: expect.stringMatching(RFC3339),
      lastSeen: expect.stringMatching(RFC3339),
      running: true,
    })
  })
})

describe('DELETE /strategies/modules/{selector}', () => {
  test('is 409 naming the instances while any references the revision, running or stopped', async () => {
    const name = fresh()
    const hash = await upload(name, 'v1')
    await launch(`${name}-on`, name)
    await launch(`${name}-off`, name, false)
    for (const left of [[`${name}-on`, `${name}-off`], [`${name}-off`]]) {
      for (const selector of [name, `${name}:v1`, `${name}@${hash}`]) {
        const { status, body } = await gateway.delete(`${modules}/${selector}`)
        expect([status, body.error, body.instances]).toEqual([409, 'revision_in_use', left])
        for (const id of left) expect(body.message).toContain(id)
      }
      await gateway.delete(`/strategy/instances/${left[0]}`)
    }
    expect((await gateway.delete(`${modules}/${name}`)).status).toBe(204)
  })

  test('of one revision is held up by its own instances alone', async () => {
    const { name, v1, v2 } = await prepared()
    await refresh({ strategies: [`${name}:latest`] })
    expect((await gateway.delete(`${modules}/${name}@${v1}`)).body.instances.sort()).toEqual(
      [`${name}-hash`, `${name}-prod`, `${name}-stopped`].sort(),
    )
    await move(name, 'prod', v2)
    await gateway.delete(`/strategy/instances/${name}-hash`)
    expect((await gateway.delete(`${modules}/${name}@${v1}`)).status).toBe(204)
  })
})

describe('an instance', () => {
  test('stays where it is at an upload, whatever that moves', async () => {
    const { name, on } = await prepared()
    await upload(name, 'v3', { aliases: ['prod'], reassignTags: ['prod'] })
    expect(await on()).toEqual(ALL_V1)
  })

  test('follows its tag at a refresh, a plain name follows latest, and name@hash never moves', async () => {
    const { name, v2, on } = await prepared()
    expect((await refresh()).status).toBe('refreshed')
    expect(await on()).toEqual({ ...ALL_V1, name: 'v2', latest: 'v2' })
    await move(name, 'prod', v2, false)
    expect((await on()).prod).toBe('v1')
    await refresh()
    expect(await on()).toEqual({ name: 'v2', prod: 'v2', latest: 'v2', stopped: 'v2', hash: 'v1' })
  })

  test('follows its tag back as well', async () => {
    const { name, v1, v2, on } = await prepared()
    for (const [hash, at] of [
      [v2, 'v2'],
      [v1, 'v1'],
    ] as const) {
      await move(name, 'prod', hash)
      expect(await on()).toEqual({ ...ALL_V1, prod: at, stopped: at })
    }
  })

  test('does not move by being stopped and started', async () => {
    const { name, on } = await prepared()
    for (const action of ['stop', 'start']) await gateway.post(`/strategy/instances/${name}-name/${action}`)
    expect(await on()).toEqual(ALL_V1)
  })
})

describe('PUT …/tags/{tag}', () => {
  test('rolls the followers of that tag and no others, which is the default', async () => {
    const { name, v2, on } = await prepared()
    const { body } = await move(name, 'prod', v2)
    expect(body.refresh).toBe(true)
    expect(await on()).toEqual({ ...ALL_V1, prod: 'v2', stopped: 'v2' })
  })

  test('of latest rolls those that follow a plain name too', async () => {
    const { name, v2, on } = await prepared()
    await move(name, 'latest', v2)
    expect(await on()).toEqual({ ...ALL_V1, name: 'v2', latest: 'v2' })
  })

  test('with refresh: false leaves all where they are', async () => {
    const { name, v2, on } = await prepared()
    expect((await move(name, 'prod', v2, false)).body.refresh).toBe(false)
    expect(await on()).toEqual(ALL_V1)
  })
})

describe('POST /strategies/refresh', () => {
  test('without a body, or with empty lists, answers for everything', async () => {
    const { name, v1, v2 } = await prepared()
    for (const body of [undefined, {}, { hashes: [] }, { hashes: [], strategies: [] }]) {
      const { status, results, ...rest } = await refresh(body)
      expect([status, rest]).toEqual(['refreshed', { problems: [] }])
      const mine = results.filter(({ strategy }: { strategy: string }) => strategy === name)
      expect(mine.map(({ selector }: { selector: string }) => selector).sort()).toEqual(
        [name, `${name}:prod`, `${name}@${v1}`].sort(),
      )
    }
    expect((await instance(`${name}-name`)).strategy.hash).toBe(v2)
  })

  test('of a selector answers refreshed once, with all its instances, and alreadyPinned from then on', async () => {
    const { name, v1, v2, on } = await prepared()
    await move(name, 'prod', v2, false)
    const result = {
      selector: `${name}:prod`,
      strategy: name,
      hash: v2,
      instances: [`${name}-prod`, `${name}-stopped`],
    }
    expect(await refresh({ strategies: [`${name}:prod`] })).toEqual({
      status: 'partial_refresh',
      results: [{ ...result, previousHash: v1, reason: 'refreshed' }],
      problems: [],
    })
    expect(await on()).toEqual({ ...ALL_V1, prod: 'v2', stopped: 'v2' })
    const { results } = await refresh({ strategies: [`${name}:prod`] })
    expect(results).toEqual([{ ...result, previousHash: v2, reason: 'alreadyPinned' }])
  })

  test('of a plain name answers for each selector of the strategy', async () => {
    const { name, v1, v2 } = await prepared()
    const { results } = await refresh({ strategies: [name] })
    expect(results).toEqual([
      {
        selector: name,
        strategy: name,
        hash: v2,
        previousHash: v1,
        instances: [`${name}-name`, `${name}-latest`],
        reason: 'refreshed',
      },
      {
        selector: `${name}:prod`,
        strategy: name,
        hash: v1,
        previousHash: v1,
        instances: [`${name}-prod`, `${name}-stopped`],
        reason: 'alreadyPinned',
      },
      {
        selector: `${name}@${v1}`,
        strategy: name,
        hash: v1,
        previousHash: v1,
        instances: [`${name}-hash`],
        reason: 'alreadyPinned',
      },
    ])
  })

  test('of a hash moves those that run it and follow something else by now', async () => {
    const { name, v1, v2, on } = await prepared()
    const { results } = await refresh({ hashes: [v1] })
    expect(results).toMatchObject([
      { selector: name, hash: v2, previousHash: v1, reason: 'refreshed' },
      { selector: `${name}:prod`, hash: v1, previousHash: v1, reason: 'alreadyPinned' },
      { selector: `${name}@${v1}`, hash: v1, previousHash: v1, reason: 'alreadyPinned' },
    ])
    expect(await on()).toEqual({ ...ALL_V1, name: 'v2', latest: 'v2' })
  })

  test('of what nothing follows answers what it names, with empty lists', async () => {
    const name = fresh()
    const hash = await upload(name, 'v1')
    for (const targets of [{ strategies: [name] }, { strategies: [`${name}@${hash}`] }, { hashes: [hash] }]) {
      expect((await refresh(targets)).results).toMatchObject([
        { strategy: name, hash, previousHash: hash, instances: [], reason: 'alreadyPinned' },
      ])
    }
  })

  test('of what no longer resolves answers retired with its instances, and stops none', async () => {
    const { name, v1, v2 } = await prepared()
    await move(name, 'prod', v2, false)
    await gateway.delete(`${modules}/${name}/tags/prod`)
    const instances = [`${name}-prod`, `${name}-stopped`]
    const retired = {
      selector: `${name}:prod`,
      strategy: name,
      hash: v1,
      previousHash: v1,
      instances,
      reason: 'retired',
    }
    expect((await refresh({ strategies: [`${name}:prod`] })).results).toEqual([retired])
    expect((await refresh()).results).toContainEqual(retired)
    expect(await instance(`${name}-prod`)).toMatchObject({ running: true, strategy: { hash: v1 } })
    for (const action of ['stop', 'start']) await gateway.post(`/strategy/instances/${name}-prod/${action}`)
    expect(await instance(`${name}-prod`)).toMatchObject({ running: true, strategy: { hash: v1 } })
  })

  test('of what never was answers retired, and always a previousHash', async () => {
    const unknown = 'f'.repeat(64)
    expect((await refresh({ strategies: ['never', 'never:was'], hashes: [unknown] })).results).toEqual([
      { selector: 'never', strategy: 'never', hash: '', previousHash: '', instances: [], reason: 'retired' },
      { selector: 'never:was', strategy: 'never', hash: '', previousHash: '', instances: [], reason: 'retired' },
      {
        selector: `sha256:${unknown}`,
        strategy: '',
        hash: `sha256:${unknown}`,
        previousHash: `sha256:${unknown}`,
        instances: [],
        reason: 'retired',
      },
    ])
  })

  test('says why a revision does not start, and leaves the old one at work', async () => {
    const { name, v1 } = await prepared()
    const source = strategySource({ name, tag: 'v3' }, '...(() => { throw new Error("no luck") })()')
    const { hash } = await gateway.upload(source, { promoteLatest: false })
    await move(name, 'prod', hash, false)
    const { results } = await refresh({ strategies: [`${name}:prod`] })
    expect(results).toMatchObject([
      { hash, previousHash: v1, failures: [{ instance: `${name}-prod`, message: expect.stringContaining('no luck') }] },
    ])
    expect(await instance(`${name}-prod`)).toMatchObject({ running: true, strategy: { hash: v1 } })
  })

  test('registers a file that was dropped in by its own name and tag, and tells it', async () => {
    const name = fresh()
    const source = strategySource({ name, tag: 'v3' })
    await Bun.write(`${gateway.home}/inbox/${name}.js`, source)
    const hash = `sha256:${new Bun.CryptoHasher('sha256').update(source).digest('hex')}`
    const { results, problems } = await refresh()
    expect(problems).toEqual([])
    const told = { strategy: name, hash, previousHash: '', instances: [], reason: 'refreshed' }
    expect(results).toContainEqual({ selector: `${name}@${hash}`, ...told })
    expect((await gateway.get(`${modules}/${name}:v3`)).body.path).toBe(`inbox/${name}.js`)
  })

  test('tells a file that fails validation, which stops no other', async () => {
    const name = fresh()
    await Bun.write(`${gateway.home}/${name}-a.js`, 'nope(')
    await Bun.write(`${gateway.home}/${name}-b.js`, 'while (true) {}')
    await Bun.write(`${gateway.home}/${name}-c.js`, strategySource({ name, tag: 'v1' }))
    const { problems } = await refresh()
    expect(problems).toEqual([
      { path: `${name}-a.js`, problem: expect.any(String), hint: expect.any(String) },
      { path: `${name}-b.js`, problem: expect.any(String), hint: expect.any(String) },
    ])
    expect((await gateway.get(`${modules}/${name}:v1`)).status).toBe(200)
    for (const file of ['a', 'b']) await Bun.file(`${gateway.home}/${name}-${file}.js`).delete()
  })

  test('reports a drifted revision, which is then neither served nor launched, and instances keep their code', async () => {
    const name = fresh()
    const { path, hash } = await gateway.upload(strategySource({ name, tag: 'v1' }, 'onTrade() { env.helpers.log(1) }'))
    await launch(name, name)
    await Bun.write(`${gateway.home}/${path}`, strategySource({ name, tag: 'v1' }, 'onTrade() { env.helpers.log(2) }'))
    const problem = expect.objectContaining({ strategy: name, hash, path, hint: expect.any(String) })
    expect((await refresh()).problems).toContainEqual(problem)
    expect((await gateway.get('/readyz')).body.problems).toContainEqual(problem)
    expect(gateway.stderr).toContain(`the file ${path} was changed`)
    expect((await gateway.get(`${modules}/${name}`)).body.problem).toEqual(expect.any(String))
    const strategy = { identifier: name, config: {} }
    const scope = { sim: { symbols: ['BTC-USDT'] } }
    const refused = await gateway.post('/strategy/instances', { id: `${name}-2`, strategy, scope, autostart: true })
    expect([refused.status, refused.body.error]).toEqual([409, 'revision_drifted'])
    const source = await gateway.get(`${modules}/${name}/source`)
    expect([source.status, source.body.error]).toEqual([409, 'revision_drifted'])
    expect(await instance(name)).toMatchObject({ running: true, strategy: { hash } })
    const { total } = (await gateway.get(`/strategy/instances/${name}/logs`)).body
    const logs = await gateway.until(`/strategy/instances/${name}/logs`, ({ body }) => body.total > total + 1)
    expect(logs.body.items[0].message).toBe('1')
    await gateway.delete(`/strategy/instances/${name}`)
    expect((await gateway.delete(`${modules}/${name}`)).status).toBe(204)
  })
})
