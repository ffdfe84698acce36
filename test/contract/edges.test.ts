/** What a client can send wrongly: a documented 4xx in one form, the state unchanged, never a fault. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { connect } from 'node:net'
import { startGateway, strategySource, type TestGateway } from '../gateway'

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

const MIB = 1024 * 1024
const source = strategySource({ name: 'other' })
/** A sound module of exactly this many bytes. */
const sized = (bytes: number) => `${source}//${'x'.repeat(bytes - source.length - 2)}`

/** Sends bytes as they are and answers all that comes back within the time. */
function raw(text: string): Promise<string> {
  const { port } = new URL(gateway.url)
  return new Promise((resolve, reject) => {
    let got = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      got += chunk
      if (got.includes('\r\n\r\n')) socket.destroy()
    })
    socket.on('close', () => resolve(got))
    socket.on('error', reject)
  })
}

describe('a body that is not what the call takes', () => {
  const cases: [string, unknown, number, string, string?][] = [
    ['nothing', undefined, 400, 'invalid_request', 'source'],
    ['not JSON', '{"source":', 400, 'malformed_json'],
    ['an array', [], 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['a text', '"source"', 400, 'invalid_request'],
    ['no source', {}, 400, 'invalid_request', 'source'],
    ['source null', { source: null }, 400, 'invalid_request', 'source'],
    ['source a number', { source: 5 }, 400, 'invalid_request', 'source'],
    ['an unknown field', { source, tagg: 'v1' }, 400, 'invalid_request', 'tagg'],
    ['tag null', { source, tag: null }, 400, 'invalid_request', 'tag'],
    ['tag a number', { source, tag: 1 }, 400, 'invalid_request', 'tag'],
    ['tag with a path', { source, tag: '../x' }, 400, 'invalid_tag'],
    ['tag with a NUL', { source, tag: 'a\0b' }, 400, 'invalid_tag'],
    ['tag too long', { source, tag: 'x'.repeat(300) }, 400, 'invalid_request', 'tag'],
    ['an alias twice', { source, aliases: ['a', 'b', 'a'] }, 400, 'invalid_request'],
    ['a reassigned tag twice', { source, reassignTags: ['a', 'a'] }, 400, 'invalid_request'],
    [
      'latest to move and not to be promoted',
      { source, aliases: ['latest'], promoteLatest: false },
      400,
      'invalid_request',
    ],
    [
      'latest to be reassigned and not promoted',
      { source, reassignTags: ['latest'], promoteLatest: false },
      400,
      'invalid_request',
    ],
    ['reassignTags that are no tags', { source, reassignTags: ['../prod'] }, 400, 'invalid_tag'],
    ['a name of Windows', { source: strategySource({ name: 'con' }) }, 422, 'strategy_validation_failed'],
    [
      'a name of Windows with an ending',
      { source: strategySource({ name: 'nul.v1' }) },
      422,
      'strategy_validation_failed',
    ],
    [
      'a name that the home keeps',
      { source: strategySource({ name: 'registry.json' }) },
      422,
      'strategy_validation_failed',
    ],
    [
      'a name that no walk enters',
      { source: strategySource({ name: 'node_modules' }) },
      422,
      'strategy_validation_failed',
    ],
    ['a name of 129 letters', { source: strategySource({ name: 'x'.repeat(129) }) }, 422, 'strategy_validation_failed'],
    ['a tag of 129 letters', { source, tag: 'x'.repeat(129) }, 400, 'invalid_tag'],
    ['a name that hides', { source: strategySource({ name: '.hidden' }) }, 422, 'strategy_validation_failed'],
    [
      'a displayName with an escape',
      { source: strategySource({ displayName: 'a\u001b[2Jb' }) },
      422,
      'strategy_validation_failed',
    ],
    ['a message with an escape', { source, message: 'a\u001b[2Jb' }, 400, 'invalid_request', 'message'],
    ['filename with a path', { source, filename: '../x.js' }, 400, 'invalid_request'],
    ['name with a path', { source, name: '../other' }, 422, 'name_mismatch'],
    ['aliases a string', { source, aliases: 'prod' }, 400, 'invalid_request', 'aliases'],
    ['an alias a number', { source, aliases: [1] }, 400, 'invalid_request', 'aliases[0]'],
    ['an alias that is no tag', { source, aliases: ['a b'] }, 400, 'invalid_tag'],
    [
      '10,000 aliases',
      { source, aliases: Array.from({ length: 10_000 }, (_, i) => `a${i}`) },
      400,
      'invalid_request',
      'aliases',
    ],
    ['reassignTags a word', { source, reassignTags: true }, 400, 'invalid_request', 'reassignTags'],
    ['promoteLatest a word', { source, promoteLatest: 'yes' }, 400, 'invalid_request', 'promoteLatest'],
    ['half a surrogate pair', '{"source":"\\ud800"}', 400, 'invalid_request'],
    ['a source of 1 MiB and a byte', { source: sized(MIB + 1) }, 413, 'body_too_large'],
    ['a body over all limits', 'x'.repeat(8 * MIB), 413, 'body_too_large'],
  ]
  for (const [what, body, status, code, field] of cases) {
    test(`${what} → ${status} ${code}`, async () => {
      const answer = await gateway.post('/strategies/modules', body)
      expect(answer.body).toMatchObject({
        status: 'error',
        error: code,
        message: expect.any(String),
        hint: expect.any(String),
      })
      expect(answer.status).toBe(status)
      if (field) expect(answer.body.problems.map(({ path }: { path: string }) => path)).toContain(field)
    })
  }

  for (const [method, path] of [
    ['POST', '/strategies/modules'],
    ['PUT', '/strategies/modules/grid'],
    ['PUT', '/strategies/modules/grid/tags/x'],
    ['POST', '/strategies/refresh'],
    ['POST', '/strategy/instances'],
  ] as const) {
    test(`of ${method} ${path} of 1 MiB is read, and of one byte more is 413`, async () => {
      const body = (bytes: number) => `{"nope":1${' '.repeat(bytes - 10)}}`
      const read = await gateway.call(method, path, body(MIB))
      expect([read.status, read.body.error]).toEqual([400, 'invalid_request'])
      const refused = await gateway.call(method, path, body(MIB + 1))
      expect([refused.status, refused.body.error]).toEqual([413, 'body_too_large'])
    })
  }

  test('a whole upload of 1 MiB is taken, and with one byte more it is not', async () => {
    const body = (bytes: number) => {
      const [begin, end] = JSON.stringify({ source: `${source}//|` }).split('|') as [string, string]
      return begin + 'x'.repeat(bytes - begin.length - end.length) + end
    }
    expect((await gateway.post('/strategies/modules', body(MIB + 1))).status).toBe(413)
    expect((await gateway.post('/strategies/modules', body(MIB))).status).toBe(201)
    expect((await gateway.delete('/strategies/modules/other')).status).toBe(204)
  })

  test('bytes that are no UTF-8 → 400', async () => {
    const response = await fetch(`${gateway.url}/strategies/modules`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([123, 34, 255, 34, 125]),
    })
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'malformed_json' }),
    ])
  })

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
    test(`of the type "${type}" → 415`, async () => {
      const answer = await gateway.call('POST', '/strategies/modules', JSON.stringify({ source }), {
        'content-type': type,
      })
      expect([answer.status, answer.body.error]).toEqual([415, 'unsupported_media_type'])
    })
  }

  test('a charset behind the type is fine', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await gateway.call('POST', '/strategies/refresh', '{}', headers)).status).toBe(200)
  })

  test('a body cut off halfway changes nothing', async () => {
    const head = 'POST /strategies/modules HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const { port } = new URL(gateway.url)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(`${head}Content-Length: 10000\r\n\r\n{"source": "module.exports`, () => socket.destroy())
      })
      socket.on('close', () => resolve())
    })
    expect((await gateway.get('/healthz')).status).toBe(200)
  })
})

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

describe('every call that takes a body', () => {
  const calls: [string, string][] = [
    ['POST', '/strategies/modules'],
    ['PUT', '/strategies/modules/grid'],
    ['PUT', '/strategies/modules/grid/tags/x'],
    ['POST', '/strategies/modules/grid/tags/x/rollback'],
    ['POST', '/strategies/refresh'],
    ['POST', '/strategy/instances'],
    ['PUT', '/strategy/instances/x'],
    ['POST', '/providers'],
  ]
  for (const [method, path] of calls) {
    test(`${method} ${path} names the field that it does not know`, async () => {
      const { status, body } = await gateway.call(method, path, { nope: 1 })
      expect([status, body.error]).toEqual([400, 'invalid_request'])
      expect(body.problems).toContainEqual({ path: 'nope', message: 'is unknown' })
      expect(body.message).toContain('body field "nope" is unknown')
    })

    test(`${method} ${path} takes nothing but a JSON object`, async () => {
      for (const [type, text, status] of [
        ['application/json', '[]', 400],
        ['application/json', 'null', 400],
        ['application/json', '5', 400],
        ['application/json', '{', 400],
        ['application/json', '', 400],
        ['text/plain', '{}', 415],
        ['application/x-www-form-urlencoded', 'a=1', 415],
      ] as const) {
        const answer = await gateway.call(method, path, text, { 'content-type': type })
        const mayBeAbsent = text === '' && /refresh|rollback/.test(path)
        if (!mayBeAbsent) expect([text, answer.status]).toEqual([text, status])
      }
    })
  }
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
    ['limit=x', 'query field "limit" must be integer'],
    ['limit=0', 'query field "limit" must be integer greater or equal to 1'],
    ['offset=1.5', 'query field "offset" must be integer'],
    ['runningOnly=1', 'query field "runningOnly" must be boolean'],
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
    ['/', 404, 'not_found'],
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
    ['a Host that is none', 'GET /strategies HTTP/1.1\r\nHost: a b\r\n\r\n', /^HTTP\/1.1 200/],
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
