/** What the gateway serves from memory: Swagger UI with nothing from elsewhere, and answers kept until a change. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

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

test('a kept answer changes with the catalogue, and is counted', async () => {
  // whose catalogue is empty, whatever other tests have uploaded
  await using gateway = await startGateway()
  const count = async () =>
    Number(
      /http_request_duration_seconds_count\{method="GET",route="\/strategies",status="200"\} (\d+)/.exec(
        (await gateway.get('/metrics')).text,
      )?.[1] ?? 0,
    )
  const names = async () => (await gateway.get('/strategies')).body.strategies.map(({ name }: { name: string }) => name)
  expect([await names(), await names()]).toEqual([[], []])
  expect(await count()).toBe(2)
  await gateway.upload(strategySource({ name: 'fresh' }))
  expect([await names(), await names()]).toEqual([['fresh'], ['fresh']])
  expect(await count()).toBe(4)
})

test('a source that was answered before is refused once its file is another one, and answered when it is back', async () => {
  await using gateway = await startGateway()
  const source = strategySource()
  const { path } = await gateway.upload(source)
  const file = join(gateway.home, path)
  for (const _ of [1, 2]) expect((await gateway.get('/strategies/modules/grid/source')).text).toBe(source)
  renameSync(file, `${file}.away`)
  writeFileSync(file, source.replace('Grid', 'Gird'))
  for (const _ of [1, 2]) {
    const drifted = await gateway.get('/strategies/modules/grid/source')
    expect(drifted.body).toMatchObject({ error: 'revision_drifted' })
  }
  rmSync(file)
  expect((await gateway.get('/strategies/modules/grid/source')).body).toMatchObject({ error: 'revision_missing' })
  renameSync(`${file}.away`, file)
  const back = await gateway.get('/strategies/modules/grid/source')
  expect(back.text).toBe(source)
  expect(back.headers.get('etag')).toMatch(/^"sha256:[0-9a-f]{64}"$/)
})

test('a kept source answers HEAD without its bytes, and whoever has it already without them, too', async () => {
  const source = strategySource({ name: 'known' })
  const { hash } = await gateway.upload(source)
  const path = '/strategies/modules/known/source'
  for (const _ of ['made', 'kept']) {
    const head = await gateway.call('HEAD', path)
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', `"${hash}"`])
    const again = await gateway.get(path, { 'if-none-match': `W/"${hash}"` })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', `"${hash}"`])
    const other = await gateway.get(path, { 'if-none-match': '"another"' })
    expect([other.status, other.text]).toEqual([200, source])
  }
})
