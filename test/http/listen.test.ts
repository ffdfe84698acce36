/** The port: opened, shared with nobody, renewed with another certificate, and given back. */
import { describe, expect, test } from 'bun:test'
import { connect } from 'node:tls'
import type { App } from '../../src/http/app'
import { Listener, type ListenSettings } from '../../src/http/listen'
import { refusal } from '../registry/home'
import { until } from '../until'
import { selfSigned } from './certificates'

/** Answers with its path; a call of /slow waits for `finish`. */
function slowApp() {
  const held = Promise.withResolvers<void>()
  const app: App = {
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/fault') throw new Error('it broke')
      if (pathname === '/slow') await held.promise
      return new Response(pathname)
    },
  }
  return { app, finish: () => held.resolve() }
}

function listen(app: App, settings: Partial<ListenSettings> = {}) {
  const logged: string[] = []
  const log = (_: string, message: string) => void logged.push(message)
  const listener = new Listener(app, { host: '127.0.0.1', port: 0, log, ...settings })
  const scheme = settings.tls ? 'https' : 'http'
  const get = (path: string) =>
    fetch(`${scheme}://127.0.0.1:${listener.port}${path}`, {
      tls: { rejectUnauthorized: false },
      keepalive: false,
    }).then((response) => response.text())
  return { listener, logged, get, [Symbol.asyncDispose]: () => listener.stop(true) }
}

test('a free port is found and told, calls under way are counted, and a stop waits for them', async () => {
  const { app, finish } = slowApp()
  await using open = listen(app)
  const { listener, get } = open
  expect([listener.port > 0, await get('/a')]).toEqual([true, '/a'])
  const slow = get('/slow')
  await until(() => listener.pendingRequests === 1)
  let isStopped = false
  const stopped = listener.stop().then(() => {
    isStopped = true
  })
  expect(get('/b')).rejects.toThrow()
  expect(isStopped).toBe(false)
  finish()
  expect(await slow).toBe('/slow')
  await stopped
  expect(listener.pendingRequests).toBe(0)
})

test('a stop at once cuts off what is under way', async () => {
  const { app, finish } = slowApp()
  await using open = listen(app)
  const slow = open.get('/slow').catch(() => 'cut off')
  await until(() => open.listener.pendingRequests === 1)
  await open.listener.stop(true)
  expect(await slow).toBe('cut off')
  finish()
})

test('what the app itself does not catch is a fault that is told by its number', async () => {
  await using open = listen(slowApp().app)
  const body = JSON.parse(await open.get('/fault'))
  expect([body.error, body.message, open.logged]).toEqual([
    'internal',
    `request ${body.requestId} failed`,
    ['fault while answering a request'],
  ])
})

describe('an address is refused with what is wrong with it:', () => {
  test('a port that another program has', async () => {
    await using open = listen(slowApp().app)
    const { port } = open.listener
    const { code, message } = await refusal(() => listen(slowApp().app, { port }))
    expect([code, message]).toEqual(['address_in_use', `another program listens on 127.0.0.1:${port}`])
  })

  test('an address that is not of this machine, and a name of none', async () => {
    const refused = async (host: string) => {
      const { code, message } = await refusal(() => listen(slowApp().app, { host, port: 1 }))
      return [code, message]
    }
    expect(await refused('192.0.2.1')).toEqual([
      'address_unavailable',
      expect.stringMatching(/^cannot listen on 192\.0\.2\.1:1: .*address/i),
    ])
    expect(await refused('no such host')).toEqual([
      'address_unavailable',
      'cannot listen on no such host:1: there is no host of that name',
    ])
  })
})

describe('another certificate', () => {
  const fingerprintAt = (port: number) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256)
        socket.destroy()
      })
      socket.once('error', reject)
    })

  test('is served on the same port from then on, and calls under way go on', async () => {
    const { app, finish } = slowApp()
    const [first, second] = [selfSigned(), selfSigned()]
    await using open = listen(app, { tls: first })
    const { listener, get } = open
    const before = await fingerprintAt(listener.port)
    const slow = get('/slow')
    await until(() => listener.pendingRequests === 1)
    listener.renew(second)
    expect(await fingerprintAt(listener.port)).not.toBe(before)
    expect([await get('/a'), listener.pendingRequests]).toEqual(['/a', 1])
    // an old one that has nothing to do any more is let go, one with a call under way is not
    listener.renew(first)
    expect([await fingerprintAt(listener.port), listener.pendingRequests]).toEqual([before, 1])
    finish()
    expect(await slow).toBe('/slow')
    await until(() => listener.pendingRequests === 0)
  })

  test('that cannot be served leaves the port to be tried again, until one can or the end', async () => {
    await using open = listen(slowApp().app, { tls: selfSigned() })
    await using other = listen(slowApp().app, { tls: selfSigned() })
    const useless = { certificate: 'none', key: 'none' }
    const tried = async ({ listener, logged }: typeof open, times: number) => {
      const before = logged.length
      listener.renew(useless)
      await until(() => logged.length >= before + times)
    }
    await tried(open, 3)
    expect(new Set(open.logged)).toEqual(new Set(['the port cannot be opened again and is tried again']))
    await open.listener.stop(true)
    const { length } = open.logged
    open.listener.renew(useless)
    await tried(other, 3)
    expect(open.logged).toHaveLength(length)
    expect(fingerprintAt(open.listener.port)).rejects.toThrow()
    const certificate = selfSigned()
    other.listener.renew(certificate)
    await until(() => fingerprintAt(other.listener.port).then(Boolean, () => false))
  })
})
