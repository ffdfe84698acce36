/** Without tokens the gateway trusts this machine: no page of the web may use that, whatever name leads to it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ config: 'cors: ["https://meltica.example.org:8443"]\n' })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const by = (host: string) => gateway.get('/strategies/registry', { host })

describe('calls are answered', () => {
  for (const host of [
    'localhost:8880',
    'app.localhost',
    '127.0.0.1',
    '127.0.0.2:1',
    '[::1]:8880',
    '192.168.1.5:80',
    'gateway:8880',
    'meltica.example.org',
  ]) {
    test(`by ${host}`, async () => expect((await by(host)).status).toBe(200))
  }
})

describe('calls are refused', () => {
  for (const host of [
    'evil.example.com',
    'evil.example.com:8880',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ]) {
    test(`by ${host}, which its owner can point here, also when the answer is kept`, async () => {
      expect((await by('localhost')).status).toBe(200)
      const { status, body } = await by(host)
      expect([status, body.error]).toEqual([403, 'origin_refused'])
    })
  }

  test('from a page that was served by such a name', async () => {
    const headers = { host: 'evil.example.com', origin: 'http://evil.example.com' }
    const { status } = await gateway.call('POST', '/strategies/modules', { source: strategySource() }, headers)
    expect(status).toBe(403)
    expect((await gateway.get('/strategies/grid')).status).toBe(404)
  })
})
