/** How long candles are: what tells it, and that they do not overlap. */
import { expect, test } from 'bun:test'
import { type Folder, folder, only, readData } from '../folder'

const START = Date.UTC(2024, 2, 4)
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const HEADER = 'time,open,high,low,close,volume\n'
const candles = (times: readonly number[]) => `${HEADER}${times.map((ms) => `${ms},5,7,4,6,9\n`).join('')}`
const at = (unit: number, ...counts: number[]) => counts.map((count) => START + count * unit)

async function lengths(folder: Folder, name: string, times: readonly number[], format?: string) {
  const path = await folder.write(name, candles(times))
  const { events, sources } = await readData([path], format === undefined ? {} : { format })
  const spans = only(events, 'KlineSummary').map(({ payload, timeMs }) => {
    expect(timeMs).toBe(payload.closeTime)
    return payload.closeTime - payload.openTime + 1
  })
  return { spans, gaps: sources[0]!.gaps }
}

const repeated = (length: number, count: number) => Array.from({ length: count }, () => length)

test.each([
  ['the shortest distance of a thin market', 'XBTEUR.csv', at(MINUTE, 0, 5, 10, 11, 16, 21), MINUTE, 16],
  ['a shorter one that the name tells', 'XBTEUR-1m.csv', at(MINUTE, 0, 2, 4, 9, 12), MINUTE, 8],
  ['what two rows and the name tell', 'XBTEUR-5m.csv', at(MINUTE, 0, 15), 5 * MINUTE, 2],
  ['what its only row and the name tell', 'XBTEUR_4h.csv', at(HOUR, 8), 4 * HOUR, 0],
  ['a day of its only row at midnight', 'XBTEUR.csv', at(HOUR, 0), DAY, 0],
  ['the distances that contradict the name', 'XBTEUR-8m.csv', at(MINUTE, 0, 1, 2, 3), MINUTE, 0],
  ['days in a file whose name says 1m', 'AAPL-1m.csv', at(DAY, 0, 1, 2, 3, 4), DAY, 0],
] as const)('a candle has %s', async (_, name, times, length, gaps) => {
  await using home = await folder()
  expect(await lengths(home, name, times)).toEqual({ spans: repeated(length, times.length), gaps })
})

test('one row that nothing tells the length of is refused, and read when it is told', async () => {
  await using home = await folder()
  const path = await home.write('BTC-USD.csv', candles(at(HOUR, 8)))
  expect(readData([path])).rejects.toThrow('BTC-USD.csv, line 2: nothing tells how long its candle is')
  expect(await lengths(home, 'BTC-USD.csv', at(HOUR, 8), 'ohlcv:30m')).toEqual({ spans: [30 * MINUTE], gaps: 0 })
})

test('a candle nearer than the first ones let expect is refused, and read when the length is told', async () => {
  await using home = await folder()
  const every5 = Array.from({ length: 4000 }, (_, n) => n * 5)
  const times = at(MINUTE, ...every5, every5.length * 5 - 4)
  const path = await home.write('BTC-USD.csv', candles(times))
  const failure = await readData([path]).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'data_unrecognised',
    message:
      'BTC-USD.csv, line 4002: it opens 1m after the candle before it: by the first rows candles are 5m long (ohlcv)',
  })
  expect(failure).toHaveProperty('hint', expect.stringContaining('--format ohlcv:1m reads candles of 1m'))
  const { spans } = await lengths(home, 'BTC-USD.csv', times, 'ohlcv:1m')
  expect(spans).toEqual(repeated(MINUTE, times.length))
  const kept = await lengths(home, 'BTC-USD.csv', times, 'ohlcv:5m')
  expect(kept.spans.slice(-2)).toEqual([MINUTE, 5 * MINUTE])
})

test('hours of a session that opens within one end when the next one opens', async () => {
  await using home = await folder()
  const day = [9.5, 10, 11, 12, 13, 14, 15]
  const times = at(HOUR, ...day, ...day.map((hour) => hour + 24))
  const spans = [HOUR / 2, ...repeated(HOUR, 6)]
  expect((await lengths(home, 'SPY.csv', times)).spans).toEqual([...spans, ...spans])
  const backwards = await lengths(home, 'SPY.csv', times.toReversed())
  expect(backwards.spans).toEqual([...spans, ...spans])
})

test('days of a place with summer time have 23 and 24 hours, and one that repeats an hour leaves no gap', async () => {
  await using home = await folder()
  const days = (first: string, shift: number) =>
    [0, 1, 2, 3, 4].map((n) => Date.parse(first) + n * DAY + (n >= 2 ? shift : 0))
  const spring = await lengths(home, 'SPY.csv', days('2024-03-09T05:00Z', -HOUR))
  expect(spring).toEqual({ spans: [DAY, DAY - HOUR, DAY, DAY, DAY], gaps: 0 })
  const autumn = await lengths(home, 'SPY.csv', days('2024-11-02T04:00Z', HOUR))
  expect(autumn).toEqual({ spans: repeated(DAY, 5), gaps: 0 })
})

test('weeks named by their first trading day end with the next one', async () => {
  await using home = await folder()
  const times = at(DAY, 0, 7, 14, 22, 28, 35, 42, 49, 56, 63)
  const { spans } = await lengths(home, 'SPY.csv', times)
  expect(spans).toEqual([7, 7, 7, 6, 7, 7, 7, 7, 7, 7].map((days) => days * DAY))
})

test('months that begin with any day are not told before the next one opens', async () => {
  await using home = await folder()
  const first = ['2024-01-02', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-02'].map((day) => Date.parse(day))
  const { spans } = await lengths(home, 'SPY.csv', first)
  expect(spans.map((ms) => ms / DAY)).toEqual([30, 29, 31, 31, 31])
})

/** From the first of the `n`th month after 2023 began. */
const month = (n: number) => Date.UTC(2023, n, 1)

test.each([1, 2, 3, 6, 12])(
  'candles of %p months, named by their first or last day, last to the end of the last one',
  async (months) => {
    await using home = await folder()
    const begins = [0, 1, 2, 3, 4, 5].map((n) => month(n * months))
    const spans = begins.map((from, n) => month((n + 1) * months) - from)
    const ends = spans.map((span, n) => begins[n]! + span - DAY)
    for (const times of [begins, begins.toReversed(), ends, ends.toReversed()]) {
      expect(await lengths(home, 'SPY.csv', times)).toEqual({ spans, gaps: 0 })
    }
  },
)

test('months that most of are missing are known by the name of their file alone', async () => {
  await using home = await folder()
  const days = (counts: readonly number[]) => repeated(DAY, counts.length).map((day, n) => day * counts[n]!)
  const times = [0, 3, 6].map(month)
  expect(await lengths(home, 'SPY.csv', times)).toEqual({ spans: days([90, 91, 92]), gaps: 0 })
  expect(await lengths(home, 'SPY-1mo.csv', times)).toEqual({ spans: days([31, 30, 31]), gaps: 4 })
})

test('files of one month each, by the end in the row or by the name, have no gap between them', async () => {
  await using home = await folder()
  const months = ['2023-11-01', '2023-12-01', '2024-01-01', '2024-02-01', '2024-03-01'].map((day) => Date.parse(day))
  const ends = months.slice(1).map((ms) => ms - 1)
  for (const row of [
    (n: number) => `${months[n]},5,7,4,6,9,${ends[n]},1,1,1,1,0\n`,
    (n: number) => `${months[n]},5,7,4,6,9\n`,
  ]) {
    const paths = await Promise.all(ends.map((_, n) => home.write(`BTCUSDT-1mo-${n}.csv`, row(n))))
    const { events, sources } = await readData(paths)
    expect(only(events, 'KlineSummary').map(({ payload }) => payload.closeTime)).toEqual(ends)
    expect(sources.map(({ gaps }) => gaps)).toEqual([0, 0, 0, 0])
  }
})

test('a month is missed between files of one month each', async () => {
  await using home = await folder()
  const row = (open: string, end: string) => `${Date.parse(open)},5,7,4,6,9,${Date.parse(end) - 1},1,1,1,1,0\n`
  const january = await home.write('BTCUSDT-1mo-a.csv', row('2024-01-01', '2024-02-01'))
  const april = await home.write('BTCUSDT-1mo-b.csv', row('2024-04-01', '2024-05-01'))
  const { sources } = await readData([january, april])
  expect(sources.map(({ gaps }) => gaps)).toEqual([0, 2])
})
