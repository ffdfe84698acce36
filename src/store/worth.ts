/** What is kept of what instances are worth: how they stand, points of their equity, and what was traded in all. */
import type { Database } from './database'

/** How something stands in a currency; `state` is JSON. */
export interface StoredStanding {
  readonly scope: string
  /** A key, a name; '' for all. */
  readonly subject: string
  readonly currency: string
  readonly state: string
}

export interface StoredPoint {
  /** The key of an instance. */
  readonly instance: number
  readonly currency: string
  readonly tier: number
  /** Which of its spans; it has one point. */
  readonly span: number
  readonly timeMs: number
  readonly equity: string
}

/** Sums of all executions of an instance in a symbol up to one, as decimal strings. */
export interface StoredTraded {
  /** The key of an instance. */
  readonly instance: number
  readonly provider: string
  readonly symbol: string
  /** The last execution that counts. */
  readonly seq: number
  readonly fills: number
  /** In the settlement currency. */
  readonly turnover: string
  /** JSON: by currency. */
  readonly fees: string
}

type Key = Pick<StoredPoint, 'instance' | 'currency' | 'tier'>

export class WorthTable {
  private readonly insertStanding
  private readonly insertPoint
  private readonly trimPoints
  private readonly insertTraded
  private readonly readPoints
  private readonly readStandings
  private readonly readTraded
  private readonly forgetPoints
  private readonly forgetTraded
  private readonly forgetStandings

  constructor(private readonly db: Database) {
    this.insertStanding = db.prepare<null, [string, string, string, string]>(
      'INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?)',
    )
    this.insertPoint = db.prepare<null, [number, string, number, number, number, string]>(
      'INSERT OR REPLACE INTO equity_points VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.trimPoints = db.prepare<null, [number, string, number, number]>(
      'DELETE FROM equity_points WHERE instance = ? AND currency = ? AND tier = ? AND span < ?',
    )
    this.insertTraded = db.prepare<null, [number, string, string, number, number, string, string]>(
      'INSERT OR REPLACE INTO traded VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.readPoints = db.prepare<{ time_ms: number; equity: string }, [number, string, number, number, number]>(
      `SELECT time_ms, equity FROM equity_points
       WHERE instance = ? AND currency = ? AND tier = ? AND span BETWEEN ? AND ? ORDER BY span`,
    )
    this.readStandings = db.prepare<StoredStanding, []>('SELECT * FROM standings')
    this.readTraded = db.prepare<StoredTraded, []>('SELECT * FROM traded')
    this.forgetPoints = db.prepare<null, [number]>('DELETE FROM equity_points WHERE instance = ?')
    this.forgetTraded = db.prepare<null, [number]>('DELETE FROM traded WHERE instance = ?')
    this.forgetStandings = db.prepare<null, [string]>(
      `DELETE FROM standings WHERE scope = 'instance' AND subject = ?1 OR scope = 'account' AND subject GLOB ?1 || ' *'`,
    )
  }

  standings(): StoredStanding[] {
    return this.readStandings.all()
  }

  traded(): StoredTraded[] {
    this.db.flush()
    return this.readTraded.all()
  }

  /** The points of one tier, from one span to another, oldest first. */
  points({ instance, currency, tier }: Key, from: number, to: number): (readonly [number, string])[] {
    this.db.flush()
    return this.readPoints.all(instance, currency, tier, from, to).map(({ time_ms, equity }) => [time_ms, equity])
  }

  /** Written with what is committed within the next 100 ms. */
  keep(standings: readonly StoredStanding[], points: readonly StoredPoint[]): void {
    if (standings.length + points.length === 0) return
    this.db.writeLazily(() => {
      for (const { scope, subject, currency, state } of standings)
        this.insertStanding.run(scope, subject, currency, state)
      for (const { instance, currency, tier, span, timeMs, equity } of points) {
        this.insertPoint.run(instance, currency, tier, span, timeMs, equity)
      }
    })
  }

  /** Removes points of spans before one. */
  trim({ instance, currency, tier }: Key, before: number): void {
    this.db.writeLazily(() => this.trimPoints.run(instance, currency, tier, before))
  }

  /** Written with what is committed within the next 100 ms. */
  keepTraded(rows: readonly StoredTraded[]): void {
    if (rows.length === 0) return
    this.db.writeLazily(() => {
      for (const { instance, provider, symbol, seq, fills, turnover, fees } of rows) {
        this.insertTraded.run(instance, provider, symbol, seq, fills, turnover, fees)
      }
    })
  }

  /** An instance is no more. @param instance its key. */
  forget(instance: number): void {
    this.db.writeLazily(() => {
      this.forgetPoints.run(instance)
      this.forgetTraded.run(instance)
      this.forgetStandings.run(String(instance))
    })
  }
}
