/** The pages of a column of a Parquet file: the library reads each, once what it takes on trust has been checked. */
import type { SchemaElement } from 'hyparquet'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { compressors } from 'hyparquet-compressors'
import type { Value } from './cells'
import { unpackLz4Block, unpackLz4Blocks } from './lz4'
import { refuseEndless } from './page-check'
import type { Chunk } from './parquet-footer'
import { type Bytes, CELL, damaged, holdable, TableProblem } from './table'
import { endOfStruct } from './thrift'
import { unpackBrotli, unpackGzip, unpackZstd, whole } from './unpack'

type Header = ReturnType<typeof parquetHeader>
type Decoder = Parameters<typeof readPage>[2]

/** What the runtime unpacks by itself it unpacks several times faster. */
export const CODECS: Readonly<Record<string, (packed: Uint8Array, size: number) => Uint8Array>> = {
  SNAPPY: (packed, size) => compressors.SNAPPY?.(packed, size) ?? packed,
  GZIP: unpackGzip,
  BROTLI: unpackBrotli,
  ZSTD: unpackZstd,
  LZ4: unpackLz4Blocks,
  LZ4_RAW: unpackLz4Block,
}
/** For the times of 96 bits, which are counted in ns whatever the types say. */
const PARSERS = { ...DEFAULT_PARSERS, timestampFromNanoseconds: (count: bigint) => count }
const SMALLER = 'write it in smaller ones'

/** Yields the values of the pages that have any, as they lie in the file. @throws Error for what is damaged or too large. */
export function* pagesOf(
  chunk: Chunk,
  file: Uint8Array,
  column: SchemaElement,
  spend: Bytes['spend'],
): Generator<ArrayLike<Value>> {
  const decoder = decoderOf(chunk, column)
  const { codec } = chunk.metadata
  let dictionary: ReturnType<typeof convert> | undefined
  let at = 0
  while (at < file.length - 1) {
    endOfStruct(file, at)
    const reader = { view: new DataView(file.buffer, file.byteOffset, file.byteLength), offset: at }
    const header = ownHeader(parquetHeader(reader))
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header
    at = reader.offset + packed
    if (!(packed >= 0 && unpacked >= 0 && at <= file.length)) throw damaged()
    const count = valuesOf(header)
    if (!(count >= 0)) throw damaged()
    spend(unpacked + count * CELL)
    holdable(unpacked, 'one of its pages has', SMALLER)
    holdable(count * CELL, 'the values of one of its pages have', SMALLER)
    if (header.type === 'INDEX_PAGE') continue
    const page = unpackedPage(file.subarray(reader.offset, at), header, codec)
    const view = new DataView(page.buffer)
    if (header.type !== 'DICTIONARY_PAGE') refuseEndless(view, header, column, dictionary?.length ?? 0, spend)
    const { data } = readPage(
      { view, offset: 0 },
      unpackedHeader(header, page.length),
      decoder,
      dictionary,
      undefined,
      0,
    )
    if (!data) throw damaged()
    if (header.type === 'DICTIONARY_PAGE') dictionary = convert(data, decoder)
    else {
      if (data.length !== count) throw damaged()
      if (count > 0) yield data
    }
  }
}

/** Values as they lie in the file: by their types the library would make floats of decimals and cut times. */
function decoderOf({ metadata }: Chunk, column: SchemaElement): Decoder {
  if (metadata.type !== column.type) throw damaged()
  const { converted_type: _, logical_type: __, ...element } = column
  const root = { name: 'root', num_children: 1, repetition_type: 'REQUIRED' } as const
  const leaf = { element, count: 1, path: [column.name], children: [] }
  return {
    pathInSchema: leaf.path,
    type: metadata.type,
    element,
    schemaPath: [{ element: root, count: 2, path: [], children: [leaf] }, leaf],
    codec: 'UNCOMPRESSED',
    parsers: PARSERS,
    utf8: false,
  }
}

/** With the part of its own kind alone: of several each might be asked for something else. */
function ownHeader({ type, uncompressed_page_size, compressed_page_size, ...parts }: Header): Header {
  const header = { type, uncompressed_page_size, compressed_page_size }
  const { data_page_header, data_page_header_v2, dictionary_page_header } = parts
  if (type === 'DATA_PAGE' && data_page_header) return { ...header, data_page_header }
  if (type === 'DATA_PAGE_V2' && data_page_header_v2) return { ...header, data_page_header_v2 }
  if (type === 'DICTIONARY_PAGE' && dictionary_page_header) return { ...header, dictionary_page_header }
  if (type === 'INDEX_PAGE') return header
  throw damaged()
}

const valuesOf = (header: Header): number =>
  header.data_page_header?.num_values ??
  header.data_page_header_v2?.num_values ??
  header.dictionary_page_header?.num_values ??
  0

/** The page in bytes of its own: what the library would read behind it is not there. */
function unpackedPage(bytes: Uint8Array, header: Header, codec: string): Uint8Array<ArrayBuffer> {
  const { data_page_header_v2: second, uncompressed_page_size: size } = header
  // Levels are not packed.
  const front = second ? second.repetition_levels_byte_length + second.definition_levels_byte_length : 0
  if (!(front >= 0 && front <= Math.min(size, bytes.length))) throw damaged()
  const page = new Uint8Array(size)
  page.set(bytes.subarray(0, front))
  const rest = bytes.subarray(front)
  if (codec === 'UNCOMPRESSED' || second?.is_compressed === false) {
    if (rest.length !== size - front) throw damaged()
    page.set(rest, front)
  } else if (size > front) {
    const unpack = CODECS[codec]
    if (!unpack) throw new TableProblem('it is packed in a way that is not read')
    page.set(whole(rest, size - front, unpack), front)
  }
  return page
}

/** As the library is to read a page that is unpacked. */
const unpackedHeader = (header: Header, size: number): Header => ({
  ...header,
  compressed_page_size: size,
  uncompressed_page_size: size,
  ...(header.data_page_header_v2 && { data_page_header_v2: { ...header.data_page_header_v2, is_compressed: false } }),
})
