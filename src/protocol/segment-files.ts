/**
 * The files of an input log. A segment has one; it is packed when nothing is written to it any more. Who is killed over that
 * leaves both, and then the one that is not packed counts.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { errnoOf } from '../files/reason'
import { MAX_BODY_BYTES } from './frames'
import { firstBlockEnd } from './zstd-frame'

/** A segment is full then. */
export const SEGMENT_BYTES = 8 << 20
/** It has no more with the block that makes it full: who says so must not fill the memory of who reads it. */
export const MOST_SEGMENT_BYTES = SEGMENT_BYTES + 2 * MAX_BODY_BYTES
/** As zstd packs it, this gives at least the first bytes. */
const FIRST_PACKED_BYTES = 136 << 10
const NAME = /^(\d{10})\.log(?:\.zst)?$/
const BOUNDED = { maxOutputLength: MOST_SEGMENT_BYTES }

/** What there is of a segment. */
export interface SegmentBytes {
  readonly bytes: Uint8Array
  /** Nothing is written to it any more. */
  readonly isClosed: boolean
  /** Why nothing of it can be read, behind "the segment". */
  readonly damage?: string
}

/** While it is written, and until it is packed. */
export const segmentFile = (folder: string, segment: number): string =>
  join(folder, `${String(segment).padStart(10, '0')}.log`)

export const packedFile = (folder: string, segment: number): string => `${segmentFile(folder, segment)}.zst`

/** Undefined: it is no file of a segment. */
export function segmentOf(name: string): number | undefined {
  const [, number] = NAME.exec(name) ?? []
  return number === undefined ? undefined : Number(number)
}

/** Oldest first, in a folder that is there when it returns. @throws Error of the disk. */
export function segmentsIn(folder: string): number[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const all = new Set(readdirSync(folder).flatMap((name) => segmentOf(name) ?? []))
  return [...all].sort((a, b) => a - b)
}

/** Those that are not packed, in any order. @throws Error of the disk. */
export const unpackedIn = (folder: string): number[] =>
  segmentsIn(folder).filter((segment) => existsSync(segmentFile(folder, segment)))

/** @throws Error of the disk. */
export function readSegment(folder: string, segment: number): SegmentBytes {
  try {
    return readUnpacked(segmentFile(folder, segment))
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    return readPacked(packedFile(folder, segment))
  }
}

function readUnpacked(file: string): SegmentBytes {
  return statSync(file).size > MOST_SEGMENT_BYTES ? TOO_LONG : open(readFileSync(file))
}

function readPacked(file: string): SegmentBytes {
  if (statSync(file).size > MOST_SEGMENT_BYTES) return TOO_LONG
  const bytes = readFileSync(file)
  try {
    return closed(zstdDecompressSync(bytes, BOUNDED))
  } catch {
    return CANNOT
  }
}

/**
 * As `readSegment` beside other work, while its host goes on: it may be packed or moved meanwhile, each time to where it is
 * looked for later. @param folders in which it may be, in the order in which it comes to them.
 */
export async function findSegment(folders: readonly string[], segment: number): Promise<SegmentBytes> {
  let gone: unknown
  for (const folder of folders) {
    for (const file of [segmentFile(folder, segment), packedFile(folder, segment)]) {
      try {
        if ((await stat(file)).size > MOST_SEGMENT_BYTES) return TOO_LONG
        const bytes = await readFile(file)
        return file.endsWith('.zst') ? await unpacked(bytes) : open(bytes)
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error
        gone = error
      }
    }
  }
  throw gone
}

/** So many of its first bytes; fewer where there are no more, or they cannot be read. @throws Error of the disk. */
export function firstBytes(folder: string, segment: number, count: number): Uint8Array {
  const file = segmentFile(folder, segment)
  if (existsSync(file)) return firstOf(file, count)
  const packed = firstOf(packedFile(folder, segment), FIRST_PACKED_BYTES)
  // who packs much into little must not keep who asks for a few bytes of it
  const first = packed.subarray(0, firstBlockEnd(packed) ?? 0)
  try {
    return zstdDecompressSync(first, { ...BOUNDED, finishFlush: constants.ZSTD_e_continue }).subarray(0, count)
  } catch {
    return new Uint8Array(0)
  }
}

const open = (bytes: Uint8Array): SegmentBytes => ({ bytes, isClosed: false })
const closed = (bytes: Uint8Array): SegmentBytes => ({ bytes, isClosed: true })
const damaged = (damage: string): SegmentBytes => ({ ...closed(new Uint8Array(0)), damage })
const TOO_LONG = damaged('is longer than any is')
const CANNOT = damaged('cannot be unpacked')

const unpacking = promisify(zstdDecompress)

async function unpacked(bytes: Uint8Array): Promise<SegmentBytes> {
  return await unpacking(bytes, BOUNDED).then(closed, () => CANNOT)
}

function firstOf(file: string, count: number): Uint8Array {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(count)
    return bytes.subarray(0, readSync(fd, bytes, 0, count, 0))
  } finally {
    closeSync(fd)
  }
}
