/** Parquet files, some rows of a row group at a time. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type FileMetaData, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet'
import { type Compressors, compressors } from 'hyparquet-compressors'
import { cellWriter, type Value } from './cells'
import { cellOf, isFlat } from './parquet-types'
import { type Bytes, MOST_AT_ONCE, type Table } from './table'

/** Rows that are read at once; pages, of which mostly one has fewer, are unpacked whole. */
const ROWS_AT_ONCE = 65_536
/** What the runtime unpacks by itself it unpacks several times faster. */
const UNPACK: Compressors = {
  ...compressors,
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: Math.max(length, 1) }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(length, 1) }),
  ZSTD: (bytes) => Bun.zstdDecompressSync(new Uint8Array(bytes)),
}
/** For the times of 96 bits, which are counted in ns whatever the types say. */
const parsers = { timestampFromNanoseconds: (count: bigint) => count }

/** @throws Error, here and from the batches, for what is damaged or too large. */
export async function openParquet(bytes: Bytes): Promise<Table> {
  const file = held(bytes)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  refuseLarge(metadata)
  const fields = parquetSchema(metadata).children
  const writers = fields.map((field) => {
    const { type, value } = cellOf(field)
    const write = cellWriter(type)
    return (raw: Value) => write(raw === undefined || raw === null ? raw : value(raw))
  })
  return {
    names: fields.map(({ element }) => element.name),
    async *batches() {
      const columns = fields.filter(isFlat).map(({ element }) => element.name)
      const scan = await parquetScan({
        file,
        metadata: untyped(metadata),
        columns,
        compressors: UNPACK,
        parsers,
        utf8: false,
        useOffsetIndex: false,
      })
      for (const group of scan.ranges) {
        for (let rowStart = group.rowStart; rowStart < group.rowEnd; rowStart += ROWS_AT_ONCE) {
          const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, group.rowEnd)
          const rows = rowEnd - rowStart
          const read = async (column: string) => {
            const values: ArrayLike<Value> = await scan.readColumn({ column, rowStart, rowEnd })
            if (values.length !== rows) throw new Error(`its column ${column} has too few values`)
            return values
          }
          const nothing = Promise.resolve<ArrayLike<Value>>([])
          const values = await Promise.all(fields.map((field) => (isFlat(field) ? read(field.element.name) : nothing)))
          yield { rows, cells: values.map((column, i) => (row: number) => writers[i]!(column[row])) }
        }
        file.release()
      }
    },
  }
}

/** Values as they lie in the file: by their types the library would make floats of decimals and cut times. */
function untyped(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map(({ converted_type: _, logical_type: __, ...element }) => element)
  return { ...metadata, schema }
}

/** @throws Error for a row group that does not fit into memory. */
function refuseLarge({ row_groups }: FileMetaData): void {
  const sizes = row_groups.map(({ columns }) =>
    columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0),
  )
  if (!sizes.some((size) => size > MOST_AT_ONCE)) return
  const most = MOST_AT_ONCE / 1024 / 1024
  throw new Error(`one of its row groups has over ${most} MiB; write it in smaller ones`)
}

/** Columns are asked for as often as there are rows to be read of them: they are held until their row group is done. */
function held(bytes: Bytes) {
  const parts = new Map<string, Promise<ArrayBuffer>>()
  return {
    byteLength: bytes.size,
    slice(start: number, end = bytes.size): Promise<ArrayBuffer> {
      const key = `${start}-${end}`
      const part = parts.get(key) ?? bytes.slice(start, end)
      parts.set(key, part)
      return part
    },
    release: () => parts.clear(),
  }
}
