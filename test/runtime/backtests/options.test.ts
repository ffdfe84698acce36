/** The options of a backtest that is asked of a gateway are those of the command, and mean the same. */
import { expect, test } from 'bun:test'
import { Command } from 'commander'
import { runOptions } from '../../../src/cli/run/options'
import { optionWords } from '../../../src/runtime/backtests/options'
import { BacktestOptions } from '../../../src/schema/backtests'

/** A body has them by other names, or they are the gateway's to say. */
const APART = ['data', 'set', 'strategies']

const command = () => runOptions(new Command('backtest')).exitOverride()

test('every option of a run may be asked for', () => {
  const names = command().options.map((option) => option.attributeName())
  expect(Object.keys(BacktestOptions.properties).sort()).toEqual(names.filter((name) => !APART.includes(name)).sort())
})

test('the command reads each as it was asked for', () => {
  const options: BacktestOptions = {
    symbol: '-ODD-USD',
    timezone: 'Europe/Berlin',
    from: '2026-01-01',
    to: '2026-01-02T00:00:00Z',
    format: 'ohlcv:1m',
    timeframe: ['5m', '1h'],
    warmup: 10,
    cash: '5000',
    feeBps: '1',
    makerBps: '-2',
    takerBps: '3',
    feePerContract: '4',
    feeMinimum: '5',
    slippageBps: '6',
    latencyMs: 7,
    fill: 'same',
    limit: 'touch',
    account: 'spot',
    multiplier: '8',
    rules: 'rules.yaml#spot',
    leverage: '9',
    marginPerContract: '10',
    margin: false,
    periods: 252,
    seed: 11,
    ordersPerSecond: 12,
    logsPerSecond: 13,
    skipBadRows: true,
  }
  const read = command().parse(optionWords(options), { from: 'user' }).opts()
  expect(read).toEqual({
    ...options,
    from: Date.UTC(2026, 0, 1),
    to: Date.UTC(2026, 0, 2),
    strategies: expect.any(String),
  })
  const unset = command()
    .parse(optionWords({ margin: true, skipBadRows: false }), { from: 'user' })
    .opts()
  expect([unset.margin, unset.skipBadRows]).toEqual([true, undefined])
})
