/** The console of a gateway with a thousand instances. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'
import { create, openConsole, SIM, startBrowser } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(180_000)

const MANY = 1000
const AT_ONCE = 20

test.skipIf(lacks('chromium'))(
  'of a thousand instances no more are drawn than can be seen, and all are found',
  async () => {
    await using gateway = await startGateway({ config: SIM })
    await gateway.upload(strategySource())
    const ids = Array.from({ length: MANY }, (_, index) => `grid-${String(index).padStart(4, '0')}`)
    for (let from = 0; from < MANY; from += AT_ONCE) {
      await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => create(gateway, id, 'grid', false)))
    }
    await using browser = await startBrowser()
    await using opened = await openConsole(browser, gateway)
    const { page, complaints } = opened
    const rows = page.locator('tr[data-row]')
    await page.locator('table[aria-rowcount="1001"]').waitFor()
    expect(await rows.count()).toBeLessThan(100)
    expect(await rows.first().getAttribute('data-row')).toBe('grid-0000')
    await page.keyboard.press('End')
    await page.locator('tr[data-row="grid-0999"]').waitFor()
    expect(await rows.count()).toBeLessThan(100)
    expect(await page.locator('tr[data-row="grid-0999"]').getAttribute('aria-rowindex')).toBe('1001')
    await page.getByLabel('Filter instances').fill('grid-05')
    await until(async () => (await page.locator('table[aria-rowcount="101"]').count()) === 1)
    expect(complaints).toEqual([])
  },
)
