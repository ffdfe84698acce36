/**
 * How far each instance that runs has come, as its host has told: written in one commit with all that came of it, so that a
 * gateway which is started after one that has died knows what of it is news.
 */
import type { InstanceProgress } from '../schema/instance-progress'
import type { Database } from './database'

export interface Progress extends InstanceProgress {
  readonly fills: number
  /** Its program. */
  readonly hash: string
  readonly engine: string
}

interface Row extends Omit<Progress, 'startMs' | 'left' | 'leftForNewer'> {
  readonly instance: number
  readonly start_ms: number
  readonly left_out: number
  readonly left_newer: number
}

/** Numbers are kept as given in such blocks: a write for each would hold up each start. */
const RESERVED = 1000

/** `instance` is always the key of an instance. */
export class ProgressTable {
  private readonly save
  private readonly erase
  private readonly lose
  private readonly reserve
  private lastNumber: number
  private reserved: number

  constructor(private readonly db: Database) {
    this.save = db.prepare<null, [...number[], string, string]>(
      'INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.erase = db.prepare<null, [number]>('DELETE FROM progress WHERE instance = ?')
    this.lose = db.prepare<null, [number]>('UPDATE progress SET slot = -1 WHERE instance = ?')
    this.reserve = db.prepare<null, [number]>('INSERT OR REPLACE INTO run_numbers VALUES (1, ?)')
    const given = db.prepare<{ reserved: number }, []>('SELECT reserved FROM run_numbers').get()
    this.lastNumber = this.reserved = given?.reserved ?? 0
  }

  /** By the key of the instance. */
  all(): Map<number, Progress> {
    const rows = this.db.prepare<Row, []>('SELECT * FROM progress').all()
    return new Map(
      rows.map(({ instance, start_ms: startMs, left_out: left, left_newer: leftForNewer, ...row }) => [
        instance,
        { ...row, startMs, left, leftForNewer },
      ]),
    )
  }

  /** @returns what is called when it has come further: `read` is asked right before that is committed. */
  writer(instance: number, read: () => Progress): () => void {
    const write = () => {
      const { number, slot, startMs, rolls, acts, lines, exceptions, fills, left, leftForNewer, hash, engine } = read()
      const counts = [acts, lines, exceptions, fills, left, leftForNewer]
      this.save.run(instance, number, slot, startMs, rolls, ...counts, hash, engine)
    }
    return () => this.db.writeLatest(instance, write)
  }

  /** It begins anew, and a gateway that dies before it does is followed by one that still knows. */
  lost(instance: number): void {
    this.db.dropLatest(instance)
    this.db.write(() => this.lose.run(instance))
  }

  /** It does not run any more. */
  drop(instance: number): void {
    this.db.dropLatest(instance)
    this.db.write(() => this.erase.run(instance))
  }

  /** A number for something that runs in a host: no host has heard of it, whichever gateway it was told by. */
  nextNumber(): number {
    if (this.lastNumber === this.reserved) {
      const reserved = this.reserved + RESERVED
      this.reserved = reserved
      this.db.write(() => this.reserve.run(reserved))
      this.db.flush()
    }
    return ++this.lastNumber
  }
}
