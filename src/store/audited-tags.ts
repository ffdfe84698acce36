/** What each tag names as far as the audit knows; triggers keep it in step with the entries. */
import type { Database } from './database'

export interface AuditedTag {
  /** `strategy:tag` */
  readonly subject: string
  readonly strategy: string
  readonly hash: string
}

export class AuditedTags {
  private readonly insert

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [string, string, string]>('INSERT OR REPLACE INTO audited_tags VALUES (?, ?, ?)')
  }

  /** Whether these are the tags of this strategy home. */
  areOf(home: string): boolean {
    this.db.flush()
    return this.db.prepare('SELECT 1 FROM audited_home WHERE directory = ?').get(home) !== null
  }

  all(): AuditedTag[] {
    this.db.flush()
    return this.db.prepare<AuditedTag, []>('SELECT subject, strategy, hash FROM audited_tags').all()
  }

  /** The audit begins to follow a home, as it stands; ahead of any entry made after. */
  begin(home: string, tags: readonly AuditedTag[]): void {
    this.db.write(() => {
      this.db.prepare('DELETE FROM audited_home').run()
      this.db.prepare('DELETE FROM audited_tags').run()
      this.db.prepare<null, [string]>('INSERT INTO audited_home VALUES (?)').run(home)
      for (const { subject, strategy, hash } of tags) this.insert.run(subject, strategy, hash)
    })
  }
}
