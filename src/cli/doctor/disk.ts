/** Room, permission and speed of the folders that a gateway writes. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { reasonOf } from '../../files/reason'
import { type Finding, findingsOf, mebibytes } from './finding'

const LEAST_BYTES = 64 << 20
const SCARCE_BYTES = 1 << 30
const LEAST_FILES = 1000
const SYNCS = 9
/** An order is durable before it is sent: it takes as long as this. */
const SLOW_MS = 20
const BLOCK = Buffer.alloc(4096, 1)

const { ok, warn, fail } = findingsOf('disk')

interface Folder {
  readonly path: string
  /** What it is to us, as `the data folder`. */
  readonly what: string
}

/** Writes a file of its own into each folder that is there, and takes it away again. */
export const checkDisk = (folders: readonly Folder[]): Finding[] => folders.flatMap(checkFolder)

function checkFolder({ path, what }: Folder): Finding[] {
  const name = `${what} ${path}`
  const there = nearest(resolve(path))
  if (!statSync(there).isDirectory())
    return [fail(`${name} cannot be made: ${there} is a file`, 'choose another folder')]
  return [room(name, there), there === resolve(path) ? speed(name, there) : maker(name, there)]
}

/** The folder itself, or what there is of the way to it. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path))
}

function room(name: string, path: string): Finding {
  const { bavail, bsize, files, ffree } = statfsSync(path)
  const bytes = bavail * bsize
  const left = `${mebibytes(bytes)} are free for ${name}`
  if (bytes < LEAST_BYTES) return fail(left, 'make room: a gateway that cannot write its journal takes no orders')
  // some file systems count no files
  if (files > 0 && ffree < LEAST_FILES) {
    return fail(`only ${ffree} more files fit on the disk of ${name}`, 'remove files there: the inodes are used up')
  }
  if (bytes < SCARCE_BYTES) return warn(left, 'make room, or keep less history: docs/history.md')
  return ok(left)
}

function speed(name: string, path: string): Finding {
  const probe = join(path, `.meltica-doctor-${process.pid}`)
  try {
    const file = openSync(probe, 'wx', 0o600)
    try {
      const times = Array.from({ length: SYNCS }, () => syncMs(file)).sort((a, b) => a - b)
      const medianMs = times[SYNCS >> 1] ?? 0
      const told = `a write to ${name} is durable after ${medianMs.toFixed(2)} ms (at most ${times.at(-1)?.toFixed(2)})`
      return medianMs > SLOW_MS ? warn(told, 'each order waits for that: use a faster disk') : ok(told)
    } finally {
      closeSync(file)
      rmSync(probe)
    }
  } catch (error) {
    return fail(`${name} cannot be written: ${reasonOf(error)}`, OWNER)
  }
}

const OWNER = 'give it to the user that runs the gateway, and run doctor as that user'

function syncMs(file: number): number {
  const before = performance.now()
  writeSync(file, BLOCK)
  fsyncSync(file)
  return performance.now() - before
}

/** It is made by the first start. */
function maker(name: string, parent: string): Finding {
  try {
    const probe = join(parent, `.meltica-doctor-${process.pid}`)
    closeSync(openSync(probe, 'wx', 0o600))
    rmSync(probe)
    return ok(`${name} is not there yet, and can be made`)
  } catch (error) {
    return fail(`${name} is not there, and cannot be made: ${reasonOf(error)}`, OWNER)
  }
}
