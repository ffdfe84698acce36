import { backtest, check, expect, test } from 'meltica'

const strategy = './strategy.ts'

test('an upload would take it, without a warning', async () => {
  const { ok, name, diagnostics, warnings } = await check(strategy)
  expect({ ok, name, diagnostics, warnings }).toEqual({ ok: true, name: 'my-strategy', diagnostics: [], warnings: [] })
})

test('it trades on both sides of the sample, and never holds more than its largest position', async () => {
  const config = { quantity: 0.01, maxInventory: 0.03 }
  const result = await backtest({ strategy, data: 'data/sample.csv.gz', cash: '10000', makerBps: 0, config })
  expect(result.errors).toBe(0)
  expect(new Set(result.fills.map(({ side }) => side))).toEqual(new Set(['buy', 'sell']))
  // in hundredths, which add up without a remainder
  let held = 0
  const largest = result.fills.map(({ side, quantity }) => {
    held += Math.round(100 * Number(quantity)) * (side === 'buy' ? 1 : -1)
    return Math.abs(held)
  })
  expect(Math.max(...largest)).toBe(3)
})
