/** The newest log lines of each instance. */
import type { LogItem } from '../schema/instance-records'
import type { HistoryRequest, Page } from '../schema/page'
import type { Database } from './database'
import { pageOf } from './pages'
import type { Reading } from './reading'

/** Lines kept for an instance, at least. */
const KEPT = 1000
/** With more they are trimmed: not at each line. */
const MOST = 1500

interface Row {
  seq: number
  time_ms: number
  level: LogItem['level']
  source: LogItem['source']
  message: string
}

export interface StoredLine {
  readonly timeMs: number
  readonly level: LogItem['level']
  readonly source: LogItem['source']
  readonly message: string
}

export class LogTable {
  private readonly insert
  private readonly trim
  private readonly count
  private readonly below
  private readonly skip
  /** Lines by instance, as far as this process counted them. */
  private readonly lines = new Map<number, number>()

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [number, number, string, string, string]>(
      'INSERT INTO logs (instance, time_ms, level, source, message) VALUES (?, ?, ?, ?, ?)',
    )
    this.trim = db.prepare<null, [number, number, number]>(
      `DELETE FROM logs WHERE instance = ? AND seq <=
       (SELECT seq FROM logs WHERE instance = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
    )
    this.count = db.prepare<{ total: number }, [number]>('SELECT count(*) total FROM logs WHERE instance = ?')
    this.below = db.prepare<Row, [number, number, number]>(
      'SELECT seq, time_ms, level, source, message FROM logs WHERE instance = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
    )
    this.skip = db.prepare<{ seq: number }, [number, number, number]>(
      'SELECT seq FROM logs WHERE instance = ? AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?',
    )
  }

  append(instance: number, line: StoredLine): void {
    const lines = (this.lines.get(instance) ?? this.count.get(instance)!.total) + 1
    const isFull = lines > MOST
    this.lines.set(instance, isFull ? KEPT : lines)
    this.db.writeLazily(() => {
      this.insert.run(instance, line.timeMs, line.level, line.source, line.message)
      if (isFull) this.trim.run(instance, instance, KEPT)
    })
  }

  /** Newest first. */
  *page(instance: number, page: HistoryRequest): Reading<Page<LogItem>> {
    this.db.flush()
    const lines = {
      below: (before: number, limit: number) => this.below.all(instance, before, limit),
      skip: (before: number, count: number) => this.skip.get(instance, before, count - 1)?.seq,
    }
    return yield* pageOf(lines, page, this.count.get(instance)!.total, itemOf)
  }
}

const itemOf = ({ time_ms, level, source, message }: Row): LogItem => ({
  time: new Date(time_ms).toISOString(),
  level,
  source,
  message,
})
