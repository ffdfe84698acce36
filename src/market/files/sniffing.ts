/** What bytes are, by the first of them. */

export type Sniffed = 'text' | 'gzip' | 'zip' | 'arrow' | 'parquet' | 'tar' | 'utf16' | 'binary'

/** So many bytes tell. */
export const SNIFF_SIZE = 1024

const MAGIC: readonly (readonly [Sniffed, at: number, text: string])[] = [
  ['gzip', 0, '\x1f\x8b'],
  ['zip', 0, 'PK'],
  ['arrow', 0, 'ARROW1'],
  ['parquet', 0, 'PAR1'],
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

/** Why what should be a text cannot be read, and what to do. */
export const NO_TEXT: Readonly<Record<Exclude<Sniffed, 'text'>, string>> = {
  gzip: 'is packed twice; unpack it first',
  zip: 'is packed twice; unpack it first',
  arrow:
    'is an Arrow file (feather); export it as CSV or JSON, for freqtrade: freqtrade convert-data --format-from feather --format-to json',
  parquet: 'is a Parquet file; export it as CSV',
  tar: 'is a tar archive; unpack it first',
  utf16: 'is UTF-16 text; save it as UTF-8',
  binary: 'is not a text file',
}
