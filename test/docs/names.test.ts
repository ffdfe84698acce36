/** What a document names of the program is there: calls, refusals, commands, flags, metrics, variables of the environment. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import { FAILURES } from '../../src/errors/failure'
import { Metrics } from '../../src/telemetry/metrics'
import { meltica } from '../cli/meltica'
import { isDocumented } from '../documented'
import { lines, PAGES, page, ROOT, spans } from './markdown'

/** But the page that is about calls of another gateway. */
const ours = PAGES.filter(({ path }) => path !== 'docs/migration.md')

test('calls in the text are those of the API document', () => {
  const calls = ours.flatMap(spans).flatMap((span) => /^((?:GET|PUT|POST|DELETE) \/\S*)$/.exec(span)?.[1] ?? [])
  expect(calls.length).toBeGreaterThan(5)
  expect(calls.filter((call) => !isDocumented(...(call.split(' ') as [string, string])))).toEqual([])
})

test('refusals have the status that is told', () => {
  const told = ours.flatMap(({ text }) => [...text.matchAll(/\b([45]\d\d) `([a-z_]+)`/g)])
  expect(told.length).toBeGreaterThan(3)
  const codes: Readonly<Record<string, { readonly status: number }>> = FAILURES
  expect(told.filter(([, status, code = '']) => codes[code]?.status !== Number(status))).toEqual([])
})

const INVOKED = /(?:^|[\s(])(?:bin\/)?meltica ([^|;)&]*)/g

/** What the help says of a command, by the words that name it. */
async function helps(): Promise<Map<string, string>> {
  const known = new Map<string, string>()
  const read = async (words: readonly string[]): Promise<void> => {
    const { stdout } = await meltica(ROOT, ...words, '--help')
    known.set(words.join(' '), stdout)
    const below = stdout.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? ''
    for (const [, name = ''] of below.matchAll(/^ {2}([a-z]+)/gm)) if (name !== 'help') await read([...words, name])
  }
  await read([])
  return known
}

test('commands and flags are those that the help explains', async () => {
  const known = await helps()
  const has = (help: string, flag: string) => new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(help)
  const invoked = PAGES.flatMap((one) => [...lines(one), ...spans(one)]).flatMap((text) =>
    [...text.matchAll(INVOKED)].map(([, rest = '']) => rest.trim()),
  )
  expect(invoked.length).toBeGreaterThan(40)
  const wrong = invoked.filter((rest) => {
    const [first = '', second = ''] = rest.split(' ')
    if (/^(help|<|-)/.test(first)) return false
    const help = known.get(`${first} ${second}`) ?? known.get(first)
    const flags = rest.match(/(?<=^|\s)--?[a-z][\w-]*/g) ?? []
    return help === undefined || !flags.every((flag) => has(help, flag))
  })
  expect(wrong).toEqual([])
  const alone = ours.filter(({ path }) => path.startsWith('docs/')).flatMap(spans)
  const flags = alone.flatMap((span) => /^(--[\w-]+)/.exec(span)?.[1] ?? [])
  expect(flags.length).toBeGreaterThan(10)
  expect(flags.filter((flag) => ![...known.values()].some((help) => has(help, flag)))).toEqual([])
})

test('metrics are those that there are', async () => {
  const metrics = new Metrics({ environment: 'test' })
  metrics.certificateEnds(0)
  const text = await metrics.text()
  const named = ours.flatMap(spans).flatMap((span) => /^((?:meltica|strategy)_\w+)/.exec(span)?.[1] ?? [])
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([])
  // and each there is has a row; `process_…` is the row of all that begin like that
  const rows = [...page('docs/metrics.md').text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    cell!.split(', ').map((name) => name.replaceAll('`', '')),
  )
  const fits = (name: string) =>
    rows.some((row) => name === row || (row.endsWith('…') && name.startsWith(row.slice(0, -1))))
  expect([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!).filter((name) => !fits(name))).toEqual([])
})

test('variables of the environment are those that the program reads', () => {
  const named = new Set(PAGES.flatMap(({ text }) => text.match(/MELTICA_[A-Z_]+/g) ?? []))
  const sources = [...new Glob('**/*.ts').scanSync(join(ROOT, 'src'))].map((path) => join(ROOT, 'src', path))
  const read = new Set(sources.flatMap((path) => readFileSync(path, 'utf8').match(/MELTICA_[A-Z_]+/g) ?? []))
  expect(named.size).toBeGreaterThan(5)
  expect([...named].filter((name) => !read.has(name))).toEqual([])
})
