/**
 * The logs of sandbox hosts as others read them, while the hosts go on writing: they change nothing, run nothing, and find
 * a torn end as often as not.
 */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkToHost } from '../protocol/check'
import { FrameReader } from '../protocol/frames'
import type { ToHost } from '../protocol/messages'
import { type Entry, entriesIn } from '../sandbox-host/inputs/entry'
import { blocksIn } from '../sandbox-host/inputs/kept-log'
import { isPast } from '../sandbox-host/inputs/past'
import { type Position, segmentFile, segmentsIn as segmentsOf } from '../sandbox-host/inputs/segments'
import type { Steps } from './steps'

/** An entry, and where it stands. */
export interface PlacedEntry {
  readonly entry: Entry
  /** Where its block begins, and where it ends. */
  readonly at: Position
  readonly to: Position
  /** Which of its block it is, from 0 on. */
  readonly index: number
}

/** The folders of all logs that hosts have kept, those that are over included. @throws Error of the disk. */
export function logsIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => /^\d{1,4}$/.test(name))
    .flatMap((name) => {
      const slot = join(folder, name)
      return [
        ...namesIn(slot)
          .filter(isPast)
          .sort()
          .map((past) => join(slot, past)),
        slot,
      ]
    })
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
export const segmentsIn = (folder: string): number[] => (namesIn(folder).length === 0 ? [] : segmentsOf(folder))

/** All entries of a segment, a block in a step. @throws Error of the disk; of damage. */
export function* entriesOf(folder: string, segment: number): Steps<PlacedEntry> {
  let bytes: Buffer | undefined
  let error: unknown
  yield readFile(segmentFile(folder, segment)).then(
    (read) => {
      bytes = read
    },
    (reason: unknown) => {
      error = reason
    },
  )
  if (!bytes) throw error
  for (const { block, crc, from, to } of blocksIn(bytes)) {
    if (Bun.hash.crc32(block) !== crc) throw new Error(`segment ${segment} of the log is damaged at byte ${from}`)
    const place = { at: { segment, offset: from }, to: { segment, offset: to } }
    let index = 0
    for (const entry of entriesIn(block)) yield { entry, ...place, index: index++ }
    yield undefined
  }
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
