/** What zstd packs (RFC 8878 §3.1.1), as far as to know where its first block ends: no more than 128 KiB are in one. */

const MAGIC = 0xfd2f_b528
const DESCRIPTOR_AT = 4
const BLOCK_HEAD_BYTES = 3
const RLE = 1
const DICTIONARY_BYTES = [0, 1, 2, 4] as const
/** By the flag that says so; one without it has none, or a byte in the place of a window. */
const SIZE_BYTES = [0, 2, 4, 8] as const

/** @returns how many bytes the head of a frame has together with its first block; undefined: it is no frame. */
export function firstBlockEnd(packed: Uint8Array): number | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  if (packed.length <= DESCRIPTOR_AT || view.getUint32(0, true) !== MAGIC) return undefined
  const descriptor = packed[DESCRIPTOR_AT]!
  const isSingle = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  // the window, or the size of one that has no window
  const windowBytes = isSingle && sizeFlag > 0 ? 0 : 1
  const block = DESCRIPTOR_AT + 1 + windowBytes + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + (SIZE_BYTES[sizeFlag] ?? 0)
  if (packed.length < block + BLOCK_HEAD_BYTES) return undefined
  const head = packed[block]! | (packed[block + 1]! << 8) | (packed[block + 2]! << 16)
  return block + BLOCK_HEAD_BYTES + (((head >> 1) & 3) === RLE ? 1 : head >> 3)
}
