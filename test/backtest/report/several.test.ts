/** The page of several strategies on several symbols, in a browser. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { lacks } from '../../tools'
import { type Made, open, plain, reportOf, rowsOf, SWINGER, startBrowser, waves } from './reports'

setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
let made: Made
let browser: Browser

const IDLE = SWINGER.replace('n % 10 === 1', 'false').replace('n % 10 === 6', 'false').replace("'tester'", "'idle'")

beforeAll(async () => {
  if (lacks('chromium')) return
  const csv = waves(600)
  const sources = { 'tester.js': SWINGER, 'idle.js': IDLE, 'BTC-USDT.csv': csv, 'ETH-USDT.csv': csv }
  const data = ['--data', 'BTC-USDT.csv', 'ETH-USDT.csv']
  made = await reportOf(sources, ['a=./tester.js', 'b=./tester.js', './idle.js', ...data, '--accounts', 'shared'])
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await made?.[Symbol.asyncDispose]()
})

const tableOf = async (page: Page, id: string): Promise<Record<string, string[]>> => {
  const rows = await page.locator(`#${id} tbody tr`).all()
  const read = rows.map(async (row) => [await row.locator('th').textContent(), await row.locator('td').allInnerTexts()])
  return Object.fromEntries(await Promise.all(read))
}

inBrowser('each strategy and each symbol has its share, who never traded included, and each its curve', async () => {
  const { page, complaints } = await open(browser, made)
  const { byStrategy, bySymbol } = made.result
  const strategies = await tableOf(page, 'strategies')
  expect(Object.keys(strategies)).toEqual(['a', 'b', 'idle'])
  for (const { strategy, pnl, trades, fees } of byStrategy!) {
    const cells = strategies[strategy]!
    expect([cells[0], cells[1], cells[9]].map((text) => plain(text!.replace(' USDT', '')))).toEqual(
      [Number(pnl), trades, Number(fees)].map((value) => Number(value.toFixed(2))),
    )
  }
  expect(strategies.idle).toEqual(Array.from({ length: 11 }, () => '·'))
  const symbols = await tableOf(page, 'symbols')
  expect(Object.keys(symbols)).toEqual(['BTC-USDT', 'ETH-USDT'])
  expect(plain(symbols['BTC-USDT']![1])).toBe(bySymbol.find(({ symbol }) => symbol === 'BTC-USDT')!.trades)
  expect(await page.locator('#profits .legend').textContent()).toBe('all strategiesabidle')
  expect(await page.locator('#run dt').allInnerTexts()).toContain('idle')
  expect(await page.locator('.notice').allInnerTexts()).toContain('idle never traded: it sent no order.')
  expect(complaints).toEqual([])
  await page.close()
})

inBrowser('a strategy is chosen in one place, and trades and fills are its alone', async () => {
  const { page, complaints } = await open(browser, made)
  const picture = async () => (await page.locator('#price .canvas').screenshot()).toString('base64')
  const all = await picture()
  expect(await page.locator('#price').getByLabel('Symbol').locator('option').allInnerTexts()).toEqual([
    'BTC-USDT',
    'ETH-USDT',
  ])
  const counted = page.locator('#trades header [role=status]')
  const of = (label: string) => made.result.trades.filter(({ strategy }) => strategy === label).length
  await page.locator('#price').getByLabel('Strategy').selectOption('b')
  expect(await counted.textContent()).toBe(`${of('b')} of ${made.result.trades.length}`)
  expect(new Set((await rowsOf(page)).map((cells) => cells.find((cell) => /^[ab]$/.test(cell))))).toEqual(
    new Set(['b']),
  )
  expect(await page.locator('#trades').getByLabel('Strategy').inputValue()).toBe('1')
  await page.locator('#trades').getByLabel('Strategy').selectOption('idle')
  expect(await counted.textContent()).toBe(`0 of ${made.result.trades.length}`)
  expect(await picture()).not.toBe(all)
  await page.locator('#trades').getByLabel('Strategy').selectOption('all strategies')
  expect(await picture()).toBe(all)
  expect(complaints).toEqual([])
  await page.close()
})

for (const [colorScheme, width] of [
  ['light', 360],
  ['dark', 1280],
] as const) {
  inBrowser(`nobody is left out of it: ${colorScheme}, ${width} pixels wide`, async () => {
    const { page } = await open(browser, made, { colorScheme, viewport: { width, height: 800 } })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    await page.evaluate(await Bun.file(new URL(import.meta.resolve('axe-core/axe.min.js'))).text())
    const found = (await page.evaluate('axe.run()')) as { readonly violations: readonly { readonly id: string }[] }
    expect(found.violations.map(({ id }) => id)).toEqual([])
    await page.close()
  })
}
