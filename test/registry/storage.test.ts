/** A disk that refuses: the caller is told what to do, and everything stays as it was. */
import { describe, expect, test } from 'bun:test'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../src/registry/registry'
import { lacks } from '../tools'
import { until } from '../until'
import { Home, hashOf, openRegistry, pathOf, refusal, source } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')
const LYING = source('grid', 'v3')

const WORKS: Record<string, (registry: Registry) => Promise<unknown>> = {
  'an upload': (registry) => registry.upload({ source: TWO, reassignTags: ['prod'] }, 'ann'),
  'an upload to where a file lies': (registry) => registry.upload({ source: LYING }, 'ann'),
  'a tag move': (registry) => registry.moveTag('grid', 'canary', hashOf(ONE), 'ann'),
  'a tag deletion': (registry) => registry.deleteTag('grid', 'prod', false, 'ann'),
  'a deletion': (registry) => registry.remove('grid', 'ann'),
  'the registration of a file that was dropped in': (registry) => registry.rescan(),
}

function snapshot(home: Home, registry: Registry): unknown {
  const files = home.files().map((path) => [path, home.read(path)])
  return [files, registry.exported(), registry.version]
}

describe.each(Object.entries(WORKS))('%s that the disk refuses at any step', (_, work) => {
  test.each([
    ['ENOSPC', 'storage_full'],
    ['EROFS', 'storage_unavailable'],
    ['EACCES', 'storage_unavailable'],
    ['EIO', 'storage_unavailable'],
  ])('by %s is refused as %s, leaves all as it was, and can be done later', async (errno, code) => {
    using home = new Home()
    let refuseAt = Number.POSITIVE_INFINITY
    let step = 0
    const failPoint = (name: string) => {
      // What comes after the registry file is in its place is no refusal any more.
      if (step++ === refuseAt) throw Object.assign(new Error(`${errno}: ${name}`), { code: errno })
    }
    await using registry = await openRegistry(home, { failPoint })
    await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
    home.write('dropped.js', source('dropped', 'v1'))
    home.write(pathOf('grid', LYING), 'of someone')
    const before = snapshot(home, registry)
    let refused = 0
    for (let at = 0; ; at++) {
      ;[step, refuseAt] = [0, at]
      const outcome = await work(registry).then(
        () => 'done' as const,
        (error) => error,
      )
      if (outcome === 'done') break
      refused++
      expect(outcome.code).toBe(code)
      expect(snapshot(home, registry)).toEqual(before)
    }
    expect(refused).toBeGreaterThan(2)
  })
})

test('a first upload that the disk refuses at any step leaves nothing', async () => {
  using home = new Home()
  let [step, refuseAt] = [0, Number.POSITIVE_INFINITY]
  const failPoint = (name: string) => {
    if (step++ === refuseAt) throw Object.assign(new Error(`EIO: ${name}`), { code: 'EIO' })
  }
  await using registry = await openRegistry(home, { failPoint })
  let refused = 0
  for (; ; refused++) {
    ;[step, refuseAt] = [0, refused]
    const outcome = await registry.upload({ source: ONE }, 'ann').then(
      () => 'done' as const,
      (error) => error,
    )
    if (outcome === 'done') break
    expect([outcome.code, home.files(), registry.names()]).toEqual(['storage_unavailable', [], []])
  }
  expect(refused).toBeGreaterThan(8)
  // the mark of what was pending could not be removed: the next refresh does
  refuseAt = Number.POSITIVE_INFINITY
  await registry.rescan()
  expect(home.files()).toHaveLength(3)
})

test('a registry file that was touched and says the same is no news', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
  const { version } = registry
  home.write('registry.json', home.read('registry.json'))
  await registry.moveTag('grid', 'prod', hashOf(ONE), 'ann')
  expect(registry.version).toBe(version)
})

test.skipIf(lacks('proc'))('the registry files that were replaced are let go', async () => {
  using home = new Home()
  await using registry = await openRegistry(home)
  await registry.upload({ source: ONE }, 'ann')
  for (const n of Array(20).keys()) await registry.moveTag('grid', `t${n}`, hashOf(ONE), 'ann')
  const held = () =>
    readdirSync('/proc/self/fd')
      .map((file) => linkOf(`/proc/self/fd/${file}`))
      .filter((path) => path === `${home.path}/registry.json (deleted)`)
  await until(() => held().length === 0, 3000)
})

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

const SCRIPT = `
  import { Registry } from ${JSON.stringify(join(import.meta.dir, '../../src/registry/registry'))}
  import { inProcessCompiler } from ${JSON.stringify(join(import.meta.dir, '../../src/compiler/compile'))}
  import { loadEngine } from ${JSON.stringify(join(import.meta.dir, '../../src/sandbox/engine'))}
  import { writeFileSync, rmSync } from 'node:fs'
  const directory = process.argv[1]
  const compiler = inProcessCompiler(await loadEngine())
  await using registry = await Registry.open({ directory, compiler, now: () => 0 })
  await registry.upload({ source: process.argv[2] }, 'ann')
  const attempt = () => registry.upload({ source: process.argv[3] + ' '.repeat(300_000) }, 'ann').then(
    () => console.log('done'),
    (error) => console.log(error.code))
  await attempt()
  console.log(Object.keys(registry.tags('grid')).join(' '))
  Bun.spawnSync(['mount', '-o', 'remount,size=4m', directory])
  await attempt()
  console.log(Object.keys(registry.tags('grid')).join(' '), new TextDecoder().decode(await registry.source(registry.resolve('grid:v1'))).length)`

test.skipIf(lacks('mount'))('a small disk that fills up and grows', () => {
  using home = new Home()
  const mounted = 'mount -t tmpfs -o size=200k none "$1" && exec "$0" -e "$2" "$1" "$3" "$4"'
  const run = Bun.spawnSync(['unshare', '-m', 'sh', '-c', mounted, process.execPath, home.path, SCRIPT, ONE, TWO])
  expect(run.stdout.toString().trim().split('\n')).toEqual([
    'storage_full',
    'v1 latest',
    'done',
    `v1 latest v2 ${ONE.length}`,
  ])
})

test('a deleted revision whose file cannot be removed does not come back, and goes with the next refresh', async () => {
  using home = new Home()
  let broken = true
  const failPoint = (step: string) => {
    if (broken && step === 'remove js') throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
  }
  const logged: string[] = []
  await using registry = await openRegistry(home, { failPoint, log: (_, message) => logged.push(message) })
  await registry.upload({ source: ONE }, 'ann')
  await registry.remove('grid', 'ann')
  expect(home.files()).toHaveLength(4)
  await registry.rescan()
  expect([registry.names(), logged]).toEqual([[], []])
  broken = false
  await registry.rescan()
  expect([registry.names(), home.files()]).toEqual([[], ['registry.json']])
  expect(logged).toEqual(['collected what an interrupted write left'])
})

test('a start on a full disk serves what is registered and tells of the files that are not', async () => {
  using home = new Home()
  {
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
  }
  home.write('two.js', TWO)
  const failPoint = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
  await using registry = await openRegistry(home, { failPoint })
  expect(registry.tags('grid')).toEqual({ v1: hashOf(ONE), latest: hashOf(ONE) })
  expect(registry.problems()[0]?.problem).toBe(
    'the files that no entry knows could not be registered: the disk of the strategy home is full',
  )
})

test('the refusal says what to look after', async () => {
  using home = new Home()
  const failPoint = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
  await using registry = await openRegistry(home, { failPoint })
  const { message, hint } = await refusal(() => registry.upload({ source: ONE }, 'ann'))
  expect([message, hint]).toEqual([
    'the disk of the strategy home is full',
    'free space on the disk that the message names',
  ])
})
