/** Risk limits, and the kill switches that are set: both hold after a restart. */
import type { SwitchMode, SwitchScope } from '../schema/risk'
import type { RiskLimitSet } from '../schema/risk-limits'
import type { Database } from './database'

export interface StoredSwitch {
  readonly scope: SwitchScope
  /** The provider or instance; '' for all. */
  readonly subject: string
  readonly mode: SwitchMode
  readonly reason: string
  readonly who: string
  /** Milliseconds since 1970. */
  readonly sinceMs: number
  /** When it is released by itself; null: never. */
  readonly untilMs: number | null
}

export class RiskTable {
  private readonly insert
  private readonly erase

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [string, string, string, string, string, number, number | null]>(
      `INSERT OR REPLACE INTO kill_switches (scope, subject, mode, reason, who, since_ms, until_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.erase = db.prepare<null, [string, string]>('DELETE FROM kill_switches WHERE scope = ? AND subject = ?')
  }

  /** Undefined when none were ever set. */
  limits(): RiskLimitSet | undefined {
    const row = this.db.prepare<{ body: string }, []>('SELECT body FROM risk_limits').get()
    return row === null ? undefined : JSON.parse(row.body)
  }

  /** Durable when it returns. */
  saveLimits(limits: RiskLimitSet): void {
    const save = this.db.prepare<null, [string]>('INSERT OR REPLACE INTO risk_limits VALUES (1, ?)')
    this.db.transaction(() => save.run(JSON.stringify(limits)))
  }

  switches(): StoredSwitch[] {
    return this.db
      .prepare<StoredSwitch, []>(
        'SELECT scope, subject, mode, reason, who, since_ms sinceMs, until_ms untilMs FROM kill_switches',
      )
      .all()
  }

  /** Kept and tried again while the disk fails: a kill holds whatever happens. */
  engage({ scope, subject, mode, reason, who, sinceMs, untilMs }: StoredSwitch): void {
    this.db.write(() => this.insert.run(scope, subject, mode, reason, who, sinceMs, untilMs))
  }

  /** Durable when it returns. */
  release(scope: SwitchScope, subject: string): void {
    this.db.transaction(() => this.erase.run(scope, subject))
  }
}
