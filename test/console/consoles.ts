/** The console of a real gateway in a browser. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { strategySource, type TestGateway } from '../gateway'
import { chromiumPath } from '../tools'

export const SIM = 'providers:\n  - name: sim\n    adapter: { identifier: sim, config: { seed: 7, intervalMs: 20 } }\n'

/** Buys a little, and sells it again, at every 25th trade, and says so. */
export const BUYER = strategySource(
  { name: 'buyer', displayName: 'Buyer' },
  "onTrade() { this.n = (this.n ?? 0) + 1; if (this.n % 25 === 0) { env.helpers.log('trading', this.n); env.runtime.submitMarketOrder('', this.n % 50 === 25 ? 'buy' : 'sell', '0.01') } }",
)

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] })

export interface Opened extends AsyncDisposable {
  readonly page: Page
  /** What the page logs or throws, and whom it asks for something besides its gateway. */
  readonly complaints: string[]
}

/** @param path behind the `#`, as `instances/buyer-1`. */
export async function openConsole(
  browser: Browser,
  gateway: TestGateway,
  path = 'overview',
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(gateway.url) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(`${gateway.url}/#/${path}`)
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}

/** Creates an instance of a strategy at the simulator. */
export async function create(gateway: TestGateway, id: string, identifier: string, autostart: boolean): Promise<void> {
  const { status, text } = await gateway.post('/strategy/instances', {
    id,
    strategy: { identifier, config: { dry_run: false } },
    scope: { sim: { symbols: ['BTC-USDT'] } },
    autostart,
  })
  if (status !== 201) throw new Error(text)
}

const AXE = Bun.file(new URL(import.meta.resolve('axe-core/axe.min.js')))

/** What axe-core finds wrong, as rules with where. @param rules all of them unless given. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // it is large: a page that is still the same document has it already
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(await AXE.text())
  const found = (await page.evaluate(
    `axe.run(${JSON.stringify({ iframes: false, ...(rules && { runOnly: rules }) })})`,
  )) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
  }
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
