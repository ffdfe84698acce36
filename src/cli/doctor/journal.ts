/** Whether the journal is sound. It is read without its locks, also while a gateway writes it. */
import { SQLiteError } from 'bun:sqlite'
import { existsSync, statSync } from 'node:fs'
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import { MIGRATIONS } from '../../store/migrations'
import { readSnapshot, type Snapshot } from '../../store/snapshot'
import { refusal } from '../../store/sqlite-faults'
import { databasePath } from '../../store/store'
import { type Finding, findingsOf, mebibytes } from './finding'

const { ok, warn, fail } = findingsOf('journal')

/** A larger one takes longer than a second. */
const MOST_CHECKED_BYTES = 256 << 20
const TRIES = 3

/** @param deep whether one of any size is looked through. */
export function checkJournal(data: string, deep: boolean): Finding {
  const path = databasePath(data)
  try {
    const bytes = statSync(path, { throwIfNoEntry: false })?.size
    if (bytes === undefined) return existsSync(`${path}-wal`) ? lost(path) : ok(`${path} is not there yet`)
    if (bytes > MOST_CHECKED_BYTES && !deep) {
      return ok(`${path} has ${mebibytes(bytes)}, too much for a second: meltica doctor --deep looks it through`)
    }
    return looked(path, bytes)
  } catch (error) {
    const told = refusal(path, error)
    if (told instanceof Failure) return fail(told.message, told.hint)
    if (error instanceof SQLiteError) return fail(`${path} cannot be read: ${reasonOf(error)}`, RESTORE)
    throw error
  }
}

const RESTORE = 'put the latest copy in its place: docs/backup.md'

const lost = (path: string) => fail(`${path} is missing, though ${path}-wal is a part of it`, RESTORE)

/** What looks damaged may be half a write of the gateway that runs: then the file has changed, and is looked at again. */
function looked(path: string, bytes: number): Finding {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = statSync(path, { bigint: true }).mtimeNs
    const found = readSnapshot(path, look)
    if (found === undefined) continue
    const { problem, version, isWhole } = found
    if (problem !== 'ok' && statSync(path, { bigint: true }).mtimeNs !== before) continue
    // what is only in its log may be what makes it whole
    if (problem !== 'ok' && !isWhole) {
      return warn(`${path} looks damaged without its log: ${problem}`, 'ask again when the gateway is stopped')
    }
    if (problem !== 'ok') return fail(`${path} is damaged: ${problem}`, RESTORE)
    if (version > MIGRATIONS.length) {
      return fail(
        `${path} was written by a newer version of meltica (tables ${version})`,
        'run that version or a later one',
      )
    }
    const part = isWhole ? '' : ', but for what is still in its log'
    return ok(`${path} is sound (${mebibytes(bytes)}${part})`)
  }
  return warn(`${path} changed each time that it was looked at`, 'ask again in a moment')
}

function look({ sqlite, isWhole }: Snapshot) {
  const found = sqlite.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').get()?.quick_check ?? 'ok'
  const { user_version: version } = sqlite.query<{ user_version: number }, []>('PRAGMA user_version').get()!
  return { problem: found.split('\n').at(-1) ?? found, version, isWhole }
}
