/** When instances were started: what begins their client order ids, so that no two starts have the same, ever. */
import type { Database } from './database'

/** Orders that are looked at where no start was kept yet. */
const LOOKED_AT = 1000

export class StartTable {
  private readonly save
  private lastMs: number

  constructor(private readonly db: Database) {
    this.save = db.prepare<null, [number]>('INSERT OR REPLACE INTO starts VALUES (1, ?)')
    const kept = db.prepare<{ last_ms: number }, []>('SELECT last_ms FROM starts').get()
    this.lastMs = kept?.last_ms ?? this.newestInOrders()
  }

  /**
   * The time of one that starts now: later than every start before, also when the clock was set back. Kept with its
   * first order.
   */
  next(nowMs: number): number {
    const startMs = Math.max(nowMs, this.lastMs + 1)
    this.lastMs = startMs
    this.db.write(() => this.save.run(startMs))
    return startMs
  }

  /** A folder of an older version has starts in nothing but ids of orders: `<instance>-<start>-<number>`. */
  private newestInOrders(): number {
    const newest = this.db.prepare<{ id: string }, [number]>(
      "SELECT id FROM orders WHERE id NOT GLOB 'liquidation-*' AND placed_by IS NULL ORDER BY seq DESC LIMIT ?",
    )
    const starts = newest
      .all(LOOKED_AT)
      .map(({ id }) => Number.parseInt(/-([0-9a-z]{1,9})-[0-9]+$/.exec(id)?.[1] ?? '0', 36))
    return Math.max(0, ...starts)
  }
}
