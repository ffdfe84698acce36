/** Backtests of futures, of shares and of inverse contracts, with figures worked by hand. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { folder, strategy, trades } from '../backtest/backtests'
import { meltica } from './meltica'

/** One trade a second, of so much each. */
const ticks = (...rows: readonly (readonly [price: string, quantity: string])[]) =>
  ['timestamp,price,quantity,side', ...rows.map(([p, q], i) => `${1704067200000 + 1000 * i},${p},${q},buy`), ''].join(
    '\n',
  )

async function ran(source: string, csv: string, ...flags: string[]) {
  await using home = await folder()
  await Bun.write(join(home.path, 'tester.js'), source)
  await Bun.write(join(home.path, 'data.csv'), csv)
  const args = ['backtest', 'tester.js', '--data', 'data.csv', '--logs', '--json', 'r.json', ...flags]
  const { status, stderr, stdout } = await meltica(home.path, ...args)
  const file = Bun.file(join(home.path, 'r.json'))
  const logged = stderr.split('\n').flatMap((line) => /^\S+Z (.*)$/.exec(line)?.[1] ?? [])
  return { status, stderr, stdout, logged, result: (await file.exists()) ? await file.json() : undefined }
}

test('a future of an index: 10 a point, 2.00 a contract and fill, a margin of 1,000 a contract', async () => {
  const source = strategy(
    `onTrade(ctx, evt, payload, price) {
      if (price === 5000) {
        try { runtime.submitMarketOrder('', 'buy', '11') } catch (error) { log(error.message) }
        runtime.submitMarketOrder('', 'buy', '3')
      }
      if (price === 5005) {
        log(runtime.equity(), runtime.balance('USD').available, runtime.position().unrealizedPnl)
        log(runtime.instrument().multiplier)
        runtime.submitMarketOrder('', 'sell', '4')
      }
    },`,
  )
  const flags = '--symbol IDX-USD --multiplier 10 --margin-per-contract 1000 --fee-per-contract 2.00'.split(' ')
  const { status, logged, result } = await ran(source, trades(5000, 5000.25, 5005, 5010.25, 5008), ...flags)
  expect(status).toBe(0)
  expect(logged).toEqual([
    "insufficient margin: 11000 USD would be needed, 10000 are available (the account's cash is set by --cash)",
    // 10000 - 6 + 3 × 10 × 4.75, less 3000
    '10136.5 7136.5 142.5',
    '10',
  ])
  expect(result.settings).toMatchObject({
    account: 'linear',
    feeBps: 0,
    makerBps: 0,
    multiplier: '10',
    marginPerContract: '1000',
    feePerContract: '2.00',
  })
  expect(result.settings).not.toHaveProperty('feeMinimum')
  const { trades: made, stats } = result
  expect(made).toMatchObject([
    // 3 × 10 × 10 points, less 6 on the way in and 3/4 of 8 on the way out
    { side: 'long', quantity: '3', entryPrice: '5000.25', exitPrice: '5010.25', pnl: '288', fees: '12' },
    { side: 'short', quantity: '1', entryPrice: '5010.25', exitPrice: '5008', pnl: '20.5', fees: '2', open: true },
  ])
  // 3 × 50002.50 bought and 4 × 50102.50 sold
  expect(stats).toMatchObject({ finalEquity: 10_308.5, fees: 14, turnover: 350_417.5 })
  expect(made[0].pnlPct).toBeCloseTo((100 * 288) / 150_007.5, 12)
})

test('shares at 0.005 each, at least 1.00 an order, however many fills it takes', async () => {
  const source = strategy(
    `onTrade(ctx, evt, payload, price) {
      if (price === 26) runtime.submitOrder('', 'buy', '300', '25')
      if (price === 30) runtime.submitMarketOrder('', 'sell', '300')
    },
    onOrderPartialFill(ctx, evt, payload) { log('partial', payload.filledQuantity, payload.commissionAmount) },
    onOrderFilled(ctx, evt, payload) { log('filled', payload.filledQuantity, payload.commissionAmount) },`,
  )
  const csv = ticks(['26', '1'], ['24.9', '100'], ['24.9', '100'], ['24.9', '150'], ['30', '1'], ['31', '1'])
  const flags = '--symbol XYZ-USD --account spot --fee-per-contract 0.005 --fee-minimum 1.00'.split(' ')
  const { status, logged, result } = await ran(source, csv, ...flags)
  expect(status).toBe(0)
  expect(result.settings).toMatchObject({ account: 'spot', feePerContract: '0.005', feeMinimum: '1.00' })
  expect(logged).toEqual(['partial 100 1', 'partial 200 0', 'filled 300 0.5', 'filled 300 1.5'])
  expect(result.trades).toMatchObject([{ quantity: '300', entryPrice: '25', exitPrice: '31', fees: '3', pnl: '1797' }])
  expect(result.stats).toMatchObject({ finalEquity: 11_797, fees: 3, turnover: 16_800 })
})

test('inverse contracts of 100 settle in the base currency', async () => {
  const source = strategy(
    `onTrade(ctx, evt, payload, price) {
      if (price === 49000) runtime.submitMarketOrder('', 'buy', '300')
      if (price === 50100) log(runtime.balance('BTC').available)
      if (price === 59000) runtime.submitMarketOrder('', 'sell', '300')
    },
    onBalanceUpdate(ctx, evt, payload) { log(payload.currency, payload.total) },`,
  )
  const flags = '--symbol BTC-USD --account inverse --multiplier 100 --cash 1 --fee-bps 5 --leverage 2'.split(' ')
  const { status, stdout, logged, result } = await ran(source, trades(49000, 50000, 50100, 59000, 60000), ...flags)
  expect(status).toBe(0)
  // 0.6 BTC were bought: 0.0003 of fees; sold at 60000 they are 0.5, and 0.00025
  expect(logged[0]).toBe('BTC 0.9997')
  expect(logged.at(-1)).toBe('BTC 1.09945')
  expect(result.trades).toMatchObject([
    { entryPrice: '50000', exitPrice: '60000', quantity: '300', fees: '0.00055', pnl: '0.09945' },
  ])
  expect(result.stats).toMatchObject({ startEquity: 1, finalEquity: 1.09945, fees: 0.00055, turnover: 1.1 })
  expect(stdout).toContain('BTC')
})

test.each([
  ['--multiplier -10', 'it must be a decimal number above zero.'],
  ['--margin-per-contract 0', 'it must be a decimal number above zero.'],
  ['--fee-per-contract -2', 'it must be a decimal number that is not negative.'],
  ['--fee-minimum free', 'it must be a decimal number that is not negative.'],
  ['--account inverted', 'Allowed choices are linear, inverse, spot.'],
  [
    '--fee-per-contract 2 --fee-bps 5',
    '--fee-per-contract: fees are either an amount for each contract or in basis points',
  ],
  ['--fee-per-contract 2 --maker-bps -1', 'leave out one of it and --maker-bps'],
  ['--fee-minimum 1', '--fee-minimum: it is the least that an order pays by --fee-per-contract, which is missing'],
  ['--margin-per-contract 5 --leverage 2', '--margin-per-contract: the margin is either a fixed amount or notional'],
  ['--margin-per-contract 5 --no-margin', '--margin-per-contract: it would bind nothing beside --no-margin'],
  ['--account spot --multiplier 10', '--multiplier: a spot account trades units, not contracts'],
])('%s is refused, and nothing is written', async (flags, message) => {
  const { status, stderr, result } = await ran(strategy(''), trades(1), ...flags.split(' '))
  expect(status).toBe(2)
  expect(stderr).toContain(message)
  expect(result).toBeUndefined()
})
