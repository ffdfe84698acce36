/** A run as an archive has it. */
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { LaunchOrder } from '../../protocol/launch'
import type { ToHost } from '../../protocol/messages'
import type { Checkpoint } from '../../sandbox-host/inputs/checkpoint-file'
import { entriesIn } from '../../sandbox-host/inputs/entry-reader'
import type { PlacedBlock } from '../../sandbox-host/inputs/kept-log'
import type { Position } from '../../sandbox-host/inputs/segments'
import { type ArchivedRun, type ArchiveHead, parsed, readArchive } from '../archive'

export interface RecordedRun extends ArchivedRun {
  /** Word records of all words that its inputs begin with. */
  readonly words: Uint8Array
  /** What it begins with; undefined: its launch is the first of its inputs. */
  readonly begins: Checkpoint | undefined
  /** Oldest first. */
  readonly blocks: readonly PlacedBlock[]
}

export interface Archive {
  readonly head: ArchiveHead
  readonly runs: readonly RecordedRun[]
}

type Writable = { -readonly [Key in keyof RecordedRun]: RecordedRun[Key] }

/** @throws Failure archive_damaged. */
export function archiveIn(bytes: Uint8Array): Archive {
  const { head, blocks } = readArchive(bytes)
  const runs: (Omit<Writable, 'blocks'> & { readonly blocks: PlacedBlock[] })[] = []
  for (const block of blocks) {
    const run = runs.at(-1)
    if (block.kind === 'run')
      runs.push({ ...parsed<ArchivedRun>(block), words: new Uint8Array(0), begins: undefined, blocks: [] })
    else if (block.kind === 'words' && run) run.words = block.content
    else if (block.kind === 'checkpoint' && run) run.begins = checkpointOf(block.content)
    else if (block.kind === 'entries' && run) run.blocks.push(entriesOf(block.content))
  }
  return { head, runs }
}

/** Before all that it was told: the words, and where its checkpoint has its place. */
export function beginningBlocks({ words, begins }: RecordedRun): PlacedBlock[] {
  const before: Position = { segment: -1, offset: 0 }
  const from = begins?.position ?? before
  return [
    { entries: [{ kind: 'head', log: 0n, batches: 0, from: 0, words }], from: before, to: from },
    ...(begins ? [{ entries: [], from, to: from }] : []),
  ]
}

function entriesOf(content: Uint8Array): PlacedBlock {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const from = { segment: view.getUint32(0, true), offset: view.getUint32(4, true) }
  return { entries: [...entriesIn(content.subarray(8))], from, to: from }
}

function checkpointOf(content: Uint8Array): Checkpoint | undefined {
  const end = 4 + new DataView(content.buffer, content.byteOffset, content.byteLength).getUint32(0, true)
  const head = JSON.parse(Buffer.from(content.subarray(4, end)).toString()) as Omit<Checkpoint, 'launch'>
  const found: LaunchOrder[] = []
  new FrameReader<ToHost>(checkToHost, (message) => {
    if (message.kind === 'request' && message.request.kind === 'launch') found.push(message.request.launch)
  }).push(content.subarray(end))
  return found[0] && { ...head, launch: found[0] }
}
