/** Strategy homes from the field on a real gateway: contract §1, sentence by sentence. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { launchGateway, startGateway, strategySource, type TestGateway } from '../gateway'
import { filed, hashOf, pathOf } from '../registry/home'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = 'providers:\n  - { name: sim, adapter: { identifier: sim } }\n'
const modules = '/strategies/modules'
const revision = (name: string, tag: string, displayName = name) => strategySource({ name, tag, displayName })

/** A folder for a gateway with these files in its home. */
class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'meltica-field-'))

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(join(this.path, 'strategies'))
    for (const [path, content] of Object.entries(files)) this.write(path, content)
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true })
    writeFileSync(this.at(path), content)
  }

  at(path: string): string {
    return join(this.path, 'strategies', path)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

const launch = (gateway: TestGateway, id: string, identifier: string) =>
  gateway.post('/strategy/instances', {
    id,
    strategy: { identifier, config: {} },
    scope: { sim: { symbols: ['BTC-USDT'] } },
    autostart: true,
  })

describe('a home that is sound in part', () => {
  const OLD = revision('grid', '1.0.0')
  const NEW = revision('grid', 'v2.0.0')
  const ODD = revision('odd', 'v1')
  const DRIFTED = revision('drifted', '1.0.0')
  const LOST = `sha256:${'0'.repeat(64)}`
  /** A revision whose file the gateway may not read. */
  const unread = revision('unread', 'v1')
  const outside = (path: string) => filed({ latest: [path, unread] })
  const grid = filed({ '1.0.0': ['grid/1.0.0/grid.js', OLD], 'v2.0.0': [pathOf('grid', NEW), NEW] })

  let folder: Folder
  let gateway: TestGateway
  beforeAll(async () => {
    folder = new Folder({
      'grid/1.0.0/grid.js': OLD,
      [pathOf('grid', NEW)]: NEW,
      'Odd Names/x.js': ODD,
      'drifted/1.0.0/drifted.js': `${DRIFTED}// edited`,
      'Dropped.JS': revision('Dropped', 'V1'),
      'same-1.js': revision('same', 'v1'),
      'same-2.js': revision('same', 'v1', 'Another'),
      'same-3.js': revision('same', 'v2'),
      'syntax.js': 'nope(',
      'endless.js': 'while (true) {}',
      '../outside.js': unread,
      'registry.json': JSON.stringify({
        grid: { ...grid, tags: { ...grid.tags, latest: hashOf(OLD), lost: LOST } },
        'Odd Names': filed({ 'Release 1/a': ['Odd Names/x.js', ODD], latest: ['Odd Names/x.js', ODD] }),
        drifted: filed({ latest: ['drifted/1.0.0/drifted.js', DRIFTED] }),
        gone: outside('gone/1.0.0/gone.js'),
        up: outside('../outside.js'),
        absolute: outside('/etc/hostname'),
        linked: outside('link/outside.js'),
      }),
    })
    symlinkSync(folder.path, folder.at('link'))
    gateway = await startGateway({ folder: folder.path, config: CONFIG })
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const SOUND: [string, string, string][] = [
    ['grid:1.0.0', 'grid/1.0.0/grid.js', OLD],
    ['grid', 'grid/1.0.0/grid.js', OLD],
    ['grid:v2.0.0', pathOf('grid', NEW), NEW],
    ['Odd Names:Release 1/a', 'Odd Names/x.js', ODD],
    ['dropped:V1', 'Dropped.JS', revision('Dropped', 'V1')],
    ['same:v1', 'same-1.js', revision('same', 'v1')],
    [`same@${hashOf(revision('same', 'v1', 'Another'))}`, 'same-2.js', revision('same', 'v1', 'Another')],
    ['same', 'same-3.js', revision('same', 'v2')],
  ]
  test.each(SOUND)('serves and launches %s as it stands, at %s', async (selector, path, source) => {
    const url = `${modules}/${encodeURIComponent(selector)}`
    expect((await gateway.get(url)).body).toMatchObject({ path, hash: hashOf(source) })
    expect((await gateway.get(`${url}/source`)).text).toBe(source)
    const id = `i${hashOf(selector).slice(7, 20)}`
    expect((await launch(gateway, id, selector)).body).toMatchObject({
      running: true,
      strategy: { hash: hashOf(source) },
    })
  })

  const UNSOUND: [string, string, string][] = [
    ['drifted', 'revision_drifted', 'was changed'],
    ['gone', 'revision_missing', 'is missing'],
    ['up', 'revision_missing', 'leaves the strategy home'],
    ['absolute', 'revision_missing', 'leaves the strategy home'],
    ['linked', 'revision_missing', 'leaves the strategy home'],
  ]
  test.each(UNSOUND)('neither serves nor launches %s: %s, and says why at every door', async (name, code, why) => {
    const refusals = [
      await gateway.get(`${modules}/${name}/source`),
      await gateway.get(`/strategies/${name}`),
      await launch(gateway, `x-${name}`, name),
    ]
    for (const { status, body } of refusals) {
      expect([status, body.error, body.message]).toEqual([409, code, expect.stringContaining(why)])
    }
    expect((await gateway.get(`${modules}/${name}`)).body).toMatchObject({ problem: expect.stringContaining(why) })
    const problem = { strategy: name, problem: expect.stringContaining(why), hint: expect.any(String) }
    expect((await gateway.get('/readyz')).body.problems).toContainEqual(expect.objectContaining(problem))
    expect(gateway.stderr).toMatch(new RegExp(`"strategy":"${name}".*${why}`))
  })

  test('names tags to nothing and files that are no strategies, and is ready', async () => {
    const { status, body } = await gateway.get('/readyz')
    expect(status).toBe(200)
    expect(body.problems).toContainEqual(expect.objectContaining({ strategy: 'grid', hash: LOST }))
    for (const path of ['syntax.js', 'endless.js', 'same-2.js']) {
      expect(body.problems).toContainEqual(expect.objectContaining({ path, hint: expect.any(String) }))
    }
    const lost = await gateway.get(`${modules}/grid:lost`)
    expect([lost.status, lost.body.error]).toEqual([404, 'hash_not_found'])
  })

  test('says the same at a refresh, and nothing has moved', async () => {
    const before = (await gateway.get('/strategies/registry')).body.registry
    const { body } = await gateway.post('/strategies/refresh')
    expect(body.results.map(({ reason }: { reason: string }) => reason)).not.toContain('retired')
    const paths = body.problems.map(({ path, hash }: { path?: string; hash?: string }) => path ?? hash)
    expect(paths.sort()).toEqual(
      [
        '../outside.js',
        '/etc/hostname',
        LOST,
        'drifted/1.0.0/drifted.js',
        'endless.js',
        'gone/1.0.0/gone.js',
        'link/outside.js',
        'syntax.js',
      ].sort(),
    )
    expect((await gateway.get('/strategies/registry')).body.registry).toEqual(before)
  })

  test('refuses new names and tags outside the grammars, and moves the old ones', async () => {
    const path = `${modules}/${encodeURIComponent('Odd Names')}/tags`
    const hash = hashOf(ODD)
    const moved = await gateway.put(`${path}/${encodeURIComponent('Release 1/a')}`, { hash })
    expect(moved.body).toMatchObject({ strategy: 'Odd Names', tag: 'Release 1/a', hash, previousHash: hash })
    const refused = await gateway.put(`${path}/${encodeURIComponent('Release 2/a')}`, { hash })
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_tag'])
    const upload = await gateway.post(modules, { source: revision('Odd Names', 'v2') })
    expect([upload.status, upload.body.diagnostics[0].path]).toEqual([422, 'metadata.name'])
  })

  test('deletes what is unsound, and touches no file outside', async () => {
    for (const name of ['up', 'absolute', 'linked', 'gone']) {
      expect((await gateway.delete(`${modules}/${name}`)).status).toBe(204)
    }
    expect(readFileSync(join(folder.path, 'outside.js'), 'utf8')).toBe(unread)
  })

  test('is refused to a second gateway, which says who has it', async () => {
    await using second = launchGateway({ folder: folder.path, config: CONFIG })
    expect(await second.exited()).toBe(1)
    expect(second.stderr).toMatch(/^error: another gateway uses the strategy home .*: process \d+ since .*\nhint: ./)
    expect(second.stderr).toContain(`process ${gateway.child.pid} `)
    expect((await gateway.get('/readyz')).status).toBe(200)
  })
})

test('one bad file delays no good one: a hundred are there at the start and at a refresh, beside endless ones', async () => {
  const good = (at: number) => Array.from({ length: 50 }, (_, i) => [`s${at}-${i}.js`, revision(`s${at}-${i}`, 'v1')])
  using folder = new Folder({ ...Object.fromEntries(good(1)), 'a.js': 'while (true) {}', 'z.js': 'for (;;) {}' })
  await using gateway = await startGateway({ folder: folder.path })
  expect((await gateway.get(modules)).body.total).toBe(50)
  for (const [path, source] of good(2)) folder.write(path!, source!)
  const { problems } = (await gateway.post('/strategies/refresh')).body
  expect(problems.map(({ path }: { path: string }) => path)).toEqual(['a.js', 'z.js'])
  const { strategies } = (await gateway.get('/strategies')).body
  expect(strategies).toHaveLength(100)
})

test('a home without registry.json gets one with the first upload, and a flat file without a tag is 0.0.0', async () => {
  using folder = new Folder({})
  await using gateway = await startGateway({ folder: folder.path })
  expect(readdirSync(folder.at(''))).toEqual(['.meltica'])
  const { path } = await gateway.upload(revision('first', 'v1'))
  expect(path).toBe(pathOf('first', revision('first', 'v1')))
  expect(Object.keys(JSON.parse(readFileSync(folder.at('registry.json'), 'utf8')))).toEqual(['first'])
  folder.write('flat.js', strategySource({ name: 'flat', tag: undefined }))
  await gateway.post('/strategies/refresh')
  expect((await gateway.get(`${modules}/flat`)).body).toMatchObject({ tag: '0.0.0', path: 'flat.js' })
})

test('a registry.json that breaks while the gateway runs is kept aside, and what was acknowledged stays', async () => {
  using folder = new Folder({})
  await using gateway = await startGateway({ folder: folder.path })
  const { hash } = await gateway.upload(revision('kept', 'v1'))
  folder.write('registry.json', '{"kept":')
  expect((await gateway.post('/strategies/refresh')).body.problems).toMatchObject([
    { path: 'registry.json', hint: expect.stringContaining('registry.json.broken-') },
  ])
  expect((await gateway.get(`${modules}/kept`)).body.hash).toBe(hash)
  const aside = readdirSync(folder.at('')).filter((name) => name.startsWith('registry.json.broken-'))
  expect(aside.map((name) => readFileSync(folder.at(name), 'utf8'))).toEqual(['{"kept":'])
})
