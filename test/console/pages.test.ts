/** The pages of the console, as an operator uses them. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'
import { BUYER, create, openConsole, SIM, startBrowser, violations } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))
/** A receiver that nobody is at. */
const ALERTS = `alerts:
  groupWait: 0s
  rules: [{ when: instanceFailed }]
  receivers: [{ name: pager, webhook: { url: "http://127.0.0.1:1/", secret: a long secret } }]
`
let gateway: TestGateway
let browser: Browser

beforeAll(async () => {
  if (lacks('chromium')) return
  ;[gateway, browser] = await Promise.all([
    startGateway({ config: `${SIM}risk: { maxPositionSize: "1000" }\n${ALERTS}` }),
    startBrowser(),
  ])
  await gateway.upload(BUYER)
  await gateway.upload(BUYER.replace('0.01', '0.02').replace('v1.0.0', 'v1.1.0'), { promoteLatest: false })
  await gateway.upload(strategySource({ name: 'endless' }, 'onTrade() { for (;;) {} }'))
  await create(gateway, 'endless-1', 'endless', true)
  await create(gateway, 'buyer-1', 'buyer', true)
  await create(gateway, 'buyer-2', 'buyer:v1.0.0', false)
})

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
})

/** What stands on each page when it has been read. */
const PAGES = [
  ['overview', 'buyer-2'],
  ['instances/buyer-1', 'Configuration'],
  ['strategies', 'buyer'],
  ['strategies/buyer', 'module.exports'],
  ['risk', 'maxPositionSize'],
  ['providers', 'seed'],
  ['rollouts', 'No tag has been moved'],
  ['audit', 'instance created'],
] as const

inBrowser('the overview says which alerts fire, and whom they do not reach', async () => {
  await using opened = await openConsole(browser, gateway)
  const { page, complaints } = opened
  await page.locator('.notice', { hasText: 'Alerts do not reach pager: nothing listens there' }).waitFor()
  const alert = page.getByRole('list', { name: 'Alerts that fire' }).getByRole('listitem')
  expect(await alert.textContent()).toMatch(/critical\s*instance endless-1 failed: .* · not told yet: pager$/)
  await alert.getByRole('link').click()
  await page.getByRole('heading', { name: 'endless-1' }).waitFor()
  await page.locator('.notice', { hasText: /^It failed: onTrade of .* ran over its time limit/ }).waitFor()
  expect(complaints).toEqual([])
})

/** What colours and widths decide is looked at in both themes; the rest once. */
const LOOKS = [
  [1440, 'light', undefined],
  [1440, 'dark', ['color-contrast']],
  [820, 'dark', []],
  [390, 'dark', ['color-contrast']],
  [390, 'light', undefined],
] as const

inBrowser('every page is drawn and read by everybody, in both themes, on a desk and on a phone', async () => {
  await using opened = await openConsole(browser, gateway)
  const { page, complaints } = opened
  for (const [path, text] of PAGES) {
    await page.goto(`${gateway.url}/#/${path}`)
    await page.locator('main', { hasText: text }).waitFor()
    for (const [width, colorScheme, rules] of LOOKS) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      const excess = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      const found = rules?.length === 0 ? [] : await violations(page, rules)
      expect([path, width, colorScheme, excess, found]).toEqual([path, width, colorScheme, 0, []])
    }
  }
  expect(complaints).toEqual([])
})

inBrowser('a fill is on the page of its instance as it happens, and so is what the instance logs', async () => {
  await using opened = await openConsole(browser, gateway, 'instances/buyer-1')
  const { page, complaints } = opened
  const newest = () => page.locator('tr[data-fill]').first().getAttribute('data-fill')
  const before = await newest()
  await until(async () => (await newest()) !== before)
  const shown = await newest()
  const { body } = await gateway.get('/strategy/instances/buyer-1/executions?limit=50')
  expect(body.items.map(({ executionId }: { executionId: string }) => executionId)).toContain(shown)
  await page.locator('[role=log]', { hasText: 'trading' }).waitFor()
  expect(await page.locator('#price-fills-and-orders canvas').count()).toBeGreaterThan(0)
  expect(await page.locator('#equity canvas').count()).toBeGreaterThan(0)
  expect(complaints).toEqual([])
})

inBrowser('a start and a stop show what becomes of the instance, and ask first', async () => {
  await using opened = await openConsole(browser, gateway, 'instances/buyer-2')
  const { page } = opened
  const stateOf = async () => (await gateway.get('/strategy/instances/buyer-2')).body.state
  const before = await stateOf()
  await page.getByRole('button', { name: 'Start…' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.locator('.changes').textContent()).toContain(`${before}`)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await stateOf()).toBe(before)
  await page.getByRole('button', { name: 'Start…' }).click()
  await dialog.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('status').filter({ hasText: 'buyer-2 was started.' }).waitFor()
  expect(await stateOf()).toBe('running')
  await page.getByRole('button', { name: 'Stop…' }).click()
  expect(await dialog.locator('.changes').textContent()).toContain('stopped')
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('button', { name: 'Start…' }).waitFor()
  expect(await stateOf()).toBe('stopped')
})

inBrowser('the kill switch wants its word, stops everything, and is released again', async () => {
  await using opened = await openConsole(browser, gateway, 'risk')
  const { page } = opened
  await page.getByRole('button', { name: 'Stop all trading…' }).click()
  const dialog = page.getByRole('dialog')
  const act = dialog.getByRole('button', { name: 'Stop all trading' })
  expect(await act.isDisabled()).toBe(true)
  await dialog.getByLabel('Reason').fill('spread too wide')
  await dialog.getByLabel('Type').fill('stop')
  expect(await act.isDisabled()).toBe(true)
  await dialog.getByLabel('Type').fill('STOP')
  await act.click()
  await page.locator('#stopped tbody tr', { hasText: 'spread too wide' }).waitFor()
  expect((await gateway.get('/risk/limits')).body.killSwitches).toMatchObject([
    { scope: 'all', reason: 'spread too wide' },
  ])
  await page.getByRole('button', { name: 'Resume trading…' }).click()
  await dialog.getByRole('button', { name: 'Resume trading' }).click()
  await page.locator('#stopped', { hasText: 'Nothing is stopped.' }).waitFor()
  expect((await gateway.get('/risk/limits')).body.killSwitches).toEqual([])
})

inBrowser('a tag moves after before → after was shown, and its history tells why', async () => {
  await using opened = await openConsole(browser, gateway, 'strategies/buyer')
  const { page } = opened
  const { body } = await gateway.get('/strategies/modules/buyer')
  const other = body.revisions.find(({ hash }: { hash: string }) => hash !== body.hash).hash
  await page.locator('tr[data-tag="latest"]').getByRole('button', { name: 'Move…' }).click()
  const dialog = page.getByRole('dialog')
  const short = (hash: string) => hash.slice('sha256:'.length).slice(0, 12)
  expect(await dialog.locator('.changes').textContent()).toContain(`${short(body.hash)} becomes  → ${short(other)}`)
  await dialog.getByLabel('Reason').fill('two weeks on paper')
  await dialog.getByRole('button', { name: 'Move' }).click()
  await page.locator('tr[data-tag="latest"]', { hasText: short(other) }).waitFor()
  expect((await gateway.get('/strategies/modules/buyer')).body.hash).toBe(other)
  await page.locator('tr[data-tag="latest"]').getByRole('button', { name: 'History' }).click()
  await page.locator('.moves', { hasText: 'two weeks on paper' }).waitFor()
})

inBrowser('what differs between two revisions is marked, and nothing else is shown but what is near', async () => {
  await using opened = await openConsole(browser, gateway, 'strategies/buyer')
  const { page } = opened
  await page.getByLabel('Revision', { exact: true }).selectOption({ index: 1 })
  await page.getByLabel('Compared with').selectOption({ index: 1 })
  await page.locator('.source .gone').first().waitFor()
  const added = await page.locator('.source .added').allInnerTexts()
  const gone = await page.locator('.source .gone').allInnerTexts()
  expect(added.join('')).toContain('v1.')
  expect(added).not.toEqual(gone)
})

inBrowser('a file that is dropped is uploaded, and what is wrong with one is shown at its place', async () => {
  await using opened = await openConsole(browser, gateway, 'strategies')
  const { page } = opened
  const drop = async (name: string, text: string) => {
    const file = `new File([${JSON.stringify(text)}], ${JSON.stringify(name)})`
    const transfer = await page.evaluateHandle(
      `(() => { const data = new DataTransfer(); data.items.add(${file}); return data })()`,
    )
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
    await page.getByRole('dialog').getByRole('button', { name: 'Upload' }).click()
  }
  await page.locator('.drop').waitFor()
  await drop('broken.js', 'module.exports = {\n  metadata: { name: \n}\n')
  await page.locator('.source .bad', { hasText: '}' }).waitFor()
  expect(await violations(page)).toEqual([])
  await drop('fresh.js', strategySource({ name: 'fresh' }, 'onTrade() {}'))
  await page.getByRole('heading', { level: 1, name: 'fresh' }).waitFor()
  expect((await gateway.get('/strategies/modules/fresh')).status).toBe(200)
})

inBrowser('the keyboard goes everywhere: g and a letter, / to the filter, Escape back', async () => {
  await using opened = await openConsole(browser, gateway)
  const { page } = opened
  await page.locator('tr[data-row]').first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('buyer-2')
  await until(async () => (await page.locator('tr[data-row]').count()) === 1)
  await page.keyboard.press('Escape')
  for (const [key, title] of [
    ['r', 'Risk'],
    ['a', 'Audit'],
    ['s', 'Strategies'],
    ['o', 'Overview'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  }
  await page.locator('tr[data-row] a', { hasText: 'buyer' }).first().click()
  await page.getByRole('heading', { level: 1, name: 'buyer' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
})

inBrowser(
  'a strategy is run from the page, and a tag is moved for a part of what follows it, watched and promoted',
  async () => {
    await using opened = await openConsole(browser, gateway)
    const { page } = opened
    const dialog = page.getByRole('dialog')
    await gateway.upload(strategySource({ name: 'idle' }, 'onTrade() {}'))
    const next = await gateway.upload(strategySource({ name: 'idle', tag: 'v1.1.0' }, 'onTrade() {}'), {
      promoteLatest: false,
    })
    for (const id of ['idle-1', 'idle-2']) {
      await page.goto(`${gateway.url}/#/overview`)
      await page.getByRole('button', { name: 'Run…' }).click()
      await dialog.getByLabel('Strategy').selectOption('idle')
      await dialog.getByLabel('Name of the instance').fill(id)
      if (id === 'idle-1') expect(await violations(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Run' }).click()
      await page.getByRole('heading', { level: 1, name: id }).waitFor()
    }
    expect((await gateway.get('/strategy/instances/idle-2')).body.state).toBe('running')

    await page.goto(`${gateway.url}/#/strategies/idle`)
    await page.locator('tr[data-tag="latest"]', { hasText: '2' }).getByRole('button', { name: 'Move…' }).click()
    await dialog.getByLabel('How many instances move first').selectOption({ index: 1 })
    await dialog.getByRole('button', { name: 'Move' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    const rollout = page.locator('#rollout-idle-latest')
    await rollout.getByText('1 of 2').waitFor()
    expect(await violations(page)).toEqual([])
    await rollout.getByRole('button', { name: 'Promote…' }).click()
    await dialog.getByRole('button', { name: 'Promote' }).click()
    await rollout.getByText('2 of 2').waitFor()
    expect((await gateway.get('/strategies/modules/idle')).body.tagAliases.latest).toBe(next.hash)
  },
)
