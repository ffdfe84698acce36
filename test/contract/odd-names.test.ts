/** Names and tags that a registry from the field holds outside the grammars of new ones: everything goes with them as they stand. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { digestOf } from '../../src/schema/digest'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const FIRST = strategySource({ displayName: 'First' })
const SECOND = strategySource({ displayName: 'Second' })
const [first, second] = [FIRST, SECOND].map((source) => digestOf(Buffer.from(source))) as [string, string]

const NAMES = ['My Grid', 'Grid', 'a:b', 'a', 'a@b', 'tab\tbed', 'n'.repeat(600)]
const TAGS = ['Release 1/a', 'x@y', 'x:y', 't'.repeat(300), 'bell\u0007']

const folder = mkdtempSync(join(tmpdir(), 'meltica-odd-'))
const put = (path: string, text: string) => {
  const file = join(folder, 'strategies', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

let gateway: TestGateway
beforeAll(async () => {
  put('Old/first.js', FIRST)
  put('Old/second.js', SECOND)
  const strategy = {
    tags: Object.fromEntries(['latest', ...TAGS].map((tag) => [tag, first])),
    hashes: {
      [first]: { tag: 'Release 1/a', path: 'Old/first.js' },
      [second]: { tag: 'Release 2/a', path: 'Old/second.js' },
    },
  }
  put('registry.json', JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, strategy]))))
  gateway = await startGateway({
    folder,
    config: 'providers: [{ name: sim, adapter: { identifier: sim, config: {} } }]\n',
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const scope = { sim: { symbols: ['BTC-USDT'] } }
let count = 0
const launch = async (identifier: string) => {
  const id = `odd-${++count}`
  const { status, body } = await gateway.post('/strategy/instances', {
    id,
    strategy: { identifier },
    scope,
    autostart: true,
  })
  return { id, status, body }
}
const tagPath = (name: string, tag: string) =>
  `/strategies/modules/${encodeURIComponent(name)}/tags/${encodeURIComponent(tag)}`
const tagsOf = async (name: string) =>
  (await gateway.get('/strategies/registry')).body.registry[name].tags as Record<string, string>

for (const name of NAMES) {
  const shown = JSON.stringify(name.slice(0, 20))

  test(`${shown} is found, launched and told by every selector`, async () => {
    for (const selector of [name, `${name}@${first}`, ...TAGS.map((tag) => `${name}:${tag}`)]) {
      const module = await gateway.get(`/strategies/modules/${encodeURIComponent(selector)}`)
      expect([selector, module.status, module.body.name, module.body.hash]).toEqual([selector, 200, name, first])
      const { id, status, body } = await launch(selector)
      expect([selector, status, body.state]).toEqual([selector, 201, 'running'])
      expect(body.strategy).toMatchObject({ identifier: name, selector, hash: first })
      await gateway.delete(`/strategy/instances/${id}`)
    }
  })

  test(`a tag of ${shown} is moved with the instances that follow it, and those alone`, async () => {
    for (const tag of TAGS) {
      const follower = await launch(`${name}:${tag}`)
      const other = await launch(`${name}@${first}`)
      const moved = await gateway.put(tagPath(name, tag), { hash: second })
      expect([tag, moved.status, moved.body]).toEqual([
        tag,
        200,
        { status: 'tag_assigned', strategy: name, tag, hash: second, previousHash: first, refresh: true },
      ])
      const hashes = [follower, other].map(async ({ id }) => {
        const { body } = await gateway.get(`/strategy/instances/${id}`)
        return body.strategy.hash
      })
      expect([tag, ...(await Promise.all(hashes))]).toEqual([tag, second, first])
      // a snapshot that is sent back leaves it what it was
      const snapshot = (await gateway.get(`/strategy/instances/${follower.id}`)).body
      const kept = await gateway.put(`/strategy/instances/${follower.id}`, snapshot)
      expect(kept.body.strategy.selector).toBe(`${name}:${tag}`)
      expect((await gateway.post(`${tagPath(name, tag)}/rollback`, {})).body).toMatchObject({ hash: first })
      expect((await tagsOf(name))[tag]).toBe(first)
      for (const { id } of [follower, other]) await gateway.delete(`/strategy/instances/${id}`)
    }
  })
}

describe('what is refused changes nothing:', () => {
  test('a new tag outside the grammar, and a hash that is not there', async () => {
    const before = (await gateway.get('/strategies/registry')).text
    for (const tag of ['Release 9/a', 'z@y', 'z:y', '', 'bell\u0007\u0007']) {
      const { status } = await gateway.put(tagPath('Grid', tag), { hash: first })
      expect([tag, status]).toEqual([tag, tag === '' ? 404 : 400])
    }
    for (const tag of TAGS) {
      const { status, body } = await gateway.put(tagPath('a@b', tag), { hash: `sha256:${'0'.repeat(64)}` })
      expect([tag, status, body.error]).toEqual([tag, 404, 'hash_not_found'])
    }
    expect((await gateway.get('/strategies/registry')).text).toBe(before)
  })

  test('a name of an odd form that is not there', async () => {
    const { status, body } = await launch('no@such')
    expect([status, body.error]).toEqual([400, 'invalid_selector'])
  })
})

test('a refresh by an odd name settles what follows it', async () => {
  const { id } = await launch('a:b:x@y')
  const { status, body } = await gateway.post('/strategies/refresh', { strategies: ['a:b:x@y'] })
  expect([status, body.results.length, body.results[0].strategy, body.results[0].instances]).toEqual([
    200,
    1,
    'a:b',
    [id],
  ])
})
