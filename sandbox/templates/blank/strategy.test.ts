import { backtest, check, expect, test } from 'meltica'

test('an upload would take it, without a warning', async () => {
  const { ok, name, diagnostics, warnings } = await check('./strategy.ts')
  expect({ ok, name, diagnostics, warnings }).toEqual({ ok: true, name: 'my-strategy', diagnostics: [], warnings: [] })
})

test('it logs one of so many candles, and orders nothing', async () => {
  const result = await backtest({
    strategy: './strategy.ts',
    data: 'data/sample.csv.gz',
    to: '2024-01-02',
    config: { every: 240 },
  })
  expect(result.errors).toBe(0)
  expect(result.orders).toBe(0)
  expect(result.logs).toHaveLength(6)
})
