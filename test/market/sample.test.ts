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
  ['candles', {}, 'sha256:6a2bf010b64a3f50ed0e6dc62fc31d1e91e364aee4a09fcefc591c1c7252a249'],
  [
    'candles of another seed',
    { seed: 8, rows: 100 },
    'sha256:bf1cb0562f2e0204aa40b321f54a2adfb6bd1fc391ae7d71561ded76a59779d4',
  ],
  ['trades', { kind: 'trades', rows: 500 }, 'sha256:fbc78013313cc7a34f3fb59a3b218a910f15a52c8244c0a2707912c34164c022'],
] as const)('the bytes of a sample of %s are these', async (_, settings, digest) => {
  await using at = await folder()
  const path = `${at.path}/BTC-USDT.csv`
  writeSample(path, settings)
  expect<string>(digestOf(await Bun.file(path).bytes())).toBe(digest)
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
