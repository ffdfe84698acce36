/** Parquet files byte by byte: what no writer writes. */

/** A value of Thrift's compact protocol. */
interface Element {
  readonly type: number
  readonly bytes: readonly number[]
}

export function varint(value: number | bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

const zigzag = (value: number | bigint) => varint(BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n)))

/** An integer of 32 bits. */
export const int = (value: number): Element => ({ type: 5, bytes: zigzag(value) })
/** An integer of 64 bits. */
export const long = (value: number | bigint): Element => ({ type: 6, bytes: zigzag(value) })
export const binary = (text: string): Element => {
  const bytes = [...new TextEncoder().encode(text)]
  return { type: 8, bytes: [...varint(bytes.length), ...bytes] }
}
/** @param count as the list says that it has. */
export const list = (
  elements: readonly Element[],
  count: number = elements.length,
  type = elements[0]?.type ?? 12,
) => ({
  type: 9,
  bytes: [0xf0 | type, ...varint(count), ...elements.flatMap(({ bytes }) => bytes)],
})
export const struct = (fields: Readonly<Record<number, Element>>): Element => {
  let last = 0
  const bytes = Object.entries(fields).flatMap(([key, { type, bytes: value }]) => {
    const step = Number(key) - last
    last = Number(key)
    return [(step << 4) | type, ...value]
  })
  return { type: 12, bytes: [...bytes, 0] }
}

export interface Page {
  /** 0 of version 1, 2 a dictionary, 3 of version 2. */
  readonly is: number
  readonly bytes: ArrayLike<number>
  readonly count: number
  readonly encoding?: number
  /** Instead of what is so. */
  readonly packed?: number
  readonly unpacked?: number
  readonly definitions?: number
  /** Values that a header of version 1 says, which a page of version 2 has besides. */
  readonly besides?: number
}

export interface Column {
  readonly name: string
  readonly physical: number
  readonly optional?: boolean
  readonly codec?: number
  /** Instead of the type that the schema says. */
  readonly type?: number
  readonly pages: readonly Page[]
  /** Where the pages begin and how long they are, instead of what is so. */
  readonly start?: number
  readonly size?: number
}

function pageBytes({ is, bytes, count, encoding = 0, packed, unpacked, definitions = 0, besides }: Page): Buffer {
  const data = { 1: int(count), 2: int(encoding), 3: int(3), 4: int(3) }
  const data2 = { 1: int(count), 2: int(0), 3: int(count), 4: int(encoding), 5: int(definitions), 6: int(0) }
  const header = struct({
    1: int(is),
    2: int(unpacked ?? bytes.length),
    3: int(packed ?? bytes.length),
    ...(is === 0 ? { 5: struct(data) } : is === 2 ? { 7: struct(data) } : { 8: struct(data2) }),
    ...(besides === undefined ? {} : { 5: struct({ ...data, 1: int(besides) }) }),
  })
  return Buffer.concat([Buffer.from(header.bytes), Buffer.from(Array.from(bytes))])
}

export function withFooter(body: Uint8Array, footer: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  const bytes = Buffer.from(Uint8Array.from(footer))
  return new Uint8Array(Buffer.concat([Buffer.from('PAR1'), body, bytes, length, Buffer.from('PAR1')]))
}

/** A file of one row group. @param rows as its footer says. */
export function parquetOf(columns: readonly Column[], rows: number | bigint): Uint8Array<ArrayBuffer> {
  let at = 4
  const parts: Buffer[] = []
  const chunks = columns.map(({ physical, codec = 0, pages, name, type = physical, ...instead }) => {
    const bytes = Buffer.concat(pages.map(pageBytes))
    const start = instead.start ?? at
    at += bytes.length
    parts.push(bytes)
    const size = long(instead.size ?? bytes.length)
    const metadata = { 1: int(type), 2: list([int(0)]), 3: list([binary(name)]), 4: int(codec), 5: long(rows) }
    return struct({ 2: long(start), 3: struct({ ...metadata, 6: size, 7: size, 9: long(start) }) })
  })
  const elements = columns.map(({ name, physical, optional }) =>
    struct({ 1: int(physical), 3: int(optional ? 1 : 0), 4: binary(name) }),
  )
  const root = struct({ 4: binary('root'), 5: int(columns.length) })
  const group = struct({ 1: list(chunks), 2: long(0), 3: long(rows) })
  const footer = struct({ 1: int(1), 2: list([root, ...elements]), 3: long(rows), 4: list([group]) })
  return withFooter(Buffer.concat(parts), footer.bytes)
}
