/** LZ4 frames as Arrow files have them. */
import { decompressBlock } from 'lz4js'

const MAGIC = 0x184d2204
/** Flags of a frame. */
const [BLOCK_CHECKSUMS, CONTENT_SIZE, DICTIONARY] = [0x10, 0x08, 0x01]
/** A bit of a block's length says that it is stored as it is. */
const [STORED, LENGTH] = [0x8000_0000, 0x7fff_ffff]

/**
 * Unpacks a frame block by block: the library's own way through it does not know where the checksums of blocks stand,
 * and follows a damaged length wherever it leads.
 * @param size of the bytes unpacked. @throws Error for a damaged frame.
 */
export function unpackLz4(frame: Uint8Array, size: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const flags = view.getUint8(4)
  if (view.getUint32(0, true) !== MAGIC || flags & DICTIONARY) throw new Error('its LZ4 frames are of an unknown kind')
  const unpacked = new Uint8Array(size)
  let to = 0
  let at = flags & CONTENT_SIZE ? 15 : 7
  for (;;) {
    const word = view.getUint32(at, true)
    const length = word & LENGTH
    at += 4
    if (word === 0) break
    if (at + length > frame.length) throw new Error('it is damaged')
    if (word & STORED) {
      unpacked.set(frame.subarray(at, at + length), to)
      to += length
    } else to = decompressBlock(frame, unpacked, at, length, to)
    at += length + (flags & BLOCK_CHECKSUMS ? 4 : 0)
  }
  if (to !== size) throw new Error('it is damaged')
  return unpacked
}
