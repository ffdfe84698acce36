/** Opens the SQLite file under the store for this process alone, and brings it to the newest tables. */
import { Database as Sqlite } from 'bun:sqlite'
import { Failure } from '../errors/failure'
import type { Log } from '../telemetry/log'
import { checkPages, makeDatabase } from './file'
import { MIGRATIONS } from './migrations'
import { moveRows } from './moves'
import { refusal } from './sqlite-faults'

/** One that was killed a moment ago has it until the kernel is done with it, ms. */
const LAST_BREATH_MS = 1000

/** @throws Failure data_locked, data_unwritable, data_damaged. */
export function openSqlite(path: string, log: Log): Sqlite {
  let sqlite: Sqlite | undefined
  try {
    makeDatabase(path)
    sqlite = new Sqlite(path, { create: false, readwrite: true })
    sqlite.exec(`PRAGMA busy_timeout = ${LAST_BREATH_MS}`)
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE')
    sqlite.exec('PRAGMA journal_mode = WAL')
    sqlite.exec('PRAGMA synchronous = FULL')
    checkPages(sqlite, path)
    migrate(sqlite, path, log)
    // from now on the log is synced by who writes: src/store/wal-sync.ts
    sqlite.exec('PRAGMA synchronous = NORMAL')
    return sqlite
  } catch (error) {
    sqlite?.close()
    throw refusal(path, error)
  }
}

function migrate(sqlite: Sqlite, path: string, log: Log): void {
  sqlite.exec('BEGIN IMMEDIATE')
  const { user_version: from } = sqlite.query<{ user_version: number }, []>('PRAGMA user_version').get()!
  if (from > MIGRATIONS.length) {
    const message = `${path} was written by a newer version of meltica (tables ${from})`
    const advice = 'run that version or a later one, or choose another folder with --data'
    throw new Failure('data_unwritable', message, {}, advice)
  }
  for (const step of MIGRATIONS.slice(from)) sqlite.exec(step)
  sqlite.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  sqlite.exec('COMMIT')
  moveRows(sqlite, log)
}
