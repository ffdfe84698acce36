/** Swagger UI and the document as the gateway serves them: nothing from elsewhere. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startGateway, type TestGateway } from '../gateway'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('every asset of the page comes from the gateway', async () => {
  const page = await gateway.get('/docs')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
  expect(assets.filter((address) => !address.startsWith('/') && !address.startsWith('data:'))).toEqual([])
  for (const address of assets.filter((asset) => asset.startsWith('/'))) {
    const { status, text } = await gateway.get(address)
    expect([address, status, text.length > 50]).toEqual([address, 200, true])
  }
})

test('the served document is the one that is written', async () => {
  const { body } = await gateway.get('/openapi.json')
  expect(body).toEqual(await Bun.file(`${import.meta.dir}/../../openapi/openapi.json`).json())
})
