/** Swagger UI in a browser, of a gateway that asks for tokens: a person signs in there and calls. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { writeTokens } from '../../src/config/token-file'
import { newToken, tokenHash } from '../../src/http/tokens'
import { startGateway } from '../gateway'
import { chromiumPath, lacks } from '../tools'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

test.skipIf(lacks('chromium'))('a person who gives a token under Authorize is let in, and refused before', async () => {
  using folder = temporary()
  const token = newToken('alice')
  const tokens = join(folder.path, 'tokens.yaml')
  writeTokens(tokens, [{ name: 'alice', role: 'operate', hash: tokenHash(token) }])
  await using gateway = await startGateway({ config: `tokens: ${tokens}\n` })
  await using browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] })
  const page = await browser.newPage()
  await page.goto(`${gateway.url}/docs`)
  const upload = page.locator('#operations-Catalogue-uploadModule')
  const answered = (status: string) =>
    upload.locator('.live-responses-table .response-col_status', { hasText: status }).waitFor()
  await upload.locator('button.opblock-summary-control').click()
  await upload.locator('button.execute').click()
  await answered('401')

  await page.locator('.auth-wrapper > button.authorize').click()
  await page.locator('.modal-ux input').fill(token)
  await page.locator('.modal-ux button.authorize').click()
  await page.locator('.modal-ux button.btn-done').click()
  await upload.locator('button.execute').click()
  await answered('201')
  const { body } = await gateway.get('/audit?strategy=hello', { authorization: `Bearer ${token}` })
  expect(body.items[0].who).toBe('alice')
})

function temporary() {
  const path = mkdtempSync(join(tmpdir(), 'meltica-authorize-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
