/** The files in which the columns of a sample can lie, and how a file may be packed: those that the product reads. */
import { CompressionType, type CompressionType_ } from '@uwdata/flechette'
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js'
import type { OPENERS } from '../../../src/market/files/container'
import type { Split } from '../../../src/market/files/splitters'
import { CODECS as ARROW_CODECS } from '../../../src/market/files/tables/arrow-buffers'
import { CODECS as PARQUET_CODECS } from '../../../src/market/files/tables/pages'
import { type Column, feather, type ParquetCodec, parquet } from '../tables'

export type Cells = Readonly<Record<string, readonly string[]>>
type Bytes = Uint8Array<ArrayBuffer>

export interface Carrier {
  readonly name: string
  readonly suffix: string
  readonly split: Split['by']
  /** Why a file that was cut cannot always be told from a whole one. */
  readonly endless?: string
  readonly write: (columns: Cells) => Bytes
}

const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)
const rowsOf = (columns: Cells) =>
  (Object.values(columns)[0] ?? []).map((_, row) => Object.values(columns).map((cells) => cells[row]!))

interface Dialect {
  readonly delimiter?: string
  readonly lineEnd?: string
  readonly front?: string
  readonly quoted?: true
  readonly trimmed?: true
}

const LINES = 'a text of lines is whole wherever a line ends, and a field wherever it ends'

function dialect(name: string, { delimiter = ',', lineEnd = '\n', front = '', quoted, trimmed }: Dialect): Carrier {
  const cell = (text: string) => (quoted || text.includes(delimiter) ? `"${text}"` : text)
  return {
    name: `CSV ${name}`,
    suffix: '.csv',
    split: 'fields',
    endless: LINES,
    write(columns) {
      const lines = [Object.keys(columns), ...rowsOf(columns)].map((row) => row.map(cell).join(delimiter) + lineEnd)
      const text = front + lines.join('')
      return bytesOf(trimmed ? text.slice(0, -lineEnd.length) : text)
    },
  }
}

const isNumber = (text: string) => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)
const objectsOf = (columns: Cells) =>
  rowsOf(columns).map((row) => {
    const fields = Object.keys(columns).map(
      (key, i) => `${JSON.stringify(key)}: ${isNumber(row[i]!) ? row[i] : JSON.stringify(row[i])}`,
    )
    return `{${fields.join(', ')}}`
  })

/** Whole numbers, doubles or texts, as pandas would keep them. */
function typed(cells: readonly string[]): Column {
  if (cells.every((cell) => /^-?\d+$/.test(cell))) return cells.map(BigInt)
  return cells.every(isNumber) ? cells.map(Number) : cells
}
const typedAll = (columns: Cells) =>
  Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, typed(cells)]))
const types = (columns: Cells) =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, cells]) =>
      cells.length === 0 ? [[name, { type: 'DOUBLE' } as const]] : [],
    ),
  )

const arrow = (name: string, codec?: CompressionType_): Carrier => ({
  name: `Arrow, ${name}`,
  suffix: '.feather',
  split: 'rows',
  write: (columns) => feather(typedAll(columns), { batch: 400, ...(codec === undefined ? {} : { codec }) }),
})
const inParquet = (codec: string): Carrier => ({
  name: `Parquet, ${codec}`,
  suffix: '.parquet',
  split: 'rows',
  write: (columns) => parquet(typedAll(columns), { codec: codec as ParquetCodec, group: 400, types: types(columns) }),
})
const ARROW_NAMES: Readonly<Record<keyof typeof ARROW_CODECS, string>> = {
  [CompressionType.LZ4_FRAME]: 'LZ4',
  [CompressionType.ZSTD]: 'zstd',
}

export const JSON_LIST: Carrier = {
  name: 'JSON list of objects',
  suffix: '.json',
  split: 'objects',
  write: (columns) => bytesOf(`[${objectsOf(columns).join(',\n')}]\n`),
}
const JSON_LINES: Carrier = {
  name: 'JSON lines',
  suffix: '.ndjson',
  split: 'objects',
  endless: 'an object a line: cut between two it is whole',
  write: (columns) =>
    bytesOf(
      objectsOf(columns)
        .map((object) => `${object}\n`)
        .join(''),
    ),
}
export const PLAIN_CSV = dialect('with commas', {})

/** Every file that columns can lie in. */
export const CARRIERS: readonly Carrier[] = [
  PLAIN_CSV,
  dialect('with semicolons', { delimiter: ';' }),
  dialect('with tabs', { delimiter: '\t' }),
  dialect('with bars', { delimiter: '|' }),
  dialect('with CRLF', { lineEnd: '\r\n' }),
  dialect('with a byte order mark', { front: '\uFEFF' }),
  dialect('with quotes', { quoted: true }),
  dialect('with remarks in front', { front: '# as exported\n\n' }),
  dialect('without a last line feed', { trimmed: true }),
  JSON_LIST,
  JSON_LINES,
  arrow('plain'),
  ...Object.keys(ARROW_CODECS).map((codec) =>
    arrow(ARROW_NAMES[Number(codec) as keyof typeof ARROW_CODECS], Number(codec) as CompressionType_),
  ),
  inParquet('UNCOMPRESSED'),
  ...Object.keys(PARQUET_CODECS).map(inParquet),
]

/** One of each that is read in a way of its own. */
export const KINDS: readonly Carrier[] = [
  PLAIN_CSV,
  JSON_LIST,
  JSON_LINES,
  ...['Arrow, zstd', 'Parquet, SNAPPY'].map((name) => CARRIERS.find((carrier) => carrier.name === name)!),
]

export interface Packing {
  readonly name: string
  readonly suffix: string
  readonly pack: (entry: string, bytes: Bytes) => Promise<Bytes>
}

async function zip(entries: readonly (readonly [name: string, bytes: Bytes])[], level: number): Promise<Bytes> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, level })
  for (const [name, bytes] of entries) await writer.add(name, new Uint8ArrayReader(bytes))
  return new Uint8Array(await (await writer.close()).arrayBuffer())
}
const gzipped = (bytes: Bytes): Bytes => Bun.gzipSync(bytes)
const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))

/** Each in the ways of those who write it; the first one is the usual one. */
export const PACKINGS: Readonly<Record<keyof typeof OPENERS, readonly [Packing, ...Packing[]]>> = {
  plain: [{ name: 'plain', suffix: '', pack: async (_, bytes) => bytes }],
  gzip: [
    { name: 'gzip', suffix: '.gz', pack: async (_, bytes) => gzipped(bytes) },
    {
      name: 'gzip of two members',
      suffix: '.gz',
      pack: async (_, bytes) => joined(gzipped(bytes.slice(0, 40)), gzipped(bytes.slice(40))),
    },
    {
      name: 'gzip with zeros behind it',
      suffix: '.gz',
      pack: async (_, bytes) => joined(gzipped(bytes), new Uint8Array(512)),
    },
  ],
  zip: [
    { name: 'zip', suffix: '.zip', pack: (entry, bytes) => zip([[entry, bytes]], 6) },
    { name: 'zip, stored', suffix: '.zip', pack: (entry, bytes) => zip([[entry, bytes]], 0) },
    {
      name: 'zip with a note beside it',
      suffix: '.zip',
      pack: (entry, bytes) =>
        zip(
          [
            ['README.txt', bytesOf('as recorded')],
            [`data/${entry}`, bytes],
            ['.DS_Store', bytesOf('\0')],
          ],
          6,
        ),
    },
  ],
}
