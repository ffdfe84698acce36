/** The sample that the project makes for itself. */
import { expect, test } from 'bun:test'
import { writeSample } from '../../src/market/sample'
import { folder, only, readData } from './folder'

test('the sample is a week of sound candles, the same bytes every time', async () => {
  await using at = await folder()
  const [a, b] = [`${at.path}/BTC-USDT-1m.csv`, `${at.path}/again.csv`]
  await writeSample(a)
  await writeSample(b)
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

test('a sample of trades is made of a seed', async () => {
  await using at = await folder()
  const paths = [7, 8].map((seed) => `${at.path}/BTC-USDT-${seed}.csv`)
  await writeSample(paths[0]!, { kind: 'trades', rows: 500, seed: 7 })
  await writeSample(paths[1]!, { kind: 'trades', rows: 500, seed: 8 })
  const [seven, eight] = await Promise.all(paths.map((path) => readData([path])))
  expect(seven?.sources).toMatchObject([{ format: 'trades', rows: 500 }])
  expect(only(seven!.events, 'Trade')[400]!.payload.price).not.toBe(only(eight!.events, 'Trade')[400]!.payload.price)
})
