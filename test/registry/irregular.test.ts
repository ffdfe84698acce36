/** What is no regular file, where the registry has or expects one: it is told of, and nothing waits for it or fills memory. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { startGateway, strategySource } from '../gateway'
import { filed, Home, hashOf, openRegistry, pathOf, refusal, source } from './home'

// what waited for a FIFO would do so for ever
setDefaultTimeout(20_000)

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')
const MIB = 1 << 20

/** Puts it there in place of whatever there was. */
const put: Record<string, (path: string) => unknown> = {
  'a FIFO': (path) => Bun.spawnSync(['mkfifo', path]),
  'a device without end': (path) => symlinkSync('/dev/zero', path),
  'a folder': (path) => mkdirSync(path),
  'a file of a terabyte': (path) => {
    writeFileSync(path, ONE)
    truncateSync(path, 2 ** 40)
  },
  'a link to a FIFO': (path) => {
    Bun.spawnSync(['mkfifo', `${path}.pipe`])
    symlinkSync(`${path}.pipe`, path)
  },
  'a socket': (path) => {
    const server = createServer().listen(path)
    server.unref()
    return new Promise((resolve) => server.once('listening', resolve))
  },
}
const REASON: Record<string, RegExp> = {
  'a FIFO': /is not a regular file/,
  'a device without end': /is not a regular file|leaves the strategy home/,
  'a folder': /is a folder/,
  'a file of a terabyte': /is over 1 MiB/,
  'a link to a FIFO': /is not a regular file/,
  'a socket': /is not a regular file/,
}

for (const [what, make] of Object.entries(put)) {
  describe(`${what}`, () => {
    test('in place of a source is told, at a start, a refresh and a launch, and hides no other revision', async () => {
      const path = pathOf('grid', ONE)
      using home = new Home({ [path]: ONE, 'two.js': TWO })
      home.write('registry.json', JSON.stringify({ grid: filed({ v1: [path, ONE], v2: ['two.js', TWO] }) }))
      rmSync(home.at(path))
      await make(home.at(path))
      await using registry = await openRegistry(home)
      for (const when of ['start', 'refresh']) {
        const bad = registry.resolve('grid:v1')
        expect([when, bad.state, bad.problem]).toEqual([when, 'missing', expect.stringMatching(REASON[what]!)])
        expect((await refusal(() => registry.launchable(bad))).message).toMatch(REASON[what]!)
        expect((await refusal(() => registry.source(bad))).message).toMatch(REASON[what]!)
        expect(registry.resolve('grid:v2').state).toBe('sound')
        await registry.rescan()
      }
    })

    test('that comes while the registry is open is told as well', async () => {
      using home = new Home({
        'one.js': ONE,
        'registry.json': JSON.stringify({ grid: filed({ v1: ['one.js', ONE] }) }),
      })
      await using registry = await openRegistry(home)
      await registry.launchable(registry.resolve('grid:v1'))
      renameSync(home.at('one.js'), home.at('kept'))
      await make(home.at('one.js'))
      expect((await refusal(() => registry.launchable(registry.resolve('grid:v1')))).code).toBe('revision_missing')
      rmSync(home.at('one.js'), { recursive: true })
      renameSync(home.at('kept'), home.at('one.js'))
      expect((await registry.launchable(registry.resolve('grid:v1'))).metadata.tag).toBe('v1')
    })

    test('in place of a program is made anew', async () => {
      using home = new Home({
        'one.js': ONE,
        'registry.json': JSON.stringify({ grid: filed({ v1: ['one.js', ONE] }) }),
      })
      await make(home.at('one.wasm'))
      await using registry = await openRegistry(home)
      expect((await registry.launchable(registry.resolve('grid:v1'))).program.length).toBeGreaterThan(100)
    })

    test('that is dropped in is not registered', async () => {
      using home = new Home({ 'two.js': TWO })
      await make(home.at('one.js'))
      await using registry = await openRegistry(home)
      await registry.rescan()
      expect(Object.keys(registry.tags('grid'))).toEqual(['v2', 'latest'])
    })

    test('in place of the registry file is a refusal that names it', async () => {
      using home = new Home({ 'one.js': ONE })
      await make(home.at('registry.json'))
      const { message } = await refusal(() => openRegistry(home))
      expect(message).toMatch(/registry\.json cannot be read: it is (a folder|not a regular file|over 128 MiB)/)
    })

    test('in place of what is remembered is no hindrance', async () => {
      using home = new Home({ 'one.js': ONE })
      mkdirSync(home.at('.meltica'))
      await make(home.at('.meltica/verdicts.jsonl'))
      await using registry = await openRegistry(home)
      expect(registry.resolve('grid:v1').state).toBe('sound')
    })
  })
}

test('a source of 1 MiB is read, and one byte more is too large', async () => {
  const sized = (bytes: number) => `${TWO}//${'x'.repeat(bytes - TWO.length - 2)}`
  const [fits, tooLarge] = [sized(MIB), sized(MIB + 1)]
  using home = new Home({ 'fits.js': fits, 'large.js': tooLarge })
  home.write('registry.json', JSON.stringify({ grid: filed({ v1: ['fits.js', fits], v2: ['large.js', tooLarge] }) }))
  await using registry = await openRegistry(home)
  expect([registry.resolve('grid:v1').state, registry.resolve('grid:v2').state]).toEqual(['sound', 'missing'])
  expect(hashOf(fits)).toBe(registry.resolve('grid:v1').hash)
})

test('a FIFO where an upload is to be written is a refusal, and nothing changes', async () => {
  await using gateway = await startGateway()
  const module = await gateway.upload(strategySource())
  Bun.spawnSync(['mkfifo', `${gateway.home}/registry.json.meltica-tmp`])
  const { status, body } = await gateway.put('/strategies/modules/grid/tags/prod', { hash: module.hash })
  expect([status, body.error]).toEqual([503, 'storage_unavailable'])
  expect((await gateway.put('/strategies/modules/grid/tags/prod', { hash: module.hash })).status).toBe(200)
})
