/** What is odd about real files, and read right all the same. */
import { expect, test } from 'bun:test'
import { folder, isoTimes, only, readData } from '../folder'

const TRADES = 'timestamp,price,quantity,side\n'
const CANDLES = 'timestamp,open,high,low,close,volume\n'
/** A minute candle of a minute in 2024. */
const minute = (n: number) => `${Date.UTC(2024, 0, 1) + n * 60_000},1,2,1,2,5\n`
const trade = (ms: number, price = '1') => `${1_704_067_200_000 + ms},${price},2,buy\n`

test('the unit of time may change between two files', async () => {
  await using at = await folder()
  const december = await at.write('BTCUSDT-12.csv', '1735686000000,1,1,1,1,1,1735689599999,1,1,1,1,0\n')
  const january = await at.write('BTCUSDT-01.csv', '1735689600000000,1,1,1,1,1,1735693199999999,1,1,1,1,0\n')
  const { events, sources } = await readData([january, december])
  expect(isoTimes(events)).toEqual(['2024-12-31T23:59:59.999Z', '2025-01-01T00:59:59.999Z'])
  expect(sources.map(({ file, gaps }) => [file, gaps])).toEqual([
    ['BTCUSDT-01.csv', 0],
    ['BTCUSDT-12.csv', 0],
  ])
})

test('seconds with decimals, ms, µs and ns are told apart by their digits', async () => {
  await using at = await folder()
  const times = ['1704067200.25', '1704067200250', '1704067200250999', '1704067200250999999']
  const path = await at.write('a.csv', TRADES + times.map((time) => `${time},1,2,buy\n`).join(''))
  const { events } = await readData([path])
  expect(new Set(isoTimes(events))).toEqual(new Set(['2024-01-01T00:00:00.250Z']))
  expect(events).toHaveLength(4)
})

test('exact repeats of trades are real trades', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', TRADES + trade(0) + trade(0) + trade(0))
  expect((await readData([path])).events).toHaveLength(3)
})

test('rows a little out of order are put in order, equal times stay as they stand', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', TRADES + [5, 9, 5, 12, 2].map((ms, i) => trade(ms, `${i + 1}`)).join(''))
  const { events } = await readData([path])
  expect(only(events, 'Trade').map(({ payload }) => payload.price)).toEqual(['5', '1', '3', '2', '4'])
})

test('a file that begins with its newest row is turned round', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', TRADES + trade(9, '4') + trade(5, '3') + trade(5, '2') + trade(1, '1'))
  const { events } = await readData([path])
  expect(only(events, 'Trade').map(({ payload }) => payload.price)).toEqual(['1', '2', '3', '4'])
})

test('a missing last newline, blank lines and CRLF lose nothing', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', `${TRADES}${trade(1)}\n\r\n${trade(2).replace('\n', '\r\n')}${trade(3).trim()}`)
  expect((await readData([path])).events).toHaveLength(3)
})

test('the sides of trades without any are told by the price', async () => {
  await using at = await folder()
  const prices = ['10', '11', '11.0', '10.5', '10.5', '12']
  const path = await at.write('BCHEUR.csv', prices.map((price, i) => `${1_672_531_436 + i},${price},1\n`).join(''))
  const { events } = await readData([path])
  expect(only(events, 'Trade').map(({ payload }) => payload.side)).toEqual(['Buy', 'Buy', 'Buy', 'Sell', 'Sell', 'Buy'])
})

test('gaps count the candles that are missing, also between two files', async () => {
  await using at = await folder()
  const first = await at.write('BTC-USDT-a.csv', CANDLES + [0, 1, 2, 5].map(minute).join(''))
  const second = await at.write('BTC-USDT-b.csv', CANDLES + [9, 10, 11].map(minute).join(''))
  const { sources } = await readData([first, second])
  expect(sources.map(({ gaps }) => gaps)).toEqual([2, 3])
})

test('a market of New York is an hour earlier in UTC in summer', async () => {
  await using at = await folder()
  const rows = '34200000,1674100,1674100,1672500,1672700,3197\n'
  const winter = await at.zip('winter.zip', { '20131104_spy_minute_trade.csv': rows })
  const summer = await at.zip('summer.zip', { '20131101_spy_minute_trade.csv': rows })
  const { sources } = await readData([winter, summer])
  expect(sources.map(({ from }) => from)).toEqual(['2013-11-04T14:30:00.000Z', '2013-11-01T13:30:00.000Z'])
})

test('times without a zone are UTC, or of the zone that is named', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', `${TRADES}2024-07-01 09:30:00,1,2,buy\n2024-07-01 09:30:07,1,2,buy\n`)
  expect(isoTimes((await readData([path])).events)).toEqual(['2024-07-01T09:30:00.000Z', '2024-07-01T09:30:07.000Z'])
  const { events } = await readData([path], { timezone: 'America/New_York' })
  expect(isoTimes(events)).toEqual(['2024-07-01T13:30:00.000Z', '2024-07-01T13:30:07.000Z'])
})

test('a zip of many contracts is one feed, each with its own symbol', async () => {
  await using at = await folder()
  const path = await at.zip('goog.zip', {
    'goog_trade_american_call_4000000_20170120.csv': '20151223 00:00,6000,6000,6000,6000,2',
    'goog_trade_american_put_7100000_20151231.csv':
      '20151222 00:00,3600,3600,2000,2000,3\n20151224 00:00,3600,3600,2000,2000,3',
  })
  const { events, symbols } = await readData([path])
  expect(symbols).toEqual(['GOOG-20170120-400-C', 'GOOG-20151231-710-P'])
  expect(events.map(({ symbol }) => symbol.at(-1))).toEqual(['P', 'C', 'P'])
})

test('a recording begins its book with the snapshot and the changes that came before it did', async () => {
  await using at = await folder()
  const change = (id: number, bids: string, asks: string) =>
    `17040672000${id}0000000 {"stream":"x@depth","data":{"e":"depthUpdate","E":17040672010${id}0,"s":"BTCUSDT","U":${id},"u":${id},"b":${bids},"a":${asks}}}\n`
  const path = await at.write(
    'capture.txt',
    change(1, '[["90","9"]]', '[]') +
      change(3, '[["100","5"]]', '[]') +
      '1704067200040000000 {"lastUpdateId":2,"bids":[["99","1"]],"asks":[["101","1"]]}\n' +
      change(5, '[]', '[["101","0"],["102","7"]]') +
      '1704067200060000000 {"stream":"x@trade","data":{"e":"trade","E":1704067201060,"s":"BTCUSDT","t":7,"p":"101.0","q":"2","T":1704067201059,"m":false}}\n' +
      '1704067200070000000 {"stream":"x@bookTicker","data":{"u":9,"s":"BTCUSDT","b":"100","B":"1","a":"102","A":"2"}}\n',
  )
  const { events, kind } = await readData([path])
  expect(kind).toBe('books')
  const prices = only(events, 'BookSnapshot').map(({ payload }) => [
    payload.bids.map(({ price }) => price).join(' '),
    payload.asks.map(({ price }) => price).join(' '),
  ])
  expect(prices.at(-1)).toEqual(['100 99', '102'])
  expect(prices.flat().join(' ')).not.toContain('90')
  const [ticker] = only(events, 'Ticker')
  expect(ticker).toMatchObject({ timeMs: 1_704_067_201_070, payload: { lastPrice: '101.0', bidPrice: '100' } })
})

test('a level that the other side crosses is gone from a book without snapshot', async () => {
  await using at = await folder()
  const head = 'symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n'
  const row = (id: number, side: string, price: string) =>
    `BTCUSDT,17040672000${id}0,${id},${id},${side},set,${price},1,0\n`
  const path = await at.write('d.csv', head + row(1, 'b', '100') + row(1, 'a', '101') + row(2, 'b', '101'))
  const { events } = await readData([path])
  expect(only(events, 'BookSnapshot').at(-1)?.payload).toMatchObject({
    bids: [{ price: '101' }, { price: '100' }],
    asks: [],
  })
})

test('rows are read whole wherever the reading of a large file is cut', async () => {
  await using at = await folder()
  const rows = 120_000
  const text = TRADES + Array.from({ length: rows }, (_, i) => trade(i, `${i + 1}.5`)).join('')
  for (const path of [
    await at.write('big.csv', text),
    await at.gzip('big.csv.gz', text),
    await at.zip('big.zip', { 'big.csv': text }),
  ]) {
    const { events, sources, progress } = await readData([path])
    expect(only(events, 'Trade').every(({ payload }, i) => payload.price === `${i + 1}.5`)).toBe(true)
    expect(sources).toMatchObject([
      { rows, sha256: new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex') },
    ])
    expect(progress.bytesRead).toBe(progress.bytesTotal)
  }
})

test('a column of symbols that is empty names none, and one that is empty here and there is broken', async () => {
  await using at = await folder()
  const head = 'timestamp_ns,price,quantity,symbol\n'
  const row = (ns: number, symbol = '') => `170406720000000000${ns},1,2,${symbol}\n`
  const none = await at.write('ETH-USDT.csv', head + row(1) + row(2))
  expect((await readData([none])).events.map(({ symbol }) => symbol)).toEqual(['ETH-USDT', 'ETH-USDT'])
  const some = await at.write('some.csv', head + row(1, 'BTC-USDT') + row(2))
  expect(readData([some])).rejects.toThrow('some.csv, line 3: it names no symbol')
  const later = await at.write('later.csv', head + row(1) + row(2, 'BTC-USDT'))
  expect(readData([later])).rejects.toThrow('later.csv, line 3: it names the symbol BTC-USDT, rows before it none')
})

test('semicolons alone do not make a file of HistData', async () => {
  await using at = await folder()
  for (const time of ['2024-01-01 09:30', '202401010930']) {
    const path = await at.write('a.csv', [0, 1].map((n) => `${time.slice(0, -1)}${n};1;2;1;2;5\n`).join(''))
    const { sources } = await readData([path])
    expect(sources).toMatchObject([{ format: 'ohlcv', from: '2024-01-01T09:30:00.000Z' }])
  }
})
