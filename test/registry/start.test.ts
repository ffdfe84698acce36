/** Starts: the lock, what a crash left, and how much is done again. */
import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { isProgramOf, sealProgram } from '../../src/compiler/compiled'
import { readStrategy } from '../../src/registry/read-only'
import { readProgram } from '../../src/sandbox/program'
import { counting, filed, Home, hashOf, NOW, openRegistry, pathOf, refusal, refusedAs, source } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')

test('a home that is not there is made', async () => {
  using home = new Home()
  await using registry = await openRegistry(home, { directory: home.at('a/b') })
  expect(registry.names()).toEqual([])
})

test('a home is given to one at a time, and the refusal says who has it', async () => {
  using home = new Home()
  {
    await using _ = await openRegistry(home)
    expect(readdirSync(home.at('.meltica')).sort()).toEqual(['holder', 'lock'])
    const { code, message } = await refusal(() => openRegistry(home))
    const holder = `process ${process.pid} since ${new Date(NOW).toISOString()}`
    expect([code, message]).toEqual(['home_locked', `another gateway uses the strategy home ${home.path}: ${holder}`])
  }
  await using registry = await openRegistry(home)
  expect(registry.names()).toEqual([])
})

test('the lock goes with the process that held it, however that ended, and whoever comes a moment too early waits', async () => {
  using home = new Home()
  const script = `
    import { HomeLock } from ${JSON.stringify(`${import.meta.dir}/../../src/registry/lock`)}
    globalThis.lock = HomeLock.take(${JSON.stringify(home.path)}, 0)
    process.stdout.write('taken')
    setInterval(() => undefined, 1000)`
  const other = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' })
  for await (const _ of other.stdout) break
  expect(await refusedAs(() => openRegistry(home))).toBe('home_locked')
  // the next one is started before the kernel is done with it
  Bun.spawn(['sh', '-c', `sleep 0.02; kill -KILL ${other.pid}`])
  await using registry = await openRegistry(home)
  expect(registry.names()).toEqual([])
})

test('a home that is a file is refused', async () => {
  using home = new Home({ file: '' })
  expect(await refusedAs(() => openRegistry(home, { directory: home.at('file') }))).toBe('home_unwritable')
})

test('what is known to be sound is not compiled again', async () => {
  using home = new Home({ 'a.js': ONE, 'b.js': source('other', 'v1') })
  const compiler = await counting()
  for (const asked of [2, 2]) {
    await using registry = await openRegistry(home, { compiler })
    expect([registry.resolve('grid').metadata?.name, compiler.asked]).toEqual(['grid', asked])
  }
})

test('what was refused is asked again at a start and at a refresh', async () => {
  using home = new Home({ 'bad.js': 'nope(' })
  const compiler = await counting()
  for (const asked of [2, 4]) {
    await using registry = await openRegistry(home, { compiler })
    await registry.rescan()
    expect(compiler.asked).toBe(asked)
  }
})

test('the program of another engine is not launched but made anew', async () => {
  using home = new Home({ 'a.js': ONE })
  const compiler = await counting()
  const other = `sha256:${'1'.repeat(64)}`
  {
    await using registry = await openRegistry(home)
    const { program, metadata } = await registry.launchable(registry.resolve('grid'))
    const { bytecode } = readProgram(program)
    await Bun.write(home.at('a.wasm'), sealProgram(other, bytecode, metadata, hashOf(ONE)))
  }
  await using registry = await openRegistry(home, { compiler })
  expect(compiler.asked).toBe(0)
  const { program } = await registry.launchable(registry.resolve('grid'))
  expect(compiler.asked).toBe(1)
  expect(isProgramOf(program, compiler.engineHash, hashOf(ONE))).toBe(true)
})

test.each(['', '{"half', 'null\n{}\n[1]\n', `{"rules":1,"hash":"${hashOf(ONE)}"}\n`, `{"rules":1,"metadata":{}}\n`])(
  'a damaged cache of validations %p only costs time',
  async (text) => {
    using home = new Home({ 'a.js': ONE })
    mkdirSync(home.at('.meltica'))
    writeFileSync(home.at('.meltica/verdicts.jsonl'), text)
    await using registry = await openRegistry(home)
    expect(registry.resolve('grid')).toMatchObject({ state: 'sound', metadata: { name: 'grid' } })
  },
)

test.each(['', 'not wasm'])('a damaged program %p is made again', async (text) => {
  using home = new Home()
  {
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
  }
  const path = pathOf('grid', ONE).replace('.js', '.wasm')
  home.write(path, text)
  await using registry = await openRegistry(home)
  const { program } = await registry.launchable(registry.resolve('grid'))
  expect(Buffer.from(program).equals(await Bun.file(home.at(path)).bytes())).toBe(true)
})

test('a start on a thousand unknown revisions is ready before all are compiled, and launches any of them', async () => {
  const sources = Array.from({ length: 300 }, (_, i) => source('grid', `v${i}`))
  const revisions = Object.fromEntries(sources.map((text, i) => [`v${i}`, [pathOf('grid', text), text] as const]))
  const grid = filed(revisions)
  grid.tags.latest = hashOf(sources[299]!)
  using home = new Home({ ...Object.fromEntries(Object.values(revisions)), 'registry.json': JSON.stringify({ grid }) })
  const compiler = await counting()
  await using registry = await openRegistry(home, { compiler })
  expect(compiler.asked).toBeLessThan(300)
  expect(registry.resolve('grid').metadata?.tag).toBe('v299')
  expect((await registry.launchable(registry.resolve('grid:v298'))).metadata.tag).toBe('v298')
})

describe('what a crash leaves is recognised:', () => {
  const path = pathOf('grid', ONE)
  const program = path.replace('.js', '.wasm')

  test('a revision that was being added is collected', async () => {
    using home = new Home({
      [path]: ONE,
      [program]: '',
      [`${path}.meltica-pending`]: '',
      'registry.json.meltica-tmp': '{',
    })
    const logged: unknown[] = []
    await using registry = await openRegistry(home, { log: (...line) => logged.push(line) })
    expect(logged).toEqual([['info', 'collected what an interrupted write left', { paths: [path] }]])
    await registry.rescan()
    expect([registry.names(), home.files(), existsSync(home.at('grid')), logged.length]).toEqual([[], [], false, 1])
  })

  test('what an upload took out of its way comes back when the upload did not come to its end', async () => {
    const [edited, whole] = [`${path}.replaced`, { [`${path}.meltica-pending`]: '' }]
    const file = { 'registry.json': JSON.stringify({ grid: filed({ v1: [path, ONE] }) }) }
    using before = new Home({ [edited]: 'edited', ...whole, ...file })
    await using interrupted = await openRegistry(before)
    expect([interrupted.resolve('grid:v1').state, before.files()]).toEqual(['drifted', [path, 'registry.json']])
    using after = new Home({ [path]: ONE, [edited]: 'edited', ...whole, ...file })
    await using finished = await openRegistry(after)
    expect([finished.resolve('grid:v1').state, after.files()]).toEqual(['sound', [path, edited, 'registry.json']])
  })

  test('a link of the name of something half written is none of ours', async () => {
    using home = new Home({ 'real.txt': '' })
    for (const name of ['a.js.meltica-tmp', 'b.js.meltica-pending']) symlinkSync('real.txt', home.at(name))
    await using registry = await openRegistry(home)
    await registry.rescan()
    expect(readdirSync(home.path).sort()).toEqual(['.meltica', 'a.js.meltica-tmp', 'b.js.meltica-pending', 'real.txt'])
  })

  test('a revision that is registered stays, whatever lies beside it', async () => {
    using home = new Home({
      [path]: ONE,
      [`${path}.meltica-pending`]: '',
      [`${path}.meltica-tmp`]: 'half',
      'registry.json': JSON.stringify({ grid: filed({ v1: [path, ONE] }) }),
    })
    await using registry = await openRegistry(home)
    expect([registry.resolve('grid:v1').state, home.files()]).toEqual(['sound', [path, 'registry.json']])
  })

  test('nothing is collected beside a registry file that cannot be read', async () => {
    using home = new Home({ [path]: ONE, [`${path}.meltica-pending`]: '', 'registry.json': '{"grid":' })
    await using registry = await openRegistry(home)
    await registry.rescan()
    expect([registry.names(), home.read(path)]).toEqual([[], ONE])
  })

  test('a file that someone dropped in beside it is none of that', async () => {
    using home = new Home({ [path]: ONE, [`${path}.meltica-pending`]: '', 'grid/mine.js': TWO })
    await using registry = await openRegistry(home)
    expect(registry.tags('grid')).toEqual({ v2: hashOf(TWO), latest: hashOf(TWO) })
  })
})

describe('a registry file that is broken', () => {
  const aside = 'registry.json.broken-'

  test('is kept aside once for each of its contents, whatever lies under such a name already', async () => {
    using home = new Home()
    mkdirSync(home.at(`${aside}by-someone`))
    for (const [now, text] of ['{', '{', '[', '{'].entries()) {
      home.write('registry.json', text)
      await using registry = await openRegistry(home, { now: () => now })
      expect(registry.problems()).toHaveLength(1)
    }
    const kept = (time: string) => `${aside}1970-01-01T00-00-00.${time}Z`
    expect(home.files()).toEqual(['registry.json', kept('000'), kept('002')])
    expect([home.read(kept('000')), home.read(kept('002'))]).toEqual(['{', '['])
  })

  test('stops to hold up what is to be collected once it is repaired', async () => {
    const path = pathOf('grid', ONE)
    using home = new Home({ 'registry.json': '{', [path]: ONE, [`${path}.meltica-pending`]: '' })
    await using registry = await openRegistry(home)
    expect(home.files()).toHaveLength(4)
    home.write('registry.json', '{}')
    await registry.rescan()
    expect([registry.problems(), home.files().filter((file) => !file.startsWith(aside))]).toEqual([
      [],
      ['registry.json'],
    ])
  })
})

describe('beside a gateway that has the home', () => {
  test('a revision can be read', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    await registry.upload({ source: ONE }, 'ann')
    const stored = readStrategy(home.path, 'grid')
    expect(stored).toMatchObject({
      name: 'grid',
      hash: hashOf(ONE),
      tag: 'v1',
      path: `${registry.directory}/${pathOf('grid', ONE)}`,
    })
    expect(new TextDecoder().decode(stored.source)).toBe(ONE)
  })

  test.each([
    ['nope', 'strategy_not_found'],
    ['grid:v1', 'revision_drifted'],
  ])('%p is refused as %s', async (selector, code) => {
    using home = new Home({ 'a.js': TWO, 'registry.json': JSON.stringify({ grid: filed({ v1: ['a.js', ONE] }) }) })
    expect(await refusedAs(() => readStrategy(home.path, selector))).toBe(code as never)
  })

  test('a home that is not there is told', async () => {
    expect(await refusedAs(() => readStrategy('/nowhere/at/all', 'grid'))).toBe('home_unwritable')
  })
})
