/** `meltica backtest` as a trader calls it. */
import { expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FIGURES } from '../../src/backtest/statistics/figures'
import { FORMATS } from '../../src/market/files/formats'
import { digestOf } from '../../src/schema/digest'
import { folder, strategy, trades } from '../backtest/backtests'
import { meltica, SHIPPED, start } from './meltica'

/** Buys at every tenth trade, sells five later. */
const DIPPER = strategy(
  `
  onTrade(ctx, evt, payload, price) {
    n++
    if (n % 10 === 1) runtime.submitMarketOrder('', 'buy', 1)
    if (n % 10 === 6) runtime.submitMarketOrder('', 'sell', 1)
    if (n === 20) log('twenty', price)
  },`,
  'let n = 0',
)

const PRICES = Array.from({ length: 100 }, (_, i) => 100 + (i % 7))

/** A folder with a strategy and data to run it on. */
async function prepared(source = DIPPER, csv = trades(...PRICES)) {
  const home = await folder()
  const [script, data] = [join(home.path, 'tester.js'), join(home.path, 'BTC-USDT.csv')]
  await Bun.write(script, source)
  await Bun.write(data, csv)
  const run = (...args: string[]) => meltica(home.path, 'backtest', ...args)
  return { path: home.path, script, data, run, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}

test('a file and its data make a table and exit with 0', async () => {
  await using at = await prepared()
  const { status, stdout } = await at.run(at.script, '--data', at.data)
  expect(status).toBe(0)
  for (const { label } of Object.values(FIGURES)) expect(stdout).toContain(label)
  expect(stdout).toMatch(/Trades +10 /)
  expect(stdout).toContain('20 orders, 1 log lines, 0 errors')
})

test('nothing is coloured where it does not go to a terminal', async () => {
  await using at = await prepared()
  expect((await at.run(at.script, '--data', at.data)).stdout).not.toContain('\u001b')
})

test('the result is the same to the byte each time, in the documented order', async () => {
  await using at = await prepared()
  for (const file of ['one.json', 'two.json']) await at.run(at.script, '--data', at.data, '--json', file)
  const one = await Bun.file(join(at.path, 'one.json')).text()
  expect(await Bun.file(join(at.path, 'two.json')).text()).toBe(one)
  const result = JSON.parse(one)
  expect(Object.keys(result)).toEqual(
    'strategy engine config settings data stats equity monthly liquidated periods bySymbol trades orders logs errors stopped'.split(
      ' ',
    ),
  )
  expect(Object.keys(result.stats)).toEqual(Object.keys(FIGURES))
  expect(result.strategy).toMatchObject({ name: 'tester', tag: 'v1' })
  expect(result.data).toMatchObject([{ file: 'BTC-USDT.csv', rows: 100, badRows: 0 }])
  expect(result.trades).toHaveLength(10)
  expect(result.trades[0]).toMatchObject({ symbol: 'BTC-USDT', side: 'long', entryPrice: '101', exitPrice: '106' })
  expect(result).toMatchObject({ orders: 20, logs: 1, errors: 0, stopped: null })
  expect((await readdir(at.path)).sort()).toEqual(['BTC-USDT.csv', 'one.json', 'tester.js', 'two.json'])
})

test('what is set on the command line is recorded in the result', async () => {
  await using at = await prepared()
  const flags = '--cash 5000 --maker-bps 2 --taker-bps 4.5 --slippage-bps 1 --latency-ms 50 --fill same --limit touch'
  const more = '--leverage 3 --no-margin --periods 252 --seed 9 --set n=7 dry_run=true --json r.json'
  const rates = '--orders-per-second 50 --logs-per-second 60'
  const { status, stderr } = await at.run(at.script, '--data', at.data, ...`${rates} ${flags} ${more}`.split(' '))
  expect(status).toBe(0)
  expect(stderr).toContain('dry run: 20 orders were not sent')
  const { settings, config, orders, periods } = await Bun.file(join(at.path, 'r.json')).json()
  expect(periods).toBe(252)
  expect(config).toEqual({ n: 7, dry_run: true })
  expect(orders).toBe(0)
  expect(settings).toEqual({
    cash: '5000',
    feeBps: 4.5,
    makerBps: 2,
    slippageBps: 1,
    account: 'linear',
    fill: 'same',
    limit: 'touch',
    latencyMs: 50,
    leverage: 3,
    margin: false,
    periods: 252,
    seed: 9,
    ordersPerSecond: 50,
    logsPerSecond: 60,
  })
})

test('the result says when market orders fill where they were decided on', async () => {
  await using at = await prepared()
  const next = await at.run(at.script, '--data', at.data)
  expect(next.stdout).not.toContain('--fill')
  const same = await at.run(at.script, '--data', at.data, '--fill', 'same', '--json', 'r.json')
  expect(same.stdout).toContain('--fill same: market orders fill at the trade or the close that they were decided on')
  expect((await Bun.file(join(at.path, 'r.json')).json()).settings.fill).toBe('same')
})

test('an account that is liquidated is told of in the table and in the result', async () => {
  await using at = await prepared(
    strategy(`onTrade(ctx, evt, payload, price) { if (price === 100) runtime.submitMarketOrder('', 'buy', 900) }`),
    trades(100, 99, 80, 120),
  )
  const { status, stdout } = await at.run(at.script, '--data', at.data, '--leverage', '10', '--json', 'r.json')
  expect(status).toBe(0)
  expect(stdout).toContain('liquidated at 2024-01-01 00:00:02Z: no equity was left')
  const { liquidated, stats, stopped } = await Bun.file(join(at.path, 'r.json')).json()
  expect({ liquidated, stopped }).toEqual({ liquidated: '2024-01-01T00:00:02.000Z', stopped: null })
  expect(stats).toMatchObject({ events: 4, finalEquity: 10_000 - 900 * 19 - 89.1 })
  await at.run(at.script, '--data', at.data, '--json', 'r.json')
  expect((await Bun.file(join(at.path, 'r.json')).json()).liquidated).toBeNull()
})

test('makers may be paid: the rebate is in the fees, the trades and the equity', async () => {
  const maker = strategy(
    `onTrade(ctx, evt, payload, price) {
      if (price === 100) runtime.submitOrder('', 'buy', 2, 99)
      if (price === 98) runtime.submitOrder('', 'sell', 2, 101)
    }`,
  )
  await using at = await prepared(maker, trades(100, 98, 98.5, 102, 98.9, 102.5, 102.25))
  const { status } = await at.run(at.script, '--data', at.data, '--maker-bps', '-2.5', '--json', 'r.json')
  expect(status).toBe(0)
  const { settings, stats, trades: made } = await Bun.file(join(at.path, 'r.json')).json()
  expect(settings).toMatchObject({ feeBps: 10, makerBps: -2.5 })
  expect(made).toMatchObject([{ entryPrice: '99', exitPrice: '101', fees: '-0.1', pnl: '4.1' }])
  expect(stats).toMatchObject({ fees: -0.1, finalEquity: 10_004.1 })
})

test('a selector names a strategy of a home that nobody has to serve', async () => {
  await using at = await prepared()
  const hash = /noop\/([0-9a-f]{64})/.exec(await Bun.file(join(SHIPPED, 'registry.json')).text())![1]!
  for (const selector of ['noop', 'noop:v1.0.0', `noop@${hash.slice(0, 12)}`]) {
    const { status, stdout } = await at.run(selector, '--data', at.data, '--strategies', SHIPPED)
    expect(status).toBe(0)
    expect(stdout).toContain(`noop:v1.0.0  sha256:${hash}`)
  }
})

test('the flags of the ancestor are understood, with one dash and with =', async () => {
  await using at = await prepared()
  const { status, stdout } = await at.run('-strategy', 'noop', `-data=${at.data}`, '-strategies.dir', SHIPPED)
  expect(status).toBe(0)
  expect(stdout).toContain('100 rows')
})

test('without data the file data.csv of the folder is read', async () => {
  await using at = await prepared()
  await Bun.write(join(at.path, 'data.csv'), trades(1, 2, 3))
  expect((await at.run(at.script)).stdout).toContain('data.csv')
})

test('without any data a generated sample is used, and that is said', async () => {
  await using at = await prepared()
  const { status, stdout, stderr } = await at.run('momentum', '--strategies', SHIPPED)
  expect(status).toBe(0)
  expect(stderr).toContain('a generated sample is used')
  expect(stdout).toMatch(/[1-9]\d* orders/)
  // a week of minutes
  expect(stdout).toContain('10,080 rows')
})

test('only the time and the symbol asked for are read', async () => {
  await using at = await prepared()
  const window = ['--from', '2024-01-01T00:00:10Z', '--to', '2024-01-01T00:00:20', '--symbol', 'ETH-USDT']
  await at.run(at.script, '--data', at.data, ...window, '--json', 'r.json')
  const { stats, trades: made } = await Bun.file(join(at.path, 'r.json')).json()
  expect(stats).toMatchObject({ events: 10, start: Date.UTC(2024, 0, 1) + 10_000, end: Date.UTC(2024, 0, 1) + 19_000 })
  expect(made[0].symbol).toBe('ETH-USDT')
})

test('logs are printed when asked for, with the time of the event', async () => {
  await using at = await prepared()
  expect((await at.run(at.script, '--data', at.data)).stderr).toContain('1 log lines; --logs prints them')
  const { stderr } = await at.run(at.script, '--data', at.data, '--logs')
  expect(stderr).toContain('2024-01-01T00:00:19.000Z twenty 105')
})

test('what handlers throw is counted, told once with its line, and ends nothing', async () => {
  await using at = await prepared(strategy('onTrade() {\n throw new Error("odd\\u001b[31m") }'))
  const { status, stdout, stderr } = await at.run(at.script, '--data', at.data)
  expect(status).toBe(0)
  expect(stdout).toContain('100 errors')
  expect(stderr.match(/tester\.js:8:\d+: Error: odd/g)).toHaveLength(2)
  expect(stderr).toContain('warning: 100 times: ')
  expect(stderr).not.toContain('\u001b')
})

test('a handler that never ends stops the backtest, which says where and keeps what it had', async () => {
  await using at = await prepared(
    strategy('onTrade() { if (++n === 50) for (;;); runtime.submitMarketOrder("", 1, 1) }', 'let n = 0'),
  )
  const { status, stdout } = await at.run(at.script, '--data', at.data, '--json', 'r.json')
  expect(status).toBe(1)
  expect(stdout).toMatch(/stopped: tester\.js:\d+:\d+: /)
  const result = await Bun.file(join(at.path, 'r.json')).json()
  expect(result.stopped).toMatch(/^tester\.js:\d+:\d+: /)
  expect(result.orders).toBe(49)
  expect(result.stats.turnover).toBeGreaterThan(0)
})

test('ten different errors are told, each once, and how often each came when it came again', async () => {
  await using at = await prepared(
    strategy("onTrade() { log('seen'); n++; throw new Error('fault ' + (n % 11)) }", 'let n = 0'),
    trades(...PRICES.slice(0, 89)),
  )
  const { stderr } = await at.run(at.script, '--data', at.data)
  const told = stderr.trimEnd().split('\n')
  const faultIn = (line: string) => /^(\w+:(?: \d+ times:)?).*fault (\d+)/.exec(line)?.slice(1)
  const first = Array.from({ length: 10 }, (_, index) => String(index + 1))
  expect(told.map(faultIn)).toEqual([
    ...first.map((fault) => ['error:', fault]),
    ...first.map((fault) => [`warning: ${Number(fault) === 1 ? 9 : 8} times:`, fault]),
  ])
})

test('logs that are not printed are told of, and nothing else is when all went well', async () => {
  await using at = await prepared()
  expect((await at.run(at.script, '--data', at.data)).stderr).toBe('note: 1 log lines; --logs prints them\n')
  expect((await at.run(at.script, '--data', at.data, '--logs')).stderr).toMatch(/^\S+ twenty .*\n$/)
  await Bun.write(at.script, strategy("onTrade() { if (n++ === 3) throw new Error('once') }", 'let n = 0'))
  expect((await at.run(at.script, '--data', at.data)).stderr).toMatch(/^error: .*once.*\n$/)
})

test('data that the strategy has no handler for are told of', async () => {
  await using at = await prepared(strategy('onKlineSummary() {}'))
  expect((await at.run(at.script, '--data', at.data)).stderr).toContain('the data are trades')
})

test('that no candle was complete is told in place of a handler that is missing', async () => {
  await using at = await prepared(strategy('onKlineSummary() {}'))
  const { status, stderr } = await at.run(at.script, '--data', at.data, '--timeframe', '1d')
  expect([status, stderr]).toEqual([
    0,
    'warning: no candle was complete: the data are shorter than the lengths that were asked for\n',
  ])
})

test('a symbol that the data do not have is refused with those that they have', async () => {
  await using at = await prepared(strategy('onTrade() {}'))
  await Bun.write(at.data, 'timestamp,symbol,price,quantity\n1704067200000,BTC-USDT,1,1\n1704067201000,SOL-USDT,1,1\n')
  const { status, stdout, stderr } = await at.run(at.script, '--data', at.data, '--symbol', 'ETH-USDT')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toBe(
    'error: the data name no symbol that was asked for: they have BTC-USDT, SOL-USDT\n' +
      'hint: choose another symbol with --symbol, or other data\n',
  )
})

test('a symbol whose rows begin far behind the head of the file is found', async () => {
  await using at = await prepared()
  const row = (i: number, symbol: string) => `${Date.UTC(2024, 0, 1) + 1000 * i},${symbol},${PRICES[i % 100]},1,buy`
  const rows = Array.from({ length: 20_100 }, (_, i) => row(i, i < 20_000 ? 'BTC-USDT' : 'ETH-USDT'))
  await Bun.write(join(at.path, 'late.csv'), ['timestamp,symbol,price,quantity,side', ...rows, ''].join('\n'))
  const { status, stdout } = await at.run(at.script, '--data', 'late.csv', '--symbol', 'ETH-USDT')
  expect(status).toBe(0)
  expect(stdout).toMatch(/Events +100 /)
  expect(stdout).toMatch(/Trades +10 /)
})

test('Ctrl-C ends a backtest with what it had, and with 130', async () => {
  const slow = strategy(
    'onTrade() { if (++n === 100) log("on my way"); for (let i = 0; i < 10000; i++); }',
    'let n = 0',
  )
  await using at = await prepared(slow, trades(...Array.from({ length: 60_000 }, (_, i) => 100 + (i % 5))))
  const child = start(at.path, 'backtest', at.script, '--data', at.data, '--logs', '--json', 'r.json')
  const stdout = new Response(child.stdout).text()
  const reader = child.stderr.getReader()
  await reader.read()
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
  expect(await stdout).toContain('stopped: interrupted')
  const { stats, stopped, data } = await Bun.file(join(at.path, 'r.json')).json()
  expect(stopped).toBe('interrupted')
  expect(stats.events).toBeLessThan(60_000)
  expect(data[0].sha256).toMatch(/^[0-9a-f]{64}$/)
})

const BROKEN = trades(1, 2, 3).replace(',2,', ',two,')

const REFUSALS: [
  name: string,
  args: (at: { script: string; data: string }) => string[],
  status: number,
  said: RegExp,
  csv?: string,
][] = [
  ['no strategy', () => [], 2, /name a strategy/],
  ['an unknown flag', (at) => [at.script, '--dat', at.data], 2, /unknown option '--dat'[\s\S]*--data/],
  [
    'slippage that leaves no price',
    (at) => [at.script, '--slippage-bps', '10000'],
    2,
    /--slippage-bps[\s\S]*below 10000/,
  ],
  ['a fee below zero', (at) => [at.script, '--fee-bps', '-1'], 2, /--fee-bps[\s\S]*a rebate is --maker-bps/],
  ['a taker who is paid', (at) => [at.script, '--taker-bps=-1'], 2, /--taker-bps[\s\S]*from 0/],
  ['a rebate of all', (at) => [at.script, '--maker-bps', '-10000'], 2, /--maker-bps[\s\S]*above -10000/],
  ['cash that is no number', (at) => [at.script, '--cash', 'lots'], 2, /--cash[\s\S]*decimal/],
  ['no cash at all', (at) => [at.script, '--cash', '0'], 2, /--cash[\s\S]*above zero/],
  ['a time that is none', (at) => [at.script, '--from', 'monday'], 2, /--from[\s\S]*2022-01-31/],
  ['an unknown account', (at) => [at.script, '--account', 'margin'], 2, /linear, inverse, spot/],
  ['a setting without a value', (at) => [at.script, '--set', 'n'], 2, /key=value/],
  ['a field that the strategy has not', (at) => [at.script, '--data', at.data, '--set', 'm=1'], 1, /"m" is no field/],
  ['a value of the wrong type', (at) => [at.script, '--data', at.data, '--set', 'n=1.5'], 1, /"n"/],
  ['a file that is not there', () => ['./nothing.js'], 1, /nothing\.js cannot be read/],
  ['an unknown strategy', () => ['nobody', '--strategies', SHIPPED], 1, /"nobody" not found\nhint: .*--strategies/],
  ['an unknown tag', () => ['noop:nightly', '--strategies', SHIPPED], 1, /"nightly" not found.*\nhint: registry\.json/],
  ['data that are not there', (at) => [at.script, '--data', 'none.csv'], 1, /none\.csv/],
  ['empty data', (at) => [at.script, '--data', at.data], 1, /BTC-USDT\.csv/, ''],
  ['an unknown layout', (at) => [at.script, '--data', at.data], 1, /BTC-USDT\.csv/, 'a,b\nx,y\nx,y\n'],
  ['a broken row', (at) => [at.script, '--data', at.data], 1, /BTC-USDT\.csv, line 3: .*two/, BROKEN],
  [
    'a time without data',
    (at) => [at.script, '--data', at.data, '--from', '2030-01-01'],
    1,
    /no row in the time asked for: BTC-USDT\.csv has 2024-01-01T/,
  ],
  [
    'a format that does not exist',
    (at) => [at.script, '--data', at.data, '--format', 'cvs'],
    2,
    /"cvs" is no format of market data; there are ohlcv, /,
  ],
  [
    'a format that the data are not of',
    (at) => [at.script, '--data', at.data, '--format', 'quotes'],
    1,
    /BTC-USDT\.csv cannot be read as quotes[\s\S]*hint: .*--format help/,
  ],
  [
    'a row that contradicts a guess',
    (at) => [at.script, '--data', at.data, '--skip-bad-rows'],
    1,
    /BTC-USDT\.csv, line 1: open 1 is below low 2: .*\(ohlcv\)[\s\S]*hint: --format coinbase-ohlcv /,
    '2024-01-01,1,4,2,3,1\n2024-01-02,1,4,2,3,1\n',
  ],
  [
    'rows that are broken alike',
    (at) => [at.script, '--data', at.data],
    1,
    /line 2: .*two"[\s\S]*hint: all of its first 2 rows are broken for trades; (?!.*skip)/,
    'time,price,quantity,side\n2024-01-01,two,1,buy\n2024-01-02,two,1,buy\n',
  ],
  [
    'a result that cannot be written',
    (at) => [at.script, '--data', at.data, '--json', 'no/r.json'],
    1,
    /cannot be written/,
  ],
]

for (const [name, args, status, said, csv] of REFUSALS) {
  test(`${name} is refused with ${status} and one clear message`, async () => {
    await using at = await prepared(DIPPER, csv)
    const finished = await at.run(...args(at))
    expect(finished.stderr).toMatch(said)
    expect(finished).toMatchObject({ status, stdout: '' })
    expect(finished.stderr).not.toMatch(/\n\s+at /)
    expect((await readdir(at.path)).sort()).toEqual(['BTC-USDT.csv', 'tester.js'])
  })
}

test('broken rows can be skipped, and are counted and told', async () => {
  await using at = await prepared(DIPPER, BROKEN)
  const { status, stderr } = await at.run(at.script, '--data', at.data, '--skip-bad-rows', '--json', 'r.json')
  expect(status).toBe(0)
  expect(stderr).toMatch(/skipped: .*line 3/)
  expect((await Bun.file(join(at.path, 'r.json')).json()).data[0]).toMatchObject({ rows: 2, badRows: 1 })
})

test('the formats of data are listed without a strategy, and one can be named', async () => {
  await using at = await prepared(DIPPER, '2024-01-01,1,4,2,3,9\n2024-01-02,1,4,2,3,9\n')
  const { status, stdout } = await at.run('--format', 'help')
  expect(status).toBe(0)
  for (const name of Object.keys(FORMATS)) expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'))
  const read = await at.run(at.script, '--data', at.data, '--format', 'coinbase-ohlcv:1d', '--json', 'r.json')
  expect(read.status).toBe(0)
  expect((await Bun.file(join(at.path, 'r.json')).json()).data).toMatchObject([{ format: 'coinbase-ohlcv', rows: 2 }])
})

test('times that name no zone are read in the one that is given, summer time included', async () => {
  const rows = ['2024-03-08 16:00:00', '2024-03-11 16:00:00', '2024-03-12T16:00:00Z'].map((time) => `${time},1,1,1,1,9`)
  await using at = await prepared(
    strategy('onKlineSummary(ctx, evt, k) { log(k.openTime) },'),
    `time,open,high,low,close,volume\n${rows.join('\n')}\n`,
  )
  const timesIn = async (...zone: string[]) => {
    const { status, stderr } = await at.run(at.script, '--data', at.data, '--format', 'ohlcv:1h', '--logs', ...zone)
    expect(status).toBe(0)
    return stderr.match(/2024-03-\d\dT\d\d:00:00/g)
  }
  expect(await timesIn()).toEqual(['2024-03-08T16:00:00', '2024-03-11T16:00:00', '2024-03-12T16:00:00'])
  expect(await timesIn('--timezone', 'America/New_York')).toEqual([
    '2024-03-08T21:00:00',
    '2024-03-11T20:00:00',
    '2024-03-12T16:00:00',
  ])
  const wrong = await at.run(at.script, '--data', at.data, '--timezone', 'Mars/Olympus')
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('"Mars/Olympus" is no time zone')])
})

test('a strategy that cannot be created is refused with its line', async () => {
  await using at = await prepared(strategy('', 'null.x'))
  const { status, stderr } = await at.run(at.script, '--data', at.data)
  expect(status).toBe(1)
  expect(stderr).toMatch(/create of tester\.js failed: .+ at tester\.js:6:\d+/)
})

test('a strategy that is not valid is refused with all diagnostics', async () => {
  await using at = await prepared('module.exports = { metadata: { name: "x" } }')
  const { status, stderr } = await at.run(at.script, '--data', at.data)
  expect(status).toBe(1)
  expect(stderr).toMatch(/tester\.js:1:\d+: validation: .*displayName/)
  expect(stderr).toMatch(/validation: create is not a function/)
})

test('help has an example', async () => {
  await using at = await prepared()
  expect((await at.run('--help')).stdout).toContain('meltica backtest momentum --data')
})

test('rules of markets bind, stand in the result with their digest, and name what they have instead', async () => {
  await using at = await prepared()
  const rules = join(at.path, 'rules.yaml')
  await Bun.write(rules, 'BTC-USDT: { minQuantity: 2, multiplier: 5 }\n')
  const { status, stderr } = await at.run(at.script, '--data', at.data, '--rules', rules, '--json', 'result.json')
  expect(status).toBe(0)
  expect(stderr).toContain('quantity 1 is below the minimum of 2')
  const { settings, orders } = await Bun.file(join(at.path, 'result.json')).json()
  expect(orders).toBe(0)
  expect(settings.rules).toEqual({ file: rules, sha256: digestOf(new Uint8Array(await Bun.file(rules).arrayBuffer())) })
  const other = await at.run(at.script, '--data', at.data, '--rules', rules, '--symbol', 'ETH-USDT')
  expect([other.status, other.stderr]).toEqual([
    2,
    `error: ${rules} has no rules of ETH-USDT, only of BTC-USDT\nhint: name the data by --symbol as the rules do, or add the symbol to the file\n`,
  ])
})

test('several strategies have names, settings and shares of their own in one result', async () => {
  await using at = await prepared()
  const run = (...args: string[]) => at.run(...args, '--data', at.data)
  const told = await run(
    at.script,
    `again=${at.script}`,
    '--set',
    'again.n=3',
    '--accounts',
    'shared',
    '--json',
    'two.json',
  )
  expect(told.status).toBe(0)
  expect(told.stdout).toStartWith('tester + again  sha256:')
  const result = await Bun.file(join(at.path, 'two.json')).json()
  expect(result.strategies).toMatchObject([
    { name: 'tester', config: { n: 1 }, orders: 20, errors: 0, stopped: null },
    { name: 'again', config: { n: 3 }, orders: 20, errors: 0, stopped: null },
  ])
  expect(result.settings).toMatchObject({ cash: '10000', accounts: 'shared' })
  expect(
    result.byStrategy.map(({ strategy, trades }: { strategy: string; trades: number }) => [strategy, trades]),
  ).toEqual([
    ['again', 10],
    ['tester', 10],
  ])
  expect(result.trades).toHaveLength(20)
  const refusals = [
    [at.script, at.script],
    [at.script, `x=${at.script}`, '--set', 'n=3'],
    [at.script, '-'],
  ]
  const said = await Promise.all(refusals.map(async (args) => (await run(...args)).stderr.split('\n')[0]))
  expect(said).toEqual([
    'error: two of the strategies are called tester',
    'error: --set n names none of tester, x before the dot',
    'error: several strategies are read from files: one of them is -',
  ])
})

test('files of several strategies say whose each trade and order is, and the check looks at all of them', async () => {
  await using at = await prepared()
  const limits = strategy(
    `onTrade(ctx, evt, payload, price) {
      if (++n % 20 === 3) runtime.submitOrder('', 'sell', 1, price)
      if (n % 20 === 9) runtime.cancelAll()
      if (n % 20 === 10) runtime.submitMarketOrder('', 'buy', 1)
    },`,
    'let n = 0',
  )
  await Bun.write(join(at.path, 'limits.js'), limits)
  const files = ['--trades', 'trades.csv', '--orders', 'orders.csv', '--report', 'both.html']
  const told = await at.run(at.script, 'limits=limits.js', '--data', at.data, '--check-lookahead', ...files)
  const rows = async (name: string) =>
    (await Bun.file(join(at.path, name)).text())
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','))
  const [head, ...orders] = await rows('orders.csv')
  expect(head!.at(-1)).toBe('strategy')
  expect(orders.map((cells) => cells.at(-1))).toEqual(orders.map(([id]) => id!.replace(/-\d+-\d+$/, '')))
  expect(new Set(orders.map((cells) => cells.at(-1)))).toEqual(new Set(['tester', 'limits']))
  const [titles, ...trades] = await rows('trades.csv')
  expect(titles!.at(-1)).toBe('strategy')
  expect(trades.filter((cells) => cells.at(-1) === 'tester')).toHaveLength(10)
  expect(trades.filter((cells) => cells.at(-1) === 'limits').map(([, side]) => side)).toContain('short')
  const decisions = orders.length + orders.filter((cells) => cells.includes('CANCELLED')).length
  expect(told.stdout).toContain(`cut short at 20 places, the data give the same ${decisions} orders and cancels`)
  expect(told.status).toBe(0)
  const alone = await at.run(at.script, '--data', at.data, '--trades', 'alone.csv')
  expect(alone.status).toBe(0)
  expect((await rows('alone.csv'))[0]).toEqual(titles!.slice(0, -1))
})

test('of several strategies each that has no handler for the data is named', async () => {
  await using at = await prepared()
  const other = DIPPER.replace('onTrade', 'onTicker').replace("name: 'tester'", "name: 'deaf'")
  await Bun.write(join(at.path, 'deaf.js'), other)
  const { stderr } = await at.run(at.script, 'deaf.js', '--data', at.data, '--report', 'both.html')
  expect(stderr).toContain('the data are trades, and deaf has no handler for them')
  expect(stderr).not.toContain('and tester has')
  const html = await Bun.file(join(at.path, 'both.html')).text()
  expect(html).toContain('deaf never traded: it has no handler for what the data hold.')
})

test("columns of LEAN's file that are not used are told of, of the symbols in the data alone", async () => {
  await using at = await prepared()
  const head = 'market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,'
  const rows = ['cbot,ZC,future,Corn,USD,50,0.25,1,,1,100', 'cbot,ZS,future,Soy,USD,50,0.25,1,,1,100']
  const rules = join(at.path, 'rules.csv')
  await Bun.write(
    rules,
    `${head}market_ticker,minimum_order_size,price_magnifier,strike_multiplier\n${rows.join('\n')}\n`,
  )
  const { stderr, status } = await at.run(
    at.script,
    '--data',
    at.data,
    '--rules',
    rules,
    '--symbol',
    'ZC',
    '--no-margin',
  )
  expect(status).toBe(0)
  expect(stderr).toContain(
    `warning: ${rules}: price_magnifier 100 of ZC: not used; prices are taken as the data have them`,
  )
  expect(stderr).not.toContain('ZS')
})
