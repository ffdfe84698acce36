/** The HTTP side as a whole, within the process: what is open when, what is kept, what is counted, who is told of what. */
import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newToken, tokenHash } from '../../src/http/tokens'
import type { TokenEntry } from '../../src/schema/tokens'
import { strategySource } from '../gateway'
import { counter } from '../runtime/strategies'
import { apps } from './inside'

const { openApp } = apps()

test('while the parts are closed every call but the one for health is refused, also where an answer is kept', async () => {
  await using app = await openApp()
  await app.upload(counter('v1'))
  for (const _ of ['made', 'kept']) expect((await app.get('/strategies')).status).toBe(200)
  app.parts.close()
  expect([app.parts.isOpen, (await app.get('/healthz')).status]).toEqual([false, 200])
  for (const path of ['/strategies', '/strategies/counter', '/readyz', '/providers']) {
    const { status, body } = await app.get(path)
    expect([path, status, body.error, body.message]).toEqual([
      path,
      503,
      'not_ready',
      'the gateway is starting or stopping',
    ])
  }
  app.parts.open(app.opened)
  expect([app.parts.isOpen, (await app.get('/strategies')).status]).toEqual([true, 200])
})

test('a fault of ours is a number for the client, and its stack is in the log under that number', async () => {
  const broken = new Error('a secret path')
  await using app = await openApp({
    others: () => {
      throw broken
    },
  })
  const { status, body } = await app.get('/readyz')
  expect([status, body.error, body.message]).toEqual([500, 'internal', `request ${body.requestId} failed`])
  expect(app.logged).toEqual([
    ['error', 'fault while answering GET /readyz', { requestId: body.requestId, error: broken }],
  ])
})

test('problems of others are told by a gateway that is ready all the same', async () => {
  const problem = { message: 'the certificate ends soon', hint: 'renew it' }
  await using app = await openApp({ others: () => [problem] })
  const { status, body } = await app.get('/readyz')
  expect([status, body]).toEqual([200, { status: 'ready', problems: [problem] }])
})

test('each call is measured by its route and outcome, and what has no route by none', async () => {
  await using app = await openApp({ tickMs: 250 })
  for (const path of ['/healthz', '/strategies/none', '/strategies/nope', '/no/such/path']) await app.get(path)
  await app.call('PATCH', '/healthz')
  await app.get('/healthz', { host: 'a b' })
  const { text } = await app.get('/metrics')
  const measured = [...text.matchAll(/^http_request_duration_seconds_(sum|count)\{([^}]*)\} (\S+)$/gm)]
  expect(measured.map(([, kind, labels, value]) => `${labels} ${kind} ${value}`).sort()).toEqual(
    [
      'method="GET",route="/healthz",status="200" sum 0.25',
      'method="GET",route="/healthz",status="200" count 1',
      'method="PATCH",route="/healthz",status="405" sum 0.25',
      'method="PATCH",route="/healthz",status="405" count 1',
      'method="GET",route="/strategies/:name",status="404" sum 0.5',
      'method="GET",route="/strategies/:name",status="404" count 2',
      'method="GET",route="unknown",status="404" sum 0.25',
      'method="GET",route="unknown",status="404" count 1',
      'method="GET",route="unknown",status="400" sum 0',
      'method="GET",route="unknown",status="400" count 1',
    ].sort(),
  )
})

test('one look at the file of a kept source serves for a tenth of a millisecond', async () => {
  await using app = await openApp()
  const source = strategySource()
  await app.upload(source)
  const file = join(app.registry.directory, app.registry.resolve('grid').path)
  const read = async () => {
    const { text, body } = await app.get('/strategies/modules/grid/source')
    return body?.error ?? text
  }
  for (const _ of ['made', 'kept']) expect(await read()).toBe(source)
  writeFileSync(file, 'edited')
  app.clock.nowMs += 0.05
  expect(await read()).toBe(source)
  app.clock.nowMs += 0.0500001
  expect(await read()).toBe('revision_drifted')
  writeFileSync(file, source)
  for (const _ of ['made', 'kept']) expect(await read()).toBe(source)
})

describe('with tokens', () => {
  const [ann, ben] = [newToken('ann'), newToken('ben')]
  const tokens: TokenEntry[] = [
    { name: 'ann', role: 'admin', hash: tokenHash(ann) },
    { name: 'ben', role: 'read', hash: tokenHash(ben), rateLimit: { perSecond: 0.001, burst: 3 } },
  ]
  const by = (token: string) => ({ authorization: `Bearer ${token}` })

  test('an answer costs one call whether it is made or kept, and what is kept is kept from who has none', async () => {
    await using app = await openApp({ tokens })
    expect((await app.get('/strategies')).status).toBe(401)
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await app.get('/strategies', by(ben))).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    expect((await app.get('/strategies')).status).toBe(401)
    expect((await app.get('/strategies', by(ann))).status).toBe(200)
  })

  test('a change is told of whoever has the token; without any it is told of the address', async () => {
    await using app = await openApp({ tokens })
    const { status } = await app.call('POST', '/strategies/modules', { source: strategySource() }, by(ann))
    expect(status).toBe(201)
    const { body } = await app.get('/audit', by(ann))
    expect(new Set(body.items.map(({ who }: { who: string }) => who))).toEqual(new Set(['ann']))
    await using open = await openApp()
    await open.call('POST', '/strategies/modules', { source: strategySource() })
    expect((await open.get('/audit')).body.items[0].who).toBe('local')
  })
})

test('a path or query that does not decode to text, or holds a NUL, is refused', async () => {
  await using app = await openApp()
  await app.upload(counter('v1'))
  const encoded = 'the path is not percent-encoded UTF-8'
  for (const [path, message] of [
    ['/strategies/%zz', encoded],
    ['/strategies/%ff', encoded],
    ['/strategies/modules?strategy=%e0', encoded],
    ['/strategies/a%00b', 'the path holds a NUL'],
  ] as const) {
    const { status, body } = await app.get(path)
    expect([path, status, body.error, body.message]).toEqual([path, 400, 'invalid_path', message])
  }
  expect((await app.get('/strategies/c%6funter')).body.name).toBe('counter')
})
