/** The examples of docs/ work as they are written. Those of the README are run by test/readme.test.ts, in its order. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '../../src/config/settings'
import { readTokens } from '../../src/config/token-file'
import { paperSettings } from '../../src/execution/paper-settings'
import { writeSample } from '../../src/market/sample'
import { PROGRAM } from '../binary'
import { startGateway, type TestGateway } from '../gateway'
import { instrument } from '../trading/venue'
import { blocks, lines, PAGES, page, spans } from './markdown'

const HEX = '0123456789abcdef'.repeat(4)
/** How another program's configuration begins. */
const FOREIGN = 'scrape_configs:'
/** They stay in the foreground: their flags are checked alone. */
const SERVES = /^meltica (serve|dev|top)\b|^meltica .* -f\b/

let folder: string
let gateway: TestGateway
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-docs-'))
  const program = join(folder, 'meltica')
  writeFileSync(program, `#!/bin/sh\nexec ${PROGRAM.map((word) => `'${word}'`).join(' ')} "$@"\n`)
  chmodSync(program, 0o755)
  gateway = await startGateway({ config: 'providers: [{ name: sim, adapter: { identifier: sim, config: {} } }]' })
  const revision = (tag: string) =>
    `module.exports = { metadata: { name: 'grid', tag: '${tag}', displayName: 'Grid', description: '', config: [], events: ['Trade'] }, create: () => ({ onTrade() {} }) }`
  await gateway.upload(revision('v1'), { aliases: ['prod'] })
  await gateway.upload(revision('v2'), { promoteLatest: false })
  const strategy = { identifier: 'grid', config: {} }
  const { status } = await gateway.post('/strategy/instances', {
    id: 'grid',
    strategy,
    scope: { sim: { symbols: ['BTC-USDT'] } },
  })
  expect(status).toBe(201)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function written(text: string): string {
  const path = join(folder, 'example.yaml')
  writeFileSync(path, text)
  return path
}

const yaml = PAGES.flatMap((one) => blocks(one, 'yaml').map((text, index) => ({ path: one.path, index, text })))

test.each(yaml)('YAML of $path is read: block $index', ({ text }) => {
  if (text.startsWith(FOREIGN)) expect(Bun.YAML.parse(text)).toBeObject()
  else if (text.startsWith('tokens:\n')) expect(readTokens(written(text.replace('…', HEX)))).toHaveLength(1)
  else if (text.startsWith('maxPositionSize:')) {
    const config = `risk:\n${text.replaceAll(/^/gm, '  ')}`
    expect(loadSettings({ config: written(config) }, {}).limits).toMatchObject({ maxPositionSize: '5' })
  } else expect(loadSettings({ config: written(text) }, {}).warnings).toEqual([])
})

test('the paper account in docs/backtest.md is the one by default', () => {
  const [text = ''] = blocks(page('docs/backtest.md'), 'yaml')
  const [provider] = loadSettings({ config: written(text) }, {}).providers
  const shown = paperSettings(provider?.adapter.config?.paper)
  const byDefault = paperSettings({})
  expect(shown.rules).toEqual(byDefault.rules)
  expect(shown.accountFor([instrument('BTC-USDT')])).toEqual(byDefault.accountFor([instrument('BTC-USDT')]))
})

test('JSON in the text is JSON', () => {
  const found = PAGES.flatMap(spans).filter((span) => span.startsWith('{"'))
  expect(found.length).toBeGreaterThan(0)
  for (const text of found) expect(JSON.parse(text)).toBeObject()
})

const commands = PAGES.filter(({ path }) => path.startsWith('docs/')).flatMap((one) =>
  lines(one)
    .filter((line) => line.startsWith('meltica '))
    .map((command) => ({ path: one.path, command })),
)

test('the commands of docs/ work in their order', async () => {
  writeFileSync(join(folder, 'limits.yaml'), blocks(page('docs/risk.md'), 'yaml')[0]!)
  writeSample(join(folder, '1m.csv'), { rows: 300 })
  const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, MELTICA_API: gateway.url }
  const cross = 'meltica init cross --js --template cross && cp cross/strategy.js cross.js'
  const run = [{ path: '', command: cross }, ...commands.filter(({ command }) => !SERVES.test(command))]
  expect(run.length).toBeGreaterThan(10)
  for (const { path, command } of run) {
    const child = Bun.spawn(['sh', '-c', command], { cwd: folder, env, stdout: 'ignore', stderr: 'pipe' })
    const said = await new Response(child.stderr).text()
    const status = await child.exited
    expect([path, command, status, status === 0 ? '' : said]).toEqual([path, command, 0, ''])
  }
})

test('calls in blocks are answered', async () => {
  const targets = PAGES.flatMap(lines).flatMap((line) => /^GET (\/\S+)/.exec(line)?.[1] ?? [])
  expect(targets.length).toBeGreaterThan(2)
  for (const target of targets) {
    // a query that names its fields alone is none
    const named = /=(&|$)|\|/.test(target) ? target.replace(/\?.*/, '') : target
    const path = named.replace('{id}', 'grid').replace('{name}', 'grid').replace('{tag}', 'latest')
    const { status, body } = await fetch(gateway.url + path)
    // some are streams without an end
    await body?.cancel()
    expect([path, status]).toEqual([path, 200])
  }
})
