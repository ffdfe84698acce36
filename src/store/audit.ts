/** The audit: who changed what, and when. Entries are added and read, nothing else; a trigger holds us to it. */
import type { SQLQueryBindings } from 'bun:sqlite'
import type { Page, PageRequest } from '../schema/instances'
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
}

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
