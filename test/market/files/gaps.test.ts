/** Candles that are missing: how many, where first, and where most. */
import { expect, test } from 'bun:test'
import { folder, readData } from '../folder'

const CANDLES = 'timestamp,open,high,low,close,volume\n'
const iso = (minute: number) => new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString()
/** A minute candle of a minute in 2024. */
const minute = (n: number) => `${Date.parse(iso(n))},1,2,1,2,5\n`
/** From the first missing minute to the next one that is there. */
const gap = (from: number, to: number, symbol = 'BTC-USDT') => ({
  symbol,
  from: iso(from),
  to: iso(to),
  missing: to - from,
})

async function gapsOf(files: Record<string, string>) {
  await using at = await folder()
  const paths = await Promise.all(Object.entries(files).map(([name, text]) => at.write(name, text)))
  const { sources } = await readData(paths)
  return sources.map(({ gaps, firstGap, longestGap }) => ({ gaps, firstGap, longestGap }))
}

const NONE = { gaps: 0, firstGap: null, longestGap: null }

test('gaps are counted, also between two files, and the first and the longest are named', async () => {
  const files = {
    'BTC-USDT-a.csv': CANDLES + [0, 1, 2, 5, 6, 10, 11, 15].map(minute).join(''),
    'BTC-USDT-b.csv': CANDLES + [20, 21, 22].map(minute).join(''),
    'BTC-USDT-c.csv': CANDLES + [23, 24].map(minute).join(''),
  }
  expect(await gapsOf(files)).toEqual([
    // The first of two that are equally long is the longest.
    { gaps: 8, firstGap: gap(3, 5), longestGap: gap(7, 10) },
    { gaps: 4, firstGap: gap(16, 20), longestGap: gap(16, 20) },
    NONE,
  ])
})

test('each symbol has gaps of its own', async () => {
  const rows = ['0,A', '0,B', '1,A', '2,A', '2,B', '3,A', '3,B', '7,B'].map((row) => {
    const [n, symbol] = row.split(',') as [string, string]
    return `${Date.parse(iso(Number(n)))},${symbol}-USDT,1,2,1,2,5\n`
  })
  expect(await gapsOf({ 'all.csv': `timestamp,symbol,open,high,low,close,volume\n${rows.join('')}` })).toEqual([
    { gaps: 4, firstGap: gap(1, 2, 'B-USDT'), longestGap: gap(4, 7, 'B-USDT') },
  ])
})

test('a file that begins with its newest row has the same gaps', async () => {
  expect(await gapsOf({ 'BTC-USDT.csv': CANDLES + [9, 8, 5, 4, 3, 1, 0].map(minute).join('') })).toEqual([
    { gaps: 3, firstGap: gap(2, 3), longestGap: gap(6, 8) },
  ])
})

/** As exchanges write the candle of a month, which a file may have alone. */
function month(index: number): string {
  const [opens, next] = [Date.UTC(2023, index, 1), Date.UTC(2023, index + 1, 1)]
  return `${opens},1,2,1,2,5,${next - 1},10,3,1,1,0\n`
}

/** From the first of a month of 2023 to that of another. */
const months = (from: number, to: number) => ({
  symbol: 'BTC-USDT',
  from: new Date(Date.UTC(2023, from, 1)).toISOString(),
  to: new Date(Date.UTC(2023, to, 1)).toISOString(),
  missing: to - from,
})

test('months are of several lengths, and none is missing for that', async () => {
  expect(await gapsOf({ 'BTCUSDT-1mo.csv': Array.from({ length: 30 }, (_, i) => month(i)).join('') })).toEqual([NONE])
})

test('however long, a gap of months is counted to the month', async () => {
  const there = [0, 1, 2, 4, 5, 6, 52, 53, 54, 55]
  expect(await gapsOf({ 'BTCUSDT-1mo.csv': there.map(month).join('') })).toEqual([
    { gaps: 46, firstGap: months(3, 4), longestGap: months(7, 52) },
  ])
})

test('a gap of quarters is counted to the quarter, and begins with one', async () => {
  const rows = [0, 3, 6, 9, 123, 126].map((n) => `${new Date(Date.UTC(2023, n, 1)).toISOString()},1,2,1,2,5\n`)
  const missing = { ...months(12, 123), missing: 37 }
  expect(await gapsOf({ 'BTC-USDT.csv': CANDLES + rows.join('') })).toEqual([
    { gaps: 37, firstGap: missing, longestGap: missing },
  ])
})

test('files of one month each have no gap between them, unless a month is missing', async () => {
  const file = (index: number) => [`BTCUSDT-1mo-${index}.csv`, month(index)] as const
  expect(await gapsOf(Object.fromEntries([0, 1, 2].map(file)))).toEqual([NONE, NONE, NONE])
  expect(await gapsOf(Object.fromEntries([0, 1, 4].map(file)))).toEqual([
    NONE,
    NONE,
    { gaps: 2, firstGap: months(2, 4), longestGap: months(2, 4) },
  ])
})

test('candles of thirty days are no months, and a gap of them begins where one would have', async () => {
  const days = (n: number) => `${Date.UTC(2024, 0, 5) + n * 86_400_000},1,2,1,2,5\n`
  const [{ gaps, firstGap }] = (await gapsOf({ 'BTC-USDT.csv': CANDLES + [0, 30, 60, 150].map(days).join('') })) as [
    Awaited<ReturnType<typeof gapsOf>>[number],
  ]
  expect([gaps, firstGap?.from]).toEqual([2, '2024-04-04T00:00:00.000Z'])
})

test('weeks that begin with a month are weeks', async () => {
  const week = (n: number) => `${Date.UTC(2024, 3, 1) + n * 604_800_000},1,2,1,2,5\n`
  expect((await gapsOf({ 'BTC-USDT.csv': CANDLES + [0, 1, 2, 5].map(week).join('') }))[0]!.gaps).toBe(2)
})

test('candles that tell no length have none', async () => {
  const alone = (n: number) =>
    `timestamp,open,high,low,close,volume,close_time\n${[0, 0].map((m) => Date.parse(iso(n + m))).join(',1,2,1,2,5,')}\n`
  expect(await gapsOf({ 'BTC-USDT-a.csv': alone(1), 'BTC-USDT-b.csv': alone(9) })).toEqual([NONE, NONE])
})

test('trades have none', async () => {
  const trade = (n: number) => `${Date.parse(iso(n))},1,2,buy\n`
  expect(await gapsOf({ 'BTC-USDT.csv': `timestamp,price,quantity,side\n${[0, 1, 9].map(trade).join('')}` })).toEqual([
    NONE,
  ])
})
