/** Who may do what from the console: it asks for a token, and offers what its role may do. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTokens } from '../../src/config/token-file'
import { newToken, tokenHash } from '../../src/http/tokens'
import type { Role } from '../../src/schema/roles'
import { startGateway } from '../gateway'
import { lacks } from '../tools'
import { openConsole, SIM, startBrowser, violations } from './consoles'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const inBrowser = test.skipIf(lacks('chromium'))

inBrowser(
  'a token is asked for, its role decides what is offered, and once revoked it is asked for again',
  async () => {
    using folder = temporary()
    const path = join(folder.path, 'tokens.yaml')
    const entry = (name: string, role: Role) => {
      const token = newToken(name)
      return { token, entry: { name, role, hash: tokenHash(token) } }
    }
    const [reader, operator] = [entry('rita', 'read'), entry('olga', 'operate')]
    writeTokens(path, [reader.entry, operator.entry])
    const [started, launched] = await Promise.all([startGateway({ config: `${SIM}tokens: ${path}\n` }), startBrowser()])
    await using gateway = started
    await using browser = launched
    await using opened = await openConsole(browser, gateway)
    const { page } = opened
    const signIn = async (token: string) => {
      await page.getByLabel('Token').fill(token)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await page.getByLabel('Token').waitFor()
    expect(await violations(page)).toEqual([])
    await signIn('mistyped')
    await page.getByRole('alert').filter({ hasText: 'not known' }).waitFor()

    await signIn(reader.token)
    await page.locator('nav', { hasText: 'rita · read' }).waitFor()
    await page.getByText('live').first().waitFor()
    expect(await page.getByRole('button', { name: 'Stop all trading…' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Sign out' }).click()

    await signIn(operator.token)
    await page.getByRole('button', { name: 'Stop all trading…' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Stop all trading…' }).waitFor()

    // limits and the settings of providers are an admin's
    const buttons = (name: string) => page.getByRole('button', { name }).count()
    await page.goto(`${gateway.url}/#/risk`)
    await page.locator('#limits').waitFor()
    expect(await buttons('Set limits…')).toBe(0)
    await page.goto(`${gateway.url}/#/providers`)
    await page.getByRole('button', { name: 'Stop…' }).waitFor()
    expect([await buttons('Create…'), await buttons('Change…')]).toEqual([0, 0])

    writeTokens(path, [reader.entry])
    await page.getByRole('alert').filter({ hasText: 'was revoked' }).waitFor()
    expect(await page.locator('nav').count()).toBe(0)
    await signIn(reader.token)
    await page.locator('nav', { hasText: 'rita · read' }).waitFor()
  },
)

function temporary() {
  const path = mkdtempSync(join(tmpdir(), 'meltica-console-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
