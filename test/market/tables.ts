/** Tables as files, as other programs write them. */
import { brotliCompressSync } from 'node:zlib'
import { type CompressionType_, type DataType, tableFromArrays, tableToIPC } from '@uwdata/flechette'
import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'

export type Column = readonly (string | number | bigint | boolean | null)[]
export type Columns = Readonly<Record<string, Column>>

interface FeatherOptions {
  readonly types?: Record<string, DataType>
  readonly codec?: CompressionType_
  /** Rows a record batch. */
  readonly batch?: number
}

/** An Arrow file; types that are not given are those of the values. */
export function feather(columns: Columns, { types = {}, codec, batch }: FeatherOptions = {}): Uint8Array<ArrayBuffer> {
  const data = Object.entries(columns).map(([name, values]): [string, Column[number][]] => [name, [...values]])
  const table = tableFromArrays(data, { types, ...(batch === undefined ? {} : { maxBatchRows: batch }) })
  const bytes = tableToIPC(table, { format: 'file', ...(codec === undefined ? {} : { codec }) })
  return new Uint8Array(bytes ?? [])
}

type Codec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD' | 'BROTLI'

interface ParquetOptions {
  /** Of the columns that have no plain type of JavaScript. */
  readonly types?: Readonly<Record<string, Omit<SchemaElement, 'name'>>>
  readonly codec?: Codec
  /** Rows a row group. */
  readonly group?: number
}

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => Bun.gzipSync(new Uint8Array(bytes)),
  ZSTD: (bytes: Uint8Array) => Bun.zstdCompressSync(new Uint8Array(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
}

/** A Parquet file; numbers are doubles unless their type is given. */
export function parquet(columns: Columns, { types = {}, codec = 'SNAPPY', group }: ParquetOptions = {}) {
  const elements = Object.entries(columns).map(
    ([name, values]): SchemaElement => ({ repetition_type: 'OPTIONAL', ...(types[name] ?? plainType(values)), name }),
  )
  const buffer = parquetWriteBuffer({
    columnData: Object.entries(columns).map(([name, values]): ColumnSource => ({ name, data: [...values] })),
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

/** The same table as CSV. */
export function csv(columns: Columns): string {
  const lists = Object.values(columns)
  const rows = lists[0]!.map((_, row) => lists.map((values) => String(values[row] ?? '')).join(','))
  return `${[Object.keys(columns).join(','), ...rows].join('\n')}\n`
}
