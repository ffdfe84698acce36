/**
 * A sandbox's memory as what it differs in from that of a new one: a strategy changes a tenth of it, and the rest is in every
 * sandbox of the engine already.
 */

/** Memory is kept in such pieces, bytes. */
const PIECE_BYTES = 256
/** And is compared in such: in most of them nothing differs. */
const PAGE_BYTES = 4096
const WORD_BYTES = 4
const NOTHING = new Uint8Array(PAGE_BYTES)

/** What a memory differs in from that of a new sandbox: its size, how many pieces differ, which ones, and these. */
export function differenceOf(memory: Uint8Array, fresh: Uint8Array): Uint8Array {
  const pieces: number[] = []
  for (let at = 0; at < memory.length; at += PAGE_BYTES) {
    const is = memory.subarray(at, at + PAGE_BYTES)
    const was = at < fresh.length ? fresh.subarray(at, at + PAGE_BYTES) : NOTHING
    if (Buffer.compare(is, was) === 0) continue
    for (let from = 0; from < PAGE_BYTES; from += PIECE_BYTES) {
      const to = from + PIECE_BYTES
      if (Buffer.compare(is.subarray(from, to), was.subarray(from, to)) !== 0) pieces.push((at + from) / PIECE_BYTES)
    }
  }
  const headBytes = (2 + pieces.length) * WORD_BYTES
  const image = Buffer.allocUnsafeSlow(headBytes + pieces.length * PIECE_BYTES)
  for (const [at, word] of [memory.length, pieces.length, ...pieces].entries())
    image.writeUInt32LE(word, at * WORD_BYTES)
  for (const [index, piece] of pieces.entries())
    image.set(memory.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES), headBytes + index * PIECE_BYTES)
  return image
}

/** How large a memory is, by its difference to a new one, bytes. */
export const sizeIn = (image: Uint8Array): number => wordAt(image, 0)

/** Makes the memory of a new sandbox, of that size, what another one was. */
export function apply(image: Uint8Array, memory: Uint8Array): void {
  const count = wordAt(image, 1)
  const headBytes = (2 + count) * WORD_BYTES
  for (let index = 0; index < count; index++) {
    const from = headBytes + index * PIECE_BYTES
    memory.set(image.subarray(from, from + PIECE_BYTES), wordAt(image, 2 + index) * PIECE_BYTES)
  }
}

const wordAt = (image: Uint8Array, index: number): number =>
  new DataView(image.buffer, image.byteOffset, image.byteLength).getUint32(index * WORD_BYTES, true)
