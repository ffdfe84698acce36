/** A backtest from the console: asked for, followed, and its report drawn where it can do no harm. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { writeTokens } from '../../src/config/token-file'
import { newToken, tokenHash } from '../../src/http/tokens'
import { addData, candles, SWINGER } from '../backtested'
import { startGateway } from '../gateway'
import { lacks } from '../tools'
import { openConsole, startBrowser, violations } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

/** What a script in the page comes to when it tries to reach the gateway, the page around it and what the browser keeps. */
const REACHES = `(async () => {
  const tried = async (work) => { try { return await work() } catch (error) { return error.name } }
  return {
    origin,
    fetched: await tried(async () => (await fetch('/strategies')).status),
    posted: await tried(async () => (await fetch('/risk/kill', { method: 'POST', mode: 'no-cors' })).type),
    parent: await tried(() => (parent === self ? 'itself' : parent.document.title)),
    kept: await tried(() => sessionStorage.length),
    cookies: await tried(() => document.cookie),
  }
})()`

const NOWHERE = {
  origin: 'null',
  fetched: 'TypeError',
  posted: 'TypeError',
  kept: 'SecurityError',
  cookies: 'SecurityError',
}

test.skipIf(lacks('chromium'))(
  'a backtest is run from the page of its strategy, and its report reaches neither the page nor the gateway',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-console-'))
    const [operator, path] = [newToken('olga'), join(folder, 'tokens.yaml')]
    writeTokens(path, [{ name: 'olga', role: 'operate', hash: tokenHash(operator) }])
    try {
      const headers = { authorization: `Bearer ${operator}` }
      await using gateway = await startGateway({ config: `tokens: ${path}\n` })
      addData(gateway, 'BTC-USDT-1m.csv', candles(300))
      await gateway.call('POST', '/strategies/modules', { source: SWINGER }, headers)
      await using browser = await startBrowser()
      await using opened = await openConsole(browser, gateway, 'strategies/swinger')
      const { page, complaints } = opened
      await page.getByLabel('Token').fill(operator)
      await page.getByRole('button', { name: 'Sign in' }).click()

      await page.getByRole('button', { name: 'Backtest…' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('option', { name: 'BTC-USDT-1m.csv' }).waitFor()
      expect(await violations(page)).toEqual([])
      await dialog.getByLabel('From').fill('tomorrow')
      await dialog.getByLabel('size').fill('2')
      await dialog.getByRole('button', { name: 'Run' }).click()
      await dialog.getByRole('alert').filter({ hasText: '"from" must be a time' }).waitFor()
      await dialog.getByLabel('From').fill('2026-01-01')
      await dialog.getByRole('button', { name: 'Run' }).click()

      await page.getByRole('heading', { level: 1, name: '1 swinger' }).waitFor()
      const report = page.frameLocator('iframe')
      await report.getByRole('heading', { level: 1, name: 'swinger' }).waitFor()
      const { body } = await gateway.get('/backtests/1', headers)
      expect([body.state, body.config, body.options]).toEqual(['done', { size: 2 }, { from: '2026-01-01' }])
      expect(await violations(page)).toEqual([])

      const before = complaints.splice(0).filter((text) => !text.includes('401'))
      expect(before).toEqual([
        'Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)',
      ])
      const frame = page.frames().find((one): one is Frame => one.url().endsWith('/console/frame'))
      expect(await frame?.evaluate(REACHES)).toEqual({ ...NOWHERE, parent: 'SecurityError' })

      // whoever opens the report itself is no better off
      await page.setExtraHTTPHeaders(headers)
      await page.goto(`${gateway.url}/backtests/1/report`)
      await page.getByRole('heading', { level: 1, name: 'swinger' }).waitFor()
      expect(await page.evaluate(REACHES)).toEqual({ ...NOWHERE, parent: 'itself' })
      expect((await gateway.get('/risk/limits', headers)).body.killSwitches).toEqual([])

      await page.goto(`${gateway.url}/#/backtests`)
      await page.getByRole('link', { name: '1 swinger' }).waitFor()
      expect(await violations(page)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
