/** Files that cannot be read, and what is said about them. */
import { expect, test } from 'bun:test'
import { Failure } from '../../../src/errors/failure'
import { type Folder, folder, readData } from '../folder'

const TRADES = 'timestamp,price,quantity,side\n1704067200000,1,2,buy\n'
const CANDLES = 'timestamp,open,high,low,close,volume\n1704067200000,1,2,1,2,5\n1704067260000,1,2,1,2,5\n'
const NEWEST_FIRST = `timestamp,price,quantity,side\n${Array.from({ length: 4000 }, (_, n) => `${1_704_067_209_999 - n},1,2,buy\n`).join('')}`
const MESSAGE = '{"e":"trade","E":1704067200001,"s":"BTCUSDT","t":7,"p":"9.5","q":"2","T":1704067200000,"m":false}'
const bytes = (...values: number[]) => new Uint8Array(values)
const text = (value: string) => new TextEncoder().encode(value)

interface Case {
  readonly what: string
  readonly make: (at: Folder) => Promise<string>
  readonly code: string
  readonly says: string
}

const written = (name: string, content: string | Uint8Array<ArrayBuffer>) => (at: Folder) => at.write(name, content)
const gone = async (at: Folder) => `${at.path}/none.csv`
const cutGzip = async (at: Folder) => {
  const packed = Bun.gzipSync(text(TRADES + '1704067200001,1,2,buy\n'.repeat(9999)))
  return at.write('cut.csv.gz', packed.slice(0, packed.length / 2))
}
const cutZip = async (at: Folder) => {
  const whole = await Bun.file(await at.zip('whole.zip', { 'a.csv': TRADES })).bytes()
  return at.write('cut.zip', whole.slice(0, whole.length / 2))
}

/** A message for each side, as an exchange writes it. */
const messages = (message: (side: string) => string, sides: readonly string[]) =>
  written('a.jsonl', sides.map((side) => `${message(side)}\n`).join(''))

const CASES: readonly Case[] = [
  { what: 'a file that is not there', make: gone, code: 'data_unreadable', says: 'none.csv does not exist' },
  { what: 'a folder', make: async (at) => at.path, code: 'data_unreadable', says: 'is a folder; name the files in it' },
  { what: 'an empty file', make: written('a.csv', ''), code: 'data_unreadable', says: 'a.csv is empty' },
  { what: 'a blank file', make: written('a.csv', '\n\n'), code: 'data_unreadable', says: 'a.csv is blank' },
  {
    what: 'a header without rows',
    make: written('a.csv', 'timestamp,price,quantity,side\n'),
    code: 'data_unreadable',
    says: 'a.csv has a header and no rows',
  },
  {
    what: 'a header and a first row that does not end within what is looked at',
    make: written('a.csv', `timestamp,price,quantity,side,symbol\n1704067200000,1,2,buy,${'x'.repeat(65_536)}\n`),
    code: 'data_unreadable',
    says: 'a.csv has a header and no whole row in its first 64 KiB',
  },
  {
    what: 'a cut gzip',
    make: cutGzip,
    code: 'data_unreadable',
    says: 'cut.csv.gz is cut short or damaged: unexpected end of file',
  },
  { what: 'a cut zip', make: cutZip, code: 'data_unreadable', says: 'cut.zip is not a sound zip' },
  {
    what: 'an empty zip',
    make: (at) => at.zip('a.zip', {}),
    code: 'data_unreadable',
    says: 'a.zip is a zip without files',
  },
  {
    what: 'a spreadsheet',
    make: (at) => at.zip('a.xlsx', { 'xl/workbook.xml': '<x/>' }),
    code: 'data_unrecognised',
    says: 'is a spreadsheet; export it as CSV',
  },
  {
    what: 'a Feather file of version 1',
    make: written('a.feather', text('FEA1\0\0\u0001')),
    code: 'data_unrecognised',
    says: 'is a Feather file of version 1; write it anew as version 2 or Parquet',
  },
  {
    what: 'an Arrow stream',
    make: written('a.arrow', bytes(255, 255, 255, 255, 120, 0, 0, 0)),
    code: 'data_unrecognised',
    says: 'is an Arrow stream; save it as a file (feather)',
  },
  {
    what: 'an Arrow file that is cut',
    make: written('a.feather', text('ARROW1\0\0\u0001')),
    code: 'data_unreadable',
    says: 'a.feather cannot be read: it is cut short',
  },
  {
    what: 'an encrypted Parquet file',
    make: written('a.parquet', text('PARE\u0001')),
    code: 'data_unrecognised',
    says: 'is an encrypted Parquet file; save it without encryption',
  },
  {
    what: 'a Parquet file that is cut',
    make: written('a.parquet', text('PAR1\u0001')),
    code: 'data_unreadable',
    says: 'a.parquet cannot be read: ',
  },
  {
    what: 'UTF-16',
    make: written('a.csv', bytes(255, 254, 97, 0)),
    code: 'data_unrecognised',
    says: 'save it as UTF-8',
  },
  {
    what: 'a binary',
    make: written('a.bin', bytes(1, 2, 3, 0)),
    code: 'data_unrecognised',
    says: 'is not a text file',
  },
  {
    what: 'columns that mean nothing',
    make: written('a.csv', 'name,colour\napple,red\n'),
    code: 'data_unrecognised',
    says: 'it has the columns name, colour; expected are candles (time, open, high, low, close, volume)',
  },
  {
    what: 'numbers that mean nothing',
    make: written('a.csv', '1,2\n3,4\n'),
    code: 'data_unrecognised',
    says: 'it has no header and the fields 1, 2; expected are',
  },
  {
    what: 'JSON that is no data',
    make: written('a.json', '{"timezone":"UTC","symbols":[]}'),
    code: 'data_unrecognised',
    says: 'it has JSON that begins with {"timezone":"UTC","symbols":[]}; expected are',
  },
  {
    what: 'times that a spreadsheet rounded',
    make: written('a.csv', CANDLES.replaceAll(/17040\d+/g, '1.70407E+12')),
    code: 'data_broken',
    says: 'a.csv, line 2: time 1.70407E+12 has lost its digits (a spreadsheet rounded it); export the file anew',
  },
  {
    what: 'a price that is no number',
    make: written('a.csv', `${TRADES}1704067200001,oops,2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 3: price "oops" is not a number of 0 or more',
  },
  {
    what: 'a price of zero',
    make: written('a.csv', `${TRADES}1704067200001,0.00,2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 3: price is 0.00',
  },
  {
    what: 'a negative quantity',
    make: written('a.csv', `${TRADES}1704067200001,1,-2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 3: quantity "-2" is not a number of 0 or more',
  },
  {
    what: 'a comma that may be decimal',
    make: written('a.csv', `timestamp;price;quantity;side\n1704067200000;1,085;2;buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 2: price "1,085" is not a number of 0 or more',
  },
  {
    what: 'a side that is none',
    make: written('a.csv', `${TRADES}1704067200001,1,2,hold\n`),
    code: 'data_broken',
    says: 'a.csv, line 3: side "hold" is neither buy nor sell',
  },
  {
    what: 'a side of a Binance trade that is none',
    make: messages(
      (m) => `{"e":"trade","E":1672304486865,"s":"BTCUSDT","t":1,"p":"1","q":"2","T":1672304486865,"m":${m}}`,
      ['true', '"S"'],
    ),
    code: 'data_broken',
    says: 'a.jsonl, line 2: m "S" is neither buy nor sell',
  },
  {
    what: 'a side of a Bybit trade that is none',
    make: messages(
      (side) =>
        `{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT","S":${side},"v":"1","p":"1","i":"2"}]}`,
      ['"Buy"', '"None"'],
    ),
    code: 'data_broken',
    says: 'a.jsonl, line 2: S "None" is neither buy nor sell',
  },
  {
    what: 'a side of a Hyperliquid trade that is none',
    make: messages(
      (side) =>
        `1737918844167767000 {"channel":"trades","data":[{"coin":"BTC","px":"1","side":${side},"sz":"1","tid":12,"time":1737918843700}]}`,
      ['"B"', '"S"'],
    ),
    code: 'data_broken',
    says: 'a.jsonl, line 2: side "S" is neither buy nor sell',
  },
  {
    what: 'a row cut in two',
    make: written('a.csv', `${TRADES}17040672\n00001,1,2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 3: it has 1 fields, 4 are expected',
  },
  {
    what: 'a time that is none',
    make: written('a.csv', `${TRADES}2024-02-30 00:00:00,1,2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 3: time "2024-02-30 00:00:00" is not understood',
  },
  {
    what: 'a high below the low',
    make: written('a.csv', `${CANDLES}1704067320000,1,1,2,1,5\n`),
    code: 'data_broken',
    says: 'a.csv, line 4: high 1 is below low 2',
  },
  {
    what: 'a broken element of a list',
    make: written(
      'a.json',
      `[${[0, 1, 2, 3].map((n) => `[170406720${n}000,1,1,1,1,1],`).join('')}[1704067260000,1,1,1,null,1]]`,
    ),
    code: 'data_broken',
    says: 'a.json, element 5: close "null" is not a number of 0 or more',
  },
  {
    what: 'a recorded message cut in two',
    make: written('a.txt', `${MESSAGE}\n${MESSAGE.slice(0, 60)}\n${MESSAGE}\n`),
    code: 'data_broken',
    says: 'a.txt, line 2: it is no JSON message',
  },
  {
    what: 'a recorded message with a broken price',
    make: written('a.txt', `${MESSAGE}\n${MESSAGE.replace('"9.5"', '"oops"')}\n`),
    code: 'data_broken',
    says: 'a.txt, line 2: p "oops" is not a number of 0 or more',
  },
  {
    what: 'yfinance of several tickers',
    make: written(
      'a.csv',
      'Price,Close,Close,High,High,Low,Low,Open,Open\nTicker,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT\nDate,,,,,,,,\n2024-03-04,1,1,1,1,1,1,1,1\n',
    ),
    code: 'data_unrecognised',
    says: 'a.csv has several tickers side by side (AAPL, MSFT); save a file of each',
  },
  {
    what: 'a stacked header without rows',
    make: written('a.csv', 'Price,Close,High,Low,Open\nTicker,AAPL,AAPL,AAPL,AAPL\nDate,,,,\n'),
    code: 'data_unreadable',
    says: 'a.csv has a header and no rows',
  },
  {
    what: 'a row far out of order where the newest is first',
    make: written('a.csv', `${NEWEST_FIRST}1704067299999,1,2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 4002: its time is more than 1000 rows out of order; sort the file by time',
  },
  {
    what: 'a row far out of order',
    make: written('a.csv', `${TRADES}${'1704067200009,1,2,buy\n'.repeat(1000)}1704067200001,1,2,buy\n`),
    code: 'data_broken',
    says: 'a.csv, line 1003: its time is more than 1000 rows out of order; sort the file by time',
  },
]

test.each(CASES)('$what is refused', async ({ make, code, says }) => {
  await using at = await folder()
  const failure = await readData([await make(at)]).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure).toMatchObject({ code })
  expect((failure as Failure).message).toContain(says)
})

test('no file at all is refused', () => {
  expect(readData([])).rejects.toThrow('no file of market data is named')
})

test('broken rows are counted and passed over when asked for', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', `${TRADES}1704067200001,oops,2,buy\n1704067200002,3,2,buy\nrubbish\n`)
  const { events, sources, problems } = await readData([path], { skipBadRows: true })
  expect(events).toHaveLength(2)
  expect(sources).toMatchObject([{ rows: 2, badRows: 2 }])
  expect(problems[0]).toBe('a.csv, line 3: price "oops" is not a number of 0 or more')
})

test('a file of broken rows only is refused even so', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', 'timestamp,price,quantity,side\nx,1,2,buy\n')
  expect(readData([path], { skipBadRows: true })).rejects.toThrow('a.csv has not one row that can be read')
})

test('rows that are broken alike are not advised to be skipped', async () => {
  await using at = await folder()
  const hint = async (rows: string, options = {}) => {
    const path = await at.write('a.csv', `timestamp,price,quantity,side\n${rows}`)
    const failure = await readData([path], options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    return (failure as Failure).hint
  }
  const [good, bad] = ['1704067200000,1,2,buy\n', '1704067200000,1,2,hold\n']
  expect(await hint(good + bad)).toContain('--skip-bad-rows')
  expect(await hint(bad + good)).toContain('--skip-bad-rows')
  expect(await hint(bad)).toBe(
    'its only row is broken for trades; if it is of another format, name it with --format, which --format help lists',
  )
  expect(await hint(bad.repeat(9))).toStartWith('all of its first 9 rows are broken for trades; ')
  expect(await hint(bad.repeat(9), { skipBadRows: true })).not.toContain('--skip-bad-rows')
})

test('a time zone that does not exist is refused', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', TRADES)
  expect(readData([path], { timezone: 'Mars/Olympus' })).rejects.toThrow('"Mars/Olympus" is no time zone')
})
