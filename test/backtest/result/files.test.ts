/** The files of a run beside its table: what is in them, and that they come whole or not at all. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meltica } from '../../cli/meltica'
import { strategy, trades } from '../backtests'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Buys, rests an order that never fills, and one that the venue refuses to keep; sells at the end. */
const MIXED = strategy(
  `onTrade() {
    n++
    if (n === 1) runtime.submit({ side: 'buy', type: 'market', quantity: 2, clientTag: 'a "first", of many' })
    if (n === 2) runtime.submit({ side: 'buy', type: 'limit', quantity: 1, price: 50 })
    if (n === 3) runtime.submit({ side: 'sell', type: 'limit', quantity: 1, price: 200, timeInForce: 'IOC' })
    if (n === 5) runtime.submit({ side: 'sell', type: 'market', quantity: 2 })
  }`,
  'let n = 0',
)

async function backtested(...args: string[]) {
  writeFileSync(join(folder, 'mixed.js'), MIXED)
  writeFileSync(join(folder, 'data.csv'), trades(100, 101, 99, 103, 104, 102, 105))
  return meltica(folder, 'backtest', './mixed.js', '--data', 'data.csv', '--symbol', 'BTC-USDT', ...args)
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test('equity, trades and orders are written as CSV beside the JSON, each with a row of names', async () => {
  const files = ['--equity', 'e.csv', '--trades', 't.csv', '--orders', 'o.csv', '--json', 'r.json']
  expect((await backtested(...files)).status).toBe(0)
  expect(readdirSync(folder).sort()).toEqual(['data.csv', 'e.csv', 'mixed.js', 'o.csv', 'r.json', 't.csv'])
  const result = JSON.parse(read('r.json'))
  const equity = [
    ['00:00:00.000', '10000'],
    ['00:00:01.000', '9999.798'],
    ['00:00:02.000', '9995.798'],
    ['00:00:03.000', '10003.798'],
    ['00:00:04.000', '10005.798'],
    ['00:00:05.000', '10001.594'],
    ['00:00:06.000', '10001.594'],
  ]
  expect(read('e.csv')).toBe(`time,equity\n${equity.map(([time, money]) => `2024-01-01T${time}Z,${money}\n`).join('')}`)
  expect(result.equity).toEqual(equity.map(([time, money]) => [Date.parse(`2024-01-01T${time}Z`), money]))
  const [trade] = result.trades
  expect(read('t.csv')).toBe(
    [
      'symbol,side,quantity,entryTime,exitTime,entryPrice,exitPrice,pnl,pnlPct,fees,durationMs,mae,mfe,open',
      `BTC-USDT,long,2,2024-01-01T00:00:01.000Z,2024-01-01T00:00:05.000Z,101,102,1.594,${trade.pnlPct},0.406,4000,${(100 * -4) / 202},${(100 * 6) / 202},false`,
      '',
    ].join('\n'),
  )
  const id = (n: number) => `tester-0-${n}`
  const day = (second: number) => `2024-01-01T00:00:0${second}.000Z`
  expect(read('o.csv').trimEnd().split('\n')).toEqual([
    'clientOrderId,symbol,side,type,timeInForce,quantity,price,stopPrice,postOnly,reduceOnly,time,endTime,state,filledQuantity,averagePrice,fees,reason,clientTag',
    `${id(1)},BTC-USDT,buy,market,GTC,2,,,false,false,${day(0)},${day(1)},FILLED,2,101,0.202,,"a ""first"", of many"`,
    `${id(3)},BTC-USDT,sell,limit,IOC,1,200,,false,false,${day(2)},${day(3)},EXPIRED,0,,0,IOC: it could not be filled at once,`,
    `${id(4)},BTC-USDT,sell,market,GTC,2,,,false,false,${day(4)},${day(5)},FILLED,2,102,0.204,,`,
    `${id(2)},BTC-USDT,buy,limit,GTC,1,50,,false,false,${day(1)},${day(6)},CANCELLED,0,,0,,`,
  ])
  expect(result.bySymbol).toEqual([
    {
      symbol: 'BTC-USDT',
      trades: 1,
      longTrades: 1,
      shortTrades: 0,
      winRatePct: 100,
      profitFactor: null,
      expectancyPct: trade.pnlPct,
      bestTradePct: trade.pnlPct,
      worstTradePct: trade.pnlPct,
      pnl: '1.594',
      fees: '0.406',
      turnover: '406',
    },
  ])
})

test('one of them may go to standard output, the table then goes to standard error', async () => {
  const { stdout, stderr } = await backtested('--trades', '-')
  expect(stdout).toStartWith('symbol,side,quantity,')
  expect(stdout.split('\n')).toHaveLength(3)
  expect(stderr).toContain('Buy & hold return')
})

test.each([
  [['--equity', '-', '--json', '-'], 2, '--json and --equity both name -: write them to two files'],
  [['--trades', 'out.csv', '--orders', './out.csv'], 2, '--trades and --orders both name ./out.csv'],
  [['--orders', 'none/o.csv', '--json', 'r.json'], 1, 'none/o.csv cannot be written: there is no such file or folder'],
  [['--report', 'data.csv'], 2, '--report would write over data.csv, which is the data'],
  [['--json', './mixed.js'], 2, '--json would write over ./mixed.js, which is the strategy'],
  [['--equity', '/'], 1, '/ cannot be written: it is a folder'],
])('%p is refused before anything is run', async (args, status, message) => {
  const run = await backtested(...args)
  expect(run).toMatchObject({ status, stdout: '' })
  expect(run.stderr).toContain(message)
  expect(readdirSync(folder).sort()).toEqual(['data.csv', 'mixed.js'])
})
