/** Swagger UI in a browser: a person can sign in and upload a strategy there, and nothing comes from elsewhere. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { writeTokens } from '../../src/config/token-file'
import { newToken, tokenHash } from '../../src/http/tokens'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { chromiumPath, lacks } from '../tools'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

let gateway: TestGateway
let browser: Browser

beforeAll(async () => {
  if (lacks('chromium')) return
  gateway = await startGateway()
  browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
})

test.skipIf(lacks('chromium'))(
  'a person uploads a strategy with the example of Swagger UI, without a network',
  async () => {
    const { page, complaints } = await openDocs(gateway)
    const upload = await openUpload(page)
    await upload.locator('button.execute').click()
    await upload.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
    expect((await gateway.get('/strategies/hello')).body.displayName).toBe('Hello')
    expect(complaints).toEqual([])
  },
)

test.skipIf(lacks('chromium'))('a person uploads a strategy from its file', async () => {
  const { page, complaints } = await openDocs(gateway)
  const upload = await openUpload(page)
  const buffer = Buffer.from(strategySource({ name: 'grid', displayName: 'From a file' }))
  await upload.locator('input[type=file]').setInputFiles({ name: 'grid.js', mimeType: 'text/javascript', buffer })
  await upload.locator('textarea', { hasText: '"filename": "grid.js"' }).waitFor()
  await upload.locator('button.execute').click()
  await upload.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
  expect((await gateway.get('/strategies/modules/grid/source')).text).toBe(buffer.toString())
  expect(complaints).toEqual([])
})

test.skipIf(lacks('chromium'))('a person who gives a token under Authorize is let in, and refused before', async () => {
  using folder = temporary()
  const token = newToken('alice')
  const tokens = join(folder.path, 'tokens.yaml')
  writeTokens(tokens, [{ name: 'alice', role: 'operate', hash: tokenHash(token) }])
  await using guarded = await startGateway({ config: `tokens: ${tokens}\n` })
  const { page } = await openDocs(guarded)
  const upload = await openUpload(page)
  const answered = (status: string) =>
    upload.locator('.live-responses-table .response-col_status', { hasText: status }).waitFor()
  await upload.locator('button.execute').click()
  await answered('401')

  await page.locator('.auth-wrapper > button.authorize').click()
  await page.locator('.modal-ux input').fill(token)
  await page.locator('.modal-ux button.authorize').click()
  await page.locator('.modal-ux button.btn-done').click()
  await upload.locator('button.execute').click()
  await answered('201')
  const { body } = await guarded.get('/audit?strategy=hello', { authorization: `Bearer ${token}` })
  expect(body.items[0].who).toBe('alice')
})

/** Complaints: what the page logs, and what it asks others for. */
async function openDocs({ url }: TestGateway) {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(`${url}/docs`)
  return { page, complaints }
}

async function openUpload(page: Page) {
  const upload = page.locator('#operations-Catalogue-uploadModule')
  await upload.locator('button.opblock-summary-control').click()
  return upload
}

function temporary() {
  const path = mkdtempSync(join(tmpdir(), 'meltica-authorize-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
