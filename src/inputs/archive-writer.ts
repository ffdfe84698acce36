/** Makes an archive of what is kept of an instance, a block in a step. */
import { reasonOf } from '../files/reason'
import { frameOf } from '../protocol/frames'
import { RecordCursor } from '../sandbox/cursor'
import type { Checkpoint } from '../sandbox-host/inputs/checkpoint-file'
import { EntryWriter } from '../sandbox-host/inputs/entry-writer'
import type { Position } from '../sandbox-host/inputs/segments'
import { type ArchivedRun, type ArchiveHead, archiveBegin, blockOf, json } from './archive'
import { beginningOf, renewedFrom } from './beginning'
import { type OwnBatch, OwnEntries, type OwnEntry } from './own-entries'
import type { Run } from './runs'
import { type Steps, untilDamage } from './steps'

/** Entries are gathered to so many bytes. */
const BLOCK_BYTES = 256 << 10

export interface Asked {
  /** The hash of the engine. */
  readonly engine: string
  /** From the newest checkpoint before it on, ms of the events' own time. */
  readonly fromMs?: number | undefined
  /** Up to the first event behind it. */
  readonly toMs?: number | undefined
}

/** @param runs that can be done again. What goes wrong on the way is said in it. */
export function* archiveOf(head: ArchiveHead, runs: readonly Run[], asked: Asked): Steps<Uint8Array> {
  yield archiveBegin(head)
  let blocks = 0
  for (const [index, run] of runs.entries()) {
    let failure: string | undefined
    const damaged = (error: unknown) => {
      failure = reasonOf(error)
    }
    for (const block of untilDamage(runBlocks(run, runs[index + 1], asked), damaged)) {
      if (block instanceof Uint8Array) blocks++
      yield block
    }
    if (failure === undefined) continue
    yield blockOf('failed', json({ message: failure }))
    return
  }
  yield blockOf('end', json({ blocks }))
}

function* runBlocks(run: Run, next: Run | undefined, asked: Asked): Steps<Uint8Array> {
  const { instanceId, number, startMs } = run
  const { engine, fromMs, toMs = Number.POSITIVE_INFINITY } = asked
  const beginning = beginningOf(run, engine, fromMs)
  if (!beginning) return
  const checkpoint = beginning === 'launch' ? undefined : beginning
  const { acts, lines } = (next?.begins === 'renewed' && renewedFrom(next, engine)?.state) || {}
  const header: ArchivedRun = {
    instanceId,
    number,
    startMs,
    ...(checkpoint && { checkpoint: checkpoint.position }),
    ...(acts !== undefined && lines !== undefined && { ends: { acts, lines } }),
  }
  yield blockOf('run', json(header))
  const own = new OwnEntries(run)
  const writer = new EntryWriter()
  let from: Position | undefined
  let isBegun = false
  const written = function* () {
    if (!from || writer.length === 0) return
    yield entriesBlock(from, writer.written)
    writer.clear()
    from = undefined
  }
  const begin = function* () {
    isBegun = true
    yield blockOf('words', own.words.from(0))
    if (checkpoint) yield checkpointBlock(checkpoint)
  }
  for (const entry of own.from(checkpoint?.position)) {
    if (!entry || entry instanceof Promise) {
      yield entry
      continue
    }
    if (!isBegun) {
      yield* begin()
      // they are among those that it begins with
      if (entry.content.kind === 'words') continue
    }
    if (isEnd(entry)) break
    if (entry.content.kind === 'batch' && firstMs(entry.content.batch) > toMs) break
    from ??= entry.at
    write(writer, entry)
    if (writer.length >= BLOCK_BYTES) yield* written()
  }
  if (!isBegun) yield* begin()
  yield* written()
}

/** Nothing more is done of it, and what waits is never handled. */
const isEnd = ({ content }: OwnEntry): boolean =>
  (content.kind === 'asked' && content.request.kind === 'stop') ||
  (content.kind === 'decided' && content.entry.kind === 'renewed')

function write(writer: EntryWriter, { content }: OwnEntry): void {
  if (content.kind === 'decided') writer.add(content.entry)
  else {
    const frame = content.kind === 'batch' ? frameOf({ kind: 'batch', ...content.batch }) : content.frame
    writer.add({ kind: 'message', frame })
  }
}

/** The time of its first market event; what is its own may be of a venue's clock. */
function firstMs({ records, own }: OwnBatch): number {
  const cursor = new RecordCursor(records)
  const mine = new Set(own.map(({ at }) => at))
  for (let index = 0; cursor.next(); index++) if (!mine.has(index)) return cursor.timeMs
  return Number.NEGATIVE_INFINITY
}

function entriesBlock({ segment, offset }: Position, entries: Uint8Array): Uint8Array {
  const place = Buffer.alloc(8)
  place.writeUInt32LE(segment)
  place.writeUInt32LE(offset, 4)
  return blockOf('entries', Buffer.concat([place, entries]))
}

/** The length of its head, the head, and the launch that it goes on from. */
function checkpointBlock({ position, state, launch }: Checkpoint): Uint8Array {
  const head = Buffer.from(JSON.stringify({ position, state }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(head.length)
  const frame = frameOf({ kind: 'request', id: 0, request: { kind: 'launch', launch } })
  return blockOf('checkpoint', Buffer.concat([length, head, frame]))
}
