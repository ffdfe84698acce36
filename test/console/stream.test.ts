/** The page and its streams: over a restart of the gateway, and under a flood. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'
import { BUYER, create, openConsole, SIM, startBrowser } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
const CONFIG = `${SIM}instances: { logsPerSecond: 20000 }\n`
/** So many lines at each of so many trades: some ten thousand a second, while it lasts. */
const [A_TRADE, TRADES] = [100, 300]
const FLOODER = strategySource(
  { name: 'flooder' },
  `onTrade() { this.n = (this.n ?? 0) + 1; for (let i = 0; i < ${A_TRADE} && this.n <= ${TRADES}; i++) env.helpers.log(i) }`,
)
/** Lines that the page keeps. */
const KEPT = 500

let folder: string
let gateway: TestGateway
let browser: Browser

beforeAll(async () => {
  if (lacks('chromium')) return
  folder = mkdtempSync(join(tmpdir(), 'meltica-console-'))
  ;[gateway, browser] = await Promise.all([startGateway({ folder, config: CONFIG }), startBrowser()])
  await gateway.upload(BUYER)
  await gateway.upload(FLOODER)
})

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
  if (folder) rmSync(folder, { recursive: true })
})

inBrowser(
  'a page whose gateway has gone turns grey, and goes on without a gap or a double when it is back',
  async () => {
    await create(gateway, 'buyer-1', 'buyer', true)
    await using opened = await openConsole(browser, gateway, 'instances/buyer-1')
    const { page } = opened
    await page.locator('tr[data-fill]').nth(2).waitFor()
    await page.locator('[role=log]', { hasText: 'trading' }).waitFor()
    const listen = new URL(gateway.url).host
    await gateway[Symbol.asyncDispose]()
    await page.getByRole('alert').filter({ hasText: 'No connection to the gateway since' }).waitFor()
    await page.locator('.stale').waitFor()
    expect(await page.evaluate("getComputedStyle(document.querySelector('#positions')).filter")).toBe('grayscale(1)')

    const before = await fillsOn(page)
    gateway = await startGateway({ folder, config: `${CONFIG}listen: ${listen}\n`, listensAsConfigured: true })
    await page.locator('.stale').waitFor({ state: 'detached' })
    await until(async () => (await fillsOn(page)).length >= before.length + 2)
    await gateway.post('/strategy/instances/buyer-1/stop')
    await page.getByRole('button', { name: 'Start…' }).waitFor()
    const { body } = await gateway.get('/strategy/instances/buyer-1/executions?limit=60')
    const executions = body.items.map(({ executionId }: { executionId: string }) => executionId)
    await until(async () => (await fillsOn(page))[0] === executions[0])
    expect(await fillsOn(page)).toEqual(executions)
    const logs = await gateway.get('/strategy/instances/buyer-1/logs?limit=200')
    const lines = logs.body.items.map(({ message }: { message: string }) => message).reverse()
    await until(async () => (await page.locator('[role=log] > div').count()) >= lines.length)
    expect(await messagesOn(page)).toEqual(lines)
  },
)

inBrowser(
  'ten thousand lines a second leave the page at work and its memory bounded, and it says what it leaves out',
  async () => {
    await create(gateway, 'flooder-1', 'flooder', false)
    await using opened = await openConsole(browser, gateway, 'instances/flooder-1')
    const { page, complaints } = opened
    await page.getByText('live').first().waitFor()
    await gateway.post('/strategy/instances/flooder-1/start')
    await shown(page, 1000)
    const follow = page.getByRole('button', { name: 'Follow' })
    await follow.click()
    const held = await logOn(page)
    await page.locator('#log .chip', { hasText: 'new lines' }).waitFor()
    expect(await logOn(page)).toEqual(held)
    await follow.click()
    await shown(page, A_TRADE * TRADES)
    expect((await gateway.get('/strategy/instances/flooder-1')).body.stats).toMatchObject({
      logs: A_TRADE * TRADES,
      droppedLogs: 0,
    })
    expect(await logOn(page)).toEqual({ rows: KEPT, total: A_TRADE * TRADES })
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await cdp.send('Runtime.getHeapUsage')
    expect(usedSize).toBeLessThan(7.5 * 2 ** 20)
    expect(complaints).toEqual([])
  },
)

const fillsOn = async (page: Page): Promise<string[]> =>
  (await page.evaluate("[...document.querySelectorAll('tr[data-fill]')].map((row) => row.dataset.fill)")) as string[]

/** Without their times. */
const messagesOn = async (page: Page): Promise<string[]> =>
  (await page.evaluate(
    "[...document.querySelectorAll('[role=log] time')].map((time) => time.parentElement.lastChild.data)",
  )) as string[]

/** Waits until there have been so many lines; it asks seldom, for the page is busy. */
async function shown(page: Page, lines: number): Promise<void> {
  while ((await logOn(page)).total < lines) await page.waitForTimeout(200)
}

/** How many lines the page shows, and how many there have been, both at the same moment. */
async function logOn(page: Page): Promise<{ rows: number; total: number }> {
  const script = `(() => {
    const log = document.querySelector('[role=log]')
    const said = log.querySelector(':scope > :first-child:not(:has(time))')
    const rows = log.childElementCount - (said ? 1 : 0)
    return { rows, total: rows + Number(said?.textContent.split(' ')[0].replaceAll(',', '') ?? 0) }
  })()`
  return (await page.evaluate(script)) as { rows: number; total: number }
}
