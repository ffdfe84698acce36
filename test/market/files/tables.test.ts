/** Columns of Arrow and Parquet files are read as the same columns of a CSV file. */
import { expect, test } from 'bun:test'
import {
  CompressionType,
  dateDay,
  decimal128,
  dictionary,
  float32,
  int64,
  list,
  TimeUnit,
  timeMicrosecond,
  timestamp,
  uint64,
  utf8,
} from '@uwdata/flechette'

import type { SchemaTree } from 'hyparquet'
import { compress } from 'lz4js'
import { openData } from '../../../src/market/files/open'
import { type CellType, cellWriter, type Value } from '../../../src/market/files/tables/cells'
import { unpackLz4 } from '../../../src/market/files/tables/lz4'
import { cellOf } from '../../../src/market/files/tables/parquet-types'

import type { KlinePayload } from '../../../src/schema/events'
import { folder, only, readData } from '../folder'
import { type Columns, feather, parquet } from '../tables'

const START = 1_704_067_200_000
const MINUTE = 60_000
const BARS: Columns = {
  timestamp: [START, START + MINUTE, START + 2 * MINUTE, START + 3 * MINUTE],
  open: [0.1, 29_123.45, 1e-7, 7],
  high: [0.3, 30_000, 2e-7, 9],
  low: [0.05, 29_000.123456789, 1e-7, 6.5],
  close: [0.30000000000000004 - 0.1, 29_999.99, 1.5e-7, 8],
  volume: [1_234_567.000001, 0, 3, 1e21],
}
const QUOTES: Columns = { time: [START, START + 5], bid: [1.1, 1.10005], ask: [1.2, 1.2] }

async function eventsOf(name: string, bytes: string | Uint8Array<ArrayBuffer>, options = {}) {
  await using at = await folder()
  return await readData([await at.write(name, bytes)], options)
}

async function refusal(name: string, bytes: Uint8Array<ArrayBuffer>, options = {}): Promise<string> {
  return await eventsOf(name, bytes, options).then(
    () => 'read',
    (error: Error) => error.message,
  )
}

const bars = async (name: string, bytes: Uint8Array<ArrayBuffer>, options = {}): Promise<KlinePayload[]> =>
  only((await eventsOf(name, bytes, options)).events, 'KlineSummary').map(({ payload }) => payload)

test('compressed Arrow files are read, also with checksums of blocks', async () => {
  const many = Object.fromEntries(
    Object.entries(QUOTES).map(([name]) => [name, Array.from({ length: 20_000 }, () => 1)]),
  )
  const columns = { ...many, time: Array.from({ length: 20_000 }, (_, i) => BigInt(START + i)) }
  const { events } = await eventsOf('EURUSD.feather', feather(columns))
  expect(events).toHaveLength(20_000)
  for (const codec of [CompressionType.LZ4_FRAME, CompressionType.ZSTD]) {
    const packed = feather(columns, { codec })
    expect(packed.length).toBeLessThan(feather(columns).length / 2)
    expect((await eventsOf('EURUSD.feather', packed)).events).toEqual(events)
  }
  const checked = feather(columns, { codec: CompressionType.LZ4_FRAME, pack: withChecksums })
  expect((await eventsOf('EURUSD.feather', checked)).events).toEqual(events)
})

const lz4Frame = (flags: number, ...blocks: readonly (readonly [word: number, ...bytes: number[]])[]) => {
  const word = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
  const sizes = flags & 0x08 ? Array<number>(8).fill(0) : []
  return Uint8Array.of(
    4,
    0x22,
    0x4d,
    0x18,
    flags,
    0,
    ...sizes,
    0,
    ...blocks.flatMap(([length, ...bytes]) => [...word(length), ...bytes]),
    0,
    0,
    0,
    0,
  )
}
const STORED = 0x8000_0000

test.each([
  ['one block', lz4Frame(0x40, [STORED + 3, 1, 2, 3])],
  ['two blocks', lz4Frame(0x40, [STORED + 1, 1], [STORED + 2, 2, 3])],
  ['the size of its content', lz4Frame(0x48, [STORED + 3, 1, 2, 3])],
  ['checksums of its blocks', lz4Frame(0x50, [STORED + 1, 1, 9, 9, 9, 9], [STORED + 2, 2, 3, 9, 9, 9, 9])],
  ['a block that is packed', lz4Frame(0x40, [4, 0x30, 1, 2, 3])],
])('an LZ4 frame with %s is unpacked', (_, frame) => {
  expect([...unpackLz4(frame, 3)]).toEqual([1, 2, 3])
  expect([...unpackLz4(new Uint8Array([7, ...frame]).subarray(1), 3)]).toEqual([1, 2, 3])
})

test.each([
  ['a dictionary', lz4Frame(0x41, [STORED + 3, 1, 2, 3]), 'its LZ4 frames are of an unknown kind'],
  ['another magic', lz4Frame(0x40, [STORED + 3, 1, 2, 3]).with(0, 5), 'its LZ4 frames are of an unknown kind'],
  ['less than it should have', lz4Frame(0x40, [STORED + 2, 1, 2]), 'it is damaged'],
  ['a block that goes on behind it', lz4Frame(0x40, [STORED + 8, 1, 2, 3]), 'it is damaged'],
])('an LZ4 frame with %s is refused', (_, frame, message) => {
  expect(() => unpackLz4(frame, 3)).toThrow(message)
})

test('columns of no single values are passed over, and truths tell who makes', async () => {
  const time = [BigInt(START), BigInt(START + 1)]
  const columns = { time, price: [1, 2], quantity: [1, 1], is_buyer_maker: [true, false] }
  const arrow = feather({ ...columns, more: [[1], [2, 3]] as never }, { types: { more: list(int64()) } })
  for (const [name, bytes] of Object.entries({ 'BTCUSDT.feather': arrow, 'BTCUSDT.parquet': parquet(columns) })) {
    const { events } = await eventsOf(name, bytes)
    expect(only(events, 'Trade').map(({ payload }) => payload.side)).toEqual(['Sell', 'Buy'])
  }
})

test('halves are the shortest decimals that mean them', () => {
  const write = cellWriter({ is: 'half' })
  expect([0.1, 2.5, 1024, 65504, 0.33325195].map((value) => write(Math.f16round(value)))).toEqual([
    '0.1',
    '2.5',
    '1024',
    '65500',
    '0.3333',
  ])
})

test.each([
  [{ is: 'text' }, 'a\tb\u001fc', 'a b c'],
  [{ is: 'text' }, '"a"', '"""a"""'],
  [{ is: 'text' }, new TextEncoder().encode('Zürich'), 'Zürich'],
  [{ is: 'text' }, null, ''],
  [{ is: 'whole' }, 12n, '12'],
  [{ is: 'truth' }, true, 'true'],
  [{ is: 'double' }, 0.1, '0.1'],
  [{ is: 'single' }, Math.fround(16_777_217), '16777216'],
  [{ is: 'single' }, Math.fround(0.1), '0.1'],
  [{ is: 'single' }, Math.fround(1 / 3), '0.33333334'],
  [{ is: 'decimal', scale: 2 }, 1234n, '12.34'],
  [{ is: 'decimal', scale: 2 }, -5n, '-0.05'],
  [{ is: 'decimal', scale: 0 }, -5, '-5'],
  [{ is: 'decimal', scale: -2 }, 7n, '700'],
  [{ is: 'moment', unit: 's', utc: true }, 1n, '1970-01-01T00:00:01.000Z'],
  [{ is: 'moment', unit: 'ms', utc: false }, 1001, '1970-01-01T00:00:01.001'],
  [{ is: 'moment', unit: 'us', utc: false }, 2_000_000n, '1970-01-01T00:00:02'],
  [{ is: 'moment', unit: 'us', utc: true }, -1n, '1969-12-31T23:59:59.999Z'],
  [{ is: 'moment', unit: 'ns', utc: true }, -1n, '1969-12-31T23:59:59.999Z'],
  [{ is: 'moment', unit: 'ns', utc: true }, -1_000_000n, '1969-12-31T23:59:59.999Z'],
  [{ is: 'moment', unit: 'ns', utc: true }, 1_999_999n, '1970-01-01T00:00:00.001Z'],
  [{ is: 'moment', unit: 'ms', utc: true }, 8.64e15, '+275760-09-13T00:00:00.000Z'],
  [{ is: 'moment', unit: 'ms', utc: true }, 8.64e15 + 1, '8640000000000001 ms'],
  [{ is: 'moment', unit: 'ms', utc: true }, -8.64e15 - 1, '-8640000000000001 ms'],
  [{ is: 'clock', unit: 'ms' }, 34_200_000, '09:30:00.000'],
  [{ is: 'date', countMs: 86_400_000 }, 1, '1970-01-02'],
  [{ is: 'date', countMs: 1 }, 86_400_000, '1970-01-02'],
  [{ is: 'other', what: 'nested' }, 1, 'nested'],
] as [CellType, Value, string][])('a cell of %j with %p is %j', (type, value, text) => {
  expect(cellWriter(type)(value)).toBe(text)
})

const column = (element: object): SchemaTree =>
  ({ element: { name: 'a', ...element }, children: [], count: 1, path: ['a'] }) as never

test.each([
  [{ type: 'DOUBLE' }, { is: 'double' }],
  [{ type: 'FLOAT' }, { is: 'single' }],
  [{ type: 'BOOLEAN' }, { is: 'truth' }],
  [{ type: 'INT32' }, { is: 'whole' }],
  [{ type: 'INT64' }, { is: 'whole' }],
  [{ type: 'BYTE_ARRAY' }, { is: 'text' }],
  [{ type: 'INT96' }, { is: 'moment', unit: 'ns', utc: true }],
  [
    { type: 'INT32', converted_type: 'DECIMAL', scale: 3 },
    { is: 'decimal', scale: 3 },
  ],
  [
    { type: 'INT32', converted_type: 'DECIMAL' },
    { is: 'decimal', scale: 0 },
  ],
  [
    { type: 'INT32', logical_type: { type: 'DECIMAL', scale: 4 } },
    { is: 'decimal', scale: 4 },
  ],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
    { is: 'moment', unit: 'ms', utc: true },
  ],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    { is: 'moment', unit: 'us', utc: true },
  ],
  [
    { type: 'INT64', logical_type: { type: 'TIMESTAMP', unit: 'NANOS', isAdjustedToUTC: false } },
    { is: 'moment', unit: 'ns', utc: false },
  ],
  [
    { type: 'INT32', converted_type: 'TIME_MILLIS' },
    { is: 'clock', unit: 'ms' },
  ],
  [
    { type: 'INT64', logical_type: { type: 'TIME', unit: 'NANOS' } },
    { is: 'clock', unit: 'ns' },
  ],
  [
    { type: 'INT32', converted_type: 'DATE' },
    { is: 'date', countMs: 86_400_000 },
  ],
  [
    { type: 'INT32', logical_type: { type: 'DATE' } },
    { is: 'date', countMs: 86_400_000 },
  ],
  [{ type: 'FIXED_LEN_BYTE_ARRAY', logical_type: { type: 'FLOAT16' } }, { is: 'half' }],
  [
    { type: 'DOUBLE', repetition_type: 'REPEATED' },
    { is: 'other', what: 'nested' },
  ],
] as [object, CellType][])('a Parquet column of %j has cells of %j', (element, type) => {
  expect(cellOf(column(element)).type).toEqual(type)
})

test('values of Parquet columns are what their types say', () => {
  const value = (element: object, raw: Value) => cellOf(column(element)).value(raw)
  const unsigned = { type: 'INT32', converted_type: 'UINT_32' }
  expect([value(unsigned, -1), value({ ...unsigned, type: 'INT64', converted_type: 'UINT_64' }, -1n)]).toEqual([
    4_294_967_295,
    18_446_744_073_709_551_615n,
  ])
  const logical = (isSigned: boolean) => ({ type: 'INT32', logical_type: { type: 'INTEGER', bitWidth: 32, isSigned } })
  expect([value(logical(true), -1), value(logical(false), -1), value({ type: 'INT32' }, -1)]).toEqual([
    -1, 4_294_967_295, -1,
  ])
  const decimal = { type: 'FIXED_LEN_BYTE_ARRAY', converted_type: 'DECIMAL', scale: 1 }
  expect([value(decimal, Uint8Array.of(1, 2)), value(decimal, Uint8Array.of(255, 254)), value(decimal, 7)]).toEqual([
    258n,
    -2n,
    7,
  ])
  const half = { type: 'FIXED_LEN_BYTE_ARRAY', logical_type: { type: 'FLOAT16' } }
  expect([
    value(half, Uint8Array.of(0, 0x3c, 9).subarray(0, 2)),
    value(half, Uint8Array.of(9, 0, 0xc0).subarray(1)),
    value(half, 5),
  ]).toEqual([1, -2, 5])
})

/** A frame of LZ4 with a place for a checksum behind each block. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const frame = compress(bytes)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const parts = [frame.slice(0, 7)]
  parts[0]![4]! |= 0x10
  for (let at = 7; ; ) {
    const word = view.getUint32(at, true)
    const next = at + 4 + (word & 0x7fff_ffff)
    parts.push(frame.slice(at, next))
    if (word === 0) break
    parts.push(new Uint8Array(4))
    at = next
  }
  return new Uint8Array(Buffer.concat(parts))
}

test('more rows than are read at once come all, in their order', async () => {
  const count = 150_000
  const time = Array.from({ length: count }, (_, i) => BigInt(START + i))
  const price = time.map((_, i) => 1 + i / 1000)
  const columns = { time, price, quantity: price, side: time.map(() => 'buy') }
  const files = { 'BTCUSDT.parquet': parquet(columns, { group: count }), 'BTCUSDT.feather': feather(columns) }
  for (const [name, bytes] of Object.entries(files)) {
    const { events, progress } = await eventsOf(name, bytes)
    expect(events.map(({ timeMs }) => BigInt(timeMs))).toEqual(time)
    expect(only(events, 'Trade').map(({ payload }) => Number(payload.price))).toEqual(price)
    expect(progress.bytesTotal).toBe(bytes.length)
    expect(progress.bytesRead).toBeLessThanOrEqual(bytes.length)
    expect(progress.bytesRead).toBeGreaterThan(bytes.length / 2)
  }
})

test('times of all units are read, with the zone that they have or the one that is named', async () => {
  const rows = { open: [1, 1], high: [1, 2], low: [1, 1], close: [1, 2], volume: [1, 1] }
  const units = [
    [TimeUnit.SECOND, 1000, undefined],
    [TimeUnit.MILLISECOND, 1, 'MILLIS'],
    [TimeUnit.MICROSECOND, 1 / 1000, 'MICROS'],
    [TimeUnit.NANOSECOND, 1 / 1_000_000, 'NANOS'],
  ] as const
  const opening = -315_619_200_000
  for (const [unit, ms, name] of units) {
    const count = (time: number) => BigInt(time) * BigInt(Math.round(1 / ms))
    for (const utc of [true, false]) {
      // One writer takes milliseconds whatever the unit, the other one what is to lie in the file.
      const files: Record<string, Uint8Array<ArrayBuffer>> = {
        'EURUSD.feather': feather(
          { date: [opening, opening + MINUTE], ...rows },
          { types: { date: timestamp(unit, utc ? 'Europe/Paris' : null) } },
        ),
      }
      if (name) {
        const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: utc, unit: name } as const
        files['EURUSD.parquet'] = parquet(
          { date: [count(opening), count(opening + MINUTE)], ...rows },
          { types: { date: { type: 'INT64', logical_type } } },
        )
      }
      for (const [file, bytes] of Object.entries(files)) {
        expect((await bars(file, bytes)).map(({ openTime }) => openTime)).toEqual([opening, opening + MINUTE])
        const shifted = await bars(file, bytes, { timezone: 'America/New_York' })
        expect(shifted[0]!.openTime).toBe(utc ? opening : opening + 5 * 60 * MINUTE)
      }
    }
  }
})

test('what is finer than a millisecond is cut off, before 1970 too', async () => {
  const rows = { price: [1, 2], quantity: [1, 1], side: ['buy', 'buy'] }
  const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } as const
  const files = {
    'EURUSD.feather': feather(
      { time: [-1.5, 1_704_067_200_123.5], ...rows },
      { types: { time: timestamp(TimeUnit.MICROSECOND, 'UTC') } },
    ),
    'EURUSD.parquet': parquet(
      { time: [-1_000_001n, 1_704_067_200_123_999_999n], ...rows },
      { types: { time: { type: 'INT64', logical_type } } },
    ),
  }
  for (const [name, bytes] of Object.entries(files)) {
    const { events } = await eventsOf(name, bytes)
    expect(events.map(({ timeMs }) => timeMs)).toEqual([-2, 1_704_067_200_123])
  }
})

test('a day and a clock in columns of their own are one time', async () => {
  const day = Math.floor(START / 86_400_000)
  const clock = 34_200_000_000n
  const rows = { open: [1, 1], high: [1, 2], low: [1, 1], close: [1, 2] }
  const arrow = feather(
    { date: [START, START], time: [clock, clock + 60_000_000n], ...rows },
    { types: { date: dateDay(), time: timeMicrosecond() } },
  )
  const types = {
    date: { type: 'INT32', converted_type: 'DATE' },
    time: { type: 'INT64', converted_type: 'TIME_MICROS' },
  } as const
  const file = parquet({ date: [day, day], time: [clock, clock + 60_000_000n], ...rows }, { types })
  for (const [name, bytes] of Object.entries({ 'AAPL.feather': arrow, 'AAPL.parquet': file })) {
    const opened = (await bars(name, bytes)).map(({ openTime }) => openTime)
    expect(opened).toEqual([START + 34_200_000, START + 34_260_000])
  }
})

test('decimals are exact, beyond the digits of a double', async () => {
  const unscaled = 123_456_789_012_345_678_901n
  const columns = {
    time: [BigInt(START), BigInt(START + 1)],
    price: [unscaled, 1n],
    quantity: [5_000_000_000n, 1_230_000_000n],
    side: ['buy', 'sell'],
  }
  const DECIMAL = { converted_type: 'DECIMAL', scale: 9, precision: 30 } as const
  const files = {
    'BTCUSDT.feather': feather(columns, { types: { price: decimal128(30, 9), quantity: decimal128(30, 9) } }),
    'BTCUSDT.parquet': parquet(columns, {
      types: {
        price: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 13, ...DECIMAL },
        quantity: { type: 'INT64', ...DECIMAL, precision: 18 },
      },
    }),
  }
  for (const [name, bytes] of Object.entries(files)) {
    const trades = only((await eventsOf(name, bytes)).events, 'Trade').map(({ payload }) => payload)
    expect(trades.map(({ price }) => price)).toEqual(['123456789012.345678901', '0.000000001'])
    expect(trades.map(({ quantity }) => quantity)).toEqual(['5', '1.23'])
  }
})

test('numbers of single precision are the shortest decimals that mean them, whole numbers have all digits', async () => {
  const id = 18_446_744_073_709_551_615n
  const columns = { time: [BigInt(START)], price: [67_123.45], quantity: [0.1], side: ['buy'], id: [id] }
  const FLOAT = { type: 'FLOAT' } as const
  const UINT64 = { type: 'INT64', logical_type: { type: 'INTEGER', bitWidth: 64, isSigned: false } } as const
  const files = {
    'BTCUSDT.feather': feather(columns, { types: { price: float32(), quantity: float32(), id: uint64() } }),
    'BTCUSDT.parquet': parquet(columns, { types: { price: FLOAT, quantity: FLOAT, id: UINT64 } }),
  }
  for (const [name, bytes] of Object.entries(files)) {
    const [trade] = only((await eventsOf(name, bytes)).events, 'Trade')
    expect(trade!.payload).toEqual({
      tradeId: String(id),
      side: 'Buy',
      price: '67123.45',
      quantity: '0.1',
      timestamp: START,
    })
  }
})

test('words of a dictionary are read in every batch, and lines within a word end no row', async () => {
  const columns = {
    time: Array.from({ length: 6 }, (_, i) => BigInt(START + i)),
    symbol: ['BTCUSDT', 'ETHUSDT', 'BTCUSDT', 'ETHUSDT', 'BTCUSDT', 'ETHUSDT'],
    price: [1, 2, 3, 4, 5, 6],
    quantity: [1, 1, 1, 1, 1, 1],
    side: ['buy', 'sell', 'buy', 'sell', 'buy', 'sell'],
    note: ['a\nb', 'c\r\n', '\u001f', ',', ';', '\t'],
  }
  const types = { symbol: dictionary(utf8()), side: dictionary(utf8()) }
  for (const bytes of [feather(columns, { types, batch: 2 }), parquet(columns, { group: 2 })]) {
    const { events } = await eventsOf('data.bin', bytes)
    expect(events.map(({ symbol }) => symbol)).toEqual(columns.symbol.map((name) => name.replace('USDT', '-USDT')))
    expect(only(events, 'Trade').map(({ payload }) => payload.side.toLowerCase())).toEqual(columns.side)
  }
})

test('a price that is absent or no number breaks its row, which is named by its number', async () => {
  for (const [value, said] of [
    [null, '""'],
    [Number.NaN, '"NaN"'],
    [-1, '"-1"'],
  ] as const) {
    const broken: Columns = { ...BARS, close: [...BARS.close!.slice(0, 2), value, 8] }
    for (const [name, bytes] of Object.entries({ 'a.feather': feather(broken), 'a.parquet': parquet(broken) })) {
      expect(await refusal(name, bytes)).toBe(`${name}, row 3: close ${said} is not a number of 0 or more`)
      const { sources, events } = await eventsOf(name, bytes, { skipBadRows: true })
      expect(events).toHaveLength(3)
      expect(sources[0]).toMatchObject({ rows: 3, badRows: 1 })
    }
  }
})

test('a row far behind the first ones that contradicts what they say is refused by its number', async () => {
  const hours = Array.from({ length: 3000 }, (_, i) => START + i * 60 * MINUTE)
  const times = [...hours, hours.at(-1)! + MINUTE]
  const prices = times.map(() => 1)
  const columns = { timestamp: times, open: prices, high: prices, low: prices, close: prices, volume: prices }
  for (const [name, bytes] of Object.entries({ 'a.feather': feather(columns), 'a.parquet': parquet(columns) })) {
    expect(await refusal(name, bytes)).toContain(`${name}, row 3001: it opens 1m after`)
    expect(await bars(name, bytes, { format: 'ohlcv:1m' })).toHaveLength(3001)
  }
})

test("pandas' index without a name is the time where no column is", async () => {
  const { timestamp: __index_level_0__, ...prices } = BARS
  const indexed: Columns = { ...prices, __index_level_0__: __index_level_0__! }
  expect((await bars('BTCUSDT-1m.parquet', parquet(indexed)))[0]!.openTime).toBe(START)
})

test('a format that is named by the places of its columns is read by them, whatever they are called', async () => {
  const rows = { t: [START, START + MINUTE], l: [1, 2], h: [4, 5], o: [2, 3], c: [3, 4], v: [9, 9] }
  for (const columns of [rows, Object.fromEntries(Object.values(rows).map((list, i) => [`c${i}`, list]))]) {
    for (const bytes of [feather(columns), parquet(columns)]) {
      const [first] = await bars('BTC-USD', bytes, { format: 'coinbase-ohlcv' })
      expect(first).toMatchObject({ lowPrice: '1', highPrice: '4', openPrice: '2', closePrice: '3', volume: '9' })
    }
  }
})

test('tables are read inside zip and gzip, by their bytes', async () => {
  await using at = await folder()
  const table = { 'x/BTCUSDT-1m.feather': feather(BARS), 'ETHUSDT-1m.dat': parquet(BARS), 'README.txt': 'Prices.' }
  const zip = await readData([await at.zip('data.zip', table)])
  expect(zip.symbols.toSorted()).toEqual(['BTC-USDT', 'ETH-USDT'])
  expect(zip.events).toHaveLength(8)
  expect(zip.progress.bytesRead).toBe(zip.progress.bytesTotal)
  const gzip = await readData([await at.write('BTCUSDT-1m.parquet.gz', Bun.gzipSync(parquet(BARS)))])
  expect(gzip.symbols).toEqual(['BTC-USDT'])
  expect(gzip.events).toHaveLength(4)
  const unknown = parquet({ first: [1, 2], second: [3, 4] })
  const mixed = await at.zip('mixed.zip', { 'BTCUSDT-1m.feather': feather(BARS), 'other.parquet': unknown })
  expect(await readData([mixed]).catch((error: Error) => error.message)).toContain(
    'mixed.zip: other.parquet has an unknown layout: it has the columns first, second; expected are',
  )
})

test('a damaged table is refused', async () => {
  const holed = feather(BARS)
  holed.fill(255, holed.length - 60, holed.length - 20)
  expect(await refusal('a.feather', holed)).toMatch('a.feather cannot be read: ')
})

test('a table without rows, and one whose column names two prices, are refused', async () => {
  const types = { timestamp: int64() }
  const none = Object.fromEntries(Object.keys(BARS).map((name) => [name, []]))
  expect(await refusal('a.feather', feather(none, { types }))).toBe('a.feather has a header and no rows')
  expect(await refusal('a.parquet', parquet(none))).toBe('a.parquet has a header and no rows')
  const twice = { ...BARS, Close: BARS.close! }
  expect(await refusal('a.parquet', parquet(twice))).toContain('a.parquet has two columns of the name "close"')
})

test('others have their turns while a table is read, also one of a single record batch or page', async () => {
  const count = 100_000
  const time = Array.from({ length: count }, (_, i) => BigInt(START + i))
  const price = time.map((_, i) => 1 + i / 1000)
  const columns = { time, price, quantity: price, side: time.map(() => 'buy') }
  for (const bytes of [feather(columns, { batch: count }), parquet(columns, { group: count })]) {
    await using at = await folder()
    await using feed = await openData([await at.write('BTCUSDT', bytes)], { provider: 'data', from: START + count - 1 })
    let turns = 0
    let isReading = true
    const others = () => {
      turns++
      if (isReading) setImmediate(others)
    }
    setImmediate(others)
    let events = 0
    for await (const batch of feed.batches()) events += batch.length
    isReading = false
    expect(events).toBe(1)
    // A turn a slice of 4096 rows.
    expect(turns).toBeGreaterThan(count / 4096)
  }
})
