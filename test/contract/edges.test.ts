/** What a client can ask for wrongly: a documented 4xx in one form, the state unchanged, never a fault. Bodies have a file of their own. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { sendRaw } from '../raw'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
let before: string
beforeAll(async () => {
  gateway = await startGateway({ config: 'cors: ["https://ui.example.org"]\n' })
  await gateway.upload(strategySource())
  before = (await gateway.get('/strategies/registry')).text
})
afterAll(async () => {
  expect((await gateway.get('/strategies/registry')).text).toBe(before)
  expect((await gateway.get('/metrics')).text).not.toMatch(/http_request_duration_seconds_count\{.*status="5/)
  await gateway[Symbol.asyncDispose]()
})

const raw = async (text: string) => (await sendRaw(gateway.url, text))[0] ?? ''

test('a refusal has the form of the contract: a code, a sentence and what to do', async () => {
  const { status, headers, body } = await gateway.get('/strategies/modules/grid:prod')
  expect([status, headers.get('content-type')]).toEqual([404, expect.stringMatching(/^application\/json/)])
  expect(body).toEqual({
    status: 'error',
    error: 'tag_not_found',
    message: 'tag "prod" not found for strategy "grid"',
    hint: 'GET /strategies/modules/grid lists its tags',
  })
})

describe('a query that the call does not take', () => {
  const cases: [string, string][] = [
    ['/strategies?x=1', 'x'],
    ['/strategies/modules?Limit=1', 'Limit'],
    ['/strategies/modules?limit=0', 'limit'],
    ['/strategies/modules?limit=-1', 'limit'],
    ['/strategies/modules?limit=1.5', 'limit'],
    ['/strategies/modules?limit=', 'limit'],
    ['/strategies/modules?limit=99999999999999999999', 'limit'],
    ['/strategies/modules?offset=-1', 'offset'],
    ['/strategies/modules?runningOnly=maybe', 'runningOnly'],
    ['/strategies/modules/grid?deep=true', 'deep'],
    ['/strategies/modules/grid/source?raw=1', 'raw'],
    ['/strategies/modules/grid/usage?includestopped=true', 'includestopped'],
    ['/strategies/registry?x', 'x'],
    ['/strategy/instances?foo=1', 'foo'],
    ['/providers?foo=1', 'foo'],
    ['/audit?foo=1', 'foo'],
    ['/audit?what=nothing', 'what'],
  ]
  for (const [path, field] of cases) {
    test(`${path} → 400 that names ${field}`, async () => {
      const { status, body } = await gateway.get(path)
      expect([status, body.error]).toEqual([400, 'invalid_request'])
      expect(body.message).toContain(`"${field}"`)
    })
  }

  for (const [query, message] of [
    ['limit=x', 'query field "limit" must be an integer'],
    ['limit=0', 'query field "limit" must be an integer greater or equal to 1'],
    ['offset=1.5', 'query field "offset" must be an integer'],
    ['runningOnly=1', 'query field "runningOnly" must be a boolean'],
    ['limit=1&limit=2', 'query field "limit" is given twice'],
    ['nope=1', 'query field "nope" is unknown'],
  ]) {
    test(`${query} → ${message}`, async () => {
      const { body } = await gateway.get(`/strategies/modules?${query}`)
      expect(body).toMatchObject({ status: 'error', error: 'invalid_request', message })
    })
  }

  test('of a DELETE is refused before anything is deleted', async () => {
    const { status } = await gateway.delete('/strategies/modules/grid?force=true')
    expect(status).toBe(400)
  })
})

describe('a path that is none', () => {
  const cases: [string, number, string][] = [
    ['/nope', 404, 'not_found'],
    ['/strategies/modules/grid/nope', 404, 'not_found'],
    ['/strategies/modules/grid/tags/a/b', 404, 'not_found'],
    ['/strategies/%ZZ', 400, 'invalid_path'],
    ['/strategies/modules/grid%', 400, 'invalid_path'],
    ['/strategies/modules/%00', 400, 'invalid_path'],
    ['/strategies/modules/%FF', 400, 'invalid_path'],
    ['/strategies/modules/%C0%AE%C0%AE', 400, 'invalid_path'],
    ['/strategies?strategy=%ZZ', 400, 'invalid_path'],
  ]
  for (const [path, status, code] of cases) {
    test(`${path} → ${status} ${code}`, async () => {
      const answer = await gateway.get(path)
      expect([answer.status, answer.body.error]).toEqual([status, code])
    })
  }
})

describe('methods', () => {
  const paths = [
    ['/strategies', 'GET, HEAD, OPTIONS'],
    ['/strategies/grid', 'GET, HEAD, OPTIONS'],
    ['/strategies/modules', 'GET, HEAD, OPTIONS, POST'],
    ['/strategies/modules/grid', 'DELETE, GET, HEAD, OPTIONS, PUT'],
    ['/strategies/modules/grid/source', 'GET, HEAD, OPTIONS'],
    ['/strategies/modules/grid/tags/prod', 'DELETE, OPTIONS, PUT'],
    ['/strategies/modules/grid/usage', 'GET, HEAD, OPTIONS'],
    ['/strategies/refresh', 'OPTIONS, POST'],
    ['/strategies/registry', 'GET, HEAD, OPTIONS'],
    ['/strategy/instances', 'GET, HEAD, OPTIONS, POST'],
    ['/strategy/instances/x', 'DELETE, GET, HEAD, OPTIONS, PUT'],
    ['/strategy/instances/x/start', 'OPTIONS, POST'],
    ['/audit', 'GET, HEAD, OPTIONS'],
    ['/metrics', 'GET, HEAD, OPTIONS'],
    ['/docs', 'GET, HEAD, OPTIONS'],
    ['/', 'GET, HEAD, OPTIONS'],
  ] as const
  for (const [path, allow] of paths) {
    test(`${path} answers 405 with Allow to PATCH, and OPTIONS`, async () => {
      const refused = await gateway.call('PATCH', path)
      expect([refused.status, refused.body.error, refused.headers.get('allow')]).toEqual([
        405,
        'method_not_allowed',
        allow,
      ])
      const options = await gateway.call('OPTIONS', path)
      expect([options.status, options.headers.get('allow')]).toEqual([204, allow])
    })
  }

  for (const path of [
    '/strategies',
    '/strategies/modules',
    '/strategies/modules/grid',
    '/strategies/modules/grid/source',
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/docs',
    '/',
    '/strategies/modules/nope',
  ]) {
    test(`HEAD ${path} answers as GET does, without a body`, async () => {
      const [get, head] = await Promise.all([gateway.get(path), gateway.call('HEAD', path)])
      expect([head.status, head.text]).toEqual([get.status, ''])
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
      expect(head.headers.get('etag')).toBe(get.headers.get('etag'))
    })
  }
})

describe('what no well-behaved client sends', () => {
  const cases: [string, string, RegExp][] = [
    ['a short Host', 'GET /strategies HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 200/],
    ['an empty Host', 'GET /strategies HTTP/1.1\r\nHost:\r\n\r\n', /^HTTP\/1.1 200/],
    ['a Host that is none', 'GET /strategies HTTP/1.1\r\nHost: a b\r\n\r\n', /^HTTP\/1.1 400/],
    ['no Host', 'GET /strategies HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400/],
    ['a whole URL', 'GET http://other/strategies HTTP/1.1\r\nHost: other\r\n\r\n', /^HTTP\/1.1 200/],
    ['dots that lead out', 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 404/],
    [
      'a short Host and a body',
      'PUT /strategies/modules/grid/tags/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      /^HTTP\/1.1 400/,
    ],
    [
      'a chunked body of nothing',
      'PUT /strategies/modules/grid/tags/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
  ]
  for (const [what, request, answer] of cases) {
    test(what, async () => {
      expect(await raw(request)).toMatch(answer)
    })
  }
})

describe('pages of other origins', () => {
  const call = (method: string, origin: string) => gateway.call(method, '/strategies/refresh', undefined, { origin })

  test('may change nothing unless they are allowed', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const { status, body } = await call('POST', origin)
      expect([status, body.error]).toEqual([403, 'origin_refused'])
    }
    for (const origin of ['https://ui.example.org', gateway.url]) expect((await call('POST', origin)).status).toBe(200)
  })

  test('may read nothing unless they are allowed', async () => {
    const shared = await gateway.get('/strategies', { origin: 'https://ui.example.org' })
    expect(shared.headers.get('access-control-allow-origin')).toBe('https://ui.example.org')
    const closed = await gateway.get('/strategies', { origin: 'https://evil.example' })
    expect(closed.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('are told in a preflight what they may do', async () => {
    const { headers } = await call('OPTIONS', 'https://ui.example.org')
    expect(headers.get('access-control-allow-methods')).toBe('OPTIONS, POST')
    expect((await call('OPTIONS', 'https://evil.example')).headers.get('access-control-allow-methods')).toBeNull()
  })
})
