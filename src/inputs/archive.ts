/**
 * All inputs of an instance in one file, to be done again elsewhere: for each run what it begins with, then what it was
 * told and what was decided. Blocks follow a magic word, each with its length and checksum before it and a kind of one
 * byte; the last one says how many there were, so that a file that is cut off is known.
 */
import { Failure } from '../errors/failure'
import type { Position } from '../sandbox-host/inputs/segments'

const MAGIC = Buffer.from('MLTINPUT')
/** To be raised with every change of what is in it. */
const FORMAT = 2
const HEAD_BYTES = 9
/** No block of ours is longer. */
const MOST_BYTES = 128 << 20

const KINDS = ['head', 'run', 'words', 'checkpoint', 'entries', 'failed', 'end'] as const
type Kind = (typeof KINDS)[number]

export interface ArchiveHead {
  /** The release, commit and engine of the gateway. */
  readonly build: string
  readonly instanceId: string
  /** What waits beyond it in its hosts is conflated and dropped. */
  readonly maxWaiting: number
  readonly maxWaitingBytes: number
}

export interface ArchivedRun {
  readonly instanceId: string
  readonly number: number
  readonly startMs: number
  /** It begins there with a checkpoint; absent: with its launch. */
  readonly checkpoint?: Position
  /** Beyond so many acts and lines since its launch all is void: it went on from elsewhere. */
  readonly ends?: { readonly acts: number; readonly lines: number }
}

interface Block {
  readonly kind: Kind
  readonly content: Uint8Array
}

export const archiveBegin = (head: ArchiveHead): Uint8Array =>
  Buffer.concat([MAGIC, blockOf('head', json({ format: FORMAT, ...head }))])

export function blockOf(kind: Kind, content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(content.length)
  head[8] = KINDS.indexOf(kind)
  head.writeUInt32LE(checksum(head[8], content), 4)
  return Buffer.concat([head, content])
}

export const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

/** @returns its head, and its blocks up to its end. @throws Failure archive_damaged; inputs_damaged where it says so. */
export function readArchive(bytes: Uint8Array): { head: ArchiveHead; blocks: Block[] } {
  const all = [...blocksIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))]
  const [first, ...rest] = all
  const head = first?.kind === 'head' ? parsed<ArchiveHead & { format: number }>(first) : undefined
  if (head?.format !== FORMAT) throw damaged(`is of format ${head?.format ?? 'unknown'}, and ${FORMAT} is read here`)
  const end = rest.pop()
  if (end?.kind === 'failed') throw new Failure('inputs_damaged', parsed<{ message: string }>(end).message)
  if (end?.kind !== 'end' || parsed<{ blocks: number }>(end).blocks !== rest.length) throw damaged('is cut off')
  return { head, blocks: rest }
}

export const parsed = <T>({ content }: Block): T => JSON.parse(Buffer.from(content).toString()) as T

function* blocksIn(bytes: Buffer): Generator<Block> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged('is none')
  let at = MAGIC.length
  while (at < bytes.length) {
    const length = at + HEAD_BYTES <= bytes.length ? bytes.readUInt32LE(at) : MOST_BYTES
    const end = at + HEAD_BYTES + length
    if (end > bytes.length || length >= MOST_BYTES) throw damaged(`is cut off at byte ${bytes.length}`)
    const content = bytes.subarray(at + HEAD_BYTES, end)
    const number = bytes[at + 8]!
    const kind = KINDS[number]
    if (!kind || checksum(number, content) !== bytes.readUInt32LE(at + 4)) throw damaged(`is damaged at byte ${at}`)
    yield { kind, content }
    at = end
  }
}

const checksum = (kind: number, content: Uint8Array): number =>
  Bun.hash.crc32(content, Bun.hash.crc32(Uint8Array.of(kind)))

const damaged = (what: string): Failure => new Failure('archive_damaged', `the archive of inputs ${what}`)
