/**
 * The files of an input log: segments of blocks, each block with its length and checksum before it. Whoever writes may be
 * killed at any moment: what is whole counts, and a torn block at the end is as if it had never been.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writevSync } from 'node:fs'
import { join } from 'node:path'

/** Length of the block and its CRC-32, uint32 each. */
const HEAD_BYTES = 8
/** A segment is full then. */
const SEGMENT_BYTES = 8 << 20
const NAME = /^(\d{10})\.log$/

/** Between two blocks. */
export interface Position {
  readonly segment: number
  /** Bytes before it. */
  readonly offset: number
}

export class Segments implements Disposable {
  private fd: number
  private readonly head = Buffer.alloc(HEAD_BYTES)

  private constructor(
    private readonly folder: string,
    private segment: number,
    private offset: number,
  ) {
    this.fd = openSync(fileOf(folder, segment), 'a', 0o600)
    ftruncateSync(this.fd, offset)
  }

  /** A new one, in the place of what was there. @throws Error of the disk. */
  static begin(folder: string): Segments {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return new Segments(folder, 0, 0)
  }

  /** Behind what is whole of what is there. @throws Error of the disk; of damage. */
  static goOn(folder: string): Segments {
    const segment = segmentsOf(folder).at(-1)
    if (segment === undefined) return Segments.begin(folder)
    let offset = 0
    for (const { to } of blocksIn(folder, segment)) offset = to.offset
    return new Segments(folder, segment, offset)
  }

  /** Where the next block begins. */
  get position(): Position {
    return { segment: this.segment, offset: this.offset }
  }

  get isFull(): boolean {
    return this.offset >= SEGMENT_BYTES
  }

  /** In the hands of the system when it returns: it outlives this process. @throws Error of the disk. */
  write(block: Uint8Array): void {
    const { head } = this
    head.writeUInt32LE(block.length)
    head.writeUInt32LE(Bun.hash.crc32(block), 4)
    const written = writevSync(this.fd, [head, block])
    if (written < HEAD_BYTES + block.length) throw new Error('the disk has taken a part of it')
    this.offset += written
  }

  /** Begins the next one. */
  turn(): void {
    closeSync(this.fd)
    this.segment++
    this.offset = 0
    this.fd = openSync(fileOf(this.folder, this.segment), 'a', 0o600)
  }

  /** Removes those before one. */
  dropBefore(segment: number): void {
    for (const old of segmentsOf(this.folder)) if (old < segment) rmSync(fileOf(this.folder, old), { force: true })
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}

/** A block, and where it begins and ends. */
export interface PlacedBlock {
  readonly block: Uint8Array
  readonly from: Position
  readonly to: Position
}

/** All blocks, oldest first, but for one at the very end that was not finished. @throws Error of the disk; of damage. */
export function* blocksOf(folder: string): Generator<PlacedBlock> {
  const segments = segmentsOf(folder)
  for (const [index, segment] of segments.entries()) {
    if (segment !== segments[0]! + index) throw new Error(`segment ${segments[0]! + index} of the log is missing`)
    const isLast = index === segments.length - 1
    if (!(yield* blocksIn(folder, segment)) && !isLast) throw new Error(`segment ${segment} of the log is cut off`)
  }
}

/** @returns whether the last one is whole. @throws Error of the disk; of damage. */
const blocksIn = (folder: string, segment: number) => blocksWithin(readFileSync(fileOf(folder, segment)), segment)

/** Those of one segment. @returns whether the last one is whole. @throws Error of damage. */
export function* blocksWithin(bytes: Buffer, segment: number): Generator<PlacedBlock, boolean> {
  let offset = 0
  while (offset + HEAD_BYTES <= bytes.length) {
    const from = { segment, offset }
    const end = offset + HEAD_BYTES + bytes.readUInt32LE(offset)
    if (end > bytes.length) return false
    const block = bytes.subarray(offset + HEAD_BYTES, end)
    if (Bun.hash.crc32(block) !== bytes.readUInt32LE(offset + 4))
      throw new Error(`segment ${segment} of the log is damaged at byte ${offset}`)
    offset = end
    yield { block, from, to: { segment, offset } }
  }
  return offset === bytes.length
}

/** Of one segment. */
export const fileOf = (folder: string, segment: number) => join(folder, `${String(segment).padStart(10, '0')}.log`)

/** Their numbers, oldest first. @throws Error of the disk. */
export const segmentsOf = (folder: string): number[] =>
  readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
