/** What a body or a name can hide, clients that dawdle, and every call of the document asked in ways that it does not know. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readJson } from '../../src/http/body'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { refusedAs } from '../registry/home'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
let hash: string
let before: string
beforeAll(async () => {
  gateway = await startGateway()
  hash = (await gateway.upload(strategySource())).hash
  before = (await gateway.get('/strategies/registry')).text
})
afterAll(async () => {
  expect((await gateway.get('/strategies/registry')).text).toBe(before)
  await gateway[Symbol.asyncDispose]()
})

describe('a field named __proto__ brings in nothing', () => {
  for (const name of ['__proto__', '\\u005f_proto__', '__prot\\u006f__']) {
    test(`written "${name}"`, async () => {
      const { status, body } = await gateway.put('/strategies/modules/grid/tags/x', `{"${name}":{"hash":"${hash}"}}`)
      expect([status, body.error, body.message]).toEqual([400, 'invalid_request', 'body field "__proto__" is unknown'])
    })
  }

  test('however deep it lies', async () => {
    const config = '{"__proto__":{"dry_run":false}}'
    const body = `{"id":"x","strategy":{"identifier":"grid","config":${config}},"scope":{"sim":{"symbols":["BTC-USDT"]}}}`
    expect((await gateway.post('/strategy/instances', body)).status).toBe(400)
  })
})

describe('letters that only look alike, or become others in lower case,', () => {
  // a Kelvin sign, whose lower case is a k; a Cyrillic o; letters of full width; a space of no width
  for (const name of ['\u212Aelvin', 'gr\u0456d', '\uff47rid', 'grid\u200b']) {
    test(`are no name: ${name}`, async () => {
      const path = `/strategies/modules/${encodeURIComponent(name)}`
      expect((await gateway.get(path)).body.error).toBe('invalid_selector')
      const { status, body } = await gateway.post('/strategies/modules', { source: strategySource({ name }) })
      expect([status, body.diagnostics?.[0].path]).toEqual([422, 'metadata.name'])
    })
  }

  for (const tag of ['pr\u043ed', 'prod\u200b', '\uff30rod']) {
    test(`are no tag: ${tag}`, async () => {
      const { body } = await gateway.put(`/strategies/modules/grid/tags/${encodeURIComponent(tag)}`, { hash })
      expect(body.error).toBe('invalid_tag')
    })
  }
})

test('a file name that Windows keeps for a device is refused', async () => {
  for (const filename of ['con', 'NUL.js', 'Com1.txt']) {
    const { status, body } = await gateway.post('/strategies/modules', { source: strategySource(), filename })
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  }
})

test('a message with control characters, which a terminal would obey, is refused at each door', async () => {
  const path = '/strategies/modules/grid/tags/x'
  for (const message of ['\0', 'a\u001b[2Jb', 'a\rb', '\u009b']) {
    const answers = [
      await gateway.post('/strategies/modules', { source: strategySource({ tag: 'v2' }), message }),
      await gateway.put(path, { hash, message }),
      await gateway.post(`${path}/rollback`, { message }),
    ]
    for (const { status, body } of answers) expect([status, body.problems?.[0].path]).toEqual([400, 'message'])
  }
})

describe('a body that is slow', () => {
  const dawdling = () =>
    new Request('http://localhost/', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      body: new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"a":')) }),
    })

  test('is refused once its time is over', async () => {
    expect(await refusedAs(() => readJson(dawdling(), { maxBytes: 1000, timeoutMs: 1 }))).toBe('request_timeout')
  })

  test('of many clients keeps nobody else waiting', async () => {
    const { hostname, port } = new URL(gateway.url)
    const head = 'PUT /strategies/modules/grid/tags/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const sockets = await Promise.all(
      Array.from({ length: 200 }, () =>
        Bun.connect({ hostname, port: Number(port), socket: { data: () => undefined } }),
      ),
    )
    for (const socket of sockets) socket.write(`${head}Content-Length: 100\r\n\r\n{"hash": "`)
    expect((await gateway.get('/strategies/modules/grid')).status).toBe(200)
    expect((await gateway.post('/strategies/modules', { source: strategySource() })).status).toBe(201)
    for (const socket of sockets) socket.end()
    expect((await gateway.get('/healthz')).status).toBe(200)
  })
})

test('every path of the document answers OPTIONS, HEAD where it answers GET, and 405 with Allow to all else', async () => {
  const { paths } = (await gateway.get('/openapi.json')).body
  expect(Object.keys(paths).length).toBeGreaterThan(25)
  for (const [template, operations] of Object.entries<object>(paths)) {
    const path = template.replace('{name}', 'grid').replace('{tag}', 'v9').replace('{id}', 'none')
    const methods = Object.keys(operations).map((method) => method.toUpperCase())
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ')
    const options = await gateway.call('OPTIONS', path)
    expect([path, options.status, options.headers.get('allow'), options.text]).toEqual([path, 204, allow, ''])
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      if (allow.includes(method)) continue
      const refused = await gateway.call(method, path)
      expect([method, path, refused.status, refused.headers.get('allow')]).toEqual([method, path, 405, allow])
    }
    if (!methods.includes('GET')) continue
    const [get, head] = [await gateway.get(path), await gateway.call('HEAD', path)]
    expect([path, head.status, head.text]).toEqual([path, get.status, ''])
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
  }
})
