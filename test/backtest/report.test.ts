/** The table that a trader reads, and the page that explains it. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { createColors } from 'picocolors'
import { FIGURES, type Figure, type FigureName, type Statistics } from '../../src/backtest/figures'
import { report } from '../../src/backtest/report'
import { type BacktestResult, writtenSettings } from '../../src/backtest/result'
import { DEFAULT_SETTINGS } from '../../src/backtest/settings'

const NOTHING = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, null])) as Statistics

function result(stats: Partial<Statistics>, more: Partial<BacktestResult> = {}): BacktestResult {
  return {
    strategy: { name: 'grid', tag: 'v1', hash: 'sha256:0' },
    engine: 'sha256:1',
    config: {},
    settings: writtenSettings(DEFAULT_SETTINGS),
    data: [{ file: 'a.csv', sha256: '', format: 'trades', rows: 1234, gaps: 0, badRows: 0, from: null, to: null }],
    stats: { ...NOTHING, ...stats },
    orders: 1234,
    logs: 0,
    errors: 0,
    stopped: null,
    ...more,
  }
}

/** The value of a figure as the table shows it. */
function shown(name: FigureName, value: number): string {
  const text = report(result({ [name]: value }), 'USDT', createColors(false))
  const line = text.split('\n').find((one) => one.startsWith(`  ${FIGURES[name].label} `))!
  return line
    .slice(2 + FIGURES[name].label.length)
    .trim()
    .split('  ')[0]!
}

const VALUES: [FigureName, number, string][] = [
  ['start', Date.UTC(2024, 0, 31, 23, 59, 59, 999), '2024-01-31 23:59:59.999Z'],
  ['start', Date.UTC(2024, 0, 31), '2024-01-31 00:00:00Z'],
  ['durationMs', 0, '0 ms'],
  ['durationMs', 250, '250 ms'],
  ['durationMs', 61_000, '1m 01s'],
  ['durationMs', 31 * 86_400_000 + 3_600_000 + 59_000, '31d 01h 00m'],
  ['events', 1_000_000, '1,000,000'],
  ['finalEquity', 12345.678, '12,345.68 USDT'],
  ['returnPct', -3.456, '-3.46 %'],
  ['returnPct', -0.001, '0.00 %'],
  ['annualReturnPct', 7.3e37, '7.30e+37 %'],
  ['sharpe', 1.234, '1.23'],
]

test.each(VALUES)('%s of %p is shown as %p', (name, value, text) => {
  expect(shown(name, value)).toBe(text)
})

test('what is not defined is a dash', () => {
  expect(report(result({}), 'USDT', createColors(false))).toMatch(/Sharpe +- {2}mean/)
})

test('the table names strategy, data and every figure with its formula, within 120 columns', () => {
  const text = report(result({}), 'USDT', createColors(false))
  expect(text).toStartWith('grid:v1  sha256:0\na.csv  trades, 1,234 rows\n')
  for (const { label, formula = '' } of Object.values<Figure>(FIGURES)) {
    expect(text).toContain(`  ${label} `)
    expect(text).toContain(formula)
  }
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
})

test('a backtest that was stopped says why', () => {
  const text = report(result({}, { stopped: 'grid.js:1:2: out of time' }), 'USDT', createColors(false))
  expect(text).toEndWith('stopped: grid.js:1:2: out of time\n')
})

test('gains are green and losses red where colours are wanted', () => {
  const colors = createColors(true)
  expect(report(result({ returnPct: 1 }), 'USDT', colors)).toContain(colors.green('1.00 %'))
  expect(report(result({ returnPct: -1 }), 'USDT', colors)).toContain(colors.red('-1.00 %'))
})

test('docs/backtest.md lists every figure as it is', async () => {
  const page = await Bun.file(join(import.meta.dir, '../../docs/backtest.md')).text()
  for (const [name, { label, unit, formula = '', source = '' }] of Object.entries<Figure>(FIGURES)) {
    expect(page).toContain(`| \`${name}\` | ${label} | ${unit} | ${formula} | ${source} |`)
  }
})

test('broken rows that were skipped are counted beside those that were read', () => {
  const [data] = result({}).data
  const first = (badRows: number) =>
    report(result({}, { data: [{ ...data!, badRows }] }), 'USDT', createColors(false)).split('\n')[1]
  expect([0, 1, 2].map(first)).toEqual([
    'a.csv  trades, 1,234 rows',
    'a.csv  trades, 1,234 rows, 1 broken row skipped',
    'a.csv  trades, 1,234 rows, 2 broken rows skipped',
  ])
})
