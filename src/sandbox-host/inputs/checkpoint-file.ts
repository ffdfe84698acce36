/**
 * The checkpoint of an instance as a file: where in which log it was taken, what it had come to, and what it is launched
 * with. It is there as a whole, or not at all.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkToHost } from '../../protocol/check'
import { FrameReader, frameOf } from '../../protocol/frames'
import type { ToHost } from '../../protocol/messages'
import type { Snapshot } from '../snapshot'
import type { Position } from './segments'

export interface Checkpoint extends Snapshot {
  /** What is behind it in the log is to be done again. */
  readonly position: Position
  /** How many batches there were before it. */
  readonly batches: number
}

/** What a checkpoint is of. */
export interface Origin {
  /** The hash of the engine, whose memory it is. */
  readonly engine: string
  readonly log: bigint
}

interface Head extends Omit<Checkpoint, 'launch'> {
  readonly engine: string
  readonly log: string
}

/** CRC-32 of the rest, and the length of the head, uint32 each. */
const HEAD_BYTES = 8
const NAME = /^(\d+)-(\d+)-(\d+)\.checkpoint$/

const LAUNCH_NAME = /^(\d+)\.launch$/

export const checkpointFile = (folder: string, number: number, { segment, offset }: Position) =>
  join(folder, `${number}-${segment}-${offset}.checkpoint`)

/** @throws Error of the disk. */
export function writeCheckpoint(folder: string, { launch, ...rest }: Checkpoint, { engine, log }: Origin): void {
  const head = Buffer.from(JSON.stringify({ ...rest, engine, log: String(log) } satisfies Head))
  const bytes = Buffer.concat([
    Buffer.alloc(HEAD_BYTES),
    head,
    frameOf({ kind: 'request', id: 0, request: { kind: 'launch', launch } }),
  ])
  bytes.writeUInt32LE(head.length, 4)
  bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(4)))
  const file = checkpointFile(folder, launch.number, rest.position)
  writeFileSync(`${file}.new`, bytes, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** @returns what is wrong with it, in place of one that is damaged or of something else. @throws Error of the disk. */
export function readCheckpoint(folder: string, number: number, at: Position, origin: Origin): Checkpoint | string {
  const bytes = readFileSync(checkpointFile(folder, number, at))
  if (bytes.length < HEAD_BYTES || bytes.readUInt32LE() !== Bun.hash.crc32(bytes.subarray(4))) return 'is damaged'
  const end = HEAD_BYTES + bytes.readUInt32LE(4)
  const { engine, log, ...head } = JSON.parse(bytes.toString('utf8', HEAD_BYTES, end)) as Head
  if (log !== String(origin.log)) return 'is of another log'
  if (engine !== origin.engine) return 'is of another engine'
  let checkpoint: Checkpoint | undefined
  const heard = (message: ToHost) => {
    if (message.kind === 'request' && message.request.kind === 'launch')
      checkpoint = { ...head, launch: message.request.launch }
  }
  new FrameReader<ToHost>(checkToHost, heard).push(bytes.subarray(end))
  return checkpoint?.launch.number === number ? checkpoint : 'is of another instance'
}

/** Where those of each instance were taken, newest first. @throws Error of the disk. */
export function checkpointsIn(folder: string): Map<number, Position[]> {
  const found = new Map<number, Position[]>()
  for (const name of readdirSync(folder)) {
    const [number, segment, offset] = (NAME.exec(name) ?? []).slice(1).map(Number)
    if (number === undefined || segment === undefined || offset === undefined) continue
    const positions = found.get(number) ?? []
    positions.push({ segment, offset })
    found.set(number, positions)
  }
  for (const positions of found.values()) positions.sort((a, b) => b.segment - a.segment || b.offset - a.offset)
  return found
}

const launchFileOf = (folder: string, number: number) => join(folder, `${number}.launch`)

/** Notes where the one with that number was launched that runs now, where the log tells of others. @throws Error of the disk. */
export function writeLaunch(folder: string, number: number, at: Position): void {
  const file = launchFileOf(folder, number)
  writeFileSync(`${file}.new`, JSON.stringify(at), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Undefined: nothing was noted. @throws Error of the disk. */
export function readLaunch(folder: string, number: number): Position | undefined {
  const file = launchFileOf(folder, number)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Position) : undefined
}

/** The numbers of those of whom that was noted. @throws Error of the disk. */
export const launchesIn = (folder: string): number[] =>
  readdirSync(folder)
    .flatMap((name) => LAUNCH_NAME.exec(name)?.[1] ?? [])
    .map(Number)

export function dropLaunch(folder: string, number: number): void {
  rmSync(launchFileOf(folder, number), { force: true })
}

/** Whether it is of a file that somebody writes, or was killed over. */
export const isUnfinished = (name: string): boolean => name.endsWith('.new')

/** Removes what others were killed over who wrote it. @throws Error of the disk. */
export function dropUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) if (isUnfinished(name)) rmSync(join(folder, name), { force: true })
}
