/** The console of a gateway with a thousand instances. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'
import { openConsole, SIM, startBrowser } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(180_000)

const MANY = 1000

test.skipIf(lacks('chromium'))(
  'of a thousand instances no more are drawn than can be seen, and all are found',
  async () => {
    const [started, launched] = await Promise.all([startGateway({ config: SIM }), startBrowser()])
    await using gateway = started
    await using browser = launched
    await gateway.upload(strategySource())
    const lambdas = Array.from({ length: MANY }, (_, index) => ({
      id: `grid-${String(index).padStart(4, '0')}`,
      strategy: { identifier: 'grid', config: {} },
      scope: { sim: { symbols: ['BTC-USDT'] } },
    }))
    expect((await gateway.post('/context/backup', { version: 1, lambdas })).status).toBe(200)
    await using opened = await openConsole(browser, gateway)
    const { page, complaints } = opened
    const rows = page.locator('tr[data-row]')
    const curves: string[] = []
    page.on('request', (request) => request.url().includes('/equity') && curves.push(request.url()))
    await page.locator('table[aria-rowcount="1001"]').waitFor()
    expect(await rows.count()).toBeLessThan(100)
    expect(await rows.first().getAttribute('data-row')).toBe('grid-0000')
    await page.keyboard.press('End')
    await page.locator('tr[data-row="grid-0999"]').waitFor()
    expect(await rows.count()).toBeLessThan(100)
    expect(await page.locator('tr[data-row="grid-0999"]').getAttribute('aria-rowindex')).toBe('1001')
    await page.getByLabel('Filter instances').fill('grid-05')
    await until(async () => (await page.locator('table[aria-rowcount="101"]').count()) === 1)
    // no others than those that are in view, or were
    expect(new Set(curves).size).toBeLessThan(200)
    expect(complaints).toEqual([])
  },
)
