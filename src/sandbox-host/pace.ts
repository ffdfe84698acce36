/** How many records an instance is given at once: as many as it handles within a turn, going by those before. */
import { RecordCursor } from '../sandbox/cursor'
import { TURN_MS } from './scheduler'

/** Faster ones are given whatever there is, which is some hundred records at most. */
const FAST_MS = 0.02

export class Pace {
  /** How long a record has taken lately, ms. */
  private recordMs = 0

  /** @param ms that the last turn took for these records. */
  took(ms: number, records: number): void {
    if (records > 0) this.recordMs = (this.recordMs + ms / records) / 2
  }

  /** The first of some records. */
  cut(records: Uint8Array): Uint8Array {
    if (this.recordMs < FAST_MS) return records
    const cursor = new RecordCursor(records)
    for (let left = Math.max(1, Math.floor(TURN_MS / this.recordMs)); left > 0 && cursor.next(); left--);
    return records.subarray(0, cursor.end)
  }
}
