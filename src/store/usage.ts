/** When each revision was first and last used. Who uses it now is known to the runtime alone. */
import type { Database } from './database'

/** Milliseconds since 1970. */
export interface Seen {
  readonly strategy: string
  readonly hash: string
  readonly firstSeen: number
  readonly lastSeen: number
}

export class UsageTable {
  private readonly upsert
  private readonly erase

  constructor(private readonly db: Database) {
    this.upsert = db.prepare<null, [string, string, number, number]>(
      `INSERT INTO usage VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen`,
    )
    this.erase = db.prepare<null, [string, string]>('DELETE FROM usage WHERE strategy = ? AND hash = ?')
  }

  all(): Seen[] {
    return this.db.prepare<Seen, []>('SELECT strategy, hash, first_seen firstSeen, last_seen lastSeen FROM usage').all()
  }

  save({ strategy, hash, firstSeen, lastSeen }: Seen): void {
    this.db.writeShared(() => this.upsert.run(strategy, hash, firstSeen, lastSeen))
  }

  /** The revision was deleted. */
  remove(strategy: string, hash: string): void {
    this.db.writeShared(() => this.erase.run(strategy, hash))
  }
}
