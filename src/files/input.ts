/** Files that a user names, to be read. `-` is standard input, wherever a file is read once. */
import { closeSync, createWriteStream, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../errors/failure'
import { reasonOf } from './reason'
import { MAX_WRITTEN_BYTES, readRegular, readUpTo } from './regular'

/** Standard input where a file is read, standard output where one is written. */
export const STANDARD = '-'
const STANDARD_INPUT = 0
/** Far more than a source, a backup or limits can be. */
const MAX_BYTES = 64 << 20

/** How messages call it. */
export const inputName = (path: string): string => (path === STANDARD ? 'standard input' : path)

/** @throws Failure file_unreadable. */
export function readInput(path: string): Uint8Array {
  try {
    return path === STANDARD ? readFileSync(STANDARD_INPUT) : readAny(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** A FIFO as well: `<(…)` of a shell is one. */
function readAny(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    return readUpTo(MAX_BYTES)(file)
  } finally {
    closeSync(file)
  }
}

/** As `readInput`, decoded as UTF-8. */
export const readInputText = (path: string): string => new TextDecoder().decode(readInput(path))

/**
 * What a gateway reads at its start and again later, decoded as UTF-8: a regular file of at most 1 MiB.
 * @param what it is to us, for the message. @throws Failure file_unreadable.
 */
export function readSettingText(path: string, what: string): string {
  try {
    const bytes = path === STANDARD ? readFileSync(STANDARD_INPUT) : readRegular(path, MAX_WRITTEN_BYTES)
    return new TextDecoder().decode(bytes)
  } catch (error) {
    throw unreadable(path, error, what)
  }
}

/**
 * Refuses standard input for a file that is looked at again while a program runs, since it can be read but once.
 * @throws Failure usage.
 */
export function refuseStandard(path: string, what: string): void {
  if (path !== STANDARD) return
  throw new Failure('usage', `${what} cannot be -: it is read more than once`, {}, 'give the path of a file')
}

/**
 * Puts all of standard input into a file, for what reads its files more than once.
 * @param folder that it is put into, under a name that says nothing of what is in it.
 * @throws Failure file_unreadable.
 */
export async function spoolInput(folder: string): Promise<string> {
  const path = join(folder, 'standard-input')
  try {
    await pipeline(Bun.stdin.stream(), createWriteStream(path))
    return path
  } catch (error) {
    throw unreadable(STANDARD, error)
  }
}

function unreadable(path: string, error: unknown, what?: string): Failure {
  const name = what === undefined ? inputName(path) : `${what} ${inputName(path)}`
  return new Failure('file_unreadable', `${name} cannot be read: ${reasonOf(error)}`)
}
