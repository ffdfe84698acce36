/** The footer of a Parquet file: what lies where, checked against how large the file is. */
import { type ColumnChunk, type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet'
import { type Bytes, damaged, footerOf, holdable, MOST_COLUMNS, TableProblem, tooManyColumns } from './table'
import { endOfStruct } from './thrift'

export interface RowGroup {
  readonly rows: number
  /** Columns that are in no other, by their names. */
  readonly chunks: ReadonlyMap<string, Chunk>
}

type ColumnMetaData = NonNullable<ColumnChunk['meta_data']>

/** Where the pages of a column lie. */
export interface Chunk {
  readonly start: number
  readonly end: number
  readonly metadata: ColumnMetaData
}

interface Footer {
  readonly metadata: FileMetaData
  readonly groups: readonly RowGroup[]
}

/** The length of the footer and the magic behind it. */
const TAIL = 8
/** The magic in front. */
const HEAD = 4
/** Columns in columns. */
const DEEPEST = 64

/** @throws Error for what is damaged or too large. */
export async function readFooter(bytes: Bytes): Promise<Footer> {
  const end = bytes.size - TAIL
  if (end < HEAD) throw new TableProblem('it is cut short')
  const tail = new Uint8Array(await bytes.slice(end, bytes.size))
  if (new TextDecoder().decode(tail.subarray(4)) !== 'PAR1') throw new TableProblem('it is cut short')
  const length = new DataView(tail.buffer).getUint32(0, true)
  const footer = await footerOf(bytes, length, end, HEAD)
  endOfStruct(footer, 0)
  const whole = new Uint8Array(length + TAIL)
  whole.set(footer)
  whole.set(tail, length)
  const metadata = parquetMetadata(whole, { geoparquet: false })
  refuseDeep(metadata.schema)
  const groups = metadata.row_groups.map(({ columns, num_rows }) => groupOf(columns, Number(num_rows), end - length))
  if (groups.reduce((sum, { rows }) => sum + rows, 0) !== Number(metadata.num_rows)) throw damaged()
  return { metadata, groups }
}

/** The library makes a tree of the list. */
function refuseDeep(schema: readonly SchemaElement[]): void {
  if (schema.length > MOST_COLUMNS) throw tooManyColumns()
  /** How many columns are to come inside of each one that is not complete. */
  const open = [1]
  for (const { num_children: children = 0 } of schema) {
    const left = open.at(-1)
    if (left === undefined || children < 0 || open.length > DEEPEST) throw damaged()
    open[open.length - 1] = left - 1
    if (children > 0) open.push(children)
    while (open.at(-1) === 0) open.pop()
  }
  if (open.length > 0) throw damaged()
}

function groupOf(columns: readonly ColumnChunk[], rows: number, footerStart: number): RowGroup {
  if (!Number.isSafeInteger(rows) || rows < 0) throw damaged()
  const chunks = new Map<string, Chunk>()
  let size = 0
  for (const { file_path, meta_data: metadata } of columns) {
    if (file_path) throw new TableProblem('its columns lie in other files')
    if (!metadata) throw damaged()
    const [name, ...inside] = metadata.path_in_schema
    const start = Number(metadata.dictionary_page_offset || metadata.data_page_offset)
    const end = start + Number(metadata.total_compressed_size)
    size += end - start
    if (!(start >= HEAD && end >= start && end <= footerStart)) throw damaged()
    if (name !== undefined && inside.length === 0) chunks.set(name, { start, end, metadata })
  }
  holdable(size, 'one of its row groups has', 'write it in smaller ones')
  return { rows, chunks }
}
