/** Runs of which there is little good to tell, and names that nobody would choose: reports say so plainly, and draw what there is. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { lacks } from '../../tools'
import { candles, folder, strategy, trades } from '../backtests'
import { open, report, SWINGER, startBrowser, waves } from './reports'

setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
let browser: Browser

beforeAll(async () => {
  if (!lacks('chromium')) browser = await startBrowser()
})

afterAll(() => browser?.close())

/** The notices of a report, after a look that it draws without a complaint and tells of no number that is none. */
async function noticesOf(...made: Parameters<typeof report>): Promise<{ notices: string[]; titles: string[] }> {
  await using at = await report(...made)
  const { page, complaints } = await open(browser, at)
  const text = await page.locator('main').textContent()
  expect(text).not.toMatch(/NaN|undefined|Infinity|null/)
  expect(complaints).toEqual([])
  const [notices, titles] = [await page.locator('.notice').allInnerTexts(), await page.locator('h2').allInnerTexts()]
  await page.close()
  return { notices, titles }
}

const IDLE = strategy('onTrade() {},')
const FALL = candles(...Array.from({ length: 600 }, (_, i) => [1000 - i, 1000 - i, 999 - i, 999 - i] as const))
/** Buys once, at the fourth candle. */
const BUYER = (more = '') =>
  strategy(
    `onKlineSummary() { n++; if (n === 4) runtime.submitMarketOrder('', 'buy', '5'); ${more} },`,
    'let n = 0',
  ).replace("events: ['Trade']", "events: ['KlineSummary']")

inBrowser('a strategy that never traded', async () => {
  const { notices, titles } = await noticesOf(IDLE, trades(100, 101, 102))
  expect(notices).toEqual(['It never traded: it sent no order.'])
  expect(titles).toContain('Equity')
  expect(titles).not.toContain('Trades')
})

inBrowser('days on which nothing moved: they are no gains, and not spread', async () => {
  await using made = await report(IDLE, waves(3 * 24 * 60))
  const { page } = await open(browser, made)
  expect(await page.locator('h2').allInnerTexts()).toEqual(['Run', 'Equity', 'Price and fills', 'Months', 'Statistics'])
  expect(await page.locator('#months b').allInnerTexts()).toEqual(['0.0'])
  expect(await page.locator('#months .gain, #months .loss').count()).toBe(0)
  await page.close()
})

inBrowser('what not every run has: other candles, a warm-up and rules of markets', async () => {
  await using home = await folder()
  const rules = join(home.path, 'rules.yaml')
  await Bun.write(rules, 'BTC-USDT: { minQuantity: 0.1 }\n')
  const flags = ['--timeframe', '5m,1h', '--warmup', '1200', '--rules', rules]
  await using made = await report(SWINGER, waves(8000), flags)
  const { page } = await open(browser, made)
  const rows = await page.locator('#run dl > div').allInnerTexts()
  const digest = new Bun.CryptoHasher('sha256').update(await Bun.file(rules).text()).digest('hex')
  expect(rows.slice(5, 8)).toEqual([
    'Candles\n5m, 1h; orders fill on 1m',
    'Warm-up\n1,200 bars, before the start',
    `Rules\n${rules}\nsha256:${digest}`,
  ])
  // what was held is bought where the figures begin, after the warm-up
  const { finalEquity, buyHoldReturnPct } = made.result.stats
  const held = (10_000 * (1 + buyHoldReturnPct! / 100)).toLocaleString('en-US', { maximumFractionDigits: 2 })
  expect(await page.locator('#equity .readout').textContent()).toContain(`buy & hold ${held} USDT`)
  expect(finalEquity).not.toBe(10_000)
  await page.close()
})

inBrowser('a trade that came to nothing is looked at in neither the colour of gains nor that of losses', async () => {
  const still = candles(...Array.from({ length: 60 }, () => [100, 101, 99, 100] as const))
  const source = BUYER("if (n === 8) runtime.submitMarketOrder('', 'sell', '5')")
  await using made = await report(source, still, ['--fee-bps', '0'])
  const { page } = await open(browser, made, {}, '#trade-1')
  await page.locator('#price .about-trade', { hasText: 'P&L 0 USDT' }).waitFor()
  const tones = await page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
    const veils = []
    for (const canvas of document.querySelectorAll('#price canvas')) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] === 31) veils.push(Math.abs(data[at] - data[at + 1]))
    }
    done({ veiled: veils.length > 1000, colour: Math.max(...veils.slice(0, 1000)) > 40 })
  }))`)
  expect(tones).toEqual({ veiled: true, colour: false })
  await page.close()
})

inBrowser('a strategy without a handler for the data', async () => {
  const { notices } = await noticesOf(IDLE, FALL)
  expect(notices).toEqual(['It never traded: it has no handler for what the data hold.'])
})

inBrowser('a single event', async () => {
  const { notices, titles } = await noticesOf(IDLE, trades(100))
  expect(notices).toEqual([
    'It never traded: it sent no order.',
    'All of it was at one moment: there is no curve to draw.',
  ])
  expect(titles).toEqual(['Run', 'Statistics'])
})

inBrowser('a dry run', async () => {
  const { notices } = await noticesOf(SWINGER, waves(30), ['--set', 'dry_run=true'])
  expect(notices).toEqual(['It never traded: a dry run, 6 orders not sent.'])
})

inBrowser('a strategy that threw and was stopped half-way', async () => {
  const source = BUYER("if (n === 8) throw new Error('no luck'); if (n === 20) for (;;) {}")
  const { notices } = await noticesOf(source, FALL)
  expect(notices).toEqual([
    expect.stringMatching(/^Stopped at 2024-01-01 00:19:59.999Z: tester\.js:\d+:\d+: out of time.*part until then\.$/),
    expect.stringMatching(
      /^2 exceptions of its handlers: tester\.js:\d+:\d+: Error: no luck; tester\.js:\d+:\d+: out of/,
    ),
  ])
})

inBrowser('what was not handled is not drawn', async () => {
  await using made = await report(BUYER('if (n === 20) for (;;) {}'), FALL)
  const { page } = await open(browser, made)
  expect(await page.locator('#price .chart').getAttribute('aria-label')).toContain('20 candles of 1 m, 1 fills')
  expect(await page.locator('#equity .readout').textContent()).toContain('2024-01-01 00:19:59.999')
  await page.close()
})

inBrowser('the readout of candles has the decimals that the candle needs, not those of the others', async () => {
  await using made = await report(BUYER(), candles([1000, 1001.125, 999, 1000], [1000, 1002, 998, 1001]))
  const { page } = await open(browser, made)
  expect(await page.locator('#price .readout').textContent()).toContain('O 1,000  H 1,002  L 998  C 1,001 ')
  await page.close()
})

inBrowser('an account that was liquidated', async () => {
  const { notices } = await noticesOf(BUYER(), FALL, ['--cash', '600', '--leverage', '20'])
  expect(notices).toEqual([
    expect.stringMatching(
      /^Liquidated at 2024-01-01 .*: no equity was left; positions were closed, later orders refused\.$/,
    ),
  ])
})

inBrowser('missing candles', async () => {
  const rows = waves(50).split('\n')
  const { notices } = await noticesOf(SWINGER, [...rows.slice(0, 21), ...rows.slice(26)].join('\n'))
  expect(notices).toEqual(['BTC-USDT.csv: 5 candles missing, the most 5 from 2024-01-01 00:20:00Z.'])
})

const MARKUP = '</script><script>alert(1)</script><img src=x onerror=alert(2)><!--<script>'

inBrowser('markup in names, values, symbols, files and errors stays text', async () => {
  const source = BUYER(`if (n === 8) throw new Error(${JSON.stringify(MARKUP)})`).replace(
    "{ name: 'n', type: 'int', default: 1 }",
    `{ name: 'n', type: 'string', default: ${JSON.stringify(MARKUP)} }`,
  )
  const file = '<img src=x onerror=alert(3)>&"\'.csv'
  await using made = await report(source, FALL, ['--symbol', MARKUP, '--set', `n=${MARKUP}${MARKUP}`], file)
  const { page, complaints } = await open(browser, made)
  const run = await page.locator('#run').textContent()
  expect(run).toContain(`n=${MARKUP}${MARKUP}`)
  expect(run).toContain(file)
  expect(await page.locator('.about').first().textContent()).toContain(MARKUP)
  expect(await page.locator('.notice').first().textContent()).toContain(MARKUP)
  expect(await page.title()).toContain(MARKUP)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.locator('script').count()).toBe(3)
  expect(complaints).toEqual([])
  await page.close()
})

inBrowser('fills in the first and the last candle are drawn, however many candles stand in a bar', async () => {
  const source = strategy(
    `onKlineSummary() { if (n++ === 0) runtime.submitMarketOrder('', 'buy', '1') },
    onEnd() { runtime.submitMarketOrder('', 'sell', '1') },`,
    'let n = 0',
  ).replace("events: ['Trade']", "events: ['KlineSummary']")
  await using made = await report(source, waves(45_031))
  const { page } = await open(browser, made)
  await page.locator('#price').scrollIntoViewIfNeeded()
  const marked = await page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
    const isThere = (tone) => {
      const color = getComputedStyle(document.querySelector('#price .legend .' + tone)).color.match(/\\d+/g).map(Number)
      return [...document.querySelectorAll('#price canvas')].some((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        for (let at = 0; at < data.length; at += 4)
          if (data[at + 3] === 255 && color.every((value, index) => data[at + index] === value)) return true
        return false
      })
    }
    done({ bought: isThere('accent'), sold: isThere('warn') })
  }))`)
  expect(marked).toEqual({ bought: true, sold: true })
  await page.close()
})
