/**
 * The log of a sandbox host as others read it, while the host goes on writing: they change nothing, run nothing, and find
 * a torn end as often as not.
 */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkToHost } from '../protocol/check'
import { FrameReader, isBatchFrame } from '../protocol/frames'
import type { ToHost } from '../protocol/messages'
import { type Entry, entriesIn } from '../sandbox-host/inputs/entry'
import { blocksWithin, fileOf, type Position, segmentsOf } from '../sandbox-host/inputs/segments'

/**
 * What takes long, in steps: whoever is asked for it does other things between them, and goes on when a promise among
 * them is fulfilled; none of them is rejected.
 */
export type Steps<T, Result = void> = Generator<Step<T>, Result>
type Step<T> = T | Promise<void> | undefined

/** As long as one may hold others up, ms. */
const TURN_MS = 1

/** What the steps make, with breaths for others between them. @param signal ends it when nobody waits for it any more. */
export async function* inBreaths<T>(steps: Steps<T>, signal?: AbortSignal): AsyncGenerator<T, void> {
  let sinceMs = performance.now()
  for (const step of steps) {
    signal?.throwIfAborted()
    if (step instanceof Promise) await step
    else if (step !== undefined) yield step
    if (performance.now() - sinceMs < TURN_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    sinceMs = performance.now()
  }
}

/** What the steps come to, as `inBreaths`. */
export async function finished<Result>(steps: Steps<never, Result>, signal?: AbortSignal): Promise<Result> {
  let result: Result | undefined
  const all = function* (): Steps<never> {
    result = yield* steps
  }
  for await (const _ of inBreaths(all(), signal)) throw new Error('nothing is made on the way')
  return result as Result
}

/** An entry, and where it stands. */
export interface PlacedEntry {
  readonly entry: Entry
  /** Where its block begins. */
  readonly at: Position
  /** Which of its block it is, from 0 on. */
  readonly index: number
}

/** The hosts that have kept something, by their numbers. */
export function slotsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{1,4}$/.test(name))
      .map(Number)
      .sort((a, b) => a - b)
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

export const slotFolder = (folder: string, slot: number): string => join(folder, String(slot))

/** Oldest first; none of a host that has removed all of them meanwhile. */
export function segmentsIn(folder: string): number[] {
  try {
    return segmentsOf(folder)
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** All entries of a segment, a block in a step. @throws Error of the disk; of damage. */
export function* entriesOf(folder: string, segment: number): Steps<PlacedEntry> {
  let bytes: Buffer | undefined
  let error: unknown
  yield readFile(fileOf(folder, segment)).then(
    (read) => {
      bytes = read
    },
    (reason: unknown) => {
      error = reason
    },
  )
  if (!bytes) throw error
  for (const { block, from } of blocksWithin(bytes, segment)) {
    let index = 0
    for (const entry of entriesIn(block)) yield { entry, at: from, index: index++ }
    yield undefined
  }
}

/** The message of a frame that is none of a batch; a batch is looked at only by who wants to know what is in it. */
export function messageOf(frame: Uint8Array): ToHost | undefined {
  let found: ToHost | undefined
  new FrameReader<ToHost>(checkToHost, (message) => {
    found = message
  }).push(frame)
  return found
}

export const isBatch = isBatchFrame

/** A file that is no longer there. */
export const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export const isBefore = (a: Position, b: Position): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)
