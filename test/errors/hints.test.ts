/** What a hint names is there: calls in the API document, commands and flags in the program, files in the tree. */
import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAILURES } from '../../src/errors/failure'
import { offlineDocument } from '../../src/http/document'
import { meltica } from '../cli/meltica'

const ROOT = join(import.meta.dir, '../..')

/** All texts of the sources in which a hint may be. */
function texts(): string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  const literals = files.flatMap((path) => {
    const source = readFileSync(join(ROOT, 'src', path), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')
    return source.match(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? []
  })
  return [...literals, ...Object.values(FAILURES).map(({ hint }) => hint)]
}

const all = texts()
const found = (shape: RegExp) => [
  ...new Set(all.flatMap((text) => [...text.matchAll(shape)].map((match) => match[1]!))),
]

test('calls are those of the API document', () => {
  const paths = Object.entries(offlineDocument().paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
  )
  const named = found(/\b((?:GET|PUT|POST|DELETE) \/[\w/${}.-]*)/g)
    .filter((call) => !call.includes('pathOf'))
    .map((call) => call.replaceAll(/\$?\{[^}]*\}/g, '{}').replace(/[.]$/, ''))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((call) => !paths.includes(call))).toEqual([])
})

test('commands are those of the program', async () => {
  const { stdout } = await meltica(ROOT, '--help')
  const commands = [...stdout.matchAll(/^ {2}(\w+)/gm)].map((match) => match[1])
  // a user of that name, and what a shell calls its suggestions
  const others = ['sandbox', 'commands', 'meltica', 'suggestions']
  const named = found(/\bmeltica (?:help )?([a-z]+)\b/g).filter((word) => !others.includes(word))
  expect(named).toContain('check')
  expect(named.filter((command) => !commands.includes(command))).toEqual([])
})

test('files are in the tree', () => {
  const named = found(/\b(docs\/[\w-]+\.md)\b/g)
  expect(named.length).toBeGreaterThan(1)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('what a hint says lists the fields does so', async () => {
  const strategy = readdirSync(join(ROOT, 'strategies/grid'))[0]!
  const file = `strategies/grid/${strategy}/grid.js`
  const wrong = await meltica(ROOT, 'backtest', file, '--set', 'nonsense=1')
  expect([wrong.status, wrong.stderr]).toEqual([
    1,
    expect.stringContaining(`hint: meltica check ${file} lists its config`),
  ])
  const selected = await meltica(ROOT, 'backtest', 'grid', '--set', 'nonsense=1')
  expect(selected.stderr).toContain(`hint: meltica check ${join(ROOT, file)} lists its config`)
  expect((await meltica(ROOT, 'check', file)).stdout).toMatch(/^dry_run +bool +true /m)
  const help = (await meltica(ROOT, 'help', 'serve')).stdout
  for (const key of ['listen', 'strategies', 'data', 'providers', 'lambdaManifest', 'risk', 'tokens', 'tls', 'cors']) {
    expect(help).toMatch(new RegExp(`^  ${key} {2,}\\S`, 'm'))
  }
  expect((await meltica(ROOT, 'risk', 'set', '--help')).stdout).toMatch(/^ {2}maxPositionSize {2,}\S/m)
})
