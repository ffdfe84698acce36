/** Providers as they were created, secrets included: the file is readable by its owner alone. */
import type { Database } from './database'

export interface StoredProvider {
  readonly name: string
  readonly adapter: string
  readonly config: Readonly<Record<string, unknown>>
  /** It is to run whenever the gateway does. */
  readonly wanted: boolean
}

export interface ProviderRow {
  readonly name: string
  readonly adapter: string
  readonly config: string
  readonly wanted: number
}

export const ALL_PROVIDERS = 'SELECT * FROM providers ORDER BY rowid'

export const providerOf = (row: ProviderRow): StoredProvider => ({
  ...row,
  config: JSON.parse(row.config),
  wanted: row.wanted === 1,
})

export class ProviderTable {
  private readonly upsert
  private readonly erase

  constructor(private readonly db: Database) {
    this.upsert = db.prepare<null, [string, string, string, number]>(
      // in its place: the order of the rows is that of the list
      `INSERT INTO providers VALUES (?, ?, ?, ?) ON CONFLICT (name)
       DO UPDATE SET adapter = excluded.adapter, config = excluded.config, wanted = excluded.wanted`,
    )
    this.erase = db.prepare<null, [string]>('DELETE FROM providers WHERE name = ?')
  }

  all(): StoredProvider[] {
    return this.db.prepare<ProviderRow, []>(ALL_PROVIDERS).all().map(providerOf)
  }

  /** Durable when it returns. */
  save({ name, adapter, config, wanted }: StoredProvider): void {
    this.db.transaction(() => this.upsert.run(name, adapter, JSON.stringify(config), wanted ? 1 : 0))
  }

  remove(name: string): void {
    this.db.transaction(() => this.erase.run(name))
  }
}
