/**
 * Reads a database without touching it, its files beside it or its locks: also while a gateway has it open. What is
 * committed but not yet in the file itself is in its log (-wal); the two are then read as a copy.
 */
import { constants as flags, Database as Sqlite } from 'bun:sqlite'
import { constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errnoOf } from '../files/reason'

/** More is not copied: it is read as it lies there. */
const MOST_COPIED_BYTES = 256 << 20
const TRIES = 5

export interface Snapshot {
  readonly sqlite: Sqlite
  /** Whether it holds all that was committed; else what the file itself holds. */
  readonly isWhole: boolean
}

/** @returns what `read` does; undefined when the file changed each time that it was copied. @throws SQLiteError. */
export function readSnapshot<T>(path: string, read: (snapshot: Snapshot) => T): T | undefined {
  const logBytes = sizeOf(`${path}-wal`)
  if (logBytes === 0 || sizeOf(path) + logBytes > MOST_COPIED_BYTES) return readInPlace(path, logBytes === 0, read)
  const folder = folderForCopy()
  if (folder === undefined) return readInPlace(path, false, read)
  try {
    const copy = join(folder, 'copy')
    for (let tries = 0; tries < TRIES; tries++) {
      const outcome = copied(path, copy)
      if (outcome === 'changed') continue
      if (outcome === 'impossible') return readInPlace(path, false, read)
      using sqlite = new Sqlite(copy)
      return read({ sqlite, isWhole: true })
    }
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Undefined where there is no place for temporary files. */
const folderForCopy = (): string | undefined => unlessRefused(() => mkdtempSync(join(tmpdir(), 'meltica-snapshot-')))

function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

/** Immutable, so that SQLite asks for no locks and makes no files. */
function readInPlace<T>(path: string, isWhole: boolean, read: (snapshot: Snapshot) => T): T {
  const address = `${pathToFileURL(path).href}?immutable=1`
  using sqlite = new Sqlite(address, flags.SQLITE_OPEN_READONLY | flags.SQLITE_OPEN_URI)
  return read({ sqlite, isWhole })
}

/** The log goes first: what moves from it into the file meanwhile changes the file, and is seen. */
function copied(path: string, copy: string): 'whole' | 'changed' | 'impossible' {
  const isSame = unlessRefused(() => {
    const before = stampOf(path)
    copyFileSync(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE)
    copyFileSync(path, copy, constants.COPYFILE_FICLONE)
    return stampOf(path) === before
  })
  if (isSame === undefined) return 'impossible'
  return isSame ? 'whole' : 'changed'
}

function stampOf(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true })
  return `${size} ${mtimeNs} ${ino}`
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
