/** Several files, a symbol, a span of time. */
import { expect, test } from 'bun:test'
import { openData } from '../../../src/market/files/open'
import { folder, only, readData } from '../folder'

const HEAD = 'timestamp,symbol,price,quantity,side\n'
const trade = (ms: number, symbol: string, price: string) => `${1_704_067_200_000 + ms},${symbol},${price},1,buy\n`
const pricesOf = (events: Parameters<typeof only>[0]) => only(events, 'Trade').map(({ payload }) => payload.price)

test('files are merged by time, and equal times come in the order of the files', async () => {
  await using at = await folder()
  const a = await at.write(
    'a.csv',
    HEAD + trade(1, 'BTCUSDT', '1') + trade(5, 'BTCUSDT', '2') + trade(9, 'BTCUSDT', '3'),
  )
  const b = await at.write('b.csv', HEAD + trade(5, 'ETHUSDT', '4') + trade(6, 'ETHUSDT', '5'))
  expect(pricesOf((await readData([a, b])).events)).toEqual(['1', '2', '4', '5', '3'])
  expect(pricesOf((await readData([b, a])).events)).toEqual(['1', '4', '2', '5', '3'])
})

test('one symbol is read out of many, under the name it was asked by', async () => {
  await using at = await folder()
  const path = await at.write(
    'a.csv',
    HEAD + trade(1, 'BTCUSDT', '1') + trade(2, 'ETHUSDT', '2') + trade(3, 'BTCUSDT', '3'),
  )
  const all = await readData([path])
  expect(all.symbols).toEqual(['BTC-USDT', 'ETH-USDT'])
  const { symbols, events } = await readData([path], { symbol: 'ETHUSDT' })
  expect(symbols).toEqual(['ETHUSDT'])
  expect(events.map(({ symbol }) => symbol)).toEqual(['ETHUSDT'])
})

test('of files that name their symbols, those of the one asked for are read', async () => {
  await using at = await folder()
  const candle = (price: string) => `1733011200000,${price},${price},${price},${price},1,1733014799999,1,1,1,1,0\n`
  const files = [await at.write('BTCUSDT-1h.csv', candle('7')), await at.write('ETHUSDT-1h.csv', candle('8'))]
  const { events } = await readData(files, { symbol: 'ETH-USDT' })
  expect(only(events, 'KlineSummary').map(({ symbol, payload }) => [symbol, payload.closePrice])).toEqual([
    ['ETH-USDT', '8'],
  ])
})

test('a file that names no symbol takes the name it is given', async () => {
  await using at = await folder()
  const path = await at.write('prices.csv', `timestamp,price,quantity,side\n1704067200000,1,1,buy\n`)
  expect((await readData([path], { symbol: 'SOL-USDT' })).symbols).toEqual(['SOL-USDT'])
  await using feed = await openData([path], { provider: 'data', symbol: 'SOL-USDT' })
  expect(feed.instrument('SOL-USDT')).toEqual({
    symbol: 'SOL-USDT',
    type: 'spot',
    baseCurrency: 'SOL',
    quoteCurrency: 'USDT',
    venue: 'data',
  })
})

test('a span of time begins with its first moment and ends before its last', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', HEAD + [1, 2, 3, 4].map((ms) => trade(ms, 'BTCUSDT', String(ms))).join(''))
  const start = 1_704_067_200_000
  const { events, sources } = await readData([path], { from: start + 2, to: start + 4 })
  expect(pricesOf(events)).toEqual(['2', '3'])
  expect(sources).toMatchObject([{ rows: 4, from: '2024-01-01T00:00:00.002Z', to: '2024-01-01T00:00:00.003Z' }])
})

test('a time in which nothing happened is refused with what the files cover', async () => {
  await using at = await folder()
  const a = await at.write('a.csv', HEAD + trade(1, 'BTCUSDT', '1') + trade(5, 'BTCUSDT', '2'))
  const b = await at.write('BTC-USDT-1h.csv', 'time,open,high,low,close\n2024-01-01 05:00,1,1,1,1\n')
  const later = { from: Date.UTC(2030, 0, 1) }
  expect(readData([a], later)).rejects.toThrow(
    'the data have no row in the time asked for: a.csv has 2024-01-01T00:00:00.001Z to 2024-01-01T00:00:00.005Z',
  )
  expect(readData([b], { to: Date.UTC(2020, 0, 1) })).rejects.toThrow(
    'the data have no row in the time asked for: BTC-USDT-1h.csv has 2024-01-01T05:00:00.000Z to 2024-01-01T05:59:59.999Z',
  )
  expect(readData([a], { symbol: 'ETH-USDT' })).rejects.toThrow(
    'the data name no symbol that was asked for: they have BTC-USDT',
  )
})

test('the earliest of all symbols decides when a file is merged', async () => {
  await using at = await folder()
  const a = await at.write('a.csv', HEAD + trade(1, 'BTCUSDT', '1') + trade(3, 'BTCUSDT', '3'))
  const b = await at.write('b.csv', HEAD + trade(5, 'BTCUSDT', '5') + trade(2, 'ETHUSDT', '2'))
  expect(pricesOf((await readData([a, b])).events)).toEqual(['1', '2', '3', '5'])
})

test('a file whose earliest row is far behind its head is not merged too late', async () => {
  await using at = await folder()
  const times = Array.from({ length: 2500 }, (_, n) => n + 500_000)
  const rows = (list: readonly number[], symbol = 'BTCUSDT') => list.map((ms) => trade(ms, symbol, '1')).join('')
  const a = await at.write('a.csv', HEAD + rows([1, 400_000, 600_000], 'ETHUSDT'))
  const b = await at.write('b.csv', HEAD + rows([...times.slice(0, 900), 5, ...times.slice(900)]))
  const { events } = await readData([b])
  expect(events[0]!.timeMs).toBe(1_704_067_200_005)
  const merged = await readData([a, b])
  expect(merged.events.map(({ timeMs }) => timeMs)).toEqual(
    merged.events.map(({ timeMs }) => timeMs).toSorted((x, y) => x - y),
  )
  // Rows so long that the head of the file has fewer than may be out of order.
  const long = (ms: number) => trade(ms, 'BTCUSDT', '1').replace('\n', `,${'x'.repeat(200)}\n`)
  const rest = [...times.slice(0, 900), 5, ...times.slice(900)].map(long).join('')
  const late = await at.write('c.csv', HEAD.replace('\n', ',note\n') + rest)
  expect((await readData([late])).events[0]!.timeMs).toBe(1_704_067_200_005)
  expect(readData([a, late])).rejects.toThrow('c.csv: 2024-01-01T00:00:00.005Z is earlier than all of its first rows')
})

test('trades and quotes of one day make one feed, candles and trades do not', async () => {
  await using at = await folder()
  const trades = await at.write('BTC-USDT-t.csv', 'timestamp,price,quantity,side\n1704067200001,1,1,buy\n')
  const quotes = await at.write('BTC-USDT-q.csv', 'timestamp,bid,ask\n1704067200000,1,2\n')
  const candles = await at.write('BTC-USDT-k.csv', 'timestamp,open,high,low,close\n1704067200000,1,1,1,1\n')
  const { kind, events } = await readData([trades, quotes])
  expect([kind, ...events.map(({ type }) => type)]).toEqual(['quotes', 'Ticker', 'Trade'])
  expect(openData([trades, candles], { provider: 'data' })).rejects.toThrow(
    'BTC-USDT-k.csv has candles and BTC-USDT-t.csv has trades',
  )
})

test('overlapping files of candles are refused, or read once', async () => {
  await using at = await folder()
  const candle = (n: number) => `${1_704_067_200_000 + n * 60_000},1,1,1,1\n`
  const head = 'timestamp,open,high,low,close\n'
  const a = await at.write('BTC-USDT-a.csv', head + candle(0) + candle(1) + candle(2))
  const b = await at.write('BTC-USDT-b.csv', head + candle(2) + candle(3) + candle(4))
  expect(readData([a, b])).rejects.toThrow(
    'BTC-USDT-b.csv: a second candle of BTC-USDT at 2024-01-01T00:02:00.000Z: it overlaps with BTC-USDT-a.csv',
  )
  const { events, sources } = await readData([a, b], { skipBadRows: true })
  expect(events).toHaveLength(5)
  expect(sources.map(({ rows, badRows }) => [rows, badRows])).toEqual([
    [3, 0],
    [2, 1],
  ])
})
