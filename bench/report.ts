/** Reports of backtests: what it costs to write one, and how soon a browser shows it and follows a zoom. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { writeSample } from '../src/market/sample'
import { folder } from './folder'
import type { Row } from './row'
import { writeTrades } from './trades'

/** As it is shipped: from the sources the page is bundled anew each time. */
const PROGRAM = join(import.meta.dir, '../dist/meltica')
const HOME = join(import.meta.dir, '../strategies')
const TRADES = 1_000_000
const MONTH_ROWS = 45_031
/** Momentum then orders some 128,000 times in a million trades. */
const LIVELY = ['--no-margin', '--cash', '100000000', '--set', 'threshold=0.62']
const ROUNDS = 5
const WHEELS = 60

export async function reportRows(): Promise<Row[]> {
  using home = folder()
  const ticks = join(home.path, 'BTC-USDT-trades.csv')
  const candles = join(home.path, 'BTC-USDT-candles.csv')
  const page = join(home.path, 'report.html')
  await writeTrades(ticks, TRADES)
  writeSample(candles, { kind: 'klines', rows: MONTH_ROWS })
  const month = await costRow('a month of candles', candles, page)
  const lively = await costRow('1 M trades, 128,000 orders', ticks, page, LIVELY)
  return [month, lively, ...(await browserRows(page))]
}

async function costRow(what: string, data: string, page: string, args: readonly string[] = []): Promise<Row> {
  const without: number[] = []
  const written: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await cpuMs(data, args))
    written.push(await cpuMs(data, [...args, '--report', page]))
  }
  const [least, baseline] = [Math.min(...written), Math.min(...without)]
  return {
    what: `backtest with a report, momentum, ${what}, CPU of the process`,
    figure: `${least.toFixed(0)} ms`,
    baseline: `without ${baseline.toFixed(0)} ms`,
    ratio: least / baseline,
    goal: '≤ 1.15 of without',
    reached: least <= 1.15 * baseline,
  }
}

/** @throws Error with what it printed, when it fails. */
async function cpuMs(data: string, args: readonly string[]): Promise<number> {
  const command = [PROGRAM, 'backtest', 'momentum', '--strategies', HOME, '--data', data, ...args]
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const said = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(said)
  return Number(child.resourceUsage()!.cpuTime.total) / 1000
}

/** None where there is no browser. */
async function browserRows(path: string): Promise<Row[]> {
  const executablePath = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => Bun.which(name) ?? [])[0]
  if (executablePath === undefined) return []
  await using browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const blank = await openedMs(page, 'data:text/html,<html data-drawn>')
  const drawn = await openedMs(page, pathToFileURL(path).href)
  const frames = await zoomedMs(page)
  const longest = Math.max(...frames)
  const mean = frames.reduce((sum, ms) => sum + ms, 0) / frames.length
  return [
    {
      what: 'its page, opened and drawn in Chromium',
      figure: `${drawn.toFixed(0)} ms`,
      baseline: `an empty page ${blank.toFixed(0)} ms`,
      ratio: drawn / blank,
      goal: '≤ 2,000 ms',
      reached: drawn <= 2000,
    },
    {
      what: 'the longest frame of a zoom in and out of it',
      figure: `${longest.toFixed(0)} ms`,
      baseline: `the mean of its frames ${mean.toFixed(0)} ms`,
      ratio: longest / mean,
      goal: '≤ 500 ms',
      reached: longest <= 500,
    },
  ]
}

async function openedMs(page: Page, url: string): Promise<number> {
  const start = performance.now()
  await page.goto(url)
  await page.waitForSelector('html[data-drawn]')
  return performance.now() - start
}

/** The time from each turn of the wheel until it is on the screen. */
async function zoomedMs(page: Page): Promise<number[]> {
  await page.locator('#price .chart').click({ position: { x: 500, y: 100 } })
  const times: number[] = []
  for (let wheel = 0; wheel < 2 * WHEELS; wheel++) {
    const start = performance.now()
    await page.mouse.wheel(0, wheel < WHEELS ? -400 : 400)
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
    times.push(performance.now() - start)
  }
  return times
}
