/** Rollouts of tags: what was decided of each, and what was counted since. The last of each tag is kept. */
import type { AbortConditions, Rollout, RolloutState } from '../schema/rollouts'
import type { Database } from './database'

/** An instance whose new revision did not start, or that failed with it. */
export interface StoredFailure {
  /** `instances.key` */
  readonly key: number
  readonly id: string
  readonly reason: string
}

/** What is to be done. Written before it is done, so that whoever finds it goes on from there. */
export interface StoredRollout {
  readonly strategy: string
  readonly tag: string
  readonly from: string
  readonly to: string
  readonly steps: readonly number[]
  /** In Go's syntax. */
  readonly every: string
  readonly maxUnavailable: number
  readonly abortIf: AbortConditions
  readonly state: RolloutState
  /** The place in `steps` of the present one. */
  readonly step: number
  /** Grows with each decision. */
  readonly version: number
  readonly sinceMs: number
  /** Who began it. */
  readonly who: string
  /** Who decided last. */
  readonly by: string
  readonly reason?: string
  readonly message?: string
  readonly failed: readonly StoredFailure[]
  /** As it was when it was over; until then nothing. */
  readonly outcome?: Rollout
}

/** Exceptions out of handlers, by the revision that threw them. */
export interface SideErrors {
  readonly from: number
  readonly to: number
}

/** What was counted since it began. */
export interface StoredCounts {
  readonly counted: unknown
  readonly errors: SideErrors
}

interface Row {
  readonly decided: string
  readonly counted: string
  readonly errors_from: number
  readonly errors_to: number
}

export class RolloutTable {
  private readonly insert
  private readonly updateCounted
  private readonly updateErrors
  private readonly erase

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [string, string, string, string, number, number]>(
      `INSERT INTO rollouts VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET decided = excluded.decided, counted = excluded.counted,
         errors_from = excluded.errors_from, errors_to = excluded.errors_to`,
    )
    this.updateCounted = db.prepare<null, [string, string, string]>(
      'UPDATE rollouts SET counted = ? WHERE strategy = ? AND tag = ?',
    )
    this.updateErrors = db.prepare<null, [number, number, string, string]>(
      'UPDATE rollouts SET errors_from = ?, errors_to = ? WHERE strategy = ? AND tag = ?',
    )
    this.erase = db.prepare<null, [string, string]>('DELETE FROM rollouts WHERE strategy = ? AND tag = ?')
  }

  all(): (StoredCounts & { readonly decided: StoredRollout })[] {
    const rows = this.db.prepare<Row, []>('SELECT * FROM rollouts ORDER BY strategy, tag').all()
    return rows.map(({ decided, counted, errors_from: from, errors_to: to }) => ({
      decided: JSON.parse(decided),
      counted: JSON.parse(counted),
      errors: { from, to },
    }))
  }

  /** In the place of an earlier one of the tag. Durable at the end of the turn, or with the transaction around it. */
  save(decided: StoredRollout, { counted, errors }: StoredCounts): void {
    const { strategy, tag } = decided
    const values = [strategy, tag, JSON.stringify(decided), JSON.stringify(counted), errors.from, errors.to] as const
    this.db.writeShared(() => this.insert.run(...values))
  }

  /** Durable at the end of the turn. */
  saveErrors({ strategy, tag }: StoredRollout, { from, to }: SideErrors): void {
    this.db.writeShared(() => this.updateErrors.run(from, to, strategy, tag))
  }

  /** All but the errors. Durable within some 100 ms. */
  saveCounted({ strategy, tag }: StoredRollout, counted: unknown): void {
    const text = JSON.stringify(counted)
    this.db.held.within(undefined, () => this.db.writeLazily(() => this.updateCounted.run(text, strategy, tag)))
  }

  remove(strategy: string, tag: string): void {
    this.db.writeShared(() => this.erase.run(strategy, tag))
  }
}
