/** A piece of a batch that waits for one instance; most are shared with other instances. */
import type { AccountEffect } from '../protocol/orders'

export interface Effect extends AccountEffect {
  /** Index of its record within the chunk. */
  readonly at: number
}

export interface Chunk {
  readonly bytes: Uint8Array
  /** Records. */
  readonly count: number
  /** Records that have a handler. */
  readonly events: number
  /** The last priced record of each instrument before the chunk. */
  readonly before: ReadonlyMap<number, Uint8Array>
  /** What reports in it do to the accounts, in their order. */
  readonly effects: readonly Effect[]
  /** Indexes of records that are for this instance alone. */
  readonly own: readonly number[]
  /** For each of these the number of the report in the journal, or 0. */
  readonly reports: readonly number[]
  /** Bits by the numbers of the handlers that its market events have. */
  readonly handlers: number
  /** When it was sent, ms of the gateway's clock: what its records have waited counts from there. */
  readonly atMs: number
  /** When the first of its market events that may be left out was published; Infinity for none. */
  readonly oldestMs: number
  /** And the last; -Infinity for none. */
  readonly newestMs: number
  /** Where it is cut when it is more than a portion; known once somebody has looked. */
  cuts?: readonly Cut[]
}

export interface Cut {
  /** Records before it. */
  readonly count: number
  /** Bytes before it. */
  readonly offset: number
}
