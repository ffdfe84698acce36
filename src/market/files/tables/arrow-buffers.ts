/** The buffers of Arrow's columns: how long they have to be, and where in them it says what is where. */
import { CompressionType, type DataType, DateUnit, IntervalUnit, Type } from '@uwdata/flechette'
import { unpackLz4 } from './lz4'
import { damaged } from './table'
import { unpackZstd, whole } from './unpack'

/** Bytes of a text that stands in its view. */
const LONGEST_INSIDE = 12

export interface Buffer {
  /** In bytes, unpacked. */
  readonly size: number
  bytes(): Uint8Array
}

export const CODECS = {
  [CompressionType.LZ4_FRAME]: (packed: Uint8Array, size: number) => whole(packed, size, unpackLz4),
  [CompressionType.ZSTD]: (packed: Uint8Array, size: number) => whole(packed, size, unpackZstd),
}

/** In front is the length that it has when it is unpacked; -1 says that it is not packed. */
export function packedBuffer(bytes: Uint8Array, codec: number): Buffer {
  const said = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0, true))
  const rest = bytes.subarray(8)
  if (said === -1) return { size: rest.length, bytes: () => rest }
  const unpack = codec === CompressionType.ZSTD || codec === CompressionType.LZ4_FRAME ? CODECS[codec] : undefined
  if (said < 0 || !unpack) throw damaged()
  return { size: said, bytes: () => unpack(rest, said) }
}

/** Texts that end before they begin, or beyond what there is. @param words of 32 bits an offset has. */
export function refuseBackwards(rows: number, offsets: Buffer, size: number, words: 1 | 2): void {
  if (rows === 0) return
  const list = new Int32Array(offsets.bytes().slice(0, (rows + 1) * words * 4).buffer)
  let last = 0
  for (let i = 0; i < list.length; i += words) {
    const offset = list[i]!
    if (offset < last || offset > size || (words === 2 && list[i + 1] !== 0)) throw damaged()
    last = offset
  }
}

/** @returns the bytes of all texts that refer to some of the data. @throws Error for a text outside of them. */
export function sizeOfViews(
  rows: number,
  views: Buffer,
  validity: Buffer | undefined,
  data: readonly number[],
): number {
  if (rows === 0) return 0
  const { buffer, byteOffset, byteLength } = views.bytes()
  const view = new DataView(buffer, byteOffset, byteLength)
  const bits = validity?.bytes()
  let sum = 0
  for (let row = 0; row < rows; row++) {
    // Anything may be said of a row that is absent.
    if (bits && ((bits[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue
    const length = view.getInt32(row * 16, true)
    sum += length
    if (length >= 0 && length <= LONGEST_INSIDE) continue
    const start = view.getInt32(row * 16 + 12, true)
    const size = data[view.getInt32(row * 16 + 8, true)]
    if (length < 0 || start < 0 || size === undefined || start + length > size) throw damaged()
  }
  return sum
}

/** The bits of each value of a column of one buffer of values. */
export function bitsOf(type: DataType): number | undefined {
  switch (type.typeId) {
    case Type.Bool:
      return 1
    case Type.Int:
    case Type.Time:
    case Type.Decimal:
      return type.bitWidth
    case Type.Float:
      return 16 << type.precision
    case Type.Date:
      return type.unit === DateUnit.DAY ? 32 : 64
    case Type.Timestamp:
    case Type.Duration:
      return 64
    case Type.Interval:
      return type.unit === IntervalUnit.YEAR_MONTH ? 32 : type.unit === IntervalUnit.DAY_TIME ? 64 : 128
    case Type.FixedSizeBinary:
      return type.stride * 8
    case Type.Dictionary:
      return type.indices.bitWidth
    default:
      return undefined
  }
}
