/**
 * The file of a database before it is opened: made whole or not at all, so that an empty one was never made here, and
 * looked through for damage.
 */
import type { Database } from 'bun:sqlite'
import { Database as Sqlite } from 'bun:sqlite'
import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { Failure } from '../errors/failure'

const OWNER_ONLY = 0o600
/** A larger one would hold up a start by seconds: of it, damage is found where it is read. */
const MOST_CHECKED_BYTES = 256 * 1024 * 1024

/** @throws Failure data_damaged when it is empty, or missing beside what belongs to it. */
export function makeDatabase(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).size === 0) throw damaged(path, 'is empty, and was a database once')
    return
  }
  if (existsSync(`${path}-wal`)) throw damaged(path, `is missing, though ${path}-wal is a part of it`)
  const made = `${path}-new-${process.pid}`
  rmSync(made, { force: true })
  closeSync(openSync(made, 'wx', OWNER_ONLY))
  {
    using sqlite = new Sqlite(made)
    // free pages can be given back to the disk; it has to be said before there is any table
    sqlite.exec('PRAGMA auto_vacuum = INCREMENTAL')
    sqlite.exec('PRAGMA user_version = 0')
  }
  place(made, path)
}

/** Never in the place of another's. */
function place(made: string, path: string): void {
  try {
    linkSync(made, path)
    rmSync(made)
  } catch (error) {
    // also a link that leads nowhere: what it names is elsewhere, and no empty one is to stand for it
    if (isTaken(error)) rmSync(made)
    // there are file systems without links
    else renameSync(made, path)
  }
}

const isTaken = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EEXIST'

/** @throws Failure data_damaged. */
export function checkPages(sqlite: Database, path: string): void {
  if (statSync(path).size > MOST_CHECKED_BYTES) return
  const found = sqlite.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').get()?.quick_check ?? 'ok'
  if (found !== 'ok') throw damaged(path, `is damaged (${found.split('\n').at(-1)})`)
}

/** @param what goes on after the file's name. */
export function damaged(path: string, what: string): Failure {
  const advice = `put the latest copy of ${path} in its place, or move it and ${path}-wal away to begin with an empty one`
  return new Failure('data_damaged', `${path} ${what}`, {}, advice)
}
