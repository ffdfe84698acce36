/** The audit: who changed what, and when. Entries are added and read, nothing else; a trigger holds us to it. */
import type { SQLQueryBindings } from 'bun:sqlite'
import type { HistoryRequest, Page } from '../schema/page'
import type { AuditAction, AuditEntry, AuditFilter } from '../schema/usage'
import type { Database } from './database'
import { filteredPage } from './filtered'
import { pageOf } from './pages'
import type { Reading } from './reading'

/** An entry before it has its number; `before` and `after` are JSON-like. */
export interface NewAuditEntry {
  readonly timeMs: number
  readonly who: string
  readonly what: AuditAction
  readonly subject: string
  readonly strategy?: string
  readonly before?: unknown
  readonly after?: unknown
  readonly message?: string
}

interface Row {
  seq: number
  time_ms: number
  who: string
  what: AuditAction
  subject: string
  strategy: string | null
  before: string | null
  after: string | null
  message: string | null
}

const CONDITIONS = {
  who: 'who = ?',
  what: 'what = ?',
  subject: 'subject = ?',
  strategy: 'strategy = ?',
  since: 'time_ms >= ?',
  until: 'time_ms < ?',
} as const satisfies Record<keyof AuditFilter, string>

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))

export class AuditTable {
  private readonly insert
  /** None was ever deleted: the number of the newest is how many there are. */
  private readonly newest
  private readonly all

  constructor(private readonly db: Database) {
    this.newest = db.prepare<{ seq: number | null }, []>('SELECT max(seq) seq FROM audit')
    const below = db.prepare<Row, [number, number]>('SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?')
    const skip = db.prepare<{ seq: number }, [number, number]>(
      'SELECT seq FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?',
    )
    this.all = {
      below: (before: number, limit: number) => below.all(before, limit),
      skip: (before: number, count: number) => skip.get(before, count - 1)?.seq,
    }
    this.insert = db.prepare<
      null,
      [number, string, string, string, string | null, string | null, string | null, string | null]
    >(
      `INSERT INTO audit (time_ms, who, what, subject, strategy, before, after, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  append(entry: NewAuditEntry): void {
    const { timeMs, who, what, subject, strategy, before, after, message } = entry
    const values = [timeMs, who, what, subject, strategy ?? null, json(before), json(after), message ?? null] as const
    this.db.write(() => this.insert.run(...values))
  }

  /** Newest first. */
  *page(page: HistoryRequest, filter: AuditFilter = {}): Reading<Page<AuditEntry>> {
    this.db.flush()
    const keys = (Object.keys(CONDITIONS) as (keyof AuditFilter)[]).filter((key) => filter[key] !== undefined)
    if (keys.length === 0) return yield* pageOf(this.all, page, this.newest.get()?.seq ?? 0, entryOf)
    const where = keys.map((key) => CONDITIONS[key]).join(' AND ')
    const values = keys.map((key): SQLQueryBindings => filter[key] ?? null)
    return yield* filteredPage(this.db, { table: 'audit', where, values }, page, entryOf)
  }

  /** What became of a tag, newest first: its moves, its deletions, and those of a revision that it went with. */
  *tagHistory(strategy: string, tag: string, page: HistoryRequest): Reading<Page<AuditEntry>> {
    this.db.flush()
    const values = [`${strategy}:${tag}`, strategy, tag]
    return yield* filteredPage(this.db, { table: 'audit', where: OF_TAG, values }, page, entryOf)
  }
}

const OF_TAG = `(subject = ? AND what IN ('tag_moved', 'tag_deleted')) OR (strategy = ? AND what = 'revision_deleted'
  AND EXISTS (SELECT 1 FROM json_each(before, '$.tags') WHERE value = ?))`

const entryOf = (row: Row): AuditEntry => ({
  id: row.seq,
  when: new Date(row.time_ms).toISOString(),
  who: row.who,
  what: row.what,
  subject: row.subject,
  ...(row.strategy === null ? {} : { strategy: row.strategy }),
  ...(row.before === null ? {} : { before: JSON.parse(row.before) }),
  ...(row.after === null ? {} : { after: JSON.parse(row.after) }),
  ...(row.message === null ? {} : { message: row.message }),
})
