/** A report in a browser, as people use it. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { FIGURES } from '../../../src/backtest/statistics/figures'
import { lacks } from '../../tools'
import { type Made, open, plain, report, rowsOf, SWINGER, startBrowser, waves } from './reports'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
const MINUTES = 4000
let made: Made
let browser: Browser

beforeAll(async () => {
  if (lacks('chromium')) return
  made = await report(SWINGER, waves(MINUTES), ['--cash', '5000'])
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await made?.[Symbol.asyncDispose]()
})

const column = async (page: Page, title: string): Promise<string[]> => {
  const titles = await page.locator('#trades thead th').allInnerTexts()
  const at = titles.findIndex((name) => name.startsWith(title))
  return (await rowsOf(page)).map((cells) => cells[at] ?? '')
}

/** The picture of the price, while the chart has the focus. */
const picture = async (page: Page): Promise<string> =>
  (await page.locator('#price .canvas').screenshot()).toString('base64')

inBrowser('it opens, draws every section and asks nobody for anything', async () => {
  const { page, complaints } = await open(browser, made)
  const titles = await page.locator('h2').allInnerTexts()
  expect(titles).toEqual([
    'Run',
    'Equity',
    'Price and fills',
    'Trades',
    'Months',
    'Daily returns',
    'Returns of trades',
    'Exposure',
    'Statistics',
  ])
  expect(await page.locator('#equity canvas').count()).toBeGreaterThan(0)
  expect(await page.locator('#price canvas').count()).toBeGreaterThan(0)
  expect(await page.locator('#trade-returns svg rect:not(.place)').count()).toBeGreaterThan(2)
  expect(complaints).toEqual([])
  await page.close()
})

inBrowser('its policy keeps it from reaching anybody, whatever got into it', async () => {
  let asked = 0
  using server = Bun.serve({
    port: 0,
    fetch: () => {
      asked++
      return new Response('')
    },
  })
  const { page } = await open(browser, made)
  const refused = page.evaluate(
    `new Promise((done) => document.addEventListener('securitypolicyviolation', ({ blockedURI }) => done(blockedURI), { once: true }))`,
  )
  await page.evaluate(`document.body.append(Object.assign(new Image(), { src: '${server.url.href}image' }))`)
  expect(await refused).toBe(`${server.url.href}image`)
  const fetched = await page.evaluate(`fetch('${server.url.href}fetched').then(() => 'fetched', () => 'refused')`)
  expect(fetched).toBe('refused')
  expect(asked).toBe(0)
  await page.close()
})

inBrowser('its figures and trades are those of the result, to the last digit', async () => {
  const { page } = await open(browser, made)
  const { trades, strategy, stats } = made.result
  const rows = await rowsOf(page)
  expect(trades.length).toBeGreaterThan(300)
  for (const [index, cells] of rows.entries()) {
    const trade = trades[index]!
    const [number, side, pnl, pnlPct, , , , quantity, entry, exit, fees, mae, mfe] = cells
    expect(number).toBe(String(index + 1))
    expect(side).toBe(trade.side)
    expect([pnl, quantity, entry, exit, fees].map(plain)).toEqual(
      [trade.pnl, trade.quantity, trade.entryPrice, trade.exitPrice, trade.fees].map(Number),
    )
    expect([pnlPct, mae, mfe].map(plain)).toEqual(
      [trade.pnlPct, trade.mae, trade.mfe].map((value) => Number(value.toFixed(2))),
    )
    expect(cells.slice(4, 6)).toEqual(
      [trade.entryTime, trade.exitTime].map((time) => time.replace('T', ' ').replace(/(:00)?\.000Z$|Z$/, '')),
    )
  }
  expect(await page.locator('#run dd').first().textContent()).toContain(strategy.hash)
  const shown = await page.locator('#statistics .figure').allInnerTexts()
  expect(shown).toHaveLength(Object.keys(FIGURES).length)
  expect(shown.find((text) => text.startsWith('Trades'))).toContain(String(stats.trades))
  await page.close()
})

inBrowser('trades are sorted by a click on a column, and the other way by the next one', async () => {
  const { page } = await open(browser, made)
  const sorted = made.result.trades.map(({ pnl }) => Number(pnl)).sort((one, other) => one - other)
  const head = page.locator('#trades thead th', { hasText: 'P&L USDT' })
  await head.getByRole('button').click()
  expect(await head.getAttribute('aria-sort')).toBe('descending')
  const falling = (await column(page, 'P&L USDT')).map(plain)
  expect(falling).toEqual(sorted.toReversed().slice(0, falling.length))
  await head.getByRole('button').click()
  expect(await head.getAttribute('aria-sort')).toBe('ascending')
  const rising = (await column(page, 'P&L USDT')).map(plain)
  expect(rising).toEqual(sorted.slice(0, rising.length))
  await page.close()
})

inBrowser('trades are filtered by side and outcome, and counted', async () => {
  const { page } = await open(browser, made)
  await page.getByLabel('Side').selectOption('short')
  await page.getByLabel('Outcome').selectOption('won')
  const { trades } = made.result
  const wanted = trades.filter(({ side, pnl }) => side === 'short' && Number(pnl) > 0)
  expect(wanted.length).toBeGreaterThan(5)
  expect(await page.locator('#trades header [role=status]').textContent()).toBe(`${wanted.length} of ${trades.length}`)
  const numbers = (await column(page, '#')).map(Number)
  expect(numbers).toEqual(wanted.slice(0, numbers.length).map((trade) => trades.indexOf(trade) + 1))
  await page.close()
})

inBrowser('only rows in sight are drawn, and the last trade is reached by scrolling', async () => {
  const { page } = await open(browser, made)
  const { length } = made.result.trades
  expect((await rowsOf(page)).length).toBeLessThan(60)
  expect(await page.locator('#trades table').getAttribute('aria-rowcount')).toBe(String(length + 1))
  await page.evaluate("document.querySelector('#trades .rows').scrollTo(0, 1e9)")
  await page.locator(`#trades a[href="#trade-${length}"]`).waitFor()
  await page.close()
})

inBrowser('a click on a trade leads to the chart, and one key leads back to its row', async () => {
  const { page, complaints } = await open(browser, made)
  const before = await picture(page)
  await page.locator('#trades tbody tr:not(.spacer)').nth(4).locator('td').nth(3).click()
  await page.locator('#price .about-trade', { hasText: 'Trade 5:' }).waitFor()
  expect(new URL(page.url()).hash).toBe('#trade-5')
  expect(await page.evaluate(`document.activeElement?.closest('section')?.id`)).toBe('price')
  expect(await picture(page)).not.toBe(before)
  await page.keyboard.press('Escape')
  await page.locator('#trades a[href="#trade-5"]:focus').waitFor()
  expect(new URL(page.url()).hash).toBe('')
  expect(await page.locator('#price .about-trade').textContent()).toBe('')
  expect(complaints).toEqual([])
  await page.close()
})

inBrowser("the browser's way back leads back as well, and an address leads to its trade", async () => {
  const { page } = await open(browser, made, {}, '#trade-7')
  await page.locator('#price .about-trade', { hasText: 'Trade 7:' }).waitFor()
  await page.locator('#trades a[href="#trade-3"]').press('Enter')
  await page.locator('#price .about-trade', { hasText: 'Trade 3:' }).waitFor()
  await page.goBack()
  await page.locator('#price .about-trade', { hasText: 'Trade 7:' }).waitFor()
  await page.close()
})

inBrowser('the chart is moved and zoomed by keys, wheel and buttons', async () => {
  const { page } = await open(browser, made)
  const chart = page.locator('#price .chart')
  await chart.focus()
  const all = await picture(page)
  await page.keyboard.press('+')
  const nearer = await picture(page)
  expect(nearer).not.toBe(all)
  await page.keyboard.press('ArrowRight')
  expect(await picture(page)).not.toBe(nearer)
  await page.keyboard.press('0')
  expect(await picture(page)).toBe(all)
  await page.locator('#price').getByRole('button', { name: 'Zoom in' }).click()
  expect(await picture(page)).toBe(nearer)
  await page.locator('#price').getByRole('button', { name: 'Show all' }).click()
  expect(await picture(page)).toBe(all)
  await chart.click({ position: { x: 300, y: 100 } })
  const clicked = await picture(page)
  await page.mouse.wheel(0, -600)
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))')
  expect(await picture(page)).not.toBe(clicked)
  await page.close()
})

inBrowser('rows of trades are walked by the arrows', async () => {
  const { page } = await open(browser, made)
  await page.locator('#trades a[href="#trade-1"]').focus()
  for (let step = 0; step < 30; step++) await page.keyboard.press('ArrowDown')
  expect(await page.evaluate(`document.activeElement?.getAttribute('href')`)).toBe('#trade-31')
  await page.keyboard.press('ArrowUp')
  expect(await page.evaluate(`document.activeElement?.getAttribute('href')`)).toBe('#trade-30')
  await page.close()
})

inBrowser('a figure tells its formula and source, to a mouse, to the keyboard and to a screen reader', async () => {
  const { page } = await open(browser, made)
  const { formula, source } = FIGURES.sortino
  const told = `${formula} Source: ${source}.`
  const term = page.locator('#statistics').getByRole('button', { name: 'Sortino' })
  expect(await page.locator(`[id="${await term.getAttribute('aria-describedby')}"]`).textContent()).toBe(told)
  const tip = page.locator('.tip')
  await term.hover()
  expect(await tip.textContent()).toBe(told)
  await page.mouse.move(0, 0)
  await tip.waitFor({ state: 'hidden' })
  await term.focus()
  expect(await tip.textContent()).toBe(told)
  await page.keyboard.press('Escape')
  await tip.waitFor({ state: 'hidden' })
  await page.close()
})

inBrowser('a click copies the command that repeats the run', async () => {
  const { page } = await open(browser, made, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.locator('#run').getByRole('button', { name: 'meltica backtest' }).click()
  await page.locator('#run .copied', { hasText: 'copied' }).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
    'meltica backtest ./tester.js --data BTC-USDT.csv --cash 5000',
  )
  await page.close()
})

inBrowser('light and dark follow the system, and a switch overrules it', async () => {
  const ground = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor')
  const dark = await open(browser, made, { colorScheme: 'dark' })
  const light = await open(browser, made, { colorScheme: 'light' })
  const [black, white] = [await ground(dark.page), await ground(light.page)]
  expect(black).not.toBe(white)
  const inLight = await picture(light.page)
  await light.page.getByLabel('Theme').selectOption('dark')
  expect(await ground(light.page)).toBe(black)
  expect(await picture(light.page)).not.toBe(inLight)
  await light.page.getByLabel('Theme').selectOption('light')
  expect(await picture(light.page)).toBe(inLight)
  await dark.page.close()
  await light.page.close()
})

const LOOKS = [
  ['light', 1280],
  ['dark', 768],
  ['light', 390],
  ['dark', 390],
] as const

for (const [colorScheme, width] of LOOKS) {
  inBrowser(`nobody is left out of it: ${colorScheme}, ${width} pixels wide`, async () => {
    const { page, complaints } = await open(browser, made, { colorScheme, viewport: { width, height: 900 } })
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

inBrowser('it is printed in the colours of paper, with pictures of its charts and the first trades', async () => {
  const { page } = await open(browser, made, { colorScheme: 'dark' })
  await page.evaluate(`
    addEventListener('beforeprint', () => {
      document.documentElement.dataset.printed = JSON.stringify({
        pictures: document.querySelectorAll('img.printed').length,
        rows: document.querySelectorAll('#trades tbody tr:not(.spacer)').length,
      })
      document.documentElement.dataset.price = document.querySelector('#price img.printed').src
    })`)
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
  const charts = await page.locator('.chart').count()
  expect(JSON.parse((await page.locator('html').getAttribute('data-printed')) ?? '')).toEqual({
    pictures: charts,
    rows: 60,
  })
  expect(pdf.match(/\/Subtype\s*\/Image/g)!.length).toBeGreaterThanOrEqual(charts)
  expect(await page.locator('img.printed').count()).toBe(0)
  await page.emulateMedia({ media: 'print' })
  expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(27, 32, 40)')
  const { bought, sold } = await printedMarks(page)
  expect(bought).toBeGreaterThan(100)
  expect(sold).toBeGreaterThan(100)
  await page.close()
})

/** Pixels in the colours of the two marks, in the picture of the price that was kept when it was printed. */
const printedMarks = (page: Page): Promise<{ readonly bought: number; readonly sold: number }> =>
  page.evaluate(`(async () => {
    const image = new Image()
    image.src = document.documentElement.dataset.price
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    const pixelsOf = (tone) => {
      const color = getComputedStyle(document.querySelector('#price .legend .' + tone)).color.match(/\\d+/g).map(Number)
      let count = 0
      for (let at = 0; at < data.length; at += 4) if (color.every((value, index) => data[at + index] === value)) count++
      return count
    }
    return { bought: pixelsOf('accent'), sold: pixelsOf('warn') }
  })()`)
