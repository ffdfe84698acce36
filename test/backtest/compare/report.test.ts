/** The report of a comparison in a browser. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { FIGURES } from '../../../src/backtest/statistics/figures'
import { meltica } from '../../cli/meltica'
import { lacks } from '../../tools'
import { folder, strategy } from '../backtests'
import { open, startBrowser, waves } from '../report/reports'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
const EVERY = strategy(
  `onKlineSummary() {
    seen++
    if (seen % config.n === 0) runtime.submitMarketOrder('', 'buy', '0.5')
    if (seen % config.n === 5) runtime.submitMarketOrder('', 'sell', '0.5')
  },`,
  'let seen = 0',
).replace("events: ['Trade']", "events: ['KlineSummary']")
const RUN = ['compare', './every.js', './every.js', '--data', 'BTC-USDT.csv', '--set-a', 'n=10', '--set-b', 'n=15']

let home: Awaited<ReturnType<typeof folder>>
let browser: Browser

const report = (file: string) => ({ url: pathToFileURL(join(home.path, file)).href })

beforeAll(async () => {
  home = await folder()
  await Bun.write(join(home.path, 'every.js'), EVERY)
  await Bun.write(join(home.path, 'BTC-USDT.csv'), waves(4000))
  if (!lacks('chromium')) browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await home[Symbol.asyncDispose]()
})

/** How many trades the table counts of A, of B, and the change. */
const tradesOf = (table: string): string[] =>
  (/\n {2}Trades +(\S+) +(\S+) +(\S+)\n/.exec(table) ?? []).slice(1).map((text) => text.replace('-', '−'))

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    inBrowser(`it shows both runs to everybody: ${colorScheme}, ${width} pixels wide`, async () => {
      const { status, stderr, stdout } = await meltica(home.path, ...RUN, '--report', 'compared.html')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const viewport = { width, height: 900 }
      const { page, complaints } = await open(browser, report('compared.html'), { colorScheme, viewport })
      const terms = await page.locator('#runs dt').allInnerTexts()
      expect(terms).toEqual(['A', 'B', 'Data', 'Account', 'Fills', 'Engine', 'Otherwise', 'Again'])
      const align = await page.evaluate("getComputedStyle(document.querySelector('#trades td')).textAlign")
      expect(align).toBe('right')
      expect(await page.locator('h2').allInnerTexts()).toEqual([
        'Runs',
        'Equity',
        'Drawdown',
        'The first order that differs',
        'Period',
        'Returns',
        'Risk',
        'Trades',
        'Costs',
      ])
      const runs = await page.locator('#runs').textContent()
      expect(runs).toContain('config n: 10 in A, 15 in B')
      expect(runs).toContain('meltica compare ./every.js ./every.js --data BTC-USDT.csv --set-a n=10 --set-b n=15')
      expect(await page.locator('#equity canvas').count()).toBeGreaterThan(0)
      expect(await page.locator('#drawdown canvas').count()).toBeGreaterThan(0)
      const difference = await page.locator('#difference').textContent()
      for (const line of stdout.slice(stdout.indexOf('The first order')).trim().split('\n').slice(1))
        if (!line.startsWith('The ')) expect(difference).toContain(line.replace(/^ {2}([AB] {2})?/, ''))
      for (const { label } of Object.values(FIGURES))
        expect(await page.getByRole('rowheader', { name: label, exact: true }).count()).toBe(1)
      const trades = await page.locator('#trades tbody tr').first().locator('th, td').allInnerTexts()
      expect(trades).toEqual(['Trades', ...tradesOf(stdout)])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      await page.evaluate(await Bun.file(new URL(import.meta.resolve('axe-core/axe.min.js'))).text())
      const found = (await page.evaluate('axe.run()')) as {
        readonly passes: readonly unknown[]
        readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
      }
      expect(found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([])
      expect(found.passes.length).toBeGreaterThan(20)
      expect(complaints).toEqual([])
      await page.close()
    })
  }
}

inBrowser('results in files have their curves in it as well, and what is the same is said to be', async () => {
  const backtest = ['backtest', './every.js', '--data', 'BTC-USDT.csv', '--set', 'n=10']
  await meltica(home.path, ...backtest, '--json', 'a.json')
  const { status } = await meltica(home.path, 'compare', 'a.json', 'a.json', '--report', 'same.html')
  expect(status).toBe(0)
  const { page, complaints } = await open(browser, report('same.html'))
  expect(await page.locator('#equity canvas').count()).toBeGreaterThan(0)
  const { trades } = await Bun.file(join(home.path, 'a.json')).json()
  expect(await page.locator('#difference').textContent()).toContain(`Both have the same ${trades.length} trades.`)
  expect(await page.locator('#runs').textContent()).toContain('config, settings and data are the same')
  expect(complaints).toEqual([])
  await page.close()
})

test('as standard output it has the table on standard error, and a path that cannot be written is refused first', async () => {
  const { stdout, stderr } = await meltica(home.path, ...RUN, '--report', '-')
  expect(stdout).toStartWith('<!doctype html>')
  expect(stderr).toContain('The first order that differs')
  const refused = await meltica(home.path, ...RUN, '--report', 'missing/report.html')
  expect([refused.status, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toStartWith('error: missing/report.html cannot be written: ')
})
