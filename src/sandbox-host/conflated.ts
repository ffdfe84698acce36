/** What stays of the chunks that wait for one instance when market data is left out: one chunk in the place of them all. */

import { type Bounds, conflate, type Duty, dutyOf } from '../protocol/conflation'
import { RecordCursor } from '../sandbox/cursor'
import { LONGEST_WAIT_MS, NEVER_WAITS, WAITED_AT } from '../sandbox/layout'
import type { Chunk, Effect } from './chunk'
import { instrumentKey } from './instrument-key'
import { isPriced } from './prices'

/** Market events. */
export interface LeftCounts {
  /** Events that have left their place to a newer one. */
  readonly conflated: number
  readonly dropped: number
  /** Handled events of the chunk that was done in part: its successor does not count them again. */
  readonly handled: number
}

/** A chunk of which some records are done. */
export interface Rest {
  readonly chunk: Chunk
  /** Records that are done. */
  readonly count: number
  /** And their bytes. */
  readonly offset: number
}

interface WaitingRecord {
  readonly bytes: Uint8Array
  readonly duty: Duty
  readonly stream: string
  readonly ageMs: number
  /** It has a handler. */
  readonly isEvent: boolean
  readonly own: boolean
  /** The number of the report in the journal, or 0. */
  readonly report: number
  readonly effect: Effect | undefined
}

/** Undefined when all of it stays. */
export function conflated(
  rest: Rest | undefined,
  behind: readonly Chunk[],
  bounds: Bounds,
  nowMs: number,
): { readonly chunk: Chunk; readonly left: LeftCounts } | undefined {
  const begun = rest ? recordsOf(rest.chunk, nowMs, rest) : []
  const records = [...begun, ...behind.flatMap((chunk) => recordsOf(chunk, nowMs))]
  const stay = conflate(records, bounds)
  if (stay.length === records.length) return undefined
  const kept = stay.map((index) => records[index]!)
  const left = (duty: Duty) => count(records, duty) - count(kept, duty)
  // not empty: the newest of what was left out stays
  const dated = kept.filter(({ duty }) => duty !== 'kept')
  const chunk: Chunk = {
    bytes: joined(kept),
    count: kept.length,
    events: events(kept),
    before: rest ? pricesBefore(rest) : behind[0]!.before,
    effects: kept.flatMap(({ effect }, at) => (effect ? [{ ...effect, at }] : [])),
    own: kept.flatMap(({ own }, at) => (own ? [at] : [])),
    reports: kept.flatMap(({ own, report }) => (own ? [report] : [])),
    // a chunk without market events has none
    handlers: behind.reduce((bits, { handlers }) => bits | handlers, rest?.chunk.handlers ?? 0),
    atMs: nowMs,
    oldestMs: nowMs - dated[0]!.ageMs,
    newestMs: nowMs - dated.at(-1)!.ageMs,
  }
  const handled = rest ? rest.chunk.events - events(begun) : 0
  return { chunk, left: { conflated: left('newest'), dropped: left('bounded'), handled } }
}

const count = (records: readonly WaitingRecord[], of: Duty) => records.filter(({ duty }) => duty === of).length

const events = (records: readonly WaitingRecord[]) => records.filter(({ isEvent }) => isEvent).length

function recordsOf(chunk: Chunk, nowMs: number, { count: at, offset } = { count: 0, offset: 0 }): WaitingRecord[] {
  const cursor = new RecordCursor(chunk.bytes)
  cursor.end = offset
  const mine = new Map(chunk.own.map((index, at) => [index, chunk.reports[at] ?? 0]))
  const effects = new Map(chunk.effects.map((effect) => [effect.at, effect]))
  const records: WaitingRecord[] = []
  for (let index = at; cursor.next(); index++) {
    const { waitedMs, handlerNumber } = cursor
    const own = mine.has(index)
    records.push({
      bytes: chunk.bytes.subarray(cursor.start, cursor.end),
      duty: own || waitedMs === NEVER_WAITS ? 'kept' : dutyOf(handlerNumber),
      stream: `${handlerNumber}:${instrumentKey(cursor)}:${cursor.intervalWord}`,
      ageMs: nowMs - (chunk.atMs - waitedMs),
      isEvent: own ? cursor.isEvent : (chunk.handlers & (1 << handlerNumber)) !== 0,
      own,
      report: mine.get(index) ?? 0,
      effect: effects.get(index),
    })
  }
  return records
}

/** One after the other; what they have waited counts from now on. */
function joined(records: readonly WaitingRecord[]): Uint8Array {
  const bytes = Buffer.concat(records.map((record) => record.bytes))
  let at = 0
  for (const { duty, ageMs, bytes: own } of records) {
    if (duty !== 'kept') bytes.writeUInt16LE(Math.min(LONGEST_WAIT_MS, Math.max(0, Math.round(ageMs))), at + WAITED_AT)
    at += own.length
  }
  return bytes
}

/** The prices before the rest: those of the records that are done included. */
function pricesBefore({ chunk, offset }: Rest): ReadonlyMap<number, Uint8Array> {
  const cursor = new RecordCursor(chunk.bytes.subarray(0, offset))
  const prices = new Map(chunk.before)
  while (cursor.next()) {
    if (isPriced(cursor)) prices.set(instrumentKey(cursor), chunk.bytes.subarray(cursor.start, cursor.end))
  }
  return prices
}
