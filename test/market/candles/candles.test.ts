/** Candles that are made of what files hold. */
import { describe, expect, test } from 'bun:test'
import { parseTimeframes } from '../../../src/market/candles/timeframe'
import type { DataOptions } from '../../../src/market/files/open'
import { type Folder, folder, only, readData } from '../folder'

const HEAD = { klines: 'timestamp,open,high,low,close,volume', trades: 'timestamp,price,quantity,side' }
const MIDNIGHT = Date.UTC(2024, 0, 1)

interface Made {
  readonly timeframes: string
  readonly from?: string
  readonly to?: string
}

async function made(home: Folder, files: Record<string, string>, { timeframes, from, to }: Made) {
  const paths: string[] = []
  for (const [name, text] of Object.entries(files)) paths.push(await home.write(name, text))
  const options: Partial<DataOptions> = {
    timeframes: parseTimeframes([timeframes]),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  }
  const data = await readData(paths, options)
  const shown = only(data.events, 'KlineSummary').filter(({ audience }) => audience !== 'venue')
  return {
    ...data,
    candles: shown.map(({ symbol, timeMs, payload: p }) => {
      expect(timeMs).toBe(p.closeTime)
      const prices = [p.openPrice, p.highPrice, p.lowPrice, p.closePrice, p.volume].join(' ')
      return `${symbol} ${p.interval} ${new Date(p.openTime).toISOString().slice(0, 16)} ${prices}`
    }),
  }
}

/** Minutes from midnight on; of those in `without` there is none. */
function minutes(count: number, first = 0, without: readonly number[] = []): string {
  const rows = Array.from({ length: count }, (_, i) => first + i).filter((minute) => !without.includes(minute))
  const lines = rows.map((n) => `${MIDNIGHT + n * 60_000},${100 + n},${110 + n}.5,${90 + n},${101 + n},0.1`)
  return [HEAD.klines, ...lines, ''].join('\n')
}

const tape = (...rows: readonly (readonly [time: string, price: string, quantity: string])[]) =>
  [HEAD.trades, ...rows.map(([time, price, quantity]) => `2024-01-01T${time}Z,${price},${quantity},buy`), ''].join('\n')

describe('of shorter candles', () => {
  test('they have the first open, the last close, the outermost prices and the exact volume', async () => {
    await using home = await folder()
    const { candles } = await made(home, { 'BTC-USDT-1m.csv': minutes(10) }, { timeframes: '5m' })
    expect(candles).toEqual([
      'BTC-USDT 5m 2024-01-01T00:00 100 114.5 90 105 0.5',
      'BTC-USDT 5m 2024-01-01T00:05 105 119.5 95 110 0.5',
    ])
  })

  test('one that the data cut off is not told, neither the first nor the last', async () => {
    await using home = await folder()
    const { candles } = await made(home, { 'BTC-USDT-1m.csv': minutes(12, 2) }, { timeframes: '5m' })
    expect(candles).toEqual(['BTC-USDT 5m 2024-01-01T00:05 105 119.5 95 110 0.5'])
  })

  test('minutes that are missing are no reason to leave one out; where all are, there is none', async () => {
    await using home = await folder()
    const text = minutes(21, 0, [4, 5, 10, 11, 12, 13, 14])
    const { candles } = await made(home, { 'BTC-USDT-1m.csv': text }, { timeframes: '5m' })
    expect(candles).toEqual([
      'BTC-USDT 5m 2024-01-01T00:00 100 113.5 90 104 0.4',
      'BTC-USDT 5m 2024-01-01T00:05 106 119.5 96 110 0.4',
      'BTC-USDT 5m 2024-01-01T00:15 115 129.5 105 120 0.5',
    ])
  })

  test('those of the data are for the venue alone, unless they are asked for', async () => {
    await using home = await folder()
    const text = minutes(10)
    const longer = await made(home, { 'BTC-USDT-1m.csv': text }, { timeframes: '5m' })
    const audiences = only(longer.events, 'KlineSummary').map(({ payload, audience }) => [payload.interval, audience])
    const minute = ['1m', 'venue']
    const five = ['5m', 'strategies']
    expect(audiences).toEqual([...Array(5).fill(minute), five, ...Array(5).fill(minute), five])
    const both = await made(home, { 'BTC-USDT-1m.csv': text }, { timeframes: '1m,5m' })
    expect(both.candles).toHaveLength(12)
    expect(both.events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    const same = await made(home, { 'BTC-USDT-1m.csv': text }, { timeframes: '1m' })
    expect(same.events).toEqual((await readData([`${home.path}/BTC-USDT-1m.csv`])).events)
  })

  test('of those that end together the shorter come first, those of the data before all', async () => {
    await using home = await folder()
    const files = { 'BTC-USDT-1m.csv': minutes(60), 'ETH-USDT-1m.csv': minutes(60) }
    const { events } = await made(home, files, { timeframes: '1h,5m,15m' })
    const last = only(events, 'KlineSummary').filter(({ timeMs }) => timeMs === MIDNIGHT + 3_599_999)
    expect(last.map(({ symbol, payload }) => `${payload.interval} ${symbol.slice(0, 3)}`)).toEqual([
      '1m BTC',
      '1m ETH',
      '5m BTC',
      '5m ETH',
      '15m BTC',
      '15m ETH',
      '1h BTC',
      '1h ETH',
    ])
  })

  test('weeks begin on Mondays, months on their first', async () => {
    await using home = await folder()
    const days = Array.from(
      { length: 70 },
      (_, i) => `${Date.UTC(2023, 11, 31) + i * 86_400_000}${`,${i + 1}`.repeat(4)},1`,
    )
    const text = [HEAD.klines, ...days, ''].join('\n')
    const { candles } = await made(home, { 'BTC-USDT-1d.csv': text }, { timeframes: '1w,1M' })
    const told = candles.map((line) => line.split(' ').slice(1))
    expect(told.filter(([length]) => length === '1M')).toEqual([
      ['1M', '2024-01-01T00:00', '2', '32', '2', '32', '31'],
      ['1M', '2024-02-01T00:00', '33', '61', '33', '61', '29'],
    ])
    expect(told.filter(([length]) => length === '1w')).toHaveLength(9)
    expect(told[0]).toEqual(['1w', '2024-01-01T00:00', '2', '8', '2', '8', '7'])
  })

  test('what was before the time asked for is in the candle that ends in it, and no gap of the time', async () => {
    await using home = await folder()
    const range = { timeframes: '5m', from: '2024-01-01T00:07:00Z', to: '2024-01-01T00:15:00Z' }
    const { candles, sources } = await made(home, { 'BTC-USDT-1m.csv': minutes(30, 0, [1, 2, 8]) }, range)
    expect(candles).toEqual([
      'BTC-USDT 5m 2024-01-01T00:05 105 119.5 95 110 0.4',
      'BTC-USDT 5m 2024-01-01T00:10 110 124.5 100 115 0.5',
    ])
    expect(sources).toMatchObject([{ gaps: 1, from: '2024-01-01T00:07:00.000Z', to: '2024-01-01T00:14:59.999Z' }])
  })

  test.each([
    ['30s', 'candles of 30s cannot be made: the data have candles of 3m'],
    ['1m', 'candles of 1m cannot be made: the data have candles of 3m'],
    ['5m', 'candles of 5m cannot be made: the data have candles of 3m'],
  ])('candles of three minutes make none of %s', async (timeframes, message) => {
    await using home = await folder()
    const rows = [0, 1, 2, 3].map((n) => `${MIDNIGHT + n * 180_000},1,1,1,1,1`)
    const files = { 'BTC-USDT-3m.csv': [HEAD.klines, ...rows, ''].join('\n') }
    expect(made(home, files, { timeframes })).rejects.toThrow(message)
  })

  test('one that lies in two of them is refused', async () => {
    await using home = await folder()
    const rows = [0, 1, 2, 3].map((n) => `${MIDNIGHT + 30_000 + n * 60_000},1,1,1,1,1`)
    const files = { 'BTC-USDT-1m.csv': [HEAD.klines, ...rows, ''].join('\n') }
    expect(made(home, files, { timeframes: '2m' })).rejects.toThrow(
      'the candle of BTC-USDT from 2024-01-01T00:01:30.000Z to 2024-01-01T00:02:30.000Z does not lie within the one of 2m',
    )
  })
})

describe('of trades', () => {
  const TAPE = tape(
    ['00:00:00', '10', '1'],
    ['00:00:30', '12.5', '0.25'],
    ['00:00:59.999', '9', '0.001'],
    ['00:02:10', '11', '3'],
    ['00:03:00', '11.0', '2'],
    ['00:04:01', '8', '1'],
  )

  test('they stand between the trades, none where nothing was traded, and the trades stay', async () => {
    await using home = await folder()
    const { candles, events } = await made(home, { 'BTC-USDT.csv': TAPE }, { timeframes: '1m,2m' })
    expect(candles).toEqual([
      'BTC-USDT 1m 2024-01-01T00:00 10 12.5 9 9 1.251',
      'BTC-USDT 2m 2024-01-01T00:00 10 12.5 9 9 1.251',
      'BTC-USDT 1m 2024-01-01T00:02 11 11 11 11 3',
      'BTC-USDT 1m 2024-01-01T00:03 11.0 11.0 11.0 11.0 2',
      'BTC-USDT 2m 2024-01-01T00:02 11 11 11 11.0 5',
    ])
    expect(events.map(({ type }) => type[0]).join('')).toBe('TTTKKTKTKKT')
    expect(events.map(({ timeMs }) => timeMs)).toEqual(events.map(({ timeMs }) => timeMs).toSorted((a, b) => a - b))
    expect(only(events, 'Trade').every((event) => !('audience' in event))).toBe(true)
  })

  test('the first is left out when the data begin within it, of each symbol', async () => {
    await using home = await folder()
    const files = {
      'BTC-USDT.csv': tape(['00:00:00.001', '1', '1'], ['00:01:20', '2', '1'], ['00:03:00', '3', '1']),
      'ETH-USDT.csv': tape(['00:01:30', '5', '1'], ['00:02:00', '6', '1'], ['00:03:00', '7', '1']),
    }
    const { candles } = await made(home, files, { timeframes: '1m' })
    expect(candles).toEqual(['BTC-USDT 1m 2024-01-01T00:01 2 2 2 2 1', 'ETH-USDT 1m 2024-01-01T00:02 6 6 6 6 1'])
  })

  test('quotes alone make none', async () => {
    await using home = await folder()
    const text = ['timestamp,bid,ask', ...[0, 1, 2].map((n) => `${MIDNIGHT + n * 60_000},1,2`), ''].join('\n')
    expect(made(home, { 'BTC-USDT.csv': text }, { timeframes: '1m' })).rejects.toThrow(
      'no candle can be made: the data have no trades and no candles',
    )
  })
})
