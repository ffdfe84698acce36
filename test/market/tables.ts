/** Tables as files, as other programs write them. */
import { brotliCompressSync } from 'node:zlib'
import {
  CompressionType,
  type CompressionType_,
  type DataType,
  getCompressionCodec,
  setCompressionCodec,
  tableFromArrays,
  tableToIPC,
} from '@uwdata/flechette'
import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import { compress } from 'lz4js'

type Pack = (bytes: Uint8Array) => Uint8Array

export type Column = readonly (string | number | bigint | boolean | null)[]
export type Columns = Readonly<Record<string, Column>>
/** With columns of lists. */
type Nested = Readonly<Record<string, readonly (Column[number] | readonly number[])[]>>

interface FeatherOptions {
  readonly types?: Record<string, DataType>
  readonly codec?: CompressionType_
  /** Instead of the codec, which is said all the same. */
  readonly pack?: Pack
  /** Rows a record batch. */
  readonly batch?: number
}

const PACK: Record<CompressionType_, Pack> = {
  [CompressionType.LZ4_FRAME]: compress,
  [CompressionType.ZSTD]: Bun.zstdCompressSync,
}

/** An Arrow file; types that are not given are those of the values. */
export function feather(
  columns: Nested,
  { types = {}, codec, pack, batch }: FeatherOptions = {},
): Uint8Array<ArrayBuffer> {
  // The library has one codec of a kind, for the files that are read too.
  if (codec !== undefined) {
    const usual = getCompressionCodec(codec) ?? { decode: (bytes: Uint8Array) => bytes }
    setCompressionCodec(codec, { ...usual, encode: pack ?? PACK[codec] })
  }
  const data = Object.entries(columns).map(([name, values]): [string, Nested[string][number][]] => [name, [...values]])
  const table = tableFromArrays(data, { types, ...(batch === undefined ? {} : { maxBatchRows: batch }) })
  const bytes = tableToIPC(table, { format: 'file', ...(codec === undefined ? {} : { codec }) })
  return new Uint8Array(bytes ?? [])
}

export type ParquetCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD' | 'BROTLI' | 'LZ4' | 'LZ4_RAW'

interface ParquetOptions {
  /** The types of columns that have no plain type of JavaScript. */
  readonly types?: Readonly<Record<string, Omit<SchemaElement, 'name'>>>
  readonly codec?: ParquetCodec
  /** Rows a row group. */
  readonly group?: number
  /** The encodings of columns that are not to be encoded as the writer would. */
  readonly encodings?: Readonly<Record<string, ColumnSource['encoding']>>
}

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => Bun.gzipSync(new Uint8Array(bytes)),
  ZSTD: (bytes: Uint8Array) => Bun.zstdCompressSync(new Uint8Array(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
  LZ4: hadoopLz4,
  LZ4_RAW: lz4Block,
}

/** A block of LZ4 that has the bytes as they are. */
function lz4Block(bytes: Uint8Array): Uint8Array {
  const more =
    bytes.length < 15
      ? []
      : [...Array<number>(Math.floor((bytes.length - 15) / 255)).fill(255), (bytes.length - 15) % 255]
  return Uint8Array.of(Math.min(bytes.length, 15) << 4, ...more, ...bytes)
}

/** With both its lengths in front. */
function hadoopLz4(bytes: Uint8Array): Uint8Array {
  const block = lz4Block(bytes)
  const head = new DataView(new ArrayBuffer(8))
  head.setUint32(0, bytes.length)
  head.setUint32(4, block.length)
  return Uint8Array.of(...new Uint8Array(head.buffer), ...block)
}

/** A Parquet file; numbers are doubles unless their type is given. */
export function parquet(
  columns: Columns,
  { types = {}, codec = 'SNAPPY', group, encodings = {} }: ParquetOptions = {},
) {
  const elements = Object.entries(columns).map(
    ([name, values]): SchemaElement => ({ repetition_type: 'OPTIONAL', ...(types[name] ?? plainType(values)), name }),
  )
  const buffer = parquetWriteBuffer({
    columnData: Object.entries(columns).map(([name, values]): ColumnSource => {
      const encoding = encodings[name]
      return { name, data: [...values], ...(encoding === undefined ? {} : { encoding }) }
    }),
    schema: [{ name: 'root', num_children: elements.length }, ...elements],
    codec,
    compressors: COMPRESSORS,
    ...(group === undefined ? {} : { rowGroupSize: group }),
  })
  return new Uint8Array(buffer)
}

function plainType(values: Column): Omit<SchemaElement, 'name'> {
  switch (typeof values.find((value) => value !== null)) {
    case 'string':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
    case 'bigint':
      return { type: 'INT64' }
    case 'boolean':
      return { type: 'BOOLEAN' }
    default:
      return { type: 'DOUBLE' }
  }
}
