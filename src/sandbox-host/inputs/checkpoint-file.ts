/**
 * The checkpoint of an instance as a file: where in the log it was taken, what it had come to, and what it is launched with.
 * It comes in the place of an older one as a whole, or not at all.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkToHost } from '../../protocol/check'
import { FrameReader, frameOf } from '../../protocol/frames'
import type { ToHost } from '../../protocol/messages'
import type { InstanceState, Snapshot } from '../snapshot'
import type { Position } from './segments'

export interface Checkpoint extends Snapshot {
  /** What is behind it in the log is to be done again. */
  readonly position: Position
}

/** CRC-32 of the rest, and the length of the head, uint32 each. */
const HEAD_BYTES = 8

const fileOf = (folder: string, number: number) => join(folder, `${number}.checkpoint`)

/** @throws Error of the disk. */
export function writeCheckpoint(folder: string, { position, state, launch }: Checkpoint): void {
  const head = Buffer.from(JSON.stringify({ position, state }))
  const bytes = Buffer.concat([
    Buffer.alloc(HEAD_BYTES),
    head,
    frameOf({ kind: 'request', id: 0, request: { kind: 'launch', launch } }),
  ])
  bytes.writeUInt32LE(head.length, 4)
  bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(4)))
  const file = fileOf(folder, launch.number)
  writeFileSync(`${file}.new`, bytes, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Undefined: there is none, or it is damaged. */
export function readCheckpoint(folder: string, number: number): Checkpoint | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(fileOf(folder, number))
  } catch {
    // it was launched a moment ago
    return undefined
  }
  if (bytes.length < HEAD_BYTES || bytes.readUInt32LE() !== Bun.hash.crc32(bytes.subarray(4))) return undefined
  const end = HEAD_BYTES + bytes.readUInt32LE(4)
  const head = JSON.parse(bytes.toString('utf8', HEAD_BYTES, end)) as { position: Position; state: InstanceState }
  let checkpoint: Checkpoint | undefined
  const heard = (message: ToHost) => {
    if (message.kind === 'request' && message.request.kind === 'launch')
      checkpoint = { ...head, launch: message.request.launch }
  }
  new FrameReader<ToHost>(checkToHost, heard).push(bytes.subarray(end))
  return checkpoint
}

export function dropCheckpoint(folder: string, number: number): void {
  rmSync(fileOf(folder, number), { force: true })
}
