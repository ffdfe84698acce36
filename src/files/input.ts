/** Files that a user names, to be read. `-` is standard input, wherever a file is read once. */
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { Failure } from '../errors/failure'
import { reasonOf } from './reason'

/** Standard input where a file is read, standard output where one is written. */
export const STANDARD = '-'
const STANDARD_INPUT = 0

/** How messages call it. */
export const inputName = (path: string): string => (path === STANDARD ? 'standard input' : path)

/** @param what it is to us, for the message. @throws Failure file_unreadable. */
export function readInput(path: string, what?: string): Uint8Array {
  try {
    return readFileSync(path === STANDARD ? STANDARD_INPUT : path)
  } catch (error) {
    throw unreadable(path, error, what)
  }
}

/** As `readInput`, decoded as UTF-8. */
export const readInputText = (path: string, what?: string): string => new TextDecoder().decode(readInput(path, what))

/** Of a file that is looked at again while a program runs: standard input can be read but once. @throws Failure usage. */
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
  const file = createWriteStream(path)
  try {
    for await (const chunk of Bun.stdin.stream()) {
      if (!file.write(chunk)) await new Promise((resume) => file.once('drain', resume))
    }
    file.end()
    await finished(file)
    return path
  } catch (error) {
    file.destroy()
    throw unreadable(STANDARD, error)
  }
}

function unreadable(path: string, error: unknown, what?: string): Failure {
  const name = what === undefined ? inputName(path) : `${what} ${inputName(path)}`
  return new Failure('file_unreadable', `${name} cannot be read: ${reasonOf(error)}`)
}
