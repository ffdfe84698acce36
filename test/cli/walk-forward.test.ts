/** `meltica sweep` as an author reads it: what stands beside the best, and a walk-forward test. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { folder, strategy } from '../backtest/backtests'
import { until } from '../until'
import { meltica, start } from './meltica'

/** Holds one for a candle, at every `n`th. */
const EVERY = strategy(
  `
  onKlineSummary() {
    seen++
    if (seen % config.n === 0) runtime.submitMarketOrder('', 'buy', 1)
    if (seen % config.n === 1 && seen > 1) runtime.submitMarketOrder('', 'sell', 1)
  },`,
  'let seen = 0',
)
const DAYS = 10
const BEGIN = Date.UTC(2024, 0, 1)
const HOUR = 3_600_000

function csv(): string {
  const price = (hour: number) => (100 + 5 * Math.sin(hour / 7) + ((hour * 7919) % 13) / 10).toFixed(2)
  const rows = Array.from({ length: DAYS * 24 }, (_, hour) => {
    const [open, close] = [price(hour), price(hour + 1)]
    const [low, high] = [open, close].sort((a, b) => Number(a) - Number(b))
    return `${BEGIN + hour * HOUR},${open},${high},${low},${close},1`
  })
  return ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n')
}

async function prepared() {
  const home = await folder()
  await Bun.write(join(home.path, 'every.js'), EVERY)
  await Bun.write(join(home.path, 'BTC-USDT.csv'), csv())
  const common = ['--data', 'BTC-USDT.csv', '--fee-bps', '1']
  return {
    path: home.path,
    common,
    run: (...args: string[]) => meltica(home.path, ...args, ...common),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

const SWEEP = 'sweep ./every.js --set n=3:7:2'.split(' ')
const WALK = [...SWEEP, '--walk-forward', 'train=4d,test=2d']

test('beside the best of a search stands how far it is to be believed', async () => {
  await using at = await prepared()
  const { status, stdout } = await at.run(...SWEEP)
  expect(status).toBe(0)
  const beside = stdout.slice(stdout.indexOf('Beside the best of them')).split('\n')
  expect(beside.slice(0, 7).map((line) => line.replace(/ {2}(-?[\d.]+|-|median).*$/, ''))).toEqual([
    'Beside the best of them',
    '  Runs tried in all          ',
    '  Probabilistic Sharpe ratio ',
    '  Deflated Sharpe ratio      ',
    '  Minimum track record       ',
    '  Probability of overfitting ',
    '  Drawdown of shuffled trades',
  ])
  expect(beside[1]).toEndWith(' 3')
})

test('each run of a window is the backtest of that window, and the tests are one curve, which stands first', async () => {
  await using at = await prepared()
  const { status, stdout } = await at.run(...WALK, '--runs', 'runs.jsonl', '--report', 'report.html')
  expect(status).toBe(0)
  const page = await Bun.file(join(at.path, 'report.html')).text()
  const { sections } = JSON.parse(/id="document">(.*?)<\/script>/s.exec(page)![1]!)
  expect(sections.map(({ title }: { title: string }) => title)).toEqual([
    'Equity of the tests',
    'Statistics',
    'Windows',
    'Beside the tests',
    'What was run',
  ])
  expect(stdout).toStartWith('3 windows, 9 runs: the tests as one curve\n')
  const lines = (await Bun.file(join(at.path, 'runs.jsonl')).text()).trimEnd().split('\n')
  expect(lines).toHaveLength(9)
  // The second window trains on the third to the sixth day; n is 5 in the second of its runs.
  const window = ['--from', '2024-01-03', '--to', '2024-01-07', '--set', 'n=5']
  await at.run('backtest', './every.js', '--json', 'one.json', ...window)
  const { config, stats, orders, stopped } = await Bun.file(join(at.path, 'one.json')).json()
  expect(JSON.parse(lines[4]!)).toEqual({ config, stats, orders, stopped })
  // The tests follow one another, each with what the one before has left.
  const parsed = lines.map((line) => JSON.parse(line))
  let cash = '10000'
  let held = 1
  for (const [window, days] of [
    ['2024-01-05', '2024-01-07'],
    ['2024-01-07', '2024-01-09'],
    ['2024-01-09', '2024-01-11'],
  ].entries()) {
    const trained = parsed.slice(3 * window, 3 * window + 3)
    const best = trained.reduce((a, b) => (b.stats.sharpe > a.stats.sharpe ? b : a))
    const [from, to] = days as [string, string]
    const flags = ['--from', from, '--to', to, '--cash', cash, '--set', `n=${best.config.n}`]
    await at.run('backtest', './every.js', '--json', 'test.json', ...flags)
    const tested = await Bun.file(join(at.path, 'test.json')).json()
    cash = tested.equity.at(-1)[1]
    held *= 1 + tested.stats.buyHoldReturnPct / 100
    expect(stdout).toContain(`│ ${from} to ${to} │ ${best.config.n} `)
  }
  const { curves, borders, summary } = sections[0].data
  expect(curves.map(({ label }: { label: string }) => label)).toEqual(['tests', 'buy & hold'])
  expect({ ...borders, times: borders.times.count }).toEqual({ label: 'next window', times: 2 })
  expect(summary).toEndWith(`; buying and holding ${(100 * (held - 1)).toFixed(2)} %.`)
  const terms = sections.at(-1).data.rows.map(({ term }: { term: string }) => term)
  expect(terms).toEqual(['Strategy', 'Windows', 'Runs', 'Data', 'Account', 'Fills', 'Engine', 'Command'])
  expect(stdout).toMatch(
    new RegExp(
      `Equity, final +${Number(cash).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} USDT`,
    ),
  )
})

test('killed it goes on, and comes to the same bytes', async () => {
  await using at = await prepared()
  await at.run(...WALK, '--runs', 'whole.jsonl')
  const child = start(at.path, ...WALK, '--runs', 'runs.jsonl', '--jobs', '1', ...at.common)
  const journal = join(at.path, 'runs.jsonl.partial')
  await until(async () => existsSync(journal) && (await Bun.file(journal).text()).split('\n').length > 3)
  child.kill('SIGKILL')
  await child.exited
  const { status } = await at.run(...WALK, '--runs', 'runs.jsonl', '--resume')
  expect(status).toBe(0)
  expect(await Bun.file(join(at.path, 'runs.jsonl')).text()).toBe(await Bun.file(join(at.path, 'whole.jsonl')).text())
})

test('made candles reach every process of a sweep', async () => {
  await using at = await prepared()
  const { status } = await at.run(...SWEEP, '--timeframe', '4h', '--runs', 'runs.jsonl')
  expect(status).toBe(0)
  await at.run('backtest', './every.js', '--timeframe', '4h', '--set', 'n=7', '--json', 'one.json')
  const { config, stats, orders, stopped } = await Bun.file(join(at.path, 'one.json')).json()
  const lines = (await Bun.file(join(at.path, 'runs.jsonl')).text()).trimEnd().split('\n')
  expect(JSON.parse(lines[2]!)).toEqual({ config, stats, orders, stopped })
})

test.each([
  ['train=4d', '--walk-forward names no test'],
  ['train=10d,test=1d', 'the first training takes all of them'],
])('--walk-forward %s is refused, and nothing is written', async (plan, message) => {
  await using at = await prepared()
  const { status, stdout, stderr } = await at.run(...SWEEP, '--walk-forward', plan, '--runs', 'runs.jsonl')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(existsSync(join(at.path, 'runs.jsonl'))).toBe(false)
  expect(existsSync(join(at.path, 'runs.jsonl.partial'))).toBe(false)
})
