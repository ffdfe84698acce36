/** Written times and counts, to the millisecond. */
import { describe, expect, test } from 'bun:test'
import {
  epochMs,
  isCompactTime,
  isMonthEnd,
  isMonthStart,
  monthStart,
  timeReader,
} from '../../../src/market/files/times'

const at = (iso: string) => Date.parse(iso)
const read = (text: string, zone?: string) => timeReader(zone)(text)

function count(text: string): number {
  const point = text.indexOf('.')
  const field = `,${text},`
  return epochMs(field, 1, point < 0 ? 1 + text.length : 1 + point, 1 + text.length)
}

describe('a count since 1970', () => {
  test.each([
    ['1704067200', 1_704_067_200_000],
    ['1704067200.5', 1_704_067_200_500],
    ['1704067200.05', 1_704_067_200_050],
    ['1704067200.1239', 1_704_067_200_123],
    ['123456789', 123_456_789_000],
    ['1704067200123', 1_704_067_200_123],
    ['1704067200123.9', 1_704_067_200_123],
    ['946684800123', 946_684_800_123],
    ['1704067200123456', 1_704_067_200_123],
    ['946684800123456', 946_684_800_123],
    ['1704067200123999999', 1_704_067_200_123],
    ['946684800123456789', 946_684_800_123],
  ])('%s is %d ms', (text, ms) => expect(count(text)).toBe(ms))

  test.each(['12345678', '12345678901', '12345678901234', '12345678901234567', '12345678901234567890'])(
    'has never %s',
    (text) => expect(count(text)).toBeNaN(),
  )
})

describe('a written time', () => {
  test.each([
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2024/02/29', '2024-02-29T00:00:00Z'],
    ['20240229', '2024-02-29T00:00:00Z'],
    ['2024-02-29 13:45', '2024-02-29T13:45:00Z'],
    ['2024-02-29T13:45:59Z', '2024-02-29T13:45:59Z'],
    ['2024-02-29 13:45:59.5', '2024-02-29T13:45:59.500Z'],
    ['2024-02-29 13:45:59.05', '2024-02-29T13:45:59.050Z'],
    ['2024-02-29 13:45:59,123456789', '2024-02-29T13:45:59.123Z'],
    ['2024-02-29 13:45:59 UTC', '2024-02-29T13:45:59Z'],
    ['2024-02-29 13:45:59+02:30', '2024-02-29T11:15:59Z'],
    ['2024-02-29 13:45:59-0130', '2024-02-29T15:15:59Z'],
    ['2024-02-29 24:00:00', '2024-03-01T00:00:00Z'],
    ['2016-12-31 23:59:60', '2017-01-01T00:00:00Z'],
    ['2024022913', '2024-02-29T13:00:00Z'],
    ['202402291345', '2024-02-29T13:45:00Z'],
    ['20240229134559', '2024-02-29T13:45:59Z'],
    ['20240229134559123', '2024-02-29T13:45:59.123Z'],
    ['197001010000', '1970-01-01T00:00:00Z'],
    ['209912312359', '2099-12-31T23:59:00Z'],
    ['Jun 19, 2021', '2021-06-19T00:00:00Z'],
    ['June 9 2021', '2021-06-09T00:00:00Z'],
    ['19-Jan-2021', '2021-01-19T00:00:00Z'],
    ['31 december 2021', '2021-12-31T00:00:00Z'],
  ])('%s is %s', (text, iso) => expect(new Date(read(text)).toISOString()).toBe(new Date(iso).toISOString()))

  test.each([
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-02-29 25:00',
    '2024-02-29 23:60',
    '2024-02-29 23:59:61',
    '196912312359',
    '210001010000',
    '31 Jux 2021',
    '31 Jun 2021',
    'yesterday',
    '',
  ])('%p is none', (text) => expect(read(text)).toBeNaN())

  test('of the same minute as the one before is read as well as the first', () => {
    const times = timeReader()
    const texts = ['2024-02-29 13:45:00', '2024-02-29 13:45:07', '2024-02-29 13:45:59', '2024-02-29 13:46:01']
    expect(texts.map(times)).toEqual(texts.map((text) => at(text.replace(' ', 'T').concat('Z'))))
    expect([times('2024-02-29 13:46:60'), times('2024-02-29 13:46:x1')]).toEqual([
      at('2024-02-29T13:47:00Z'),
      Number.NaN,
    ])
    // A leap second before it, and a year before 1970, leave the minute what it is.
    expect(times('2024-02-29 13:46:09')).toBe(at('2024-02-29T13:46:09Z'))
    expect([times('1969-12-31 23:59:30'), times('1969-12-31 23:59:40')]).toEqual([-30_000, -20_000])
    const dutch = timeReader('Europe/Amsterdam')
    expect(dutch('1930-01-01 10:00:06') - dutch('1930-01-01 10:00:05')).toBe(1000)
    expect([times('2024-02-30 13:46:09'), times('2024-02-30 13:46:10')]).toEqual([Number.NaN, Number.NaN])
  })

  test('in a zone is its wall clock, summer and winter, and says so itself where it names one', () => {
    const times = timeReader('America/New_York')
    expect(times('2024-01-15 09:30:00')).toBe(at('2024-01-15T14:30:00Z'))
    expect(times('2024-07-15 09:30:00')).toBe(at('2024-07-15T13:30:00Z'))
    expect(times('2024-07-15T09:30:00Z')).toBe(at('2024-07-15T09:30:00Z'))
    expect(times('2024-03-10 01:59:59')).toBe(at('2024-03-10T06:59:59Z'))
    expect(times('2024-03-10 03:00:00')).toBe(at('2024-03-10T07:00:00Z'))
    expect(times('2024-11-03 01:30:00')).toBe(at('2024-11-03T05:30:00Z'))
    expect(times('2024-11-03 02:00:00')).toBe(at('2024-11-03T07:00:00Z'))
    expect(read('2024-01-15 09:30', 'Asia/Kolkata')).toBe(at('2024-01-15T04:00:00Z'))
  })
})

test('digits that write out a time are told from those that cannot', () => {
  const texts = ['2020011309', '202001130930', '20200113093059', '2020131309', '1969011309', '2100011309', '1704067200']
  expect(texts.map(isCompactTime)).toEqual([true, true, true, false, false, false, false])
})

test('months begin and end at midnight of UTC', () => {
  const days = ['2024-02-29T00:00:00Z', '2024-02-28T00:00:00Z', '2024-02-29T00:00:00.001Z', '2024-03-01T00:00:00Z']
  expect(days.map((iso) => isMonthEnd(at(iso)))).toEqual([true, false, false, false])
  expect(days.map((iso) => isMonthStart(at(iso)))).toEqual([false, false, false, true])
  expect(isMonthStart(at('2024-03-01T00:00:00.001Z'))).toBe(false)
  const starts = [0, 1, -1, 12].map((months) => monthStart(at('2024-01-31T23:59:59.999Z'), months))
  expect(starts).toEqual(['2024-01-01', '2024-02-01', '2023-12-01', '2025-01-01'].map(at))
})
