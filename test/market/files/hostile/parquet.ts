/** Parquet files that mean to take all memory or time. */
import { brotliCompressSync } from 'node:zlib'
import { binary, type Column, int, list, long, type Page, parquetOf, struct, varint, withFooter } from './thrift'

const [INT32, INT64, DOUBLE, BYTES] = [1, 2, 5, 6]
const MIB = 1024 * 1024
const zeros = new Uint8Array(8 * MIB)
const HUGE = 2 ** 31 - 1

const time = (page: Partial<Page>, rows: number | bigint = 4, more: Partial<Column> = {}) =>
  parquetOf(
    [{ name: 'time', physical: INT64, pages: [{ is: 0, bytes: new Uint8Array(32), count: 4, ...page }], ...more }],
    rows,
  )

/** A column of one page that is packed. */
const packed = (codec: number, bytes: ArrayLike<number>, unpacked: number) => time({ bytes, unpacked }, 4, { codec })

const START = 1_704_067_200_000
/** Rows of trades, more than what decides of what format they are. */
const GOOD = 4096
/** Rows behind them: few are as bad, when a page says of each what takes more than all of the file. */
const [BAD, FEW] = [2 ** 30, 50_000]

/** One level of all rows: whether there is something. */
const levels = (is: 0 | 1, rows: number) => {
  const run = [...varint(rows * 2), is]
  return [run.length, 0, 0, 0, ...run]
}

interface Behind {
  readonly rows: number
  /** Rows in each page of absent rows. */
  readonly each?: number
  readonly time?: Page
  readonly note?: readonly Page[]
}

/** Trades, and behind them other pages: of columns that are not given these say that there is nothing. */
export function trades(behind?: Behind): Uint8Array<ArrayBuffer> {
  const column = (name: string, physical: number, ...pages: Page[]): Column => ({
    name,
    physical,
    optional: true,
    pages,
  })
  const times = [...levels(1, GOOD), ...varint(2 * GOOD), 1, ...varint(GOOD), ...varint(START * 2), 2, 0]
  const same = (value: Uint8Array): Page[] => [
    { is: 2, bytes: value, count: 1 },
    { is: 0, bytes: [...levels(1, GOOD), 1, ...varint(GOOD * 2), 0], encoding: 8, count: GOOD },
  ]
  const price = same(new Uint8Array(Float64Array.of(1.5).buffer))
  const { rows = 0, each = rows } = behind ?? {}
  const end = Array.from(
    { length: behind ? rows / each : 0 },
    (): Page => ({ is: 0, bytes: levels(0, each), count: each }),
  )
  const note: Page = { is: 0, bytes: levels(0, GOOD), count: GOOD }
  return parquetOf(
    [
      column('time', INT64, { is: 0, bytes: times, encoding: 5, count: GOOD }, ...(behind?.time ? [behind.time] : end)),
      column('price', DOUBLE, ...price, ...end),
      column('quantity', DOUBLE, ...price, ...end),
      column('side', BYTES, ...same(Buffer.from('\x03\0\0\0buy')), ...end),
      ...(behind?.note ? [column('note', BYTES, note, ...behind.note)] : []),
    ],
    GOOD + rows,
  )
}

const root = (children: number) => struct({ 4: binary('root'), 5: int(children) })
const leaf = (name: string) => struct({ 1: int(INT64), 3: int(0), 4: binary(name) })
const footer = (elements: readonly ReturnType<typeof struct>[]) =>
  withFooter(
    new Uint8Array(),
    struct({ 1: int(1), 2: list(elements), 3: long(0), 4: list([struct({ 1: list([]), 3: long(0) })]) }).bytes,
  )

/** A structure in a structure in a structure. */
const deep = (levels: number) => [...new Uint8Array(levels).fill(0x1c), ...new Uint8Array(levels + 1)]

/** A column of 4 indices into a dictionary of one time. @param is of which version the page is. */
function indices(bytes: readonly number[], is = 0, more: Partial<Page> = {}): Uint8Array<ArrayBuffer> {
  const dictionary = { is: 2, bytes: new Uint8Array(8), count: 1 }
  return time({}, 4, { pages: [dictionary, { is, bytes, encoding: 8, count: 4, ...more }] })
}

const DICTIONARY: Page = { is: 2, bytes: new Uint8Array(8), count: 1 }

/** Files by what is wrong with them. */
export const PARQUET: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  'structures in structures': () => withFooter(new Uint8Array(), deep(200_000)),
  'a number of a million bytes': () => withFooter(new Uint8Array(), [0x16, ...new Uint8Array(15_000).fill(255), 1]),
  'structures of a byte each': () => {
    const count = 2_000_000
    return withFooter(new Uint8Array(), [...struct({ 2: list([], count) }).bytes, ...new Uint8Array(count + 1)])
  },
  'a list of more elements than bytes': () => withFooter(new Uint8Array(), struct({ 2: list([], HUGE) }).bytes),
  'a list of lists': () => withFooter(new Uint8Array(), [0x29, ...new Uint8Array(100_000).fill(0x19)]),
  'more columns than bytes': () => footer([root(HUGE), leaf('time')]),
  'very many columns': () => footer([root(5_000), ...Array.from({ length: 5_000 }, (_, i) => leaf(`c${i}`))]),
  'columns in columns': () => footer([root(1), ...Array.from({ length: 4000 }, () => root(1)), leaf('time')]),
  'a long name': () => footer([root(1), leaf('time'.repeat(100_000))]),
  'row groups without columns': () => {
    const groups = list(Array.from({ length: 5_000 }, () => struct({ 3: long(HUGE) })))
    const elements = list([root(1), leaf('time')])
    return withFooter(new Uint8Array(), struct({ 1: int(1), 2: elements, 3: long(0), 4: groups }).bytes)
  },
  'the same row group again and again': () => {
    const one = struct({ 1: int(1), 2: int(0), 3: int(3), 4: int(3) })
    const page = struct({ 1: int(0), 2: int(65_536), 3: int(65_536), 5: one })
    const body = Uint8Array.from([...page.bytes, ...new Uint8Array(65_536)])
    const size = long(body.length)
    const metadata = struct({ 1: int(INT64), 3: list([binary('time')]), 4: int(0), 5: long(1), 7: size, 9: long(4) })
    const group = struct({ 1: list([struct({ 2: long(4), 3: metadata })]), 3: long(1) })
    const groups = list(Array.from({ length: 20_000 }, () => group))
    const elements = list([root(1), leaf('time')])
    return withFooter(body, struct({ 1: int(1), 2: elements, 3: long(20_000), 4: groups }).bytes)
  },
  'a column beyond the end': () => time({}, 4, { size: 2 ** 40 }),
  'a column before the start': () => time({}, 4, { start: 0 }),
  'more rows than values': () => time({}, 2n ** 60n),
  'fewer rows than values': () => time({}, 3),
  'more values than bytes': () => time({ count: HUGE }, HUGE),
  'a page longer than its column': () => time({ packed: HUGE, unpacked: HUGE }),
  'a page that is to unpack to 2 GiB': () => packed(6, Bun.zstdCompressSync(zeros), HUGE),
  'more in zstd than is said': () => packed(6, Bun.zstdCompressSync(zeros), 32),
  'more in gzip than is said': () => packed(2, Bun.gzipSync(zeros), 32),
  'more in brotli than is said': () => packed(4, brotliCompressSync(zeros), 32),
  'more in snappy than is said': () => packed(1, [...varint(32), 0, 0, ...repeated([0xfe, 1, 0], 200_000)], 32),
  'a literal of snappy of negative length': () => packed(1, [...varint(32), 0xfc, 255, 255, 255, 255, 0, 0], 32),
  'less in snappy than is said': () => packed(1, [...varint(32), 0, 0], 32),
  'more in LZ4 than is said': () => packed(7, [0x1f, 0, 1, 0, ...new Uint8Array(MIB).fill(255), 0], 32),
  'LZ4 that goes back': () => packed(5, [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, ...new Uint8Array(16)], 32),
  'absent rows without end': () => trades({ rows: BAD }),
  'absent rows without end, some in a page': () => trades({ rows: BAD, each: 2 ** 20 }),
  'a run of more indices than values': () => indices([1, ...varint(2 ** 31 - 2), 0]),
  'packed indices of more than the values': () => indices([1, ...varint(2 ** 31 - 1), 0]),
  'a run of no bits': () => indices([0, ...varint(2 ** 31 - 2)], 3),
  'packed indices of no bits': () => indices([0, ...varint(2 ** 31 - 1)], 3),
  'indices of a negative number': () => indices([0, ...varint(2 ** 32 - 1)], 3),
  'levels of more than the values': () => time({ bytes: levels(1, 2 ** 29), count: 4 }, 4, { optional: true }),
  'indices of 255 bits': () => indices([255, 3, 1, 2]),
  'runs of nothing': () => indices([1, ...repeated([0, 0], 200_000)]),
  'indices beyond the dictionary': () => indices([8, 8, 200]),
  'indices without a dictionary': () => time({ bytes: [1, 8, 0], encoding: 8 }),
  'a dictionary of more values than bytes': () => time({}, 4, { pages: [{ ...DICTIONARY, count: HUGE }] }),
  'differences in no parts': () => time({ bytes: [128, 1, 0, 4, 0, 0, 0, 0], encoding: 5 }),
  'differences in 2^31 parts': () => {
    const header = [...varint(2 ** 34), ...varint(2 ** 31 - 1), 4, 0]
    return time({ bytes: [...header, ...new Uint8Array(64)], encoding: 5 })
  },
  'differences that go back': () => {
    // A block of which the library takes the length for -128.
    const bytes = [...varint(2 ** 32 - 128), 1, 4, 0, 0, 1, ...new Uint8Array(64)]
    return time({ bytes, encoding: 5 }, 4, { physical: INT32 })
  },
  'differences of a million bits': () =>
    time({ bytes: [128, 1, 4, 4, 0, ...new Uint8Array(15_000).fill(255), 1], encoding: 5 }),
  'differences of 255 bits': () =>
    time({ bytes: [128, 1, 4, 4, 0, 0, 255, 255, 255, 255, ...new Uint8Array(64)], encoding: 5 }),
  'the same number without end': () => {
    const bytes = [...levels(1, BAD), ...varint(2 ** 40), 1, ...varint(BAD), 2, 0, 0]
    return trades({ rows: BAD, time: { is: 0, bytes, encoding: 5, count: BAD } })
  },
  'texts of which each has all before it': () => {
    const prefixes = [128, 1, 1, ...varint(FEW), 0, ...repeated([2, 0], FEW / 128 + 1)]
    const lengths = [128, 1, 1, ...varint(FEW), 2, ...repeated([0, 0], FEW / 128 + 1)]
    const bytes = [...levels(1, FEW), ...prefixes, ...lengths, ...new Uint8Array(FEW).fill(65)]
    return trades({ rows: FEW, note: [{ is: 0, bytes, encoding: 7, count: FEW }] })
  },
  'a text of 3 GiB': () => {
    const pages = [{ is: 0, bytes: [0, 0, 0, 192, ...new Uint8Array(32)], count: 4 }]
    return parquetOf([{ name: 'time', physical: BYTES, pages }], 4)
  },
  'a long text said of all rows': () => {
    const dictionary = { is: 2, bytes: [0, 0, 1, 0, ...new Uint8Array(65_536).fill(65)], count: 1 }
    const bytes = [...levels(1, FEW), 1, ...varint(FEW * 2), 0]
    return trades({ rows: FEW, note: [dictionary, { is: 0, bytes, encoding: 8, count: FEW }] })
  },
  'pages of nothing': () => {
    const pages = Array.from({ length: 5_000 }, () => ({ is: 0, bytes: [], count: 0 }))
    return parquetOf([{ name: 'time', physical: INT32, pages }], 4)
  },
  'a page that says of itself two things': () =>
    indices([1, ...varint(2 ** 31 - 2), 0], 3, { count: 2 ** 30, besides: 4 }),
  'a column of another type': () => time({}, 4, { type: INT32 }),
  'differences in a block of over 32 bits': () => {
    const count = 2000
    const header = [...varint(2 ** 32 + 8), 1, ...varint(count), 0]
    // In the blocks of 8 that the library would see, numbers go on and on.
    const blocks = [0, 0, ...new Uint8Array(130_000).fill(255), 1]
    return time({ bytes: [...header, ...blocks], encoding: 5, count }, count)
  },
  'levels longer than their page': () =>
    time({ is: 3, definitions: HUGE, bytes: [0, 0, 0, 0] }, 4, { optional: true, codec: 6 }),
}

function repeated(bytes: readonly number[], count: number): number[] {
  return Array.from({ length: Math.floor(count) }, () => bytes).flat()
}
