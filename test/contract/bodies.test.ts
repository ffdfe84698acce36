/** Bodies that are not what a call takes: a documented 4xx that names the field, the state unchanged, never a fault. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { connect } from 'node:net'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
let before: string
beforeAll(async () => {
  gateway = await startGateway()
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

  for (const [method, path, most] of [
    ['POST', '/strategies/modules', 7],
    ['PUT', '/strategies/modules/grid', 7],
    ['PUT', '/strategies/modules/grid/tags/x', 1],
    ['POST', '/strategies/refresh', 1],
    ['POST', '/strategy/instances', 1],
  ] as const) {
    test(`of ${method} ${path} of ${most} MiB is read, and of one byte more is 413`, async () => {
      const body = (bytes: number) => `{"nope":1${' '.repeat(bytes - 10)}}`
      const read = await gateway.call(method, path, body(most * MIB))
      expect([read.status, read.body.error]).toEqual([400, 'invalid_request'])
      const refused = await gateway.call(method, path, body(most * MIB + 1))
      expect([refused.status, refused.body.error]).toEqual([413, 'body_too_large'])
    })
  }

  for (const [what, filler] of [
    ['plain text', 'x'],
    ['what JSON escapes', '\u0001'],
    ['what takes three bytes', '\u20ac'],
  ] as const) {
    test(`a source of 1 MiB of ${what} is taken, and with one byte more it is told its size`, async () => {
      const filled = (bytes: number) => {
        const room = bytes - source.length - 2
        const size = Buffer.byteLength(filler)
        return `${source}//${filler.repeat(Math.floor(room / size))}${'x'.repeat(room % size)}`
      }
      for (const [method, path] of [
        ['POST', '/strategies/modules'],
        ['PUT', '/strategies/modules/other'],
      ] as const) {
        const refused = await gateway.call(method, path, JSON.stringify({ source: filled(MIB + 1) }))
        expect([refused.status, refused.body.error, refused.body.message]).toEqual([
          413,
          'body_too_large',
          `the source has ${MIB + 1} bytes, more than 1 MiB (${MIB})`,
        ])
        const taken = await gateway.call(
          method,
          path,
          JSON.stringify({ source: filled(MIB), reassignTags: ['v1.0.0'] }),
        )
        expect([taken.status, taken.body.module?.name]).toEqual([method === 'POST' ? 201 : 200, 'other'])
      }
      expect((await gateway.delete('/strategies/modules/other')).status).toBe(204)
    })
  }

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

    test(`${method} ${path} takes no encoded body`, async () => {
      const packed = Bun.gzipSync('{}')
      for (const [coding, body] of [
        ['gzip', packed],
        ['x-gzip', packed],
        ['deflate', packed],
        ['br', '{}'],
        ['zstd', '{}'],
        ['identity, gzip', packed],
        ['nonsense', '{}'],
      ] as const) {
        const headers = { 'content-type': 'application/json', 'content-encoding': coding }
        const response = await fetch(gateway.url + path, { method, headers, body })
        const answer = [coding, response.status, response.headers.get('accept-encoding'), await response.json()]
        expect(answer).toEqual([coding, 415, 'identity', expect.objectContaining({ error: 'unsupported_media_type' })])
      }
      const plain = await gateway.call(method, path, '{"nope":1}', { 'content-encoding': 'Identity' })
      expect([plain.status, plain.body.error]).toEqual([400, 'invalid_request'])
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
