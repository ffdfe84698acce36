/** What a data folder already holds, for whoever asks before a gateway opens it. */
import { SQLiteError, Database as Sqlite } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { ALL_PROVIDERS, type ProviderRow, providerOf, type StoredProvider } from './providers'
import { databasePath } from './store'

export interface Kept {
  readonly providers: readonly StoredProvider[]
  /** Ids of the instances. */
  readonly instances: readonly string[]
}

/** @returns undefined when it cannot be looked at, as while another gateway uses it: opening it says why. */
export function peek(directory: string): Kept | undefined {
  const path = databasePath(directory)
  if (!existsSync(path)) return { providers: [], instances: [] }
  try {
    using database = new Sqlite(path, { readwrite: true, create: false })
    const providers = database.query<ProviderRow, []>(ALL_PROVIDERS).all().map(providerOf)
    const rows = database.query<{ id: string }, []>('SELECT id FROM instances').all()
    return { providers, instances: rows.map(({ id }) => id) }
  } catch (error) {
    if (error instanceof SQLiteError) return undefined
    throw error
  }
}
