/**
 * One gateway a strategy home. The lock is SQLite's on a file of its own: the kernel frees it with the
 * process that held it, however that ended, so there is no stale lock and no question whose pid it was.
 */
import { Database, SQLiteError } from 'bun:sqlite'
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { Failure } from '../errors/failure'
import { MAX_WRITTEN_BYTES, readRegular } from '../files/regular'
import { HomePaths, unusableHome } from './paths'

/** One that was killed a moment ago has it until the kernel is done with it, ms. */
const LAST_BREATH_MS = 1000

export class HomeLock implements Disposable {
  private constructor(
    readonly paths: HomePaths,
    private readonly database: Database,
  ) {}

  /**
   * Makes the home when it is not there.
   * @param now milliseconds since 1970.
   * @throws Failure home_locked, home_unwritable.
   */
  static take(directory: string, now: number): HomeLock {
    const paths = openHome(directory)
    let database: Database | undefined
    try {
      for (const path of [paths.lock, paths.holder]) refuseIrregular(path)
      database = new Database(paths.lock)
      database.run(`PRAGMA busy_timeout = ${LAST_BREATH_MS}`)
      database.run('PRAGMA locking_mode = EXCLUSIVE')
      // nothing is ever written to it: a journal would lie beside it for as long as it pleases
      database.run('PRAGMA journal_mode = MEMORY')
      database.run('BEGIN EXCLUSIVE')
      database.run('COMMIT')
      writeFileSync(paths.holder, `process ${process.pid} since ${new Date(now).toISOString()}\n`)
      return new HomeLock(paths, database)
    } catch (error) {
      database?.close()
      if (error instanceof SQLiteError && error.code?.startsWith('SQLITE_BUSY')) {
        throw new Failure('home_locked', `another gateway uses the strategy home ${directory}: ${holderOf(paths)}`)
      }
      throw unusableHome(directory, error)
    }
  }

  [Symbol.dispose](): void {
    this.database.close()
  }
}

function openHome(directory: string): HomePaths {
  try {
    mkdirSync(directory, { recursive: true })
    const paths = HomePaths.of(directory)
    accessSync(paths.home, constants.R_OK | constants.W_OK | constants.X_OK)
    mkdirSync(paths.ownFolder, { recursive: true })
    return paths
  } catch (error) {
    throw error instanceof Failure ? error : unusableHome(directory, error)
  }
}

/** A device would be read and written, and a FIFO waited for. */
function refuseIrregular(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat && !stat.isFile()) throw new Error(`${path} is not a regular file; take it away`)
}

function holderOf(paths: HomePaths): string {
  try {
    return readRegular(paths.holder, MAX_WRITTEN_BYTES).toString().trim()
  } catch {
    return 'a process that left no name'
  }
}
