/** Kept answers, entity tags, pages, origins and paths, each by itself. */
import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { hasAlready } from '../../src/http/etag'
import { insteadOf } from '../../src/http/gone'
import { Origins } from '../../src/http/origins'
import { invalidRequest } from '../../src/http/problems'
import { pageOf, slice } from '../../src/http/queries'
import { ResponseCache } from '../../src/http/response-cache'
import { Routes } from '../../src/http/routes'

const get = (headers: Record<string, string> = {}) => new Request('http://localhost/', { headers })

describe('an answer is kept', () => {
  const of = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, status = 200) =>
    new Response(body, { status, headers })
  const text = async (response: Response | undefined) => response && [response.status, await response.text()]

  test('until the version is another, with its headers, and sent whole each time', async () => {
    const answers = new ResponseCache()
    const sent = await answers.keep('/a', 'v1', '/:x', of('é', { 'content-type': 'text/x', etag: '"1"' }))
    expect(await text(sent)).toEqual([200, 'é'])
    expect([answers.has('/a', 'v1'), answers.has('/a', 'v2'), answers.has('/b', 'v1')]).toEqual([true, false, false])
    for (const _ of [1, 2]) {
      const found = answers.find('/a', 'v1', get())!
      expect([found.headers.get('content-type'), found.headers.get('etag')]).toEqual(['text/x', '"1"'])
      expect(await text(found)).toEqual([200, 'é'])
    }
    expect(answers.find('/a', 'v2', get())).toBeUndefined()
    await answers.keep('/b', 'v2', '/:x', of('b'))
    expect(answers.find('/a', 'v1', get())).toBeUndefined()
    expect(await text(answers.find('/b', 'v2', get()))).toEqual([200, 'b'])
  })

  test('when it is one, and while it holds', async () => {
    const answers = new ResponseCache()
    expect(await text(await answers.keep('/a', 'v', '/:x', of('no', {}, 404)))).toEqual([404, 'no'])
    expect(answers.has('/a', 'v')).toBe(false)
    let holds = true
    await answers.keep('/b', 'v', '/:x', of('b'), () => holds)
    expect(await text(answers.find('/b', 'v', get()))).toEqual([200, 'b'])
    holds = false
    expect(answers.find('/b', 'v', get())).toBeUndefined()
  })

  test('with its route, also when the client has it already', async () => {
    const answers = new ResponseCache()
    await answers.keep('/a', 'v', '/:x', of('a', { etag: '"1"' }))
    answers.find('/a', 'v', get())
    const known = answers.find('/a', 'v', get({ 'if-none-match': '"1"' }))!
    expect([known.status, known.headers.get('etag'), await known.text()]).toEqual([304, '"1"', ''])
    answers.find('/none', 'v', get())
    expect([answers.routeOf('/a'), answers.routeOf('/none')]).toEqual(['/:x', 'unknown'])
  })

  test('in 32 MiB, and all are let go when it would be more', async () => {
    const answers = new ResponseCache()
    const MIB = 1024 * 1024
    const keep = (key: string, bytes: number) => answers.keep(key, 'v', '/:x', of(new Uint8Array(bytes)))
    const kept = (...keys: string[]) => keys.filter((key) => answers.has(key, 'v'))
    await keep('/a', 16 * MIB)
    await keep('/b', 16 * MIB)
    expect(kept('/a', '/b')).toEqual(['/a', '/b'])
    await keep('/c', 1)
    expect(kept('/a', '/b', '/c')).toEqual(['/c'])
    await keep('/d', 32 * MIB + 1)
    expect(kept('/c', '/d')).toEqual([])
    await keep('/d', 32 * MIB)
    expect(kept('/d')).toEqual(['/d'])
    // One that takes the place of another takes its room as well.
    await keep('/e', 8 * MIB)
    for (let n = 0; n < 3; n++) await keep('/e', 8 * MIB)
    await keep('/f', 24 * MIB)
    expect(kept('/e', '/f')).toEqual(['/e', '/f'])
  })
})

test.each([
  [null, false],
  [undefined, false],
  ['', false],
  ['"1"', true],
  ['W/"1"', true],
  ['"2", "1"', true],
  ['"2",W/"1"  ', true],
  ['*', true],
  ['"11"', false],
  ['1', false],
])('If-None-Match %p: %p', (condition, has) => expect(hasAlready(condition, '"1"')).toBe(has))

test('a page is the part that is asked for, and says so', () => {
  const all = ['a', 'b', 'c', 'd']
  expect(slice(all, {})).toEqual({ items: all, page: { total: 4, offset: 0 } })
  expect(slice(all, { limit: 2 })).toEqual({ items: ['a', 'b'], page: { total: 4, offset: 0, limit: 2 } })
  expect(slice(all, { limit: 2, offset: 3 })).toEqual({ items: ['d'], page: { total: 4, offset: 3, limit: 2 } })
  expect(slice(all, { offset: 4 })).toEqual({ items: [], page: { total: 4, offset: 4 } })
  expect([pageOf({}), pageOf({ limit: 1, offset: 2 })]).toEqual([
    { limit: 100, offset: 0 },
    { limit: 1, offset: 2 },
  ])
})

describe('origins', () => {
  const by = (origin: string | undefined, method = 'POST', host = 'localhost:8880') =>
    new Request(`http://${host}/x`, { method, headers: { host, ...(origin !== undefined && { origin }) } })
  const refuses = (origins: Origins, request: Request) => {
    try {
      origins.check(request, new URL(request.url).hostname)
      return false
    } catch (error) {
      if (error instanceof Failure && error.code === 'origin_refused') return error.message
      throw error
    }
  }
  const some = new Origins(['https://a.example', 'https://b.example:8443'], false)

  test('may change something when they are allowed, or our own', () => {
    for (const origin of [undefined, 'https://a.example', 'https://b.example:8443', 'http://localhost:8880']) {
      expect(refuses(some, by(origin))).toBe(false)
    }
    for (const origin of ['https://b.example', 'http://a.example', 'http://localhost:1', 'null', 'https://x.example']) {
      expect(refuses(some, by(origin))).toBe(`a page of ${origin} may not change anything here`)
      for (const method of ['GET', 'HEAD', 'OPTIONS']) expect(refuses(some, by(origin, method))).toBe(false)
      for (const method of ['PUT', 'DELETE', 'PATCH']) expect(refuses(some, by(origin, method))).toBeString()
    }
    expect(refuses(new Origins(['*'], false), by('https://x.example'))).toBe(false)
  })

  test('that may read are told so, and the others nothing', () => {
    const shared = (origins: Origins, origin: string | undefined) => {
      const { headers } = origins.share(by(origin), new Response('', { headers: { vary: 'accept' } }))
      return ['access-control-allow-origin', 'access-control-expose-headers', 'vary'].map((name) => headers.get(name))
    }
    const told = (origin: string) => [origin, 'etag, retry-after, last-event-id', 'accept, origin']
    expect(shared(some, 'https://a.example')).toEqual(told('https://a.example'))
    expect(shared(new Origins(['*'], false), 'https://x.example')).toEqual(told('https://x.example'))
    for (const origin of [undefined, 'https://x.example']) expect(shared(some, origin)).toEqual([null, null, 'accept'])
    expect(shared(new Origins([], false), 'https://a.example')).toEqual([null, null, 'accept'])
    expect(some.preflight(by('https://x.example'), ['GET'])).toEqual({})
    expect(some.preflight(by(undefined), ['GET'])).toEqual({})
    expect(some.preflight(by('https://a.example'), ['GET', 'PUT'])).toEqual({
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match, last-event-id',
      'access-control-max-age': '600',
    })
  })

  test('lend their names to calls without tokens; with tokens any name will do', () => {
    const knows = (origins: Origins, host: string) => origins.isTrustedHost(new URL(`http://${host}/x`).hostname)
    for (const host of ['a.example', 'b.example:1', 'gateway', '10.1.2.3', '[::1]:80', 'x.localhost']) {
      expect([host, knows(some, host)]).toEqual([host, true])
    }
    for (const host of ['c.example', '127.0.0.1.example', 'localhost.example', 'a.example.org']) {
      expect([host, knows(some, host)]).toEqual([host, false])
      expect(refuses(some, by(undefined, 'GET', host))).toBe(`calls by the name ${host} are not allowed without tokens`)
      expect(knows(new Origins([], true), host)).toBe(true)
      expect(knows(new Origins(['*'], false), host)).toBe(true)
    }
  })
})

test('of many wrong fields twenty are named, each once', () => {
  const mismatch = (n: number) => ({
    type: 41,
    schema: { type: 'string' },
    path: `/f${n}`,
    value: 1,
    message: 'Expected string',
    errors: [],
  })
  const all = Array.from({ length: 21 }, (_, n) => [mismatch(n), mismatch(n)]).flat()
  const failure = invalidRequest({ type: 'body', all }, {})
  expect(failure.details.problems).toHaveLength(20)
  expect(failure.message).toStartWith('body field "f0" ')
  // what is said of the whole again, without its schema
  const bare = { type: 41, path: '/x' }
  expect(invalidRequest({ type: 'body', all: [bare, mismatch(0)] }, {}).details.problems).toHaveLength(1)
  expect(invalidRequest({ type: 'body', all: [] }, {}).message).toBe('the body does not have the form of this call')
})

test('a number of a query that is out of range is told by the name of the field that holds it', () => {
  const whole = { type: 41, schema: { type: 'integer' }, path: '', value: 0, message: 'Expected integer', errors: [] }
  const told = (query: Record<string, unknown>) => invalidRequest({ type: 'property', all: [whole] }, query)
  expect(told({ offset: '5', limit: '0' }).message).toBe('query field "limit" must be an integer')
  expect(told({ offset: '5' }).message).toBe('the query must be an integer')
  expect(told({ offset: '5' }).details.problems).toEqual([{ path: '', message: 'must be an integer' }])
})

test('a path is found by its form, the fixed before the variable, and asked for its methods and fields', () => {
  const query = { properties: { limit: {}, offset: {} } }
  const routes = new Routes([
    { method: 'GET', path: '/a/:name', hooks: { query, detail: { operationId: 'getA' } } },
    { method: 'PUT', path: '/a/:name', hooks: { detail: { operationId: 'putA' } } },
    { method: 'GET', path: '/a/fixed', hooks: {} },
    { method: 'POST', path: '/b.c' },
  ])
  const found = ['/a/x', '/a/x/', '/a/fixed', '/a/x/y', '/a/', '/b.c', '/bxc', 'x/a/x'].map(
    (path) => routes.match(path)?.pattern,
  )
  expect(found).toEqual(['/a/:name', '/a/:name', '/a/fixed', undefined, undefined, '/b.c', undefined, undefined])
  const known = routes.match('/a/x')!
  expect(known.methods).toEqual(['GET', 'HEAD', 'OPTIONS', 'PUT'])
  expect(routes.match('/b.c')!.methods).toEqual(['OPTIONS', 'POST'])
  expect(['GET', 'HEAD', 'PUT', 'POST'].map((method) => known.operationId(method))).toEqual([
    'getA',
    'getA',
    'putA',
    undefined,
  ])
  for (const method of ['GET', 'HEAD']) {
    known.checkQuery(method, '')
    known.checkQuery(method, 'limit=1&offset=2')
    expect(() => known.checkQuery(method, 'limit=1&limit=1')).toThrow('query field "limit" is given twice')
    expect(() => known.checkQuery(method, 'Limit=1')).toThrow('query field "Limit" is unknown')
  }
  expect(() => known.checkQuery('PUT', 'limit=1')).toThrow('query field "limit" is unknown')
})

test('calls that are gone say what to call instead', () => {
  expect(['/outbox', '/outbox/1', '/outboxes', '/x/outbox'].map((path) => insteadOf(path) !== undefined)).toEqual([
    true,
    true,
    false,
    false,
  ])
})
