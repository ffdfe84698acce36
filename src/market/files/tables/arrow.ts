/** Arrow files (Feather of version 2), a record batch at a time. */
import {
  TimeUnit as ArrowUnit,
  CompressionType,
  type DataType,
  Endianness,
  Precision,
  setCompressionCodec,
  Type,
  tableFromIPC,
} from '@uwdata/flechette'
import { compress } from 'lz4js'
import { type CellType, cellWriter, type TimeUnit } from './cells'
import { type Block, Footer } from './footer'
import { unpackLz4 } from './lz4'
import { type Bytes, MOST_AT_ONCE, type Table } from './table'

/** All numbers as they lie in the file. */
const RAW = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true }
const UNITS: Record<number, TimeUnit> = {
  [ArrowUnit.SECOND]: 's',
  [ArrowUnit.MILLISECOND]: 'ms',
  [ArrowUnit.MICROSECOND]: 'us',
  [ArrowUnit.NANOSECOND]: 'ns',
}

setCompressionCodec(CompressionType.LZ4_FRAME, {
  decode: (bytes, size) => whole(size, () => unpackLz4(bytes, size)),
  encode: compress,
})
setCompressionCodec(CompressionType.ZSTD, {
  decode: (bytes, size) => whole(size, () => Bun.zstdDecompressSync(bytes)),
  encode: Bun.zstdCompressSync,
})

/** @throws Error when what was unpacked is not as long as the file says. */
function whole(size: number, unpack: () => Uint8Array): Uint8Array {
  if (size > MOST_AT_ONCE) throw tooLarge()
  const bytes = unpack()
  if (bytes.length !== size) throw new Error('it is damaged')
  return bytes
}

const tooLarge = () => {
  const most = MOST_AT_ONCE / 1024 / 1024
  return new Error(`one of its record batches has over ${most} MiB; write it in smaller ones, or as Parquet`)
}

/** @throws Error, here and from the batches, for what is damaged or too large. */
export async function openArrow(bytes: Bytes): Promise<Table> {
  const footer = await Footer.read(bytes)
  const part = async ({ start, end }: Block) => {
    if (end - start > MOST_AT_ONCE) throw tooLarge()
    return new Uint8Array(await bytes.slice(start, end))
  }
  const { fields, endianness } = tableFromIPC(footer.fileOf([])).schema
  if (endianness === Endianness.Big) throw new Error('its numbers are big-endian; write it on another machine')
  const writers = fields.map(({ type }) => cellWriter(cellType(type)))
  return {
    names: fields.map(({ name }) => name ?? ''),
    async *batches() {
      const dictionaries: Uint8Array[] = []
      for (const block of footer.dictionaries) dictionaries.push(await part(block))
      for (const block of footer.batches) {
        const { numRows, children } = tableFromIPC(footer.fileOf(dictionaries, await part(block)), RAW)
        if (children.some(({ length }) => length !== numRows)) throw new Error('it is damaged')
        yield {
          rows: numRows,
          cells: children.map((column, i) => {
            const write = writers[i]!
            return (row: number) => write(column.at(row))
          }),
        }
      }
    },
  }
}

function cellType(type: DataType): CellType {
  switch (type.typeId) {
    case Type.Dictionary:
      return cellType(type.dictionary)
    case Type.RunEndEncoded:
      return cellType(type.children[1].type)
    case Type.Null:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return { is: 'text' }
    case Type.Int:
    case Type.Duration:
      return { is: 'whole' }
    case Type.Bool:
      return { is: 'truth' }
    case Type.Float:
      return {
        is: type.precision === Precision.DOUBLE ? 'double' : type.precision === Precision.SINGLE ? 'single' : 'half',
      }
    case Type.Decimal:
      return { is: 'decimal', scale: type.scale }
    case Type.Timestamp:
      return { is: 'moment', unit: UNITS[type.unit]!, utc: type.timezone !== null && type.timezone !== '' }
    case Type.Date:
      // Of days and of milliseconds alike, the library gives milliseconds.
      return { is: 'date', countMs: 1 }
    case Type.Time:
      return { is: 'clock', unit: UNITS[type.unit]! }
    default:
      return { is: 'other', what: 'nested' }
  }
}
