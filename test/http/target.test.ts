/** One reading of the URL: whatever a request looks like, it is checked, answered from memory and routed as one path. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTokens } from '../../src/config/token-file'
import { newToken, tokenHash } from '../../src/http/tokens'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { sendRaw } from '../raw'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const folder = mkdtempSync(join(tmpdir(), 'meltica-target-'))
const file = join(folder, 'tokens.yaml')
const token = newToken('dashboard')

let gateway: TestGateway
let guarded: TestGateway
beforeAll(async () => {
  writeTokens(file, [{ name: 'dashboard', role: 'read', hash: tokenHash(token) }])
  ;[gateway, guarded] = await Promise.all([startGateway(), startGateway({ config: `tokens: ${file}\n` })])
  await gateway.upload(strategySource({ name: 'registry', displayName: 'A strategy of a misleading name' }))
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await guarded[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const LINE = {
  '1.0': (target: string) => `GET ${target} HTTP/1.0\r\n`,
  '1.1': (target: string) => `GET ${target} HTTP/1.1\r\n`,
}
const statusOf = (answer = '') => Number(answer.split(' ', 2)[1])
const bodyOf = (answer = '') => answer.slice(answer.indexOf('\r\n\r\n') + 4)

describe('a request is answered as the path that it names', () => {
  const same: [string, string][] = [
    ['/strategies/modules/registry', '/strategies/modules/registry'],
    ['/strategies/registry', '/strategies/registry'],
    ['/strategies/modules?strategy=registry', '/strategies/modules?strategy=registry'],
    ['/strategies/modules/../registry', '/strategies/registry'],
    ['/strategies/modules/%2e%2e/registry', '/strategies/registry'],
    ['/strategies/./registry', '/strategies/registry'],
    ['/strategies\\registry', '/strategies/registry'],
    ['/strategies/modules/registry;v=1', '/strategies/modules/registry;v=1'],
    ['/strategies/modules/a%2Fregistry', '/strategies/modules/a%2Fregistry'],
    ['/strategies/modules/a%2F..%2Fregistry', '/strategies/modules/a%2F..%2Fregistry'],
    ['//strategies/registry', '//strategies/registry'],
    ['/x//strategies/registry', '/x//strategies/registry'],
    ['//healthz/strategies/registry', '//healthz/strategies/registry'],
    ['http://localhost/strategies/registry', '/strategies/registry'],
    ['http://localhost/healthz/../strategies/registry', '/strategies/registry'],
    ['http://user:word@localhost/strategies/registry', '/strategies/registry'],
  ]
  for (const [target, path] of same) {
    for (const head of [
      LINE['1.0'](target),
      `${LINE['1.0'](target)}Host: x\r\n`,
      `${LINE['1.1'](target)}Host: x\r\n`,
      `${LINE['1.1'](target)}Host: [::1]:8880\r\n`,
      `${LINE['1.1'](target)}Host: localhost\r\n`,
      `${LINE['1.1'](target)}Host:\r\n`,
    ]) {
      test(JSON.stringify(head), async () => {
        // Fetch would take a path that begins with two slashes for a host, as it is to be read here
        const plain = await sendRaw(gateway.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
        // the second comes from what the first one left
        for (const _ of [1, 2]) {
          const [answer] = await sendRaw(gateway.url, `${head}\r\n`)
          expect([statusOf(answer), bodyOf(answer)]).toEqual([statusOf(plain[0]), bodyOf(plain[0])])
        }
        const { status, text } = await gateway.get('/strategies/registry')
        expect([status, Object.keys(JSON.parse(text))]).toEqual([200, ['registry', 'usage']])
      })
    }
  }
})

describe('what is open without a token opens nothing else', () => {
  for (const target of [
    '/healthz/../strategies/registry',
    '/docs/../strategies/registry',
    '/healthz/%2e%2e/strategies/registry',
    '/healthz\\..\\strategies/registry',
    '/strategies/registry',
    'http://localhost/healthz/../strategies/registry',
  ]) {
    test(target, async () => {
      const head = `${LINE['1.1'](target)}Host: x\r\n`
      const allowed = `${head}Authorization: Bearer ${token}\r\n\r\n`
      // on one connection, the second without a token
      const [first, second] = await sendRaw(guarded.url, `${allowed}${head}\r\n`, 2)
      expect([200, 401]).toEqual([statusOf(first), statusOf(second)])
      const [old] = await sendRaw(guarded.url, `${LINE['1.0'](target)}\r\n`)
      expect(statusOf(old)).toBe(401)
    })
  }
})

describe('a Host that is not one host is refused', () => {
  for (const host of [
    'localhost/healthz',
    'user@localhost',
    'localhost?',
    'localhost#',
    'localhost\\x',
    'a b',
    'localhost, evil.example',
    'localhost:99999',
    'localhost:port',
    'local%2Fhost',
    '[::1',
    '\xe9',
  ]) {
    test(JSON.stringify(host), async () => {
      for (const version of ['1.0', '1.1'] as const) {
        const [answer] = await sendRaw(gateway.url, `${LINE[version]('/strategies/registry')}Host: ${host}\r\n\r\n`)
        expect([statusOf(answer), JSON.parse(bodyOf(answer)).error]).toEqual([400, 'invalid_host'])
      }
    })
  }

  test('when there are two of them', async () => {
    for (const second of ['evil.example', 'localhost', '']) {
      const hosts = `Host: localhost\r\nHost: ${second}\r\n\r\n`
      const [answer] = await sendRaw(gateway.url, LINE['1.1']('/strategies/registry') + hosts)
      expect([second, statusOf(answer)]).toEqual([second, 400])
    }
  })

  test('when HTTP/1.1 has none', async () => {
    const [answer] = await sendRaw(gateway.url, `${LINE['1.1']('/strategies/registry')}\r\n`)
    expect(statusOf(answer)).toBe(400)
  })

  test('and the next call on the same connection is answered', async () => {
    const bad = `${LINE['1.1']('/strategies/registry')}Host: user@localhost\r\n\r\n`
    const good = `${LINE['1.1']('/strategies/registry')}Host: localhost\r\n\r\n`
    const answers = await sendRaw(gateway.url, bad + good + bad + good, 4)
    expect(answers.map(statusOf)).toEqual([400, 200, 400, 200])
  })
})

test('a target that is no path is refused', async () => {
  for (const target of ['/strategies/registry#x', '/strategies#/registry', '/strategies?x#y']) {
    for (const head of [LINE['1.0'](target), `${LINE['1.1'](target)}Host: x\r\n`]) {
      const [answer] = await sendRaw(gateway.url, `${head}\r\n`)
      expect([target, statusOf(answer), JSON.parse(bodyOf(answer)).error]).toEqual([target, 400, 'invalid_path'])
    }
  }
  const [answer] = await sendRaw(gateway.url, 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n')
  expect(statusOf(answer)).toBe(400)
})
