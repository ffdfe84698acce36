/** Swagger UI in a browser: a person can upload a strategy there, and nothing comes from elsewhere. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { chromiumPath, lacks } from '../tools'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

test.skipIf(lacks('chromium'))(
  'a person uploads a strategy with the example of Swagger UI, without a network',
  async () => {
    await using gateway = await startGateway()
    await using browser = await startBrowser()
    const { page, complaints } = await openDocs(browser, gateway)
    const upload = await openUpload(page)
    await upload.locator('button.execute').click()
    await upload.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
    expect((await gateway.get('/strategies/hello')).body.displayName).toBe('Hello')
    expect(complaints).toEqual([])
  },
)

test.skipIf(lacks('chromium'))('a person uploads a strategy from its file', async () => {
  await using gateway = await startGateway()
  await using browser = await startBrowser()
  const { page, complaints } = await openDocs(browser, gateway)
  const upload = await openUpload(page)
  const buffer = Buffer.from(strategySource({ name: 'grid', displayName: 'From a file' }))
  await upload.locator('input[type=file]').setInputFiles({ name: 'grid.js', mimeType: 'text/javascript', buffer })
  await upload.locator('textarea', { hasText: '"filename": "grid.js"' }).waitFor()
  await upload.locator('button.execute').click()
  await upload.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
  expect((await gateway.get('/strategies/modules/grid/source')).text).toBe(buffer.toString())
  expect(complaints).toEqual([])
})

const startBrowser = () => chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] })

/** Complaints: what the page logs, and what it asks others for. */
async function openDocs(browser: Browser, gateway: TestGateway) {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(gateway.url) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(`${gateway.url}/docs`)
  return { page, complaints }
}

async function openUpload(page: Page) {
  const upload = page.locator('#operations-Catalogue-uploadModule')
  await upload.locator('button.opblock-summary-control').click()
  return upload
}
