/** What the console is made of, as the gateway serves it. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, type TestGateway } from '../gateway'

setDefaultTimeout(60_000)

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const addresses = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '')
/** Scripts that a script loads when it needs them. */
const chunks = (script: string): string[] => [
  ...new Set([...script.matchAll(/"\.\/([\w-]+\.js)"/g)].map(([, name]) => `/console/${name}`)),
]

test('the page and all it needs come from the gateway alone, compressed, and are sent again only when they are others', async () => {
  const page = await gateway.get('/')
  expect(page.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
      "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const paths = ['/', ...addresses(page.text)]
  expect(paths).toHaveLength(3)
  for (const path of paths) {
    const { status, headers } = await gateway.get(path)
    expect([path, status, headers.get('content-encoding')]).toEqual([path, 200, 'gzip'])
    const etag = headers.get('etag') ?? ''
    expect((await gateway.get(path, { 'if-none-match': etag })).status).toBe(304)
    const plain = await gateway.get(path, { 'accept-encoding': 'identity' })
    expect([path, plain.headers.get('content-encoding')]).toEqual([path, null])
  }
})

test('its own script is below 150 KB, the charts apart, which come only where there is something to draw', async () => {
  const [, script = ''] = addresses((await gateway.get('/')).text)
  const main = await gateway.get(script)
  const paths = chunks(main.text).filter((path) => path !== script)
  const others = await Promise.all(paths.map((path) => gateway.get(path)))
  const charts = others.filter(({ text }) => text.includes('lightweight-charts'))
  expect(charts).toHaveLength(1)
  const own = [main, ...others].filter((one) => !charts.includes(one))
  expect(own.map(({ status }) => status).every((status) => status === 200)).toBe(true)
  expect(own.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(150_000)
})

test('a piece that is not there is told as any other path that is not there', async () => {
  const { status, body } = await gateway.get('/console/main-other.js')
  expect([status, body.error]).toEqual([404, 'not_found'])
})

test('without tokens whoever calls may do everything', async () => {
  const { body } = await gateway.get('/whoami')
  expect(body).toEqual({ role: 'admin', needsToken: false, version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
})
