/** How a refusal looks on the wire, and what callers are called. */
import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { actorOf, rememberActor } from '../../src/http/actor'
import { fault, refuse } from '../../src/http/refusal'

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['::ffff:a', '::ffff:a'],
  ['x::ffff:1.2.3.4', 'x::ffff:1.2.3.4'],
  [undefined, 'local'],
])('the caller %p is called %p', (who, called) => {
  const request = new Request('http://localhost/')
  if (who !== undefined) rememberActor(request, undefined, who)
  expect(actorOf(request)).toBe(called)
})

describe('a refusal', () => {
  test('has the body of its failure and the headers that HTTP asks for', async () => {
    const told = async (failure: Failure, headers?: Record<string, string>) => {
      const response = refuse(failure, headers)
      const names = ['www-authenticate', 'retry-after', 'accept-encoding', 'allow']
      return [response.status, names.map((name) => response.headers.get(name)), await response.json()]
    }
    const { hint } = new Failure('unauthorized', 'x')
    expect(await told(new Failure('unauthorized', 'no token'))).toEqual([
      401,
      ['Bearer realm="meltica"', null, null, null],
      { status: 'error', error: 'unauthorized', message: 'no token', hint },
    ])
    expect((await told(new Failure('rate_limited', 'x', { retryAfterSeconds: 7 }))).slice(0, 2)).toEqual([
      429,
      [null, '7', null, null],
    ])
    const packed = new Failure('unsupported_media_type', 'x', { acceptEncoding: 'identity' })
    expect((await told(packed)).slice(0, 2)).toEqual([415, [null, null, 'identity', null]])
    const method = new Failure('method_not_allowed', 'x', { status: 'of mine' }, 'do another')
    expect(await told(method, { allow: 'GET' })).toEqual([
      405,
      [null, null, null, 'GET'],
      { status: 'error', error: 'method_not_allowed', message: 'x', hint: 'do another' },
    ])
  })

  test('of a fault is told with another number each time', async () => {
    const logged: unknown[] = []
    const log = (...line: unknown[]) => void logged.push(line)
    const ids = await Promise.all(
      [1, 2].map(async () => ((await fault('x', 'a request', log).json()) as { requestId: string }).requestId),
    )
    expect(new Set(ids).size).toBe(2)
    expect(logged).toEqual(
      ids.map((requestId) => ['error', 'fault while answering a request', { requestId, error: 'x' }]),
    )
  })
})
