/**
 * The logs of sandbox hosts as others read them, while the hosts go on writing: they change nothing, run nothing, and find
 * a torn end as often as not.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkToHost } from '../protocol/check'
import { FrameReader } from '../protocol/frames'
import type { ToHost } from '../protocol/messages'
import { findSegment, firstBytes, type SegmentBytes, segmentsIn as segmentsOf } from '../protocol/segment-files'
import { blocksIn, firstOf, isSound, MOST_HEAD_BYTES } from '../sandbox-host/inputs/blocks'
import type { Entry } from '../sandbox-host/inputs/entry'
import { ID_BYTES, logOf } from '../sandbox-host/inputs/entry-form'
import { entriesIn } from '../sandbox-host/inputs/entry-reader'
import { headsBehind } from '../sandbox-host/inputs/kept-log'
import { isPast, pastOf } from '../sandbox-host/inputs/past'
import type { Position } from '../sandbox-host/inputs/segments'
import type { Steps } from './steps'

/** A log, and the folders in which its segments are: what is past of it is moved to another one, perhaps just now. */
export interface Log {
  readonly id: bigint
  readonly folders: readonly string[]
}

/** As far as it is known: where no head can be read, nobody knows its id. */
export type LogFiles = Pick<Log, 'folders'> & Partial<Log>

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
    const id = idIn(folder, segment)
    if (id !== undefined) return id
  }
  // there may be checkpoints alone
  return pastOf(folder)
}

/** Undefined: it is damaged, or was removed meanwhile. */
function idIn(folder: string, segment: number): bigint | undefined {
  try {
    return logOf(firstOf(firstBytes(folder, segment, MOST_HEAD_BYTES + ID_BYTES)))
  } catch {
    return undefined
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

/** Entries of a block that are no step of their own. */
const MOST_AT_ONCE = 1024

/** All entries of a segment, with breaks. @throws Error of the disk; of damage. */
export function* entriesOf(log: LogFiles, segment: number): Steps<PlacedEntry> {
  let found: SegmentBytes | undefined
  let error: unknown
  yield findSegment(log.folders, segment).then(
    (read) => {
      found = read
    },
    (reason: unknown) => {
      error = reason
    },
  )
  if (!found) throw error
  const { bytes, isClosed, damage } = found
  if (damage !== undefined) throw new Error(`segment ${segment} of the log ${damage}`)
  let end = 0
  for (const sound of blocksIn(bytes)) {
    const { block, from, to } = sound
    if (!isSound(sound)) throw new Error(`segment ${segment} of the log is damaged at byte ${from}`)
    const place = { at: { segment, offset: from }, to: { segment, offset: to } }
    let index = 0
    for (const entry of entriesIn(block)) {
      yield { entry, ...place, index: index++ }
      if (index % MOST_AT_ONCE === 0) yield undefined
    }
    end = to
    yield undefined
  }
  if (end === bytes.length) return
  if (isClosed || segmentsIn(log).some((later) => later > segment))
    throw new Error(`segment ${segment} of the log is cut off at byte ${end}`)
  // what is written last may not be finished, but for the length of a block that was
  if (log.id !== undefined && !headsBehind(bytes, log.id, end).next().done)
    throw new Error(`segment ${segment} of the log is damaged at byte ${end}`)
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
