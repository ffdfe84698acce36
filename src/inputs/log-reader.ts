/**
 * The logs of sandbox hosts as others read them, while the hosts go on writing: they change nothing, run nothing, and find
 * a torn end as often as not.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkToHost } from '../protocol/check'
import { FrameReader } from '../protocol/frames'
import type { ToHost } from '../protocol/messages'
import { type Entry, entriesIn } from '../sandbox-host/inputs/entry'
import { blocksIn } from '../sandbox-host/inputs/kept-log'
import { isPast, pastOf } from '../sandbox-host/inputs/past'
import { BLOCK_HEAD_BYTES, type Position, segmentFile, segmentsIn as segmentsOf } from '../sandbox-host/inputs/segments'
import type { Steps } from './steps'

/** No block begins with more words than that. */
const MOST_HEAD_BYTES = 16 << 20

/** A log, and the folders in which its segments are: what is past of it is moved to another one, perhaps just now. */
export interface Log {
  readonly id: bigint
  readonly folders: readonly string[]
}

/** An entry, and where it stands. */
export interface PlacedEntry {
  readonly entry: Entry
  /** Where its block begins, and where it ends. */
  readonly at: Position
  readonly to: Position
  /** Which of its block it is, from 0 on. */
  readonly index: number
}

/** All logs that hosts have kept, those that are over included. @throws Error of the disk. */
export function logsIn(folder: string): Log[] {
  const found = new Map<bigint, string[]>()
  for (const path of foldersIn(folder)) {
    const id = idOf(path)
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), path])
  }
  return Array.from(found, ([id, folders]) => ({ id, folders }))
}

/** Where hosts keep logs: the folder of each, and those of what is past. @throws Error of the disk. */
export const foldersIn = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => /^\d{1,4}$/.test(name))
    .map((name) => join(folder, name))
    .flatMap((slot) => [
      slot,
      ...namesIn(slot)
        .filter(isPast)
        .map((name) => join(slot, name)),
    ])

/** Undefined: there is no log there that can be read. */
function idOf(folder: string): bigint | undefined {
  for (const segment of segmentsIn({ folders: [folder] })) {
    const head = headOf(segmentFile(folder, segment))
    if (head) return head.log
  }
  // there may be checkpoints alone
  return pastOf(folder)
}

/** Undefined: it is damaged, or was removed meanwhile. */
function headOf(file: string): Extract<Entry, { kind: 'head' }> | undefined {
  try {
    const [entry] = entriesIn(firstBlock(file))
    return entry?.kind === 'head' ? entry : undefined
  } catch {
    return undefined
  }
}

function firstBlock(file: string): Buffer {
  const fd = openSync(file, 'r')
  try {
    const head = Buffer.alloc(BLOCK_HEAD_BYTES)
    readSync(fd, head, 0, BLOCK_HEAD_BYTES, 0)
    const block = Buffer.alloc(Math.min(MOST_HEAD_BYTES, head.readUInt32LE()))
    readSync(fd, block, 0, block.length, BLOCK_HEAD_BYTES)
    return block
  } finally {
    closeSync(fd)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** Oldest first; none of a log that was removed meanwhile. @throws Error of the disk. */
export function segmentsIn({ folders }: Pick<Log, 'folders'>): number[] {
  const all = folders.flatMap((folder) => (namesIn(folder).length === 0 ? [] : segmentsOf(folder)))
  return [...new Set(all)].sort((a, b) => a - b)
}

/** All entries of a segment, a block in a step. @throws Error of the disk; of damage. */
export function* entriesOf(log: Pick<Log, 'folders'>, segment: number): Steps<PlacedEntry> {
  let bytes: Buffer | undefined
  let error: unknown
  // first where it is before it is moved
  for (const folder of log.folders) {
    if (bytes) break
    yield readFile(segmentFile(folder, segment)).then(
      (read) => {
        bytes = read
      },
      (reason: unknown) => {
        error = reason
      },
    )
  }
  if (!bytes) throw error
  let end = 0
  for (const { block, crc, from, to } of blocksIn(bytes)) {
    if (Bun.hash.crc32(block) !== crc) throw new Error(`segment ${segment} of the log is damaged at byte ${from}`)
    const place = { at: { segment, offset: from }, to: { segment, offset: to } }
    let index = 0
    for (const entry of entriesIn(block)) yield { entry, ...place, index: index++ }
    end = to
    yield undefined
  }
  // what is written last may not be finished
  if (end < bytes.length && segmentsIn(log).some((later) => later > segment))
    throw new Error(`segment ${segment} of the log is cut off at byte ${end}`)
}

/** What a frame says. @throws ProtocolError. */
export function messageOf(frame: Uint8Array): ToHost | undefined {
  let found: ToHost | undefined
  new FrameReader<ToHost>(checkToHost, (message) => {
    found = message
  }).push(frame)
  return found
}

/** A file that is no longer there. */
export const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export const isBefore = (a: Position, b: Position): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)
