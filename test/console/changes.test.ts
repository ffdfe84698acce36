/** What an operator changes from the console: what is before and after is shown, and is what the gateway does. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { create, openConsole, SIM, startBrowser, violations } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
let gateway: TestGateway
let browser: Browser
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  if (lacks('chromium')) return
  ;[gateway, browser] = await Promise.all([
    startGateway({ config: `${SIM}risk: { maxPositionSize: "1000" }\n` }),
    startBrowser(),
  ])
  await gateway.upload(strategySource({ name: 'idle' }, 'onTrade() {}'))
  await gateway.upload(strategySource({ name: 'idle', tag: 'v1.1.0' }, 'onTrade() {}'), { promoteLatest: false })
  await create(gateway, 'idle-1', 'idle', true)
  const opened = await openConsole(browser, gateway)
  page = opened.page
  complaints = opened.complaints
})

// what one test leaves open is in the way of no other
afterEach(() => page?.keyboard.press('Escape'))

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
})

const show = (path: string) => page.goto(`${gateway.url}/#/${path}`)
const dialog = () => page.getByRole('dialog')
const changes = async () => {
  await dialog().locator('.changes').waitFor()
  return (await dialog().locator('.changes div').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '))
}
const act = async (name: string) => {
  await dialog().getByRole('button', { name, exact: true }).click()
  const refusal = dialog().getByRole('alert')
  await Promise.race([dialog().waitFor({ state: 'detached' }), refusal.waitFor()])
  if (await refusal.isVisible()) throw new Error((await refusal.textContent()) ?? '')
}

inBrowser(
  'limits are set of all and of an instance, each shown before, and never over those of another operator',
  async () => {
    await show('risk')
    await page.getByRole('button', { name: 'Set limits…' }).click()
    expect(await violations(page)).toEqual([])
    const field = (name: string) => dialog().getByLabel(name, { exact: true })
    const set = dialog().getByRole('button', { name: 'Set limits' })
    await set.click()
    await dialog().getByRole('alert').filter({ hasText: 'Nothing has been changed' }).waitFor()
    await dialog().getByLabel('maxPositionSize').fill('5')
    await dialog().getByLabel('maxTotalPosition').fill('BTC-USDT=20, ETH-USDT=300')
    await dialog().getByLabel('circuitBreaker.enabled').selectOption('true')
    await dialog().getByLabel('circuitBreaker.threshold').fill('four')
    await dialog().getByLabel('circuitBreaker.cooldown').fill('90s')
    await field('Limits of').selectOption('an instance')
    await field('Instance').fill('idle-1')
    await dialog().getByLabel('allowedOrderTypes').fill('limit, market')
    expect(await changes()).toEqual([
      'maxPositionSize 1000 becomes → 5',
      'maxTotalPosition not set becomes → BTC-USDT=20, ETH-USDT=300',
      'circuitBreaker.enabled not set becomes → true',
      'circuitBreaker.threshold not set becomes → four',
      'circuitBreaker.cooldown not set becomes → 90s',
      'allowedOrderTypes of idle-1 not set becomes → limit, market',
    ])
    await set.click()
    await dialog().getByRole('alert').filter({ hasText: 'circuitBreaker.threshold' }).waitFor()
    await field('Limits of').selectOption('all instances')
    await dialog().getByLabel('circuitBreaker.threshold').fill('4')
    await act('Set limits')
    const { limits } = (await gateway.get('/risk/limits')).body
    expect(limits).toMatchObject({
      maxPositionSize: '5',
      maxTotalPosition: { 'BTC-USDT': '20', 'ETH-USDT': '300' },
      circuitBreaker: { enabled: true, threshold: 4, cooldown: '90s' },
      instances: { 'idle-1': { allowedOrderTypes: ['limit', 'market'] } },
    })
    await page.locator('#limits', { hasText: 'BTC-USDT 20, ETH-USDT 300' }).waitFor()
    const sums = page.getByRole('table', { name: 'Sums over all instances' }).locator('tbody tr')
    expect((await sums.allInnerTexts()).map((text) => text.split(/\t+/).slice(0, 4))).toEqual([
      ['everything', 'positions, BTC-USDT', '0', '20'],
      ['everything', 'positions, ETH-USDT', '0', '300'],
    ])

    await page.getByRole('button', { name: 'Set limits…' }).click()
    await dialog().getByLabel('maxPositionSize').fill('')
    await gateway.put('/risk/limits', { maxPositionSize: '7' })
    await set.click()
    await dialog().getByRole('alert').filter({ hasText: 'Somebody else has set limits' }).waitFor()
    expect((await gateway.get('/risk/limits')).body.limits.maxPositionSize).toBe('7')
    await page.keyboard.press('Escape')
  },
)

inBrowser('a provider is made from what its adapter asks for, changed, stopped and removed', async () => {
  await show('providers')
  await page.getByRole('button', { name: 'Create…' }).click()
  await dialog().getByLabel('Name').fill('other')
  await dialog().getByLabel('seed').fill('-')
  expect(await violations(page)).toEqual([])
  await dialog().getByRole('button', { name: 'Create' }).click()
  await dialog().getByRole('alert').filter({ hasText: 'seed' }).waitFor()
  await dialog().getByLabel('seed').fill('11')
  await dialog().getByLabel('klines', { exact: true }).fill('1m, 5m')
  await dialog().getByLabel('paper').fill('{"cash": {"USDT": "500"}}')
  await act('Create')
  const made = await gateway.get('/providers/other')
  expect(made.body).toMatchObject({
    adapter: 'sim',
    running: true,
    settings: { seed: 11, klines: ['1m', '5m'], paper: { cash: { USDT: '500' } } },
  })
  const panel = page.locator('#other')
  await panel.getByRole('button', { name: 'Change…' }).click()
  await dialog().getByLabel('seed').fill('12')
  await dialog().getByText('11 → 12').waitFor()
  await act('Apply')
  expect((await gateway.get('/providers/other')).body).toMatchObject({
    running: true,
    settings: { seed: 12, klines: ['1m', '5m'], paper: { cash: { USDT: '500' } } },
  })
  await panel.getByRole('button', { name: 'Stop…' }).click()
  await act('Stop')
  await panel.getByText('stopped').waitFor()
  await panel.getByRole('button', { name: 'Remove…' }).click()
  await dialog().getByLabel('Type').fill('other')
  await act('Remove')
  await panel.waitFor({ state: 'detached' })
  expect((await gateway.get('/providers/other')).status).toBe(404)
})

inBrowser(
  "an operator's order says what becomes of the position; flatten closes it, and its orders are seen",
  async () => {
    await show('instances/idle-1')
    await page.getByRole('button', { name: 'Order…' }).click()
    await dialog().getByLabel('Quantity').fill('0.1')
    expect(await changes()).toEqual(['Position in BTC-USDT, all of it filled 0 becomes → +0.1'])
    expect(await violations(page)).toEqual([])
    await act('Send the order')
    await page.locator('#positions tbody', { hasText: '+0.1' }).waitFor()
    await page.locator('tr[data-order]', { hasText: 'filled by 127.0.0.1' }).waitFor()
    await page.getByRole('button', { name: 'Order…' }).click()
    await dialog().getByLabel('Side').selectOption('sell')
    await dialog().getByLabel('Quantity').fill('1')
    await dialog().getByLabel('Only to reduce').check()
    expect(await changes()).toEqual(['Position in BTC-USDT, all of it filled +0.1 becomes → 0'])
    await dialog().getByLabel('Quantity').fill('0.05')
    await dialog().getByLabel('Kind').selectOption('limit')
    await dialog().getByLabel('Price', { exact: true }).fill('1000000')
    await act('Send the order')
    await page.locator('tr[data-order]', { hasText: 'open by 127.0.0.1' }).waitFor()
    await page.getByRole('button', { name: 'Flatten…' }).click()
    expect(await changes()).toEqual(['BTC-USDT +0.1 becomes → 0'])
    await act('Flatten')
    await page.locator('tr[data-order]', { hasText: 'cancelled by 127.0.0.1' }).waitFor()
    await page.locator('tr[data-order]', { hasText: 'sell' }).filter({ hasText: 'filled by 127.0.0.1' }).waitFor()
    await page.getByText('flat', { exact: true }).waitFor()
    const { body } = await gateway.get('/strategy/instances/idle-1/positions')
    expect(body.items).toMatchObject([{ symbol: 'BTC-USDT', quantity: '0' }])
  },
)

inBrowser('a rollout begins with its steps and with what takes it back', async () => {
  await show('strategies/idle')
  await page.locator('tr[data-tag="latest"]').getByRole('button', { name: 'Move…' }).click()
  await dialog().getByLabel('How many instances move first').selectOption('step by step')
  await dialog().getByLabel('Steps, in percent').fill('7, 50')
  await dialog().getByLabel('Each step is watched for').fill('1h')
  await dialog().getByLabel('Taken back at errors').fill('3')
  await dialog().getByLabel('Taken back at a drawdown').fill('2.5')
  expect(await violations(page)).toEqual([])
  await act('Move')
  const { body } = await gateway.get('/rollouts/idle:latest')
  const { steps, every, maxUnavailable, abortIf } = body
  expect({ steps, every, maxUnavailable, abortIf }).toEqual({
    steps: [0.07, 0.5],
    every: '1h',
    maxUnavailable: 1,
    abortIf: { errors: 3, drawdownPct: 2.5 },
  })
  expect((await gateway.post('/rollouts/idle:latest/abort', {})).status).toBe(200)
  await gateway.until('/rollouts/idle:latest', (answer) => answer.body.finished === true)
})

inBrowser('tags and revisions are deleted after it was shown who uses them; latest is not offered', async () => {
  const { body } = await gateway.get('/strategies/modules/idle')
  const other: string = body.revisions.find(({ hash }: { hash: string }) => hash !== body.hash).hash
  const short = (hash: string) => hash.slice('sha256:'.length).slice(0, 12)
  await gateway.put('/strategies/modules/idle/tags/prod', { hash: body.hash })
  await show('strategies/idle')
  const tag = (name: string) => page.locator(`tr[data-tag="${name}"]`)
  await tag('prod').getByRole('button', { name: 'Delete…' }).click()
  expect(await changes()).toEqual([`prod ${short(body.hash)} becomes → deleted`, 'Followed by nobody'])
  await act('Delete the tag')
  await tag('prod').waitFor({ state: 'detached' })
  expect(await tag('latest').getByRole('button', { name: 'Delete…' }).count()).toBe(0)
  await tag('v1.1.0').getByRole('button', { name: 'Delete…' }).click()
  await dialog().getByRole('button', { name: 'Delete the tag' }).click()
  await dialog().getByRole('alert').waitFor()
  await page.keyboard.press('Escape')
  const revisions = page.getByRole('table', { name: 'Revisions' })
  expect(await revisions.getByRole('button', { name: 'Delete…' }).count()).toBe(1)
  await revisions.getByRole('button', { name: 'Delete…' }).click()
  expect(await changes()).toEqual([
    `Revision ${short(other)} becomes → deleted`,
    'Tags v1.1.0 becomes → deleted',
    'Pinned by nobody',
  ])
  await dialog().getByLabel('Type').fill(short(other))
  await act('Delete the revision')
  await tag('v1.1.0').waitFor({ state: 'detached' })
  expect((await gateway.get(`/strategies/modules/idle@${other}`)).status).toBe(404)
})

inBrowser('the audit is filtered by what, who, strategy and time', async () => {
  await show('audit')
  const rows = page.locator('.audit tbody tr')
  const shown = async (count: number) => {
    await page.getByText(`${count} in all`).waitFor()
    return await rows.count()
  }
  const totalOf = async (query: string) => (await gateway.get(`/audit?limit=100&${query}`)).body.total
  await page.getByLabel('What').selectOption('provider created')
  expect(await shown(await totalOf('what=provider_created'))).toBe(2)
  await page.getByLabel('Who').fill('config')
  expect(await shown(1)).toBe(1)
  await page.getByRole('button', { name: 'All' }).click()
  await page.getByLabel('Strategy').fill('idle')
  expect(await shown(await totalOf('strategy=idle'))).toBeGreaterThan(3)
  await page.getByLabel('Before, UTC').fill('2020-01-01T00:00:00')
  await page.getByText('Nothing that fits').waitFor()
  await page.getByRole('button', { name: 'All' }).click()
  await page.getByLabel('Since, UTC').fill('2020-01-01T00:00:00')
  await shown(await totalOf(''))
  expect(complaints.filter((text) => !text.includes('Failed to load resource'))).toEqual([])
})
