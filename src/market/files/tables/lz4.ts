/** LZ4: frames as Arrow files have them, blocks with and without lengths in front as Parquet files have them. */
import { decompressBlock } from 'lz4js'
import { damaged, TableProblem } from './table'

const MAGIC = 0x184d2204
/** Flags of a frame. */
const [BLOCK_CHECKSUMS, CONTENT_SIZE, DICTIONARY] = [0x10, 0x08, 0x01]
/** A bit of a block's length says that it is stored as it is. */
const [STORED, LENGTH] = [0x8000_0000, 0x7fff_ffff]
/** The head of one of Hadoop's blocks: both its lengths. */
const HADOOP_HEAD = 8

/**
 * Unpacks a frame block by block: the library's own way through it does not know where the checksums of blocks stand,
 * and follows a damaged length wherever it leads.
 * @param size of the bytes unpacked. @throws Error for a damaged frame.
 */
export function unpackLz4(frame: Uint8Array, size: number): Uint8Array {
  const view = viewOf(frame)
  const flags = view.getUint8(4)
  if (view.getUint32(0, true) !== MAGIC || flags & DICTIONARY)
    throw new TableProblem('its LZ4 frames are of an unknown kind')
  const unpacked = new Uint8Array(size)
  let to = 0
  let at = flags & CONTENT_SIZE ? 15 : 7
  for (;;) {
    const word = view.getUint32(at, true)
    const length = word & LENGTH
    at += 4
    if (word === 0) break
    if (at + length > frame.length) throw damaged()
    if (word & STORED) {
      unpacked.set(frame.subarray(at, at + length), to)
      to += length
    } else to = unpackInto(unpacked, frame, at, length, to)
    at += length + (flags & BLOCK_CHECKSUMS ? 4 : 0)
  }
  if (to !== size) throw damaged()
  return unpacked
}

/** A single block. */
export function unpackLz4Block(block: Uint8Array, size: number): Uint8Array {
  const unpacked = new Uint8Array(size)
  if (unpackInto(unpacked, block, 0, block.length, 0) !== size) throw damaged()
  return unpacked
}

/** Blocks with their lengths in front, unpacked and packed, as Hadoop writes them; or a single one without. */
export function unpackLz4Blocks(packed: Uint8Array, size: number): Uint8Array {
  const view = viewOf(packed)
  const blocks: { readonly at: number; readonly length: number; readonly size: number }[] = []
  let at = 0
  let sum = 0
  while (at + HADOOP_HEAD <= packed.length) {
    const block = { at: at + HADOOP_HEAD, length: view.getUint32(at + 4), size: view.getUint32(at) }
    blocks.push(block)
    at = block.at + block.length
    sum += block.size
  }
  if (at !== packed.length || sum !== size) return unpackLz4Block(packed, size)
  const unpacked = new Uint8Array(size)
  let to = 0
  for (const block of blocks) to = unpackInto(unpacked, packed, block.at, block.length, to)
  if (to !== size) throw damaged()
  return unpacked
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength)

/** @returns where the unpacked bytes end. @throws Error for a block that is longer than what is left. */
function unpackInto(unpacked: Uint8Array, packed: Uint8Array, start: number, length: number, to: number): number {
  if (to + lengthOf(packed, start, start + length) > unpacked.length) throw damaged()
  return decompressBlock(packed, unpacked, start, length, to)
}

/** The length of a block when it is unpacked: the library asks for no end. */
function lengthOf(packed: Uint8Array, start: number, end: number): number {
  let length = 0
  let at = start
  const more = (count: number) => {
    if (count < 15) return count
    let sum = count
    for (let byte = 255; byte === 255; sum += byte) byte = packed[at++] ?? 0
    return sum
  }
  while (at < end) {
    const token = packed[at++]!
    const literals = more(token >> 4)
    at += literals
    length += literals
    if (at >= end) break
    at += 2
    length += more(token & 15) + 4
  }
  if (at > end) throw damaged()
  return length
}
