/**
 * Calls of the system that fail under a running gateway, one at a time, as a broken disk makes them: a change is refused
 * with all as it was, or made whole; nothing acknowledged is lost, and once the fault is gone everything works again.
 */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { digestOf } from '../../src/schema/digest'
import { type Answer, startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { Fault, type FaultOptions } from './faults'

const TIMEOUT_MS = 60_000
const GRID = strategySource()
const GRID_HASH = digestOf(new TextEncoder().encode(GRID))
const MODULES = '/strategies/modules'
const STAGED = ['openat', 'write', 'fsync', 'rename']
/** The calls that a change makes in each place; not every change all of them. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  home: ['openat', 'fsync'],
  registry: STAGED,
  'strategy folder': ['fsync', 'mkdir'],
  'revision folder': ['openat', 'fsync', 'mkdir'],
  marker: ['openat', 'unlink'],
  source: ['openat', 'unlink'],
  'staged source': STAGED,
  program: ['unlink'],
  'staged program': STAGED,
}

/** Where the files of a revision lie, by what they are. */
function placesOf({ home }: TestGateway, name: string, source: string) {
  const hex = digestOf(new TextEncoder().encode(source)).replace('sha256:', '')
  const file = join(home, name, hex, `${name}.js`)
  const program = file.replace(/js$/, 'wasm')
  return {
    home,
    registry: join(home, 'registry.json.meltica-tmp'),
    'strategy folder': join(home, name),
    'revision folder': dirname(file),
    marker: `${file}.meltica-pending`,
    source: file,
    'staged source': `${file}.meltica-tmp`,
    program,
    'staged program': `${program}.meltica-tmp`,
  }
}

/** A change that nobody has made before, and the places that it touches. */
interface Change {
  readonly places: Readonly<Record<string, string>>
  readonly make: () => Promise<Answer>
}

let count = 0

const CHANGES: Readonly<Record<string, (gateway: TestGateway) => Promise<Change>>> = {
  async upload(gateway) {
    const source = strategySource({ name: `new-${++count}` })
    const body = { source, aliases: ['prod'] }
    return { places: placesOf(gateway, `new-${count}`, source), make: () => gateway.post(MODULES, body) }
  },
  async 'tag move'(gateway) {
    const { home, registry } = placesOf(gateway, 'grid', GRID)
    const path = `${MODULES}/grid/tags/t${++count}`
    return { places: { home, registry }, make: () => gateway.put(path, { hash: GRID_HASH }) }
  },
  async 'tag deletion'(gateway) {
    const { places, make } = await CHANGES['tag move']!(gateway)
    const path = `${MODULES}/grid/tags/t${count}`
    await make()
    return { places, make: () => gateway.delete(path) }
  },
  async deletion(gateway) {
    const { places, make } = await CHANGES.upload!(gateway)
    const path = `${MODULES}/new-${count}`
    await make()
    return { places, make: () => gateway.delete(path) }
  },
}

const catalogue = async (gateway: TestGateway) => (await gateway.get('/strategies/registry')).body.registry

async function under(gateway: TestGateway, options: FaultOptions, work: () => Promise<void>): Promise<number> {
  const fault = await Fault.of(gateway.child.pid, options)
  try {
    await work()
  } finally {
    await fault[Symbol.asyncDispose]()
  }
  return fault.hits.length
}

const callsOf = (call: string) => (call === 'unlink' ? 'unlink,unlinkat' : call)

/** @returns what became of it: undefined where nothing failed. */
async function tryUnder(gateway: TestGateway, call: string, place: string, change: Change) {
  const before = await catalogue(gateway)
  let answer: Answer | undefined
  let during: unknown
  const hits = await under(
    gateway,
    { calls: callsOf(call), error: 'EIO', paths: [change.places[place]!] },
    async () => {
      answer = await change.make()
      during = await catalogue(gateway)
    },
  )
  if (hits === 0) return undefined
  const isSame = Bun.deepEquals(during, before)
  expect(await catalogue(gateway)).toEqual(during)
  const { status, body } = answer!
  if (status < 300) return isSame ? 'answered, not done' : 'done'
  expect([body.error, body.message]).toEqual(['storage_unavailable', expect.stringContaining('the disk fails')])
  return isSame ? 'refused' : 'refused, yet done'
}

test.skipIf(lacks('strace'))(
  'a call that fails in the strategy home: refused with all as it was, or done and tidied up later',
  async () => {
    await using gateway = await startGateway()
    await gateway.upload(GRID)
    const seen: Record<string, string[]> = { refused: [], done: [] }
    for (const [what, prepare] of Object.entries(CHANGES)) {
      for (const place of Object.keys((await prepare(gateway)).places)) {
        for (const call of CALLS[place]!) {
          const outcome = await tryUnder(gateway, call, place, await prepare(gateway))
          if (outcome !== undefined) seen[outcome] = [...(seen[outcome] ?? []), `${what}: ${call} ${place}`]
        }
      }
    }
    const callsOn = (...places: string[]) => places.flatMap((place) => CALLS[place]!.map((call) => `${call} ${place}`))
    const registry = callsOn('home', 'registry')
    const folders = ['fsync strategy folder', 'fsync revision folder', 'mkdir revision folder']
    const upload = [...registry, ...folders, 'openat marker', ...callsOn('staged source', 'staged program')]
    const deletion = [...registry, 'openat source', 'openat marker', 'fsync revision folder']
    const named = (what: string, steps: readonly string[]) => steps.map((step) => `${what}: ${step}`)
    const { refused, done, ...bad } = seen
    expect(bad).toEqual({})
    expect(refused).toEqual(
      expect.arrayContaining([
        ...named('upload', upload),
        ...named('tag move', registry),
        ...named('tag deletion', registry),
        ...named('deletion', deletion),
      ]),
    )
    expect(done).toEqual(expect.arrayContaining(['upload: unlink marker', 'deletion: unlink source']))
    const before = await catalogue(gateway)
    await gateway.stop('SIGKILL')
    await using again = await startGateway({ folder: gateway.folder })
    expect(await catalogue(again)).toEqual(before)
    const files = [...new Bun.Glob('*/*/*').scanSync({ cwd: gateway.home })]
    expect(files.filter((path) => !/\.(js|wasm)$/.test(path))).toEqual([])
    expect((await again.get('/readyz')).body).toEqual({ status: 'ready', problems: [] })
  },
  TIMEOUT_MS,
)

test.skipIf(lacks('strace'))(
  'a home that turns read-only refuses every change, serves every read, and works again when it may be written',
  async () => {
    await using gateway = await startGateway()
    await gateway.upload(GRID)
    const changes: [string, Change][] = []
    for (const [what, prepare] of Object.entries(CHANGES)) changes.push([what, await prepare(gateway)])
    const before = await catalogue(gateway)
    const paths = changes.flatMap(
      ([
        ,
        {
          places: { home: _, ...others },
        },
      ]) => Object.values(others),
    )
    const calls = 'openat,rename,mkdir,unlink,unlinkat,rmdir'
    await under(gateway, { calls, error: 'EROFS', paths: [...new Set(paths)] }, async () => {
      for (const [what, { make }] of changes) {
        const { status, body } = await make()
        expect([what, status, body.error, body.hint]).toEqual([
          what,
          503,
          'storage_unavailable',
          'check permissions and the disk of the strategy home',
        ])
      }
      expect(await catalogue(gateway)).toEqual(before)
      expect((await gateway.get(`${MODULES}/grid/source`)).text).toBe(GRID)
    })
    for (const [what, { make }] of changes) expect([what, (await make()).status < 300]).toEqual([what, true])
  },
  TIMEOUT_MS,
)

test.skipIf(lacks('strace'))(
  'a revision whose file cannot be read for a while is not lost when its upload again fails too',
  async () => {
    await using gateway = await startGateway()
    await gateway.upload(GRID)
    const { source, registry } = placesOf(gateway, 'grid', GRID)
    const hits = await under(gateway, { calls: 'read,rename', error: 'EIO', paths: [source, registry] }, async () => {
      expect((await gateway.post(MODULES, { source: GRID })).status).toBe(503)
    })
    expect(hits).toBeGreaterThan(1)
    expect(readFileSync(source, 'utf8')).toBe(GRID)
    expect((await gateway.post('/strategies/refresh')).body.problems).toEqual([])
    expect((await gateway.get(`${MODULES}/grid/source`)).text).toBe(GRID)
  },
  TIMEOUT_MS,
)

const INSTANCE = { strategy: { identifier: 'grid' }, scope: { sim: { symbols: ['BTC-USDT'] } } }

/** In an order in which each may follow the one before. */
const RUNTIME_CHANGES: Readonly<Record<string, (gateway: TestGateway) => Promise<Answer>>> = {
  'a new provider': (gateway) => gateway.post('/providers', { name: 'other', adapter: { identifier: 'sim' } }),
  'a provider stopped': (gateway) => gateway.post('/providers/other/stop'),
  'a provider started': (gateway) => gateway.post('/providers/other/start'),
  'a provider replaced': (gateway) =>
    gateway.put('/providers/other', { adapter: { identifier: 'sim', config: { seed: 8 } } }),
  'a provider removed': (gateway) => gateway.delete('/providers/other'),
  'a new instance': (gateway) => gateway.post('/strategy/instances', { id: 'one', ...INSTANCE }),
  'an instance started': (gateway) => gateway.post('/strategy/instances/one/start'),
  'an instance replaced': (gateway) => gateway.put('/strategy/instances/one', { ...INSTANCE, autostart: true }),
  'the provider of an instance replaced': (gateway) =>
    gateway.put('/providers/sim', { adapter: { identifier: 'sim', config: { seed: 9 } } }),
  'an instance removed': (gateway) => gateway.delete('/strategy/instances/one'),
  'a refresh': (gateway) => gateway.post('/strategies/refresh'),
  'a backup restored': (gateway) =>
    gateway.post('/context/backup', {
      providers: [{ name: 'kept', adapter: { identifier: 'sim' } }],
      lambdas: [{ id: 'kept', strategy: { identifier: 'grid' }, scope: { kept: { symbols: ['BTC-USDT'] } } }],
      risk: { maxPositionSize: '5' },
    }),
}

async function runtimeState(gateway: TestGateway): Promise<unknown> {
  const { instances } = (await gateway.get('/strategy/instances')).body
  const { providers } = (await gateway.get('/providers')).body
  return [
    instances.map(({ id, state, strategy, scope }: Record<string, unknown>) => ({ id, state, strategy, scope })),
    providers.map(({ name, status, settings }: Record<string, unknown>) => ({ name, status, settings })),
  ]
}

test.skipIf(lacks('strace')).each([
  ['EIO', 'fsync,fdatasync', 503, 'data_unwritable'],
  ['ENOSPC', 'pwrite64', 507, 'storage_full'],
] as const)(
  'a database that cannot be written for %s refuses a change with all as it was; made afterwards, it outlasts a crash',
  async (error, calls, status, code) => {
    await using gateway = await startGateway({ config: 'providers: [{ name: sim, adapter: { identifier: sim } }]' })
    await gateway.upload(GRID)
    const database = join(gateway.folder, 'data/meltica.db')
    const fault = { calls, error, paths: [database, `${database}-wal`] }
    for (const [what, make] of Object.entries(RUNTIME_CHANGES)) {
      const before = await runtimeState(gateway)
      const hits = await under(gateway, fault, async () => {
        const answer = await make(gateway)
        const seen = [what, answer.status, answer.body.error, await runtimeState(gateway)]
        expect(seen).toEqual([what, status, code, before])
        expect(answer.body.message).toContain('data/meltica.db')
      })
      expect(hits).toBeGreaterThan(0)
      await gateway.until('/readyz', (ready) => ready.status === 200)
      expect([what, (await make(gateway)).status < 300]).toEqual([what, true])
    }
    await gateway.post('/strategy/instances', { id: 'two', ...INSTANCE, autostart: true })
    await under(gateway, fault, async () => {
      // it may be the instance that fills the disk
      expect((await gateway.post('/strategy/instances/two/stop')).body.instance.state).toBe('stopped')
    })
    await gateway.until('/readyz', (ready) => ready.status === 200)
    const before = await runtimeState(gateway)
    const { items } = (await gateway.get('/audit?limit=1')).body
    expect([items[0].what, items[0].subject]).toEqual(['instance_stopped', 'two'])
    await gateway.stop('SIGKILL')
    await using again = await startGateway({ folder: gateway.folder })
    expect(await runtimeState(again)).toEqual(before)
    expect((await again.get('/audit?limit=1')).body.items).toEqual(items)
  },
  TIMEOUT_MS,
)
