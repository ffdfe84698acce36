/** What bytes are, by the first of them. */

/** Columns of values, compressed. */
type Table = 'arrow' | 'parquet'
/** Files that hold others, of which the texts inside are read. */
type Packing = 'gzip' | 'zip'
export type Refused =
  | Packing
  | 'zstd'
  | 'lz4'
  | 'bzip2'
  | 'xz'
  | 'feather1'
  | 'stream'
  | 'encrypted'
  | 'tar'
  | 'utf16'
  | 'binary'
export type Sniffed = 'text' | Table | Refused

/** So many bytes tell. */
export const SNIFF_SIZE = 1024

const MAGIC: readonly (readonly [Sniffed, at: number, text: string])[] = [
  ['gzip', 0, '\x1f\x8b'],
  ['zip', 0, 'PK'],
  ['zstd', 0, '\x28\xb5\x2f\xfd'],
  ['lz4', 0, '\x04\x22\x4d\x18'],
  ['bzip2', 4, '1AY&SY'],
  ['xz', 0, '\xfd7zXZ'],
  ['arrow', 0, 'ARROW1'],
  ['parquet', 0, 'PAR1'],
  ['feather1', 0, 'FEA1'],
  ['stream', 0, '\xff\xff\xff\xff'],
  ['encrypted', 0, 'PARE'],
  ['tar', 257, 'ustar'],
  ['utf16', 0, '\xff\xfe'],
  ['utf16', 0, '\xfe\xff'],
]
/** Control characters that texts have: tab, line feed, carriage return, and the end-of-file mark of DOS. */
const IN_TEXTS = [9, 10, 13, 26]

export function sniff(head: Uint8Array): Sniffed {
  const found = MAGIC.find(([, at, text]) => text.split('').every((char, i) => head[at + i] === char.charCodeAt(0)))
  if (found) return found[0]
  const first = head.subarray(0, SNIFF_SIZE)
  return first.some((byte) => byte < 32 && !IN_TEXTS.includes(byte)) ? 'binary' : 'text'
}

export const isTable = (what: Sniffed): what is Table => what === 'arrow' || what === 'parquet'
export const isPacking = (what: Sniffed): what is Packing => what === 'gzip' || what === 'zip'

/** Why what should be a text or a table cannot be read, and what to do. */
export const REFUSED: Readonly<Record<Refused, string>> = {
  gzip: 'is packed twice; unpack it first',
  zip: 'is packed twice; unpack it first',
  zstd: 'is packed with zstd; unpack it first, or pack it with gzip',
  lz4: 'is packed with LZ4; unpack it first, or pack it with gzip',
  bzip2: 'is packed with bzip2; unpack it first, or pack it with gzip',
  xz: 'is packed with xz; unpack it first, or pack it with gzip',
  feather1: 'is a Feather file of version 1; write it anew as version 2 or Parquet, which pandas and pyarrow do',
  stream: 'is an Arrow stream; save it as a file (feather)',
  encrypted: 'is an encrypted Parquet file; save it without encryption',
  tar: 'is a tar archive; unpack it first',
  utf16: 'is UTF-16 text; save it as UTF-8',
  binary: 'is not a text file',
}
