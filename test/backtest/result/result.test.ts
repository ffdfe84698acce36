/** The file that a result is written to, byte for byte, however many trades there are. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BacktestResult, ResultFile, writtenSettings } from '../../../src/backtest/result/result'
import { DEFAULT_SETTINGS } from '../../../src/backtest/settings'
import type { EquityPoint } from '../../../src/backtest/statistics/equity-points'
import { FIGURES, type Statistics } from '../../../src/backtest/statistics/figures'
import { type ClosedTrade, TradeLedger } from '../../../src/backtest/statistics/trades'
import { compileForBacktest, findStrategy } from '../../../src/backtest/strategy'
import { loadEngine } from '../../../src/sandbox/engine'
import { digestOf } from '../../../src/schema/digest'
import { amountsOf } from '../../../src/trading/decimal'
import { contract } from '../../trading/venue'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-result-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const RESULT: BacktestResult = {
  strategy: { name: 'grid', tag: 'v1', hash: 'sha256:0' },
  engine: 'sha256:1',
  config: { levels: 3 },
  settings: writtenSettings(DEFAULT_SETTINGS, 365),
  data: [],
  stats: Object.fromEntries(Object.keys(FIGURES).map((name, index) => [name, index])) as Statistics,
  monthly: [{ month: '2024-01', returnPct: 1.5 }],
  liquidated: '2024-01-02T00:00:00.000Z',
  periods: 365,
  bySymbol: [],
  orders: 4,
  logs: 5,
  errors: 6,
  stopped: 'interrupted',
}

const EQUITY: readonly EquityPoint[] = [
  [0, '1000'],
  [1000, '1000.5'],
]

/** So many trades, each a second after the one before. */
function trades(count: number): ClosedTrade[] {
  const closed: ClosedTrade[] = []
  const ledger = new TradeLedger(
    '1000',
    (symbol) => contract(symbol),
    (trade) => closed.push(trade),
  )
  for (let n = 0; n < 2 * count; n++) {
    const fill = {
      symbol: 'BTC-USDT',
      side: n % 2 === 0 ? 'buy' : 'sell',
      price: String(100 + (n % 7)),
      quantity: '1',
      fee: '0',
      feeCurrency: 'USDT',
      liquidity: 'taker',
      timeMs: 1000 * n,
    } as const
    ledger.fill(fill, amountsOf(fill))
  }
  return closed
}

function written(closed: readonly ClosedTrade[]): string {
  const path = join(folder, 'result.json')
  {
    using file = new ResultFile(path)
    for (const trade of closed) file.traded(trade)
    file.valued(EQUITY)
    file.finish(RESULT)
  }
  expect(readdirSync(folder)).toEqual(['result.json'])
  return readFileSync(path, 'utf8')
}

const ORDER = 'strategy engine config settings data stats equity monthly liquidated periods bySymbol trades'.split(' ')

// A thousand trades are written together, and a mebibyte is copied at once.
test.each([0, 1, 2, 999, 1000, 1001, 2000, 6001])('%d trades are in it, each on a line of its own', (count) => {
  const closed = trades(count)
  const text = written(closed)
  const listed: unknown[] = JSON.parse(JSON.stringify(closed))
  expect(JSON.parse(text)).toEqual({ ...RESULT, equity: EQUITY, trades: listed } as never)
  expect(Object.keys(JSON.parse(text))).toEqual([...ORDER, 'orders', 'logs', 'errors', 'stopped'])
  expect(text.split('\n')).toHaveLength(1 + ORDER.length + (count === 0 ? 0 : count + 1) + 4 + 2)
  if (count === 0) expect(text).toContain('  "trades": [],\n')
  else expect(text).toContain(`  "trades": [\n    ${JSON.stringify(listed[0])}`)
  if (count === 6001) expect(text.length).toBeGreaterThan(1 << 20)
})

test('what is not finished leaves nothing, and what was there before stays', () => {
  writeFileSync(join(folder, 'result.json'), 'of before')
  {
    using file = new ResultFile(join(folder, 'result.json'))
    for (const trade of trades(1001)) file.traded(trade)
  }
  expect(readdirSync(folder)).toEqual(['result.json'])
  expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe('of before')
})

test('a place that cannot be written to is refused before anything is run', () => {
  mkdirSync(join(folder, 'taken'))
  expect(() => new ResultFile(join(folder, 'taken'))).toThrow(expect.objectContaining({ code: 'file_unwritable' }))
  expect(() => new ResultFile(join(folder, 'none/result.json'))).toThrow(
    expect.objectContaining({ code: 'file_unwritable' }),
  )
})

const FULL = `
  import { ResultFile } from ${JSON.stringify(join(import.meta.dir, '../../../src/backtest/result/result'))}
  using file = new ResultFile(process.argv[1])
  for (let n = 0; n < 3000; n++) file.traded({ note: 'x'.repeat(100), n })
  console.log('added')
  try { file.finish({}) } catch (error) { console.log(error.code + ': ' + error.message) }`

test('what the disk refuses while trades come is told at the end, and leaves nothing', () => {
  const path = join(folder, 'result.json')
  const limited = ['sh', '-c', 'trap "" XFSZ; ulimit -S -f 100; exec "$@"', 'sh', process.execPath, '-e', FULL, path]
  expect(Bun.spawnSync(limited).stdout.toString()).toBe(
    `added\nfile_unwritable: ${path} cannot be written: the file would grow too large\n`,
  )
  expect(readdirSync(folder)).toEqual([])
})

test('settings are written as the run had them, untold ones too', () => {
  expect(writtenSettings(DEFAULT_SETTINGS, 52)).toEqual({
    cash: '10000',
    feeBps: 10,
    makerBps: 10,
    slippageBps: 0,
    account: 'linear',
    fill: 'next',
    limit: 'through',
    latencyMs: 0,
    leverage: 1,
    margin: true,
    periods: 52,
    seed: 1,
    ordersPerSecond: 100,
    logsPerSecond: 200,
  })
  const rules = {
    fill: 'same',
    limit: 'touch',
    slippageBps: '1.5',
    makerBps: '-2',
    takerBps: '7',
    latencyMs: 30,
  } as const
  const rates = { ordersPerSecond: 5, logsPerSecond: 6, logBytesPerSecond: 7 }
  const told = { cash: '5', account: 'spot', leverage: '3', margin: false, rules, seed: 9n, rates } as const
  expect(writtenSettings(told, 1)).toEqual({
    cash: '5',
    feeBps: 7,
    makerBps: -2,
    slippageBps: 1.5,
    account: 'spot',
    fill: 'same',
    limit: 'touch',
    latencyMs: 30,
    leverage: 3,
    margin: false,
    periods: 1,
    seed: 9,
    ordersPerSecond: 5,
    logsPerSecond: 6,
  })
})

describe('a strategy is', () => {
  test.each(['a/b', 'a\\b', 'grid.js', 'grid.mjs', 'grid.cjs', './grid'])('the file %s', (text) => {
    expect(findStrategy(text, folder)).rejects.toMatchObject({ code: 'file_unreadable' })
  })

  test.each(['grid', 'grid:v1.js2', 'gridjs', 'gridjsx'])('the selector %s', (text) => {
    expect(findStrategy(text, folder)).rejects.not.toMatchObject({ code: 'file_unreadable' })
  })
})

test('a strategy goes by the tag that it was called by, a file by its own', async () => {
  const engine = await loadEngine()
  const text =
    "module.exports = { metadata: { name: 'grid', tag: 'v1', displayName: 'G', events: ['Trade'] }, create() { return {} } }"
  const bytes = new TextEncoder().encode(text)
  const tagOf = async (tag: string | undefined) => {
    const compiled = await compileForBacktest(engine, { bytes, hash: digestOf(bytes), tag })
    return 'tag' in compiled && [compiled.name, compiled.tag, compiled.hash]
  }
  expect(await tagOf('prod')).toEqual(['grid', 'prod', digestOf(bytes)])
  expect(await tagOf(undefined)).toEqual(['grid', 'v1', digestOf(bytes)])
})
