/** The table that a trader reads, and the page that explains it. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { createColors } from 'picocolors'
import { type BacktestResult, writtenSettings } from '../../../src/backtest/result/result'
import { resultTable } from '../../../src/backtest/result/table'
import { DEFAULT_SETTINGS } from '../../../src/backtest/settings'
import { FIGURES, type Figure, type FigureName, type Statistics } from '../../../src/backtest/statistics/figures'
import type { Gap } from '../../../src/market/files/open'

const NOTHING = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, null])) as Statistics

const SOURCE = {
  file: 'a.csv',
  sha256: '',
  format: 'trades',
  rows: 1234,
  gaps: 0,
  badRows: 0,
  from: null,
  to: null,
  firstGap: null,
  longestGap: null,
} as const

function result(stats: Partial<Statistics>, more: Partial<BacktestResult> = {}): BacktestResult {
  return {
    strategy: { name: 'grid', tag: 'v1', hash: 'sha256:0' },
    engine: 'sha256:1',
    config: {},
    settings: writtenSettings(DEFAULT_SETTINGS, 365),
    data: [SOURCE],
    stats: { ...NOTHING, ...stats },
    monthly: [],
    liquidated: null,
    periods: 365,
    bySymbol: [],
    orders: 1234,
    logs: 0,
    errors: 0,
    stopped: null,
    ...more,
  }
}

function table(what: BacktestResult, currency = 'USDT', period: 'day' | 'week' | 'month' = 'day'): string {
  return resultTable(what, { currency, period }, createColors(false))
}

/** The value of a figure as the table shows it. */
function shown(name: FigureName, value: number, currency?: string): string {
  const text = table(result({ [name]: value }), currency)
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
  ['durationMs', 999.4, '999 ms'],
  ['durationMs', 1000, '1s'],
  ['durationMs', 59_999, '59s'],
  ['durationMs', 60_000, '1m 00s'],
  ['durationMs', 3_600_000, '1h 00m 00s'],
  ['durationMs', 86_399_000, '23h 59m 59s'],
  ['durationMs', 86_400_000, '1d 00h 00m'],
  ['durationMs', 2 * 86_400_000 + 5_000, '2d 00h 00m'],
  ['returnPct', 999_999_999.99, '999,999,999.99 %'],
  ['returnPct', -1e9, '-1.00e+9 %'],
  ['kelly', 1e9, '1.00e+9'],
  ['trades', 999, '999'],
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

const MONEY: [value: number, currency: string, text: string][] = [
  [0, 'BTC', '0.00 BTC'],
  [-0, 'USDT', '0.00 USDT'],
  [0.00001234567, 'BTC', '0.0000123457 BTC'],
  [-0.5, 'ETH', '-0.500000 ETH'],
  [12.3456789, 'BNB', '12.3457 BNB'],
  [999.999, 'BTC', '999.999 BTC'],
  [999.9994, 'BTC', '999.999 BTC'],
  [1000, 'BTC', '1,000.00 BTC'],
  [999.5, 'EURC', '999.50 EURC'],
  [0.5, 'DAI', '0.50 DAI'],
  [0.5, 'XDAI', '0.500000 XDAI'],
  [-999_999_999_999_999, 'USDT', '-999,999,999,999,999.00 USDT'],
  [-1e15, 'USDT', '-1.00000e+15 USDT'],
  [0.0049, 'USD', '0.0049 USD'],
  [1234.5678, 'BTC', '1,234.57 BTC'],
  [12_345_678_901.5, 'TRX', '12,345,678,901.50 TRX'],
  [1.5, 'USD', '1.50 USD'],
  [0.125, 'EUR', '0.13 EUR'],
  [0.005, 'FDUSD', '0.01 FDUSD'],
  [0.00499, 'USDT', '0.005 USDT'],
  [-0.0000321, 'USDC', '-0.000032 USDC'],
  [3e9, 'JPY', '3,000,000,000.00 JPY'],
  [1.234567e15, 'USDT', '1.23457e+15 USDT'],
]

test.each(MONEY)('%p %s is shown as %p', (value, currency, text) => {
  for (const name of ['fees', 'turnover', 'finalEquity'] as const) expect(shown(name, value, currency)).toBe(text)
})

test('the table names the periods that annual figures count by', () => {
  const line = (periods: number, period: 'day' | 'week' | 'month') =>
    table(result({}, { periods }), 'USDT', period)
      .split('\n')
      .find((one) => one.startsWith('  Periods '))
  expect(line(252, 'day')).toMatch(/^ {2}Periods +252 {2}returns of a year, daily: one for each UTC day$/)
  expect(line(52, 'week')).toMatch(/ 52 {2}returns of a year, weekly: /)
  expect(line(12, 'month')).toMatch(/ 12 {2}returns of a year, monthly: /)
})

test('candles that are missing are told below their file, with the first and the longest gap', () => {
  const gap = (day: number, missing: number) => ({
    symbol: 'BTC-USDT',
    from: new Date(Date.UTC(2024, 0, day)).toISOString(),
    to: new Date(Date.UTC(2024, 0, day, 0, missing)).toISOString(),
    missing,
  })
  const lines = (gaps: number, firstGap: Gap, longestGap: Gap) =>
    table(result({}, { data: [{ ...SOURCE, gaps, firstGap, longestGap }, SOURCE] }))
      .split('\n')
      .slice(1, 4)
  expect(lines(1234, gap(2, 4), gap(9, 1000))).toEqual([
    'a.csv  trades, 1,234 rows',
    '  1,234 candles missing; first: 4 from 2024-01-02 00:00:00Z; longest: 1,000 from 2024-01-09 00:00:00Z',
    'a.csv  trades, 1,234 rows',
  ])
  expect(lines(3, gap(2, 3), gap(2, 3))[1]).toBe('  3 candles missing from 2024-01-02 00:00:00Z')
  expect(lines(1, gap(2, 1), gap(2, 1))[1]).toBe('  1 candle missing from 2024-01-02 00:00:00Z')
  expect(lines(2, gap(2, 1), gap(2, 1))[1]).toContain('first: 1 from 2024-01-02')
})

test('what is not defined is a dash', () => {
  expect(table(result({}))).toMatch(/Sharpe +- {2}mean/)
})

test('the table names strategy, data and every figure with its formula, within 120 columns', () => {
  const text = table(result({}))
  expect(text).toStartWith('grid:v1  sha256:0\na.csv  trades, 1,234 rows\n')
  for (const { label, formula = '' } of Object.values<Figure>(FIGURES)) {
    expect(text).toContain(`  ${label} `)
    expect(text).toContain(formula)
  }
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
})

test('a backtest that was stopped says why', () => {
  const text = table(result({}, { stopped: 'grid.js:1:2: out of time' }))
  expect(text).toEndWith('stopped: grid.js:1:2: out of time\n')
})

test('gains are green and losses red where colours are wanted', () => {
  const colors = createColors(true)
  const coloured = (returnPct: number) =>
    resultTable(result({ returnPct }), { currency: 'USDT', period: 'day' }, colors)
  expect(coloured(1)).toContain(colors.green('1.00 %'))
  expect(coloured(-1)).toContain(colors.red('-1.00 %'))
})

test('docs/backtest.md lists every figure as it is', async () => {
  const page = await Bun.file(join(import.meta.dir, '../../../docs/backtest.md')).text()
  for (const [name, { label, unit, formula = '', source = '' }] of Object.entries<Figure>(FIGURES)) {
    expect(page).toContain(`| \`${name}\` | ${label} | ${unit} | ${formula} | ${source} |`)
  }
})

test('broken rows that were skipped are counted beside those that were read', () => {
  const first = (badRows: number) => table(result({}, { data: [{ ...SOURCE, badRows }] })).split('\n')[1]
  expect([0, 1, 2].map(first)).toEqual([
    'a.csv  trades, 1,234 rows',
    'a.csv  trades, 1,234 rows, 1 broken row skipped',
    'a.csv  trades, 1,234 rows, 2 broken rows skipped',
  ])
})

test('its end counts orders, lines and errors, and says what became of the account', () => {
  const end = (more: Partial<BacktestResult>) => table(result({}, more)).trimEnd().split('\n').slice(-3)
  expect(end({ logs: 2345, errors: 1 }).slice(1)).toEqual(['', '1,234 orders, 2,345 log lines, 1 errors'])
  expect(end({ liquidated: '2024-03-01T00:00:00.000Z', stopped: 'interrupted' })).toEqual([
    '1,234 orders, 0 log lines, 0 errors',
    'liquidated at 2024-03-01 00:00:00Z: no equity was left; positions were closed, later orders refused',
    'stopped: interrupted',
  ])
})

test('it begins with the strategy, its data and how it was filled', () => {
  const head = (more: Partial<BacktestResult>) => table(result({}, more)).split('\n').slice(0, 3)
  const strategy = { name: 'grid', tag: '', hash: 'sha256:0' }
  const { rules } = DEFAULT_SETTINGS
  const settings = writtenSettings({ ...DEFAULT_SETTINGS, rules: { ...rules, fill: 'same' } }, 365)
  expect(head({ strategy, data: [SOURCE, { ...SOURCE, file: 'b.csv' }] })).toEqual([
    'grid  sha256:0',
    'a.csv  trades, 1,234 rows',
    'b.csv  trades, 1,234 rows',
  ])
  expect(head({ settings })[2]).toBe(
    '--fill same: market orders fill at the trade or the close that they were decided on (trade on close)',
  )
  expect(head({})[2]).toBe('')
})

test('candles of other lengths, a warm-up and rules are told before the figures', () => {
  const settings = {
    ...writtenSettings(DEFAULT_SETTINGS, 365),
    timeframes: ['5m', '1h'],
    filledOn: '1m',
    warmup: 1200,
    rules: { file: 'rules.yaml', sha256: 'sha256:0' },
  }
  expect(table(result({}, { settings })).split('\n').slice(2, 6)).toEqual([
    '--timeframe 5m,1h: filled on 1m',
    '--warmup 1200: the figures begin with bar 1,201',
    '--rules rules.yaml',
    '',
  ])
})

test('the groups stand in their order, each with its figures in theirs', () => {
  const lines = table(result({})).split('\n')
  const GROUPS = ['Period', 'Returns', 'Risk', 'Trades', 'Costs']
  expect(lines.filter((line) => GROUPS.includes(line))).toEqual(GROUPS)
  const labels = (group: string) =>
    Object.values<Figure>(FIGURES)
      .filter((figure) => figure.group === group)
      .map(({ label }) => label)
  const expected = GROUPS.flatMap((group) => [...labels(group), ...(group === 'Period' ? ['Periods'] : [])])
  const shownLabels = lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim().split(/ {2,}/)[0])
  expect(shownLabels).toEqual(expected)
})

test('only what may be a gain or a loss is coloured, and nothing is neither', () => {
  const colors = createColors(true)
  const coloured = (name: FigureName, value: number) => {
    const text = resultTable(result({ [name]: value }), { currency: 'USDT', period: 'day' }, colors)
    return [text.includes('\u001b[32m'), text.includes('\u001b[31m')]
  }
  const signed = Object.keys(FIGURES).filter((name) => coloured(name as FigureName, 1)[0])
  expect(signed).toEqual(['returnPct', 'annualReturnPct', 'cagrPct', 'sharpe', 'sortino', 'expectancyPct'])
  for (const name of signed as FigureName[]) {
    expect([coloured(name, 0), coloured(name, -1)]).toEqual([
      [false, false],
      [false, true],
    ])
  }
  expect(coloured('maxDrawdownPct', -1)).toEqual([false, false])
})
