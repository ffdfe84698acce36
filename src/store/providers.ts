/** Providers as they were created, secrets included: the file is readable by its owner alone. */
import type { Database } from './database'

export interface StoredProvider {
  readonly name: string
  readonly adapter: string
  readonly config: Readonly<Record<string, unknown>>
  /** It is to run whenever the gateway does. */
  readonly wanted: boolean
}

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
    const rows = this.db
      .prepare<{ name: string; adapter: string; config: string; wanted: number }, []>(
        'SELECT * FROM providers ORDER BY rowid',
      )
      .all()
    return rows.map((row) => ({ ...row, config: JSON.parse(row.config), wanted: row.wanted === 1 }))
  }

  /** Durable when it returns. */
  save({ name, adapter, config, wanted }: StoredProvider): void {
    this.db.now(() => this.upsert.run(name, adapter, JSON.stringify(config), wanted ? 1 : 0))
  }

  remove(name: string): void {
    this.db.now(() => this.erase.run(name))
  }
}
