/** `meltica compare` as an author calls it. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { FIGURES } from '../../src/backtest/statistics/figures'
import { candles, folder, strategy, trades } from '../backtest/backtests'
import { meltica } from './meltica'

/** Buys one at every `n`th trade, sells it at the next. */
const EVERY = strategy(
  `
  onTrade() {
    seen++
    if (seen % config.n === 0) runtime.submitMarketOrder('', 'buy', 1)
    if (seen % config.n === 1 && seen > 1) runtime.submitMarketOrder('', 'sell', 1)
  },`,
  'let seen = 0',
)
const PRICES = Array.from({ length: 40 }, (_, i) => 100 + (i % 7))

async function prepared() {
  const home = await folder()
  await Bun.write(join(home.path, 'every.js'), EVERY)
  await Bun.write(join(home.path, 'BTC-USDT.csv'), trades(...PRICES))
  return {
    path: home.path,
    write: (name: string, content: string) => Bun.write(join(home.path, name), content),
    run: (...args: string[]) => meltica(home.path, ...args),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

test('every statistic stands side by side, with the change', async () => {
  await using at = await prepared()
  const { status, stdout } = await at.run(
    ...'compare ./every.js ./every.js --data BTC-USDT.csv --set n=10 --set-b n=5'.split(' '),
  )
  expect(status).toBe(0)
  for (const { label } of Object.values(FIGURES)) expect(stdout).toContain(label)
  expect(stdout).toMatch(/\n {2}Trades +3 +7 +\+4\n/)
  expect(stdout).toContain('\nconfig n: 10 in A, 5 in B\n')
  expect(stdout).not.toContain('\u001b')
})

test('the first order that differs is shown, with the ten events up to it', async () => {
  await using at = await prepared()
  const { stdout } = await at.run(
    ...'compare ./every.js ./every.js --data BTC-USDT.csv --set-a n=20 --set-b n=15'.split(' '),
  )
  const told = stdout.slice(stdout.indexOf('The first order'))
  // The trade at second i is number i + 1: the 15th is at second 14.
  const events = Array.from({ length: 10 }, (_, i) => {
    const second = i + 5
    return `  2024-01-01T00:00:${String(second).padStart(2, '0')}.000Z Trade BTC-USDT Buy 1 at ${PRICES[second]}`
  })
  expect(told.trimEnd().split('\n')).toEqual([
    'The first order that differs',
    '  A  2024-01-01T00:00:19.000Z order 1: buy 1 BTC-USDT market GTC',
    '  B  2024-01-01T00:00:14.000Z order 1: buy 1 BTC-USDT market GTC',
    'The 10 events before it',
    ...events,
  ])
})

test('one event before it is told as one', async () => {
  await using at = await prepared()
  const { stdout } = await at.run(
    ...'compare ./every.js ./every.js --data BTC-USDT.csv --set-a n=1 --set-b n=15'.split(' '),
  )
  expect(stdout).toContain('\nThe event before it\n  2024-01-01T00:00:00.000Z Trade ')
})

test('an order that only one of them has is the first that differs', async () => {
  await using at = await prepared()
  const { stdout } = await at.run(
    ...'compare ./every.js ./every.js --data BTC-USDT.csv --set-a n=39 --set-b n=100'.split(' '),
  )
  expect(stdout).toContain('  A  2024-01-01T00:00:38.000Z order 1: buy 1 BTC-USDT market GTC\n  B  no order more\n')
})

test('two that do the same are said to', async () => {
  await using at = await prepared()
  const { stdout } = await at.run('compare', './every.js', './every.js', '--data', 'BTC-USDT.csv', '--set', 'n=10')
  expect(stdout).toEndWith('\nboth give the same 7 orders and cancels\n')
})

test('results in files are compared by their trades, and what else was run is told', async () => {
  await using at = await prepared()
  await at.write('ETH-USDT.csv', candles([1, 2, 1, 2], [2, 3, 2, 3]))
  const write = (file: string, ...args: string[]) => at.run('backtest', './every.js', '--json', file, ...args)
  await write('a.json', '--data', 'BTC-USDT.csv', '--set', 'n=10')
  await write('b.json', '--data', 'BTC-USDT.csv', '--set', 'n=20', '--cash', '5000')
  await write('c.json', '--data', 'ETH-USDT.csv')
  const { status, stdout } = await at.run('compare', 'a.json', 'b.json')
  expect(status).toBe(0)
  expect(stdout).toContain('\nconfig n: 10 in A, 20 in B\n')
  expect(stdout).toContain('\nsettings cash: 10000 in A, 5000 in B\n')
  expect(stdout).toMatch(
    /The first trade that differs\n {2}A {2}2024-01-01T00:00:10\.000Z long 1 BTC-USDT from 103 to 104 /,
  )
  expect(stdout).toMatch(/\n {2}B {2}2024-01-01T00:00:20\.000Z long 1 BTC-USDT from /)
  expect((await at.run('compare', 'a.json', 'c.json')).stdout).toMatch(
    /\ndata: BTC-USDT\.csv [0-9a-f]{12} in A, ETH-USDT\.csv [0-9a-f]{12} in B\n/,
  )
  expect((await at.run('compare', 'a.json', 'a.json')).stdout).toEndWith('\nboth have the same 3 trades\n')
})

test('a run and a result are compared as well', async () => {
  await using at = await prepared()
  await at.run('backtest', './every.js', '--json', 'a.json', '--data', 'BTC-USDT.csv', '--set', 'n=10')
  const { stdout } = await at.run('compare', 'a.json', './every.js', '--data', 'BTC-USDT.csv', '--set', 'n=10')
  expect(stdout).toEndWith('\nboth have the same 3 trades\n')
})

test.each([
  ['{', 'holds no result of a backtest: '],
  ['{"strategy": {}}', 'holds no result of a backtest: /config: '],
  ['[]', 'holds no result of a backtest: the whole: '],
])('a file with %s is refused', async (content, words) => {
  await using at = await prepared()
  await at.write('bad.json', content)
  const { status, stdout, stderr } = await at.run('compare', 'bad.json', './every.js', '--data', 'BTC-USDT.csv')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(`error: bad.json ${words}`)
  expect(stderr).toContain('hint: write one with meltica backtest --json FILE')
})

test('standard input cannot be both of them', async () => {
  await using at = await prepared()
  const { status, stderr } = await at.run('compare', '-', '-', '--data', 'BTC-USDT.csv')
  expect(status).toBe(2)
  expect(stderr).toContain('standard input is named twice')
})

test('what its table does not show is told once: columns of rules that nothing is made of, a symbol that files contradict', async () => {
  await using at = await prepared()
  await at.write('ZC-USD.csv', trades(...PRICES).replaceAll('BTC-USDT', 'ZC'))
  const head = 'market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,'
  const row = 'cbot,ZC,future,Corn,USD,1,0.25,1,,1,100,'
  await at.write('rules.csv', `${head}market_ticker,minimum_order_size,price_magnifier,strike_multiplier\n${row}\n`)
  const { status, stderr } = await at.run(
    ...'compare ./every.js ./every.js --data ZC-USD.csv --set n=10 --rules rules.csv --symbol ZC --no-margin'.split(
      ' ',
    ),
  )
  expect({ status, stderr: stderr.split('\n').sort() }).toEqual({
    status: 0,
    stderr: [
      '',
      'warning: --symbol says ZC, the name of ZC-USD.csv says ZC-USD: its rows name none, and are taken as ZC',
      'warning: rules.csv: price_magnifier 100 of ZC: not used; prices are taken as the data have them',
    ],
  })
})
