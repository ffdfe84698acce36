/** Arrow files that mean to take all memory or time. */
import { CompressionType, decimal128, float64, int32, list, nullType, utf8 } from '@uwdata/flechette'
import { feather } from '../../tables'

const MIB = 1024 * 1024
const HUGE = 2 ** 31 - 1
const TAIL = 10
const START = 1_704_067_200_000
const columns = {
  time: Array.from({ length: 4 }, (_, i) => BigInt(START + i)),
  price: [1, 2, 3, 4],
  quantity: [1, 1, 1, 1],
  side: ['buy', 'sell', 'buy', 'sell'],
}

const LISTS = list(int32())
const withLists = {
  ...columns,
  note: [
    [1, 2],
    [1, 2],
    [1, 2],
    [1, 2],
  ],
}

/** The place of a field of a table, and of what it refers to. */
class Place {
  constructor(
    private readonly view: DataView,
    private readonly at: number,
  ) {}

  field(index: number): number {
    const vtable = this.at - this.view.getInt32(this.at, true)
    return this.at + this.view.getUint16(vtable + 4 + index * 2, true)
  }

  behind(index: number): number {
    return follow(this.view, this.field(index))
  }

  table(index: number): Place {
    return new Place(this.view, this.behind(index))
  }
}

const follow = (view: DataView, at: number) => at + view.getUint32(at, true)

interface Parts {
  readonly view: DataView
  readonly footer: Place
  readonly schema: Place
  readonly message: Place
  readonly batch: Place
  /** The block of the first batch. */
  readonly block: number
}

function changed(change: (parts: Parts) => void, bytes = feather(columns)): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer)
  const end = bytes.length - TAIL
  const footer = new Place(view, follow(view, end - view.getInt32(end, true)))
  const block = footer.behind(3) + 4
  const message = new Place(view, follow(view, Number(view.getBigInt64(block, true)) + 8))
  change({ view, footer, schema: footer.table(1), message, batch: message.table(2), block })
  return bytes
}

/** A file of which all is its footer. */
function footerAlone(footer: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const length = Buffer.alloc(4)
  length.writeInt32LE(footer.length)
  const bytes = Buffer.from(Uint8Array.from(footer))
  return new Uint8Array(Buffer.concat([Buffer.from('ARROW1\0\0'), bytes, length, Buffer.from('ARROW1')]))
}

/** Each column has the next one twice: together they are 2 to the number of levels. */
function shared(levels: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(256 + levels * 64))
  let next = 4
  const shorts = (...values: number[]) => {
    const at = next
    for (const value of values) {
      view.setUint16(next, value, true)
      next += 2
    }
    return at
  }
  const ints = (...values: number[]) => {
    const at = next
    for (const value of values) {
      view.setInt32(next, value, true)
      next += 4
    }
    return at
  }
  const refer = (from: number, to: number) => view.setUint32(from, to - from, true)
  const footerVtable = shorts(8, 12, 4, 8)
  const footer = next
  ints(footer - footerVtable, 4, 0)
  refer(0, footer)
  const schemaVtable = shorts(8, 8, 0, 4)
  refer(footer + 8, next)
  const schema = next
  ints(schema - schemaVtable, 0)
  refer(schema + 4, next)
  // The list of columns: the first field alone.
  let references = [ints(1, 0) + 4]
  const typeVtable = shorts(4, 4)
  const vtable = shorts(16, 16, 0, 0, 12, 4, 0, 8)
  for (let level = 0; level < levels; level++) {
    const field = next
    for (const from of references) refer(from, field)
    // 13 is a structure.
    ints(field - vtable, 0, 0, 13)
    const type = next
    ints(type - typeVtable)
    refer(field + 4, type)
    const children = level < levels - 1 ? ints(2, 0, 0) : ints(0)
    refer(field + 8, children)
    references = [children + 4, children + 8]
  }
  return footerAlone(new Uint8Array(view.buffer, 0, next))
}

/** A schema without columns, of whose metadata all names and values are the same text. */
function sameTexts(entries: number, length: number): Uint8Array<ArrayBuffer> {
  const entry = 64 + entries * 4
  const text = entry + 12
  const footer = Buffer.alloc(text + 4 + length)
  const vtable = (at: number, ...values: number[]) => values.map((value, i) => footer.writeUInt16LE(value, at + i * 2))
  const refer = (from: number, to: number) => footer.writeUInt32LE(to - from, from)
  // The footer with its schema.
  vtable(4, 8, 8, 0, 4)
  refer(0, 12)
  footer.writeInt32LE(12 - 4, 12)
  refer(16, 32)
  // The schema with its metadata.
  vtable(20, 10, 8, 0, 0, 4)
  footer.writeInt32LE(32 - 20, 32)
  refer(36, 60)
  // An entry with its name and its value.
  vtable(40, 8, 12, 4, 8)
  footer.writeInt32LE(entry - 40, entry)
  refer(entry + 4, text)
  refer(entry + 8, text)
  footer.writeUInt32LE(entries, 60)
  for (let i = 0; i < entries; i++) refer(64 + i * 4, entry)
  footer.writeUInt32LE(length, text)
  return footerAlone(footer)
}

/** Has the first of the texts or lists with these offsets end elsewhere. */
function replaceOffsets(view: DataView, offsets: readonly number[], end: number): void {
  const places = Array.from({ length: view.byteLength / 4 - offsets.length }, (_, i) => i * 4)
  const found = places.filter((at) => offsets.every((offset, i) => view.getInt32(at + i * 4, true) === offset))
  if (found.length !== 1) throw new Error(`the offsets are there ${found.length} times`)
  view.setInt32(found[0]! + 4, end, true)
}

/** All buffers packed to these bytes. */
function packed(codec: 0 | 1, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = codec === 0 ? CompressionType.LZ4_FRAME : CompressionType.ZSTD
  const many = Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, Array(4096).fill(list[0])]))
  return feather(many, { codec: type, pack: () => bytes })
}

/** A frame of LZ4 of one block. */
function frame(block: Uint8Array): Uint8Array {
  const head = Buffer.alloc(11)
  head.writeUInt32LE(0x184d2204)
  head.set([0x60, 0x70, 0], 4)
  head.writeUInt32LE(block.length, 7)
  return new Uint8Array(Buffer.concat([head, block, Buffer.alloc(4)]))
}

/** Files by what is wrong with them. */
export const ARROW: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  'the same text again and again': () => sameTexts(20_000, 1024 * 1024),
  'a message of another kind': () => changed(({ view, message }) => view.setUint8(message.field(1), 1)),
  'a scale of 2^31': () =>
    changed(
      ({ view, schema }) => {
        const type = new Place(view, follow(view, schema.behind(1) + 4)).table(3)
        view.setInt32(type.field(1), HUGE, true)
      },
      feather({ time: [1n] }, { types: { time: decimal128(30, 9) } }),
    ),
  'words without their dictionary': () => changed(({ view, footer }) => view.setUint32(footer.behind(2), 0, true)),
  'words that end before they begin': () =>
    changed(({ view }) => replaceOffsets(view, [0, 3, 7], HUGE), feather(columns)),
  'lists without end, which are passed over': () =>
    changed(({ view }) => replaceOffsets(view, [0, 2, 4, 6, 8], HUGE), feather(withLists, { types: { note: LISTS } })),
  'columns that share their columns': () => shared(30),
  'columns in columns': () => shared(200),
  'more columns than bytes': () => changed(({ view, schema }) => view.setUint32(schema.behind(1), HUGE, true)),
  'more batches than bytes': () => changed(({ view, footer }) => view.setUint32(footer.behind(3), HUGE, true)),
  'a batch beyond the end': () => changed(({ view, block }) => view.setBigInt64(block + 16, 2n ** 62n, true)),
  'a batch before the start': () => changed(({ view, block }) => view.setBigInt64(block, -8n, true)),
  'metadata of negative length': () => changed(({ view, block }) => view.setInt32(block + 8, -HUGE, true)),
  'more rows than bytes': () => changed(({ view, batch }) => view.setBigInt64(batch.field(0), 2n ** 40n, true)),
  'rows of negative number': () => changed(({ view, batch }) => view.setBigInt64(batch.field(0), -1n, true)),
  'more nodes than bytes': () => changed(({ view, batch }) => view.setUint32(batch.behind(1), HUGE, true)),
  'more buffers than bytes': () => changed(({ view, batch }) => view.setUint32(batch.behind(2), HUGE, true)),
  'a buffer beyond the batch': () =>
    changed(({ view, batch }) => view.setBigInt64(batch.behind(2) + 4 + 24, 2n ** 40n, true)),
  'a table that is its own list': () => changed(({ view, schema }) => view.setUint32(schema.field(1), 0, true)),
  'a vtable outside': () => changed(({ view, footer }) => view.setInt32(footer.field(0) - 4, -HUGE, true)),
  'texts that end before they begin': () =>
    changed(({ view }) => replaceOffsets(view, [0, 3, 7, 10, 14], HUGE), feather(columns, { types: { side: utf8() } })),
  'rows of nothing': () => {
    const types = { time: nullType(), price: nullType(), quantity: nullType(), side: nullType() }
    const none = Object.fromEntries(Object.keys(types).map((name) => [name, [null]]))
    return changed(
      ({ view, batch }) => {
        for (const at of [batch.field(0), ...[0, 1, 2, 3].map((i) => batch.behind(1) + 4 + i * 16)]) {
          view.setBigInt64(at, 2n ** 40n, true)
        }
      },
      feather(none, { types }),
    )
  },
  'the same batch again and again': () => {
    const sound = feather(columns)
    const view = new DataView(sound.buffer)
    const end = sound.length - TAIL
    const start = end - view.getInt32(end, true)
    const at = new Place(view, follow(view, start)).behind(3)
    const block = sound.subarray(at + 4, at + 28)
    const count = 100_000
    // The list is behind all else; its first place stays aligned.
    const footer = Buffer.concat([sound.subarray(start, end), Buffer.alloc(4)])
    const place = new Place(view, follow(view, start)).field(3) - start
    footer.writeUInt32LE(footer.length - place, place)
    const list = Buffer.concat([Buffer.alloc(4), ...Array.from({ length: count }, () => block)])
    list.writeUInt32LE(count)
    const tail = Buffer.from('\0\0\0\0ARROW1')
    tail.writeInt32LE(footer.length + list.length)
    return new Uint8Array(Buffer.concat([sound.subarray(0, start), footer, list, tail]))
  },
  'zeros alone, packed': () => {
    const time = Array.from({ length: 3 * MIB }, () => 0)
    return feather({ time }, { types: { time: float64() }, codec: CompressionType.ZSTD, batch: time.length })
  },
  'more in zstd than is said': () => packed(1, Bun.zstdCompressSync(new Uint8Array(256 * MIB))),
  'more in LZ4 than is said': () =>
    packed(0, frame(Uint8Array.from([0x1f, 0, 1, 0, ...new Uint8Array(8192).fill(255), 0]))),
  'a buffer that is to unpack to 1 TiB': () => {
    const bytes = packed(1, Bun.zstdCompressSync(new Uint8Array(32_768)))
    const view = new DataView(bytes.buffer)
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      if (view.getBigInt64(at, true) === 32_768n) view.setBigInt64(at, 2n ** 40n, true)
    }
    return bytes
  },
}
