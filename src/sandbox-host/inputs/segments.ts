/**
 * The files of an input log, as they are written: segments of blocks, each block with its length and checksum before it.
 * Whoever writes may be killed at any moment: what is whole counts, and a torn block at the end is as if it had never been.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writevSync } from 'node:fs'
import { SEGMENT_BYTES, segmentFile } from '../../protocol/segment-files'
import { MOST_HEAD_BYTES, putHead } from './blocks'

/** Between two blocks. */
export interface Position {
  readonly segment: number
  /** Bytes before it. */
  readonly offset: number
}

export const isBefore = (a: Position, b: Position): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)

export const isSame = (a: Position | undefined, b: Position | undefined): boolean =>
  a !== undefined && a.segment === b?.segment && a.offset === b.offset

export class Segments implements Disposable {
  private fd: number
  private segment: number
  private offset: number
  private readonly head = Buffer.alloc(MOST_HEAD_BYTES)
  /** The beginning of it, by length. */
  private readonly heads = Array.from({ length: MOST_HEAD_BYTES + 1 }, (_, length) => this.head.subarray(0, length))

  /**
   * Behind what is there already of one of them; what is there behind that is removed. Who still writes the file as it was
   * writes where nobody reads any more.
   * @throws Error of the disk.
   */
  constructor(
    private readonly folder: string,
    { segment, offset }: Position,
  ) {
    this.segment = segment
    this.offset = offset
    const file = segmentFile(folder, segment)
    if (offset > 0) {
      writeFileSync(`${file}.new`, readFileSync(file).subarray(0, offset), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    }
    this.fd = openSync(file, offset > 0 ? 'a' : 'w', 0o600)
  }

  /** Where the next block begins. */
  get position(): Position {
    return { segment: this.segment, offset: this.offset }
  }

  /** Bytes of the segment so far. */
  get length(): number {
    return this.offset
  }

  get isFull(): boolean {
    return this.offset >= SEGMENT_BYTES
  }

  /** In the hands of the system when it returns: it outlives this process. @throws Error of the disk. */
  write(block: Uint8Array): void {
    const length = putHead(this.head, block)
    const written = writevSync(this.fd, [this.heads[length]!, block])
    if (written < length + block.length) throw new Error('the disk has taken only a part of it')
    this.offset += written
  }

  /** Begins the next one. */
  turn(): void {
    closeSync(this.fd)
    this.segment++
    this.offset = 0
    this.fd = openSync(segmentFile(this.folder, this.segment), 'a', 0o600)
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}
