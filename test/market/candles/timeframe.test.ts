/** Lengths of candles on the clock and the calendar of UTC. */
import { expect, test } from 'bun:test'
import { parseTimeframes } from '../../../src/market/candles/timeframe'

const only = (text: string) => parseTimeframes([text])[0]!

test.each([
  ['1s', '2024-02-29T12:34:56.789Z', '2024-02-29T12:34:56.000Z', '2024-02-29T12:34:57.000Z'],
  ['5m', '2024-02-29T12:34:56Z', '2024-02-29T12:30:00.000Z', '2024-02-29T12:35:00.000Z'],
  ['4h', '2024-02-29T23:59:59.999Z', '2024-02-29T20:00:00.000Z', '2024-03-01T00:00:00.000Z'],
  ['1d', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
  ['1w', '2024-03-03T23:59:59.999Z', '2024-02-26T00:00:00.000Z', '2024-03-04T00:00:00.000Z'],
  ['1w', '2024-03-04T00:00:00Z', '2024-03-04T00:00:00.000Z', '2024-03-11T00:00:00.000Z'],
  ['1w', '1969-12-31T00:00:00Z', '1969-12-29T00:00:00.000Z', '1970-01-05T00:00:00.000Z'],
  ['1M', '2024-02-29T12:00:00Z', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
  ['3M', '2024-12-31T23:59:59.999Z', '2024-10-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
])('a candle of %s at %s opens at %s and ends before %s', (text, at, open, end) => {
  const timeframe = only(text)
  const openMs = timeframe.opening(Date.parse(at))
  expect([openMs, timeframe.ending(openMs)].map((ms) => new Date(ms).toISOString())).toEqual([open, end])
})

test('they are named as venues name them, the shortest first, with commas or one by one', () => {
  const names = (...texts: string[]) => parseTimeframes(texts).map(({ name }) => name)
  expect(names('1h,5m', '1M, 1w')).toEqual(['5m', '1h', '1w', '1M'])
  expect(names('60s', '7d', '24h', '1mo')).toEqual(['1m', '1d', '1w', '1M'])
})

test.each([
  ['', '"" is no timeframe'],
  ['5', '"5" is no timeframe'],
  ['0m', '"0m" is no timeframe'],
  ['-5m', '"-5m" is no timeframe'],
  ['5x', '"5x" is no timeframe'],
  ['1m,,5m', '"" is no timeframe'],
  ['7m', '"7m" does not fill a day evenly'],
  ['5h', '"5h" does not fill a day evenly'],
  ['5M', '"5M" does not fill a year evenly'],
  ['5m,1h,300s', '"5m" is named twice'],
])('%p is refused: %s', (text, message) => {
  expect(() => parseTimeframes([text])).toThrow(message)
})
