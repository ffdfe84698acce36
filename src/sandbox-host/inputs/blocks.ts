/** Blocks, each with its length and its checksum before it: what is whole counts. */
import { MOST_VARINT_BYTES, putVarint, varintAt } from './varint'

const CRC_BYTES = 4
const MOST_TIMES = 4
/** No head of a block has more. */
export const MOST_HEAD_BYTES = MOST_VARINT_BYTES + CRC_BYTES

export interface Block {
  readonly block: Uint8Array
  readonly crc: number
  /** Where it begins with its head, and where it ends. */
  readonly from: number
  readonly to: number
}

/** @returns how many bytes the head of it has. */
export function putHead(head: Buffer, block: Uint8Array): number {
  return head.writeUInt32LE(Bun.hash.crc32(block), putVarint(head, block.length, 0))
}

/** Undefined: there is none that is whole. */
function blockAt(bytes: Uint8Array, from: number): Block | undefined {
  const length = varintAt(bytes, from)
  if (!length) return undefined
  const begin = length.end + CRC_BYTES
  const to = begin + length.value
  if (to > bytes.length) return undefined
  const crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(length.end, true)
  return { block: bytes.subarray(begin, to), crc, from, to }
}

/** All that are whole, whatever their checksums say. */
export function* blocksIn(bytes: Uint8Array, from = 0): Generator<Block> {
  for (let next = blockAt(bytes, from); next; next = blockAt(bytes, next.to)) yield next
}

/** The one whose content begins there, and whose head not before another place; undefined: there is none that is whole and sound. */
export function blockAround(bytes: Uint8Array, content: number, least: number, effort: Effort): Block | undefined {
  for (let from = Math.max(least, content - MOST_HEAD_BYTES); from < content - CRC_BYTES; from++) {
    const block = blockAt(bytes, from)
    if (block && block.to - block.block.length === content && effort.allows(block) && isSound(block)) return block
  }
  return undefined
}

export const isSound = ({ block, crc }: Block): boolean => Bun.hash.crc32(block) === crc

/**
 * How much whoever reads a segment may look at whose blocks cannot be followed: each byte some times. Of what is said to be
 * blocks that lie one in the other there would be no end.
 */
export class Effort {
  private left: number

  constructor(bytes: Uint8Array) {
    this.left = MOST_TIMES * bytes.length
  }

  allows({ block }: Block): boolean {
    this.left -= block.length
    return this.left >= 0
  }
}

/** What there is of the first one. */
export function firstOf(bytes: Uint8Array): Uint8Array {
  const begin = (varintAt(bytes, 0)?.end ?? bytes.length) + CRC_BYTES
  return bytes.subarray(begin)
}
