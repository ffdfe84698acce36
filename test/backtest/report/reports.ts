/** Reports for tests: made by the command, opened in a browser. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { WrittenResult } from '../../../src/backtest/result/result'
import { meltica } from '../../cli/meltica'
import { chromiumPath } from '../../tools'
import { candles, folder, strategy } from '../backtests'

/** Buys at every tenth candle, sells five later; every third time the other way round. */
export const SWINGER = strategy(
  `
  onKlineSummary() {
    n++
    const turned = Math.floor(n / 10) % 3 === 2
    if (n % 10 === 1) runtime.submitMarketOrder('', turned ? 'sell' : 'buy', '0.5')
    if (n % 10 === 6) runtime.submitMarketOrder('', turned ? 'buy' : 'sell', '0.5')
  },`,
  'let n = 0',
).replace("events: ['Trade']", "events: ['KlineSummary']")

/** Candles of so many minutes that go up and down, the same in every run. */
export function waves(count: number): string {
  const price = (minute: number) => Number((1000 + 80 * Math.sin(minute / 37) + 9 * Math.sin(minute / 3)).toFixed(2))
  return candles(
    ...Array.from({ length: count }, (_, minute) => {
      const [open, close] = [price(minute), price(minute + 1)]
      return [open, Math.max(open, close) + 0.75, Math.min(open, close) - 0.5, close] as const
    }),
  )
}

export interface Made extends AsyncDisposable {
  readonly folder: string
  /** Where the report is, for a browser. */
  readonly url: string
  readonly html: string
  /** What `--json` says of the same run. */
  readonly result: WrittenResult
}

/** @param flags more of them. @param file the name of the file of market data. */
export async function report(
  source: string,
  csv: string,
  flags: readonly string[] = [],
  file = 'BTC-USDT.csv',
): Promise<Made> {
  return reportOf({ 'tester.js': source, [file]: csv }, ['./tester.js', '--data', file, ...flags])
}

/** @param sources files by their names. @param args those of the command, but for what is written. */
export async function reportOf(sources: Readonly<Record<string, string>>, args: readonly string[]): Promise<Made> {
  const home = await folder()
  const path = join(home.path, 'report.html')
  for (const [name, text] of Object.entries(sources)) await Bun.write(join(home.path, name), text)
  const outputs = ['--report', path, '--json', 'result.json']
  const { status, stderr } = await meltica(home.path, 'backtest', ...args, ...outputs)
  if (status > 1 || !(await Bun.file(path).exists())) throw new Error(stderr)
  return {
    folder: home.path,
    url: pathToFileURL(path).href,
    html: await Bun.file(path).text(),
    result: await Bun.file(join(home.path, 'result.json')).json(),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] })

export interface Opened {
  readonly page: Page
  /** What the page logs or throws, and whom it asks for something. */
  readonly complaints: string[]
}

/** Opens a report and waits until it is drawn. @param hash of the address. */
export async function open(
  browser: Browser,
  { url }: Pick<Made, 'url'>,
  options: BrowserContextOptions = {},
  hash = '',
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(url + hash)
  await page.waitForSelector('html[data-drawn]')
  return { page, complaints }
}

/** The rows of trades that are drawn, each as its cells. */
export async function rowsOf(page: Page): Promise<string[][]> {
  const rows = await page.locator('#trades tbody tr:not(.spacer)').all()
  return Promise.all(rows.map((row) => row.locator('td').allInnerTexts()))
}

/** How a number stands in a report, as one. */
export const plain = (text: string | undefined): number => Number(text?.replaceAll(',', '').replace('−', '-'))
