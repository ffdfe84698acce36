/**
 * The file of an input log: blocks, each with its length and checksum before it. Whoever writes may be killed at any moment:
 * what is whole counts, and a torn block at the end is as if it had never been.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writevSync } from 'node:fs'

/** Length of the block and its CRC-32, uint32 each. */
const HEAD_BYTES = 8

export class InputFile implements Disposable {
  private readonly fd: number
  private readonly head = Buffer.alloc(HEAD_BYTES)

  /** @param goesOn behind what is whole of what is there; else in its place. */
  constructor(path: string, goesOn: boolean) {
    const whole = goesOn ? wholeLength(path) : 0
    this.fd = openSync(path, goesOn ? 'a' : 'w', 0o600)
    ftruncateSync(this.fd, whole)
  }

  /** In the hands of the system when it returns: it outlives this process. @throws Error of the disk. */
  write(block: Uint8Array): void {
    const { head } = this
    head.writeUInt32LE(block.length)
    head.writeUInt32LE(Bun.hash.crc32(block), 4)
    const written = writevSync(this.fd, [head, block])
    if (written < HEAD_BYTES + block.length) throw new Error('the disk has taken a part of it')
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}

/** The whole blocks of a file, up to the first that is torn or damaged. */
export function* blocksOf(path: string): Generator<Uint8Array> {
  const bytes = readFileSync(path)
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    const checksum = bytes.readUInt32LE(at + 4)
    at += HEAD_BYTES
    const block = bytes.subarray(at, at + length)
    if (block.length < length || Bun.hash.crc32(block) !== checksum) return
    at += length
    yield block
  }
}

function wholeLength(path: string): number {
  let length = 0
  for (const block of blocksOf(path)) length += HEAD_BYTES + block.length
  return length
}
