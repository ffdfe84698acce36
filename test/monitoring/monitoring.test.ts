/** What operators load into Prometheus and Grafana: sound by itself, and about metrics that there are. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { YAML } from 'bun'
import { declaredMetrics } from '../../scripts/metrics-page'
import { startGateway, strategySource } from '../gateway'
import { lacks } from '../tools'

setDefaultTimeout(60_000)

const FOLDER = join(import.meta.dir, '../../monitoring')
const read = (path: string) => readFileSync(join(FOLDER, path), 'utf8')

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly annotations?: Readonly<Record<string, string>>
}

const rulesOf = (path: string): Rule[] =>
  (YAML.parse(read(path)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules)

const alerts = rulesOf('alerts.yaml')
const recorded = rulesOf('rules.yaml')
const dashboard = JSON.parse(read('dashboards/meltica.json'))

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[]
}
const panels: Panel[] = dashboard.panels
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
/** What its variables are filled from: a metric and one of its labels. */
const choices: [metric: string, label: string][] = dashboard.templating.list.flatMap(
  ({ type, query }: { type: string; query: { query: string } }) => {
    const { 1: metric, 2: label } = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(query.query ?? '') ?? []
    return type === 'query' ? [[metric, label]] : []
  },
)

/** As the program's registry has them, with what a histogram is made of and what Prometheus knows by itself. */
const LABELS = new Map<string, readonly string[]>([
  ...declaredMetrics().flatMap(({ name, type, labels }): [string, readonly string[]][] =>
    type === 'histogram'
      ? ['_bucket', '_count', '_sum'].map((end) => [name + end, end === '_bucket' ? [...labels, 'le'] : labels])
      : [[name, labels]],
  ),
  ...recorded.map(({ record = '' }): [string, readonly string[]] => [
    record,
    record
      .slice(0, record.indexOf(':'))
      .split('_')
      .filter((label) => label !== 'job' && label !== 'instance'),
  ]),
  ['up', []],
  ['process_resident_memory_bytes', []],
])

/** Names of metrics in a query: what has matchers, a range, or underscores or colons. */
function metricsOf(query: string): string[] {
  const bare = query.replace(/"[^"]*"/g, '""').replace(/\b(?:by|on|without) \([^)]*\)/g, '')
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*(?=[{[]|\s*(?:[-=<>)]|$|or |unless ))/g)]
    .map(([name]) => name)
    .filter((name) => /[_:]/.test(name) || name === 'up')
    .filter((name) => !/^(?:job|instance|state|outcome|label_values|__rate_interval|histogram_quantile)$/.test(name))
}

test('the rules and the queries of the dashboard are about metrics that there are, and most of those are used', () => {
  const used = new Set([...alerts, ...recorded].flatMap(({ expr }) => metricsOf(expr)))
  for (const query of queries) for (const name of metricsOf(query)) used.add(name)
  expect([...used].filter((name) => !LABELS.has(name))).toEqual([])
  expect(used.size).toBeGreaterThan(25)
  expect(choices.length).toBe(3)
  for (const [metric, label] of choices) {
    expect([metric, label, [...(LABELS.get(metric) ?? []), 'job', 'instance'].includes(label)]).toEqual([
      metric,
      label,
      true,
    ])
    expect([metric, LABELS.has(metric)]).toEqual([metric, true])
  }
})

test('matchers name labels that the metric has', () => {
  const target = ['job', 'instance']
  for (const query of [...queries, ...[...alerts, ...recorded].map(({ expr }) => expr)]) {
    for (const [, name, matchers] of query.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)) {
      const labels = [...(LABELS.get(name!) ?? []), ...target]
      for (const [, label] of matchers!.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
        expect([name, label, labels.includes(label!)]).toEqual([name, label, true])
      }
    }
  }
})

test('each alert says what it is and what to do, and is tested', () => {
  const { tests } = YAML.parse(read('tests.yaml')) as { tests: { name: string }[] }
  expect(tests.map(({ name }) => name).sort()).toEqual(alerts.map(({ alert = '' }) => alert).sort())
  for (const { annotations } of alerts) expect(Object.keys(annotations ?? {})).toEqual(['summary', 'description'])
})

test('the dashboard has what Grafana needs to load it: ids, places that do not overlap, and a source for each query', () => {
  const { uid, title, schemaVersion, version, templating } = dashboard
  expect({ uid, title, schemaVersion, version }).toEqual({
    uid: 'meltica',
    title: 'Meltica',
    schemaVersion: 39,
    version: 1,
  })
  const names: string[] = templating.list.map(({ name }: { name: string }) => name)
  expect(names).toEqual(['datasource', 'job', 'instance', 'strategy'])
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const { gridPos, type, title: name, targets = [] } of panels) {
    expect([name, gridPos.x + gridPos.w <= 24]).toEqual([name, true])
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect([name, taken.has(`${x} ${y}`)]).toEqual([name, false])
        taken.add(`${x} ${y}`)
      }
    }
    expect([name, targets.length > 0]).toEqual([name, type !== 'row'])
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
  }
  const variables = queries.flatMap((query) => [...query.matchAll(/\$(\w+)/g)].map(([, name]) => name!))
  expect([...new Set(variables)].filter((name) => name !== '__rate_interval' && !names.includes(name))).toEqual([])
})

/** Its exit status, and what it says. */
function promtool(args: string[], input?: string): { exitCode: number; said: string } {
  const stdin = input !== undefined && { stdin: Buffer.from(input) }
  const { exitCode, stdout, stderr } = Bun.spawnSync(['promtool', ...args], { cwd: FOLDER, ...stdin })
  return { exitCode, said: stdout.toString() + stderr.toString() }
}

test.skipIf(lacks('promtool'))('promtool finds the rules sound, and each alert fires for what it is about', () => {
  for (const args of [
    ['check', 'rules', '--lint=all', '--lint-fatal', 'alerts.yaml', 'rules.yaml'],
    ['test', 'rules', 'tests.yaml'],
  ]) {
    const { exitCode, said } = promtool(args)
    expect([exitCode, exitCode === 0 ? '' : said]).toEqual([0, ''])
  }
})

test.skipIf(lacks('promtool'))('promtool reads every query of the dashboard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-queries-'))
  const rules = queries.map((query, index) => ({
    record: `q:${index}`,
    expr: query.replaceAll('$__rate_interval', '5m').replace(/\$\w+/g, '.*'),
  }))
  const file = join(folder, 'queries.json')
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }))
  const { exitCode, said } = promtool(['check', 'rules', '--lint=none', file])
  expect([exitCode, exitCode === 0 ? '' : said]).toEqual([0, ''])
  rmSync(folder, { recursive: true })
})

test.skipIf(lacks('promtool'))('promtool finds the metrics of a gateway at work sound', async () => {
  const config = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }]\n'
  await using gateway = await startGateway({ config })
  await gateway.upload(strategySource({}, 'onTrade() {}'))
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  await gateway.post('/strategy/instances', { id: 'g1', strategy: { identifier: 'grid' }, scope, autostart: true })
  await gateway.until('/metrics', ({ text }) => text.includes('strategy_instance_equity{'))
  const { text } = await gateway.get('/metrics')
  const { said } = promtool(['check', 'metrics'], text)
  // prom-client's own names, and those that our users have in their dashboards
  const told = said.split('\n').filter((line) => /^(?:meltica|strategy|http)_/.test(line))
  expect(told).toEqual([])
})
