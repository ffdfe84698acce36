/**
 * What a page of a Parquet file says of its values before they are read: runs and blocks of any length, of which the
 * library would make as many values, or look for them without end. What lies outside throws a RangeError.
 */
import type { SchemaElement } from 'hyparquet'
import type { parquetHeader } from 'hyparquet/src/column.js'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { type Bytes, damaged, TableProblem } from './table'

type Header = ReturnType<typeof parquetHeader>

/** Bits that an index into a dictionary may have, and a difference. */
const [WIDEST_INDEX, WIDEST_DIFFERENCE] = [32, 64]
/** Values by which a run of packed bits may be longer than what is left: they come in groups of 8, at most 63. */
const MOST_PADDING = 504
/** Values of a block of differences: the library counts them in 32 bits. */
const LONGEST_BLOCK = 2 ** 31 - 1
/** Bytes of a number of 32 bits, and of one of 64, 7 bits each. */
const [SHORT, LONG] = [5, 10]

/**
 * @param page of data, unpacked. @param words that its dictionary has.
 * @throws Error for a page that is damaged, or has more in it than the file can have.
 */
export function refuseEndless(
  page: DataView,
  { data_page_header: first, data_page_header_v2: second }: Header,
  { type, type_length, repetition_type }: SchemaElement,
  words: number,
  spend: Bytes['spend'],
): void {
  const said = first ?? second
  if (!said) throw damaged()
  const isOptional = repetition_type !== 'REQUIRED'
  let values = said.num_values
  let at = 0
  if (second) {
    values -= second.num_nulls
    at = second.repetition_levels_byte_length
    const levels = second.definition_levels_byte_length
    const present = isOptional ? runs(page, at, said.num_values, 1) : said.num_values
    if (present !== values || (levels !== 0 && !isOptional)) throw damaged()
    at += levels
  } else if (isOptional) {
    values = runs(page, 4, said.num_values, 1)
    at = 4 + page.getUint32(0, true)
  }
  switch (said.encoding) {
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (values === 0) return
      if (type === 'BOOLEAN' || words === 0) throw damaged()
      const width = page.getUint8(at)
      if (width > WIDEST_INDEX) throw damaged()
      if (width > 0 || second) runs(page, at + 1, values, width)
      return
    }
    case 'RLE':
      if (type !== 'BOOLEAN') throw damaged()
      runs(page, at + 4, values, 1)
      return
    case 'BYTE_STREAM_SPLIT':
      if (type_length && values * type_length > page.byteLength) throw damaged()
      return
    case 'DELTA_BINARY_PACKED':
    case 'DELTA_LENGTH_BYTE_ARRAY':
      differences(page, at, values)
      return
    case 'DELTA_BYTE_ARRAY': {
      differences(page, differences(page, at, values), values)
      const shared = new Int32Array(values)
      deltaBinaryUnpack({ view: page, offset: at }, values, shared)
      if (shared.some((length) => length < 0 || length > page.byteLength)) throw damaged()
      spend(shared.reduce((sum, length) => sum + length, 0))
      return
    }
    case 'PLAIN':
    case 'ALP':
      // As long as their values.
      return
    default:
      throw new TableProblem('the values of one of its columns are encoded in an unknown way')
  }
}

/** Numbers, little end first, with where they end. @param most bytes. */
function number(page: DataView, start: number, most: number): [value: number, end: number] {
  let value = 0
  for (let i = 0; i < most; i++) {
    const byte = page.getUint8(start + i)
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return [value, start + i + 1]
  }
  throw damaged()
}

/** Runs of one value, or of packed bits. @returns how many of the values are 1, where they have one bit. */
function runs(page: DataView, start: number, count: number, width: number): number {
  let ones = 0
  let at = start
  for (let left = count; left > 0; ) {
    const [head, begin] = number(page, at, SHORT)
    const groups = Math.floor(head / 2)
    if (head % 2 === 0) {
      if (groups > left) throw damaged()
      if (width === 1 && page.getUint8(begin) === 1) ones += groups
      at = begin + Math.ceil(width / 8)
      left -= groups
      continue
    }
    const values = groups * 8
    if (groups === 0 || values > left + MOST_PADDING) throw damaged()
    if (width === 1) {
      for (let i = 0; i < Math.min(values, left); i++) ones += (page.getUint8(begin + (i >> 3)) >> (i & 7)) & 1
    }
    // The library reads a byte even where a value has no bits.
    at = begin + (width === 0 ? 1 : groups * width)
    left -= values
  }
  return ones
}

/** Blocks of differences to the value before, in parts of as many values. @returns where they end. */
function differences(page: DataView, start: number, count: number): number {
  let at = start
  const next = () => {
    const [value, end] = number(page, at, LONG)
    at = end
    return value
  }
  const [size, parts, said] = [next(), next(), next()]
  if (size > LONGEST_BLOCK) throw damaged()
  next()
  const values = size / parts
  if (said !== count || !(parts > 0 && parts <= page.byteLength) || values < 8 || values % 8 !== 0) throw damaged()
  for (let left = count - 1; left > 0; ) {
    next()
    const widths = at
    at += parts
    for (let part = 0; part < parts && left > 0; part++) {
      const width = page.getUint8(widths + part)
      if (width > WIDEST_DIFFERENCE) throw damaged()
      at += (values * width) / 8
      left -= values
    }
  }
  return at
}
