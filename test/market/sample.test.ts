/** The sample that the project makes for itself. */
import { expect, test } from 'bun:test'
import { writeSample } from '../../src/market/sample'
import { digestOf } from '../../src/schema/digest'
import { folder, only, readData } from './folder'

test('the sample is a week of sound candles, the same bytes every time', async () => {
  await using at = await folder()
  const [a, b] = [`${at.path}/BTC-USDT-1m.csv`, `${at.path}/again.csv`]
  writeSample(a)
  writeSample(b)
  expect(await Bun.file(a).text()).toBe(await Bun.file(b).text())
  const { sources, symbols, events } = await readData([a])
  expect(symbols).toEqual(['BTC-USDT'])
  expect(sources).toMatchObject([
    { format: 'ohlcv', rows: 10_080, gaps: 0, badRows: 0, from: '2024-01-01T00:00:00.000Z' },
  ])
  for (const { payload } of only(events, 'KlineSummary')) {
    const [low, high] = [Number(payload.lowPrice), Number(payload.highPrice)]
    for (const price of [payload.openPrice, payload.closePrice].map(Number)) {
      expect(price >= low && price <= high).toBe(true)
    }
  }
})

test.each([
  ['candles', {}, 'sha256:25449b61d6f6a5ec07c0c7587508e8b2fc1a71641883f026ea059f2a3ea20ceb'],
  [
    'candles of another seed',
    { seed: 8, rows: 100 },
    'sha256:4e18999e68c629a4de93c9a7936333e88eba8b1e7ee05ed754da7ccbe5530bd6',
  ],
  ['trades', { kind: 'trades', rows: 500 }, 'sha256:22e8622ff353ea476860336363ea62c320c295b24d43435c5c1f95e7455b3e8b'],
] as const)('the bytes of a sample of %s are these', async (_, settings, digest) => {
  await using at = await folder()
  const path = `${at.path}/BTC-USDT.csv`
  writeSample(path, settings)
  expect<string>(digestOf(await Bun.file(path).bytes())).toBe(digest)
})

test('the candles of a sample are those of its trades', async () => {
  await using at = await folder()
  const [klines, trades] = [`${at.path}/BTC-USDT-1m.csv`, `${at.path}/BTC-USDT-trades.csv`]
  writeSample(klines, { rows: 60, seed: 3 })
  writeSample(trades, { kind: 'trades', rows: 5000, seed: 3 })
  const [candles, singles] = await Promise.all([readData([klines]), readData([trades])])
  const all = only(singles!.events, 'Trade')
  for (const { payload } of only(candles!.events, 'KlineSummary')) {
    const within = all.filter(({ timeMs }) => timeMs >= payload.openTime && timeMs <= payload.closeTime)
    const prices = within.map((trade) => trade.payload.price)
    const sorted = prices.toSorted((a, b) => Number(a) - Number(b))
    const volume = within.reduce((sum, trade) => sum + Math.round(Number(trade.payload.quantity) * 1e5), 0)
    expect([payload.openPrice, payload.highPrice, payload.lowPrice, payload.closePrice]).toEqual([
      prices[0]!,
      sorted.at(-1)!,
      sorted[0]!,
      prices.at(-1)!,
    ])
    expect(Math.round(Number(payload.volume) * 1e5)).toBe(volume)
  }
})

test('a sample of trades is made of a seed', async () => {
  await using at = await folder()
  const paths = [7, 8].map((seed) => `${at.path}/BTC-USDT-${seed}.csv`)
  writeSample(paths[0]!, { kind: 'trades', rows: 500, seed: 7 })
  writeSample(paths[1]!, { kind: 'trades', rows: 500, seed: 8 })
  const [seven, eight] = await Promise.all(paths.map((path) => readData([path])))
  expect(seven?.sources).toMatchObject([{ format: 'trades', rows: 500 }])
  expect(only(seven!.events, 'Trade')[400]!.payload.price).not.toBe(only(eight!.events, 'Trade')[400]!.payload.price)
})
