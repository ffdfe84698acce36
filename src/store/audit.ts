/** The audit: who changed what, and when. Entries are added and read, nothing else; a trigger holds us to it. */
import type { SQLQueryBindings } from 'bun:sqlite'
import type { Page, PageRequest } from '../schema/page'
import type { AuditAction, AuditEntry, AuditFilter } from '../schema/usage'
import type { Database } from './database'

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

  constructor(private readonly db: Database) {
    this.insert = db.prepare<
      null,
      [number, string, string, string, string | null, string | null, string | null, string | null]
    >(
      `INSERT INTO audit (time_ms, who, what, subject, strategy, before, after, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  add(entry: NewAuditEntry): void {
    const { timeMs, who, what, subject, strategy, before, after, message } = entry
    const values = [timeMs, who, what, subject, strategy ?? null, json(before), json(after), message ?? null] as const
    this.db.later(() => this.insert.run(...values))
  }

  /** Newest first. */
  page(page: PageRequest, filter: AuditFilter = {}): Page<AuditEntry> {
    this.db.flush()
    const keys = (Object.keys(CONDITIONS) as (keyof AuditFilter)[]).filter((key) => filter[key] !== undefined)
    const where = keys.length > 0 ? `WHERE ${keys.map((key) => CONDITIONS[key]).join(' AND ')}` : ''
    const values = keys.map((key): SQLQueryBindings => filter[key] ?? null)
    const { total } = this.db
      .prepare<{ total: number }, SQLQueryBindings[]>(`SELECT count(*) total FROM audit ${where}`)
      .get(...values)!
    const rows = this.db
      .prepare<Row, SQLQueryBindings[]>(`SELECT * FROM audit ${where} ORDER BY seq DESC LIMIT ? OFFSET ?`)
      .all(...values, page.limit, page.offset)
    return { items: rows.map(entryOf), total, ...page }
  }

  /** What became of a tag, newest first: its moves, its deletions, and those of a revision that it went with. */
  ofTag(strategy: string, tag: string, page: PageRequest): Page<AuditEntry> {
    this.db.flush()
    const of = [`${strategy}:${tag}`, strategy, tag] as const
    const { total } = this.db
      .prepare<{ total: number }, [string, string, string]>(`SELECT count(*) total FROM (${OF_TAG})`)
      .get(...of)!
    const rows = this.db
      .prepare<Row, [string, string, string, number, number]>(`${OF_TAG} ORDER BY seq DESC LIMIT ? OFFSET ?`)
      .all(...of, page.limit, page.offset)
    return { items: rows.map(entryOf), total, ...page }
  }
}

const OF_TAG = `
  SELECT * FROM audit WHERE subject = ? AND what IN ('tag_moved', 'tag_deleted')
  UNION ALL
  SELECT * FROM audit WHERE strategy = ? AND what = 'revision_deleted'
    AND EXISTS (SELECT 1 FROM json_each(before, '$.tags') WHERE value = ?)`

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
