/** What a data folder already holds, for whoever asks before a gateway opens it. */
import { SQLiteError, Database as Sqlite } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { ALL_PROVIDERS, type ProviderRow, providerOf, type StoredProvider } from './providers'
import { readSnapshot } from './snapshot'
import { databasePath } from './store'

export interface Kept {
  readonly providers: readonly StoredProvider[]
  /** Ids of the instances. */
  readonly instances: readonly string[]
}

const NOTHING: Kept = { providers: [], instances: [] }

/** @returns undefined when it cannot be looked at, as while another gateway uses it: opening it says why. */
export function peek(directory: string): Kept | undefined {
  const path = databasePath(directory)
  if (!existsSync(path)) return NOTHING
  return unlessUnreadable(() => {
    using database = new Sqlite(path, { readwrite: true, create: false })
    return keptIn(database)
  })
}

/** As `peek`, but touches nothing, and also looks while a gateway uses it: then at what is as good as now. */
export function peekBeside(directory: string): Kept | undefined {
  const path = databasePath(directory)
  if (!existsSync(path)) return NOTHING
  return unlessUnreadable(() => readSnapshot(path, ({ sqlite }) => keptIn(sqlite)))
}

function keptIn(database: Sqlite): Kept {
  const providers = database.query<ProviderRow, []>(ALL_PROVIDERS).all().map(providerOf)
  const rows = database.query<{ id: string }, []>('SELECT id FROM instances').all()
  return { providers, instances: rows.map(({ id }) => id) }
}

function unlessUnreadable<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof SQLiteError) return undefined
    throw error
  }
}
