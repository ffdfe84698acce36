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

/** From where losses count, after a resume; profits since the start, decimal strings. */
export interface StoredMark {
  readonly scope: string
  /** A name, the key of an instance; '' for all. */
  readonly subject: string
  readonly currency: string
  /** Days since 1970, UTC. */
  readonly day: number
  readonly base: string
  readonly peak: string
}

/** How the circuit breaker of an instance stands at a provider. */
export interface StoredBreaches {
  /** Its id. */
  readonly instance: string
  readonly provider: string
  readonly breaches: number
  readonly counted: number
  readonly openUntilMs: number
}

export class RiskTable {
  private readonly insert
  private readonly erase
  private readonly insertMark
  private readonly insertBreaches
  /** How often breaches of an instance were forgiven. */
  private readonly forgiven = new Map<string, number>()
  /** How often a switch was changed, by scope and subject. */
  private readonly changes = new Map<string, number>()

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [string, string, string, string, string, number, number | null]>(
      `INSERT OR REPLACE INTO kill_switches (scope, subject, mode, reason, who, since_ms, until_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.insertMark = db.prepare<null, [string, string, string, number, string, string]>(
      'INSERT OR REPLACE INTO loss_marks (scope, subject, currency, day, base, peak) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.insertBreaches = db.prepare<null, [string, string, number, number, number]>(
      'INSERT OR REPLACE INTO risk_breaches (instance, provider, breaches, counted, open_until_ms) VALUES (?, ?, ?, ?, ?)',
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
    const change = this.changed(scope, subject)
    this.db.write(() => {
      // it may have been held until it was changed again
      if (this.changes.get(`${scope} ${subject}`) === change)
        this.insert.run(scope, subject, mode, reason, who, sinceMs, untilMs)
    })
  }

  /** Durable when it returns. */
  release(scope: SwitchScope, subject: string): void {
    this.db.transaction(() => this.erase.run(scope, subject))
    this.changed(scope, subject)
  }

  /** @returns which change of the switch it is. */
  private changed(scope: SwitchScope, subject: string): number {
    const key = `${scope} ${subject}`
    const change = (this.changes.get(key) ?? 0) + 1
    this.changes.set(key, change)
    return change
  }

  marks(): StoredMark[] {
    return this.db.prepare<StoredMark, []>('SELECT scope, subject, currency, day, base, peak FROM loss_marks').all()
  }

  keepMark({ scope, subject, currency, day, base, peak }: StoredMark): void {
    this.db.writeLazily(() => this.insertMark.run(scope, subject, currency, day, base, peak))
  }

  forgetMarks(scope: string, subject: string): void {
    const forget = this.db.prepare<null, [string, string]>('DELETE FROM loss_marks WHERE scope = ? AND subject = ?')
    this.db.writeLazily(() => forget.run(scope, subject))
  }

  breaches(): StoredBreaches[] {
    return this.db
      .prepare<StoredBreaches, []>(
        'SELECT instance, provider, breaches, counted, open_until_ms openUntilMs FROM risk_breaches',
      )
      .all()
  }

  keepBreaches({ instance, provider, breaches, counted, openUntilMs }: StoredBreaches): void {
    const times = this.forgiven.get(instance)
    this.db.writeSoon(() => {
      // it may have been held until they were forgiven
      if (this.forgiven.get(instance) === times)
        this.insertBreaches.run(instance, provider, breaches, counted, openUntilMs)
    })
  }

  /** @param provider undefined: at all of them. */
  forgiveBreaches(instance: string, provider?: string): void {
    const forgive = this.db.prepare<null, [string, string | null]>(
      'DELETE FROM risk_breaches WHERE instance = ?1 AND provider = coalesce(?2, provider)',
    )
    this.forgiven.set(instance, (this.forgiven.get(instance) ?? 0) + 1)
    this.db.writeShared(() => forgive.run(instance, provider ?? null))
  }
}
