/** The last cut of each recording: it is committed with all that was written on behalf of the recording until then. */
import type { Cut } from '../schema/cuts'
import type { Database } from './database'

export class CutTable {
  private readonly insert
  private readonly erase
  private readonly read

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [string, string]>('INSERT OR REPLACE INTO cuts VALUES (?, ?)')
    this.erase = db.prepare<null, [string]>('DELETE FROM cuts WHERE provider = ?')
    this.read = db.prepare<{ body: string }, [string]>('SELECT body FROM cuts WHERE provider = ?')
  }

  /** Undefined: the recording begins at its beginning. */
  get(provider: string): Cut | undefined {
    this.db.flush()
    const row = this.read.get(provider)
    return row === null ? undefined : JSON.parse(row.body)
  }

  /** With all that is held of the recording: in one commit, at once or when the disk takes it. */
  save(provider: string, cut: Cut): void {
    const body = JSON.stringify(cut)
    this.db.cut(provider, () => this.insert.run(provider, body))
  }

  /** What is held of the recording is written, and nothing of it is done again. */
  drop(provider: string): void {
    this.db.cut(provider, () => this.erase.run(provider))
  }
}
