/** Swagger UI in a browser: a person can upload a strategy there, and nothing comes from elsewhere. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { chromium } from 'playwright-core'
import { startGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

test('a person uploads a strategy with the example of Swagger UI, without a network', async () => {
  await using gateway = await startGateway()
  await using browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(gateway.url) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(`${gateway.url}/docs`)
  const upload = page.locator('#operations-Catalogue-uploadModule')
  await upload.locator('button.opblock-summary-control').click()
  await upload.locator('button.execute').click()
  await upload.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
  expect((await gateway.get('/strategies/hello')).body.displayName).toBe('Hello')
  expect(complaints).toEqual([])
})
