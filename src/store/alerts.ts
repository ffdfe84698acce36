/** What is wrong or has been and has still to be told, and up to which entry of the feed that was found out. */
import type { Database } from './database'

/** `body` is JSON. */
export interface StoredAlert {
  readonly rule: string
  readonly subject: string
  readonly body: string
}

/** How far the feed was read; `counted` is JSON. */
export interface AlertReading {
  readonly last: number
  readonly counted: string
}

export class AlertTable {
  private readonly insert
  private readonly erase
  private readonly insertReading
  private readonly readAll
  private readonly readReading

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [string, string, string]>('INSERT OR REPLACE INTO alerts VALUES (?, ?, ?)')
    this.erase = db.prepare<null, [string, string]>('DELETE FROM alerts WHERE rule = ? AND subject = ?')
    this.insertReading = db.prepare<null, [number, string]>('INSERT OR REPLACE INTO alert_reading VALUES (1, ?, ?)')
    this.readAll = db.prepare<StoredAlert, []>('SELECT rule, subject, body FROM alerts')
    this.readReading = db.prepare<AlertReading, []>('SELECT last, counted FROM alert_reading')
  }

  all(): StoredAlert[] {
    return this.readAll.all()
  }

  /** Undefined before the first. */
  reading(): AlertReading | undefined {
    return this.readReading.get() ?? undefined
  }

  /** All of it or nothing: what was read was found out, and what was found out is not counted again. */
  save(saved: readonly StoredAlert[], gone: readonly Omit<StoredAlert, 'body'>[], reading: AlertReading): void {
    this.db.write(() => {
      for (const { rule, subject, body } of saved) this.insert.run(rule, subject, body)
      for (const { rule, subject } of gone) this.erase.run(rule, subject)
      this.insertReading.run(reading.last, reading.counted)
    })
  }

  /** Alerts are no longer asked for: those that come later begin anew. */
  forget(): void {
    if (this.reading() === undefined) return
    this.db.write(() => {
      for (const { rule, subject } of this.readAll.all()) this.erase.run(rule, subject)
      this.db.prepare<null, []>('DELETE FROM alert_reading').run()
    })
  }
}
