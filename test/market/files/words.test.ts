/** Words and numbers of market data, each as it may be written and no other way. */
import { describe, expect, test } from 'bun:test'
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js'
import { plainDecimal } from '../../../src/market/files/decimals'
import { parseFormat } from '../../../src/market/files/formats'
import { lengthMs, lengthOfName, lengthText, MONTH_MS } from '../../../src/market/files/lengths'
import { mostFrequent } from '../../../src/market/files/spacing'
import { folder, only, readData } from '../folder'

const T = Date.UTC(2024, 0, 1)

test.each([
  ['1s', 1000],
  ['15m', 900_000],
  ['15min', 900_000],
  ['4H', 14_400_000],
  ['1d', 86_400_000],
  ['1W', 604_800_000],
  ['1M', MONTH_MS],
  ['1mo', MONTH_MS],
  ['1Mon', MONTH_MS],
  ['1month', MONTH_MS],
  ['9999s', 9_999_000],
  ['2M', undefined],
  ['0m', undefined],
  ['10000s', undefined],
  ['1y', undefined],
  ['m', undefined],
  ['1', undefined],
  ['1 m', undefined],
])('the length %p is %p ms', (text, ms) => expect(lengthMs(text)).toBe(ms))

test('a name tells the length when it tells one', () => {
  const names = [
    'BTCUSDT-1h-2024-12.csv',
    'a_5m.json.gz',
    '1d.csv.zip',
    'BTC 4h.txt',
    'a-1h-1h.csv',
    'a-1h-5m.csv',
    'a.csv',
    'x1h.csv',
  ]
  expect(names.map(lengthOfName)).toEqual([
    3_600_000,
    300_000,
    86_400_000,
    14_400_000,
    3_600_000,
    undefined,
    undefined,
    undefined,
  ])
  expect([1, 1000, 60_000, 90_000, 3_600_000, 82_800_000, 86_400_000, 172_800_000].map(lengthText)).toEqual([
    '1ms',
    '1s',
    '1m',
    '90s',
    '1h',
    '23h',
    '1d',
    '2d',
  ])
})

test.each([
  ['1k', '1000'],
  ['1K', '1000'],
  ['1.5m', '1500000'],
  ['2B', '2000000000'],
  ['3t', '3000000000000'],
  ['1e3', '1000'],
  ['1E-3', '0.001'],
  ['1e2k', '100000'],
  ['0', '0'],
  ['00.50', '00.50'],
  ['1e1000', undefined],
  ['-1', undefined],
  ['.', undefined],
  ['', undefined],
  ['1x', undefined],
])('the number %p is %p', (text, plain) => expect(plainDecimal(text)).toBe(plain))

test('of lengths that are as frequent the shortest counts', () => {
  expect([mostFrequent([5, 3, 5, 3, 9]), mostFrequent([3, 5, 3, 5]), mostFrequent([9, 9, 1])]).toEqual([3, 3, 9])
})

test('a format is found by its name, blanks around it or not', () => {
  expect(parseFormat(' ohlcv ').name).toBe('ohlcv')
  expect(() => parseFormat('ohlc')).toThrow('"ohlc" is no format of market data')
})

describe('trades', () => {
  const sides = async (head: string, values: readonly string[], prices: readonly number[] = []) => {
    await using at = await folder()
    const rows = values.map((value, n) => `${T + n},${prices[n] ?? 10},1${value === '' ? '' : `,${value}`}`)
    const { events } = await readData([await at.write('BTC-USDT.csv', `${[head, ...rows].join('\n')}\n`)])
    return only(events, 'Trade').map(({ payload }) => payload.side)
  }

  test('are bought or sold by any of these words', async () => {
    const words = ['buy', 'BUY', 'b', 'B', 'sell', 'Sell', 's', 'S']
    expect(await sides('timestamp,price,quantity,side', words)).toEqual([
      'Buy',
      'Buy',
      'Buy',
      'Buy',
      'Sell',
      'Sell',
      'Sell',
      'Sell',
    ])
    for (const word of ['bx', 'bux', 'buyy', 'sel', 'sold', 'sellx', 'x']) {
      expect(sides('timestamp,price,quantity,side', ['buy', 'buy', 'buy', 'buy', word])).rejects.toMatchObject({
        message: `BTC-USDT.csv, line 6: side "${word}" is neither buy nor sell`,
      })
    }
  })

  test('of a buyer who makes are sold', async () => {
    const words = ['true', 'True', 'TRUE', '1', 'false', 'False', 'FALSE', '0']
    expect(await sides('timestamp,price,quantity,is_buyer_maker', words)).toEqual([
      ...Array(4).fill('Sell'),
      ...Array(4).fill('Buy'),
    ])
  })

  test('that do not tell are bought when the price rises, sold when it falls, and as before when it stays', async () => {
    const prices = [10, 11, 11, 10, 10, 12]
    expect(await sides('timestamp,price,quantity', Array(6).fill(''), prices)).toEqual([
      'Buy',
      'Buy',
      'Buy',
      'Sell',
      'Sell',
      'Buy',
    ])
  })
})

test('of the broken rows that are skipped ten are told in words, and all are counted', async () => {
  await using at = await folder()
  const good = Array.from({ length: 60 }, (_, n) => `${T + n},1,1,buy\n`)
  const bad = Array.from({ length: 11 }, () => 'x,1,1,buy\n')
  const path = await at.write('BTC-USDT.csv', `timestamp,price,quantity,side\n${good.join('')}${bad.join('')}`)
  const { sources, problems, events } = await readData([path], { skipBadRows: true })
  expect([sources[0]?.badRows, problems.length, events.length]).toEqual([11, 10, 60])
  expect(problems[0]).toBe('BTC-USDT.csv, line 62: time "x" is not understood')
})

describe('a zip', () => {
  const zip = async (entries: Record<string, string>, password?: string) => {
    const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...(password && { password }) })
    for (const [name, content] of Object.entries(entries)) await writer.add(name, new TextReader(content))
    return new Uint8Array(await (await writer.close()).arrayBuffer())
  }
  const rows = `timestamp,price,quantity,side\n${T},1,1,buy\n`

  test.each([
    ['is encrypted', { 'a.csv': rows }, 'secret', 'a.zip is encrypted; unpack it first'],
    ['is a spreadsheet', { 'xl/sheet.xml': 'x', 'a.csv': rows }, undefined, 'a.zip is a spreadsheet; export it as CSV'],
    ['holds nothing', {}, undefined, 'a.zip is a zip without files'],
    [
      'holds a checksum alone',
      { 'a.CHECKSUM': 'x' },
      undefined,
      'a.zip is a zip without market data: it has a.CHECKSUM',
    ],
  ])('that %s is refused', async (_, entries, password, message) => {
    await using at = await folder()
    const path = await at.write('a.zip', await zip(entries, password))
    expect(readData([path])).rejects.toMatchObject({ message })
  })

  test('names the entry of a broken row when there are several', async () => {
    await using at = await folder()
    const broken = `${rows}${T},1,1,buy\n${T},1,1,buy\nx,1,1,buy\n`
    const one = await at.write(
      'one.zip',
      await zip({ 'a.csv': broken, '.hidden': 'x', '__MACOSX/a.csv': 'x', 'a.csv.sha256': 'x' }),
    )
    expect(readData([one])).rejects.toMatchObject({ message: 'one.zip, line 5: time "x" is not understood' })
    const two = await at.write('two.zip', await zip({ 'a.csv': broken, 'b.csv': rows }))
    expect(readData([two])).rejects.toMatchObject({ message: 'two.zip: a.csv, line 5: time "x" is not understood' })
  })
})
