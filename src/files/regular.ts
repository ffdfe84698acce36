/**
 * Files that a long-running process reads by itself: regular ones of a bounded size alone. What lies there is opened without
 * waiting and looked at by its descriptor, so that a FIFO or a device holds nothing up, and nothing is swapped meanwhile.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { errnoOf } from './reason'

/** No terminal becomes ours. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
/** What opening a socket or a device without a driver ends with. */
const NO_FILE = ['ENXIO', 'ENODEV', 'EOPNOTSUPP']
const CHUNK_BYTES = 1 << 20

/** The most that a file may hold that people write: a configuration, tokens, a certificate. */
export const MAX_WRITTEN_BYTES = 1 << 20

/** What is no regular file, or too large; its message goes on after `cannot be read: `. */
export class UnfitFile extends Error {}

/** @throws UnfitFile, and what opening throws. */
export function readRegular(path: string, maxBytes: number): Buffer {
  return withRegular(path, maxBytes, readUpTo(maxBytes))
}

/**
 * As `readRegular`.
 * @param folder absolute, without symbolic links.
 * @returns undefined when what the relative path leads to does not lie in the folder.
 */
export function readRegularWithin(folder: string, relative: string, maxBytes: number): Buffer | undefined {
  const path = join(folder, relative)
  return withRegular(path, maxBytes, (file, stat) => {
    const real = realpathSync.native(path)
    // what the name leads to by now need not be what was opened
    const same = statSync(real)
    const isIt = same.ino === stat.ino && same.dev === stat.dev
    return isIt && real.startsWith(folder + sep) ? readUpTo(maxBytes)(file) : undefined
  })
}

function withRegular<T>(path: string, maxBytes: number, work: (file: number, stat: Stats) => T): T {
  const file = opened(path)
  try {
    const stat = fstatSync(file)
    if (stat.isDirectory()) throw new UnfitFile('it is a folder')
    if (!stat.isFile()) throw notRegular()
    if (stat.size > maxBytes) throw tooLarge(maxBytes)
    return work(file, stat)
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number {
  try {
    return openSync(path, FLAGS)
  } catch (error) {
    throw NO_FILE.includes(errnoOf(error) ?? '') ? notRegular() : error
  }
}

/** It may grow while it is read, and the kernel's own files tell no size. */
export const readUpTo =
  (maxBytes: number) =>
  (file: number): Buffer => {
    const chunks: Buffer[] = []
    for (let size = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, maxBytes - size + 1))
      const count = readSync(file, chunk)
      size += count
      if (count === 0) return Buffer.concat(chunks)
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk.subarray(0, count))
    }
  }

const notRegular = () => new UnfitFile('it is not a regular file')
const tooLarge = (maxBytes: number) => new UnfitFile(`it is over ${maxBytes / (1 << 20)} MiB`)
