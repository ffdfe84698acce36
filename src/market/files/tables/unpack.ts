/** What is packed is unpacked to the length that the file says, and no further. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { damaged } from './table'

type Unpack = (packed: Uint8Array, size: number) => Uint8Array

/** So that it is unpacked into one piece; zlib takes none that is smaller. */
const bounded = (size: number) => ({ maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) })

/** @throws Error for what is damaged or longer. */
export const unpackZstd: Unpack = (packed, size) => zstdDecompressSync(packed, bounded(size))
export const unpackGzip: Unpack = (packed, size) => gunzipSync(packed, bounded(size))
export const unpackBrotli: Unpack = (packed, size) => brotliDecompressSync(packed, bounded(size))

/** Unpacks into bytes of their own. @throws Error for what is damaged, and when it is not as long as the file says. */
export function whole(packed: Uint8Array, size: number, unpack: Unpack): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array
  try {
    bytes = unpack(packed, size)
  } catch {
    throw damaged()
  }
  if (bytes.length !== size) throw damaged()
  const { buffer, byteOffset } = bytes
  // The library makes lists of longer numbers of the same memory, where they have to begin at a multiple of their length.
  return buffer instanceof ArrayBuffer && byteOffset % 8 === 0
    ? new Uint8Array(buffer, byteOffset, size)
    : new Uint8Array(bytes)
}
