/** A JSON body, read within its bounds. */
import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { readJson } from '../../src/http/body'

describe('a body', () => {
  const LIMITS = { maxBytes: 10, timeoutMs: 60_000 }
  const sent = (body: string | Uint8Array | undefined, headers: Record<string, string> = {}, method = 'POST') =>
    new Request('http://localhost/', {
      method,
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', ...headers },
      ...(body !== undefined && { body: new Blob([body as never]).stream() }),
    })
  const streamed = (
    pull: (stream: ReadableStreamDefaultController<Uint8Array>) => unknown,
    cancel: () => void = () => undefined,
  ) =>
    new Request('http://localhost/', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      body: new ReadableStream<Uint8Array>({ pull: async (stream) => void (await pull(stream)), cancel }),
    })
  const read = async (request: Request, limits = LIMITS) => {
    try {
      return await readJson(request, limits)
    } catch (error) {
      if (error instanceof Failure) return [error.code, error.message]
      throw error
    }
  }

  test('has as many bytes as it may, and no more, whatever it says', async () => {
    expect(await read(sent('{"a":1234}'))).toEqual({ a: 1234 })
    expect(await read(sent('{"a":12345}'))).toEqual(['body_too_large', 'the body is over 10 bytes'])
    expect(await read(sent('{}', { 'content-length': '10' }))).toEqual({})
    expect(await read(sent('{}', { 'content-length': '11' }))).toEqual(['body_too_large', 'the body is over 10 bytes'])
  })

  test('is JSON of a declared type, in UTF-8, and an object', async () => {
    expect(await read(sent('{}', { 'content-type': ' Application/JSON ; charset=utf-8' }))).toEqual({})
    expect(await read(sent('{}', { 'content-type': 'text/plain' }))).toEqual([
      'unsupported_media_type',
      'the body is text/plain, not application/json',
    ])
    expect(await read(sent('{}', { 'content-type': '' }))).toMatchObject([
      'unsupported_media_type',
      'the body is of no declared type, not application/json',
    ])
    expect(await read(sent(Uint8Array.of(0x22, 0xff, 0x22)))).toEqual(['malformed_json', 'the body is not UTF-8'])
    expect(await read(sent('{'))).toMatchObject(['malformed_json', expect.stringMatching(/^the body is not JSON: /)])
    for (const text of ['[]', 'null', '1', '"a"', 'false']) {
      expect(await read(sent(text))).toEqual(['invalid_request', 'the body must be an object'])
    }
  })

  test('that is none counts as an empty object, but for a PUT', async () => {
    for (const [body, headers] of [
      [undefined, { 'content-length': '0', 'content-type': 'text/plain' }],
      ['', {}],
    ] as const) {
      expect(await read(sent(body, headers))).toEqual({})
      expect(await read(sent(body, headers, 'PUT'))).toEqual(['invalid_request', 'the body is missing'])
    }
    expect(await read(new Request('http://localhost/', { method: 'DELETE' }))).toEqual({})
  })

  test('may come in parts, and is put together in their order', async () => {
    const parts = ['{"a":', '12', '34', '}'].map((part) => new TextEncoder().encode(part))
    expect(
      await read(streamed((stream) => (parts.length > 0 ? stream.enqueue(parts.shift()!) : stream.close()))),
    ).toEqual({
      a: 1234,
    })
  })

  test('that is refused is read no further', async () => {
    const cancelled = Promise.withResolvers<string>()
    const endless = streamed(
      (stream) => stream.enqueue(new Uint8Array(4)),
      () => cancelled.resolve('cancelled'),
    )
    expect(await read(endless)).toEqual(['body_too_large', 'the body is over 10 bytes'])
    expect(await cancelled.promise).toBe('cancelled')
  })

  test('that does not come is waited for as long as it may take', async () => {
    const never = streamed(() => Promise.withResolvers<void>().promise)
    expect(await read(never, { maxBytes: 10, timeoutMs: 5 })).toEqual([
      'request_timeout',
      'the body was not complete after 5 ms',
    ])
  })

  test('is taken as it stands, or as nothing else than itself', async () => {
    for (const coding of ['identity', 'Identity', '']) {
      expect(await read(sent('{}', { 'content-encoding': coding }))).toEqual({})
    }
    const refused = (coding: string) => [
      'unsupported_media_type',
      `the body is encoded as "${coding}", which is not understood`,
    ]
    expect(await read(sent('{}', { 'content-encoding': 'GZip' }))).toEqual(refused('gzip'))
    expect(await read(sent('{}', { 'content-encoding': 'x'.repeat(101) }))).toEqual(refused('x'.repeat(100)))
  })

  test('that ends early is told so', async () => {
    const cut = new ReadableStream({ start: (stream) => stream.error(new Error('the client went away')) })
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const request = new Request('http://localhost/', { method: 'POST', headers, body: cut })
    expect(await read(request)).toEqual(['malformed_json', 'the body ended before it was complete'])
  })
})
