/** From the records of a batch to the chunks of those who want them. */

import type { OwnRecord } from '../protocol/messages'
import type { AccountEffect } from '../protocol/orders'
import { RecordCursor } from '../sandbox/cursor'
import type { WordTable } from '../sandbox/words'
import type { Chunk, Effect } from './chunk'
import { Group, join, type KnownSubscription, subscriptionKey } from './group'
import { instrumentKey, providerOf, symbolOf } from './instrument-key'
import { isPriced } from './prices'

type Range = [start: number, end: number]

export interface Receiver {
  push(chunk: Chunk): void
}

interface Joined<Member> {
  readonly member: Member
  readonly group: Group<Member>
}

interface Parcel {
  readonly ranges: Range[]
  /** For each the number of the report in the journal, or 0. */
  readonly reports: number[]
  readonly effects: (AccountEffect & { readonly start: number })[]
  /** Records that have a handler. */
  events: number
}

/** What a chunk says of the market events in it. */
type MarketPart = Pick<Chunk, 'events' | 'before' | 'handlers' | 'atMs' | 'oldestMs' | 'newestMs'>

const NOTHING_PUBLISHED = { events: 0, handlers: 0, oldestMs: Infinity, newestMs: -Infinity } as const

export class Fanout<Member extends Receiver> {
  private readonly groups = new Map<string, Group<Member>>()
  private readonly joined = new Map<number, Joined<Member>>()
  /** By provider and symbol; forgotten when groups come and go. */
  private readonly wanting = new Map<number, readonly Group<Member>[]>()

  constructor(private readonly words: WordTable) {}

  join(number: number, member: Member, subscription: KnownSubscription, prices: ReadonlyMap<number, Uint8Array>): void {
    this.leave(number)
    const key = subscriptionKey(subscription)
    let group = this.groups.get(key)
    if (!group) {
      group = new Group(subscription, () => this.groups.delete(key))
      this.groups.set(key, group)
      this.wanting.clear()
      group.before = prices
    }
    group.members.add(member)
    this.joined.set(number, { member, group })
  }

  leave(number: number): void {
    const joined = this.joined.get(number)
    if (!joined) return
    const { member, group } = joined
    group.members.delete(member)
    this.joined.delete(number)
    if (group.members.size > 0) return
    group.abandon()
    this.wanting.clear()
  }

  /** The last priced records of what an instance can see. */
  pricesOf(number: number): Uint8Array {
    return Buffer.concat([...(this.joined.get(number)?.group.before.values() ?? [])])
  }

  /** Those who want the same as this instance have seen these prices last. */
  seed(number: number, prices: ReadonlyMap<number, Uint8Array>): void {
    const group = this.joined.get(number)?.group
    if (group) group.before = prices
  }

  /** @param atMs when they were sent, by the gateway's clock. */
  deal(records: Uint8Array, own: readonly OwnRecord[], atMs: number): void {
    const cursor = new RecordCursor(records)
    const touched = new Set<Group<Member>>()
    const parcels = new Map<number, Parcel>()
    let ownAt = 0
    for (let index = 0; cursor.next(); index++) {
      const mine = own[ownAt]
      if (mine?.at === index) {
        ownAt++
        addTo(parcels, mine, cursor)
      } else {
        for (const group of this.wantingOf(instrumentKey(cursor))) {
          group.take(cursor)
          touched.add(group)
        }
      }
    }
    for (const group of touched) this.serve(records, group, parcels, atMs)
    for (const [number, parcel] of parcels) {
      const joined = this.joined.get(number)
      if (!joined) continue
      const { before } = joined.group
      joined.member.push(merged(records, parcel, [], { ...NOTHING_PUBLISHED, before, atMs }))
    }
  }

  /** The same bytes to all, but for those who get something of their own besides. */
  private serve(records: Uint8Array, group: Group<Member>, parcels: Map<number, Parcel>, atMs: number): void {
    const cut = group.cut(records, atMs)
    if (!cut) return
    const special = new Map<Member, Chunk>()
    for (const [number, parcel] of parcels) {
      const joined = this.joined.get(number)
      if (joined?.group !== group) continue
      parcels.delete(number)
      special.set(joined.member, merged(records, parcel, cut.ranges, cut.chunk))
    }
    for (const member of group.members) member.push(special.get(member) ?? cut.chunk)
  }

  private wantingOf(instrument: number): readonly Group<Member>[] {
    const known = this.wanting.get(instrument)
    if (known) return known
    const provider = providerOf(instrument, this.words)
    const symbol = symbolOf(instrument, this.words)
    const groups = [...this.groups.values()].filter((group) => group.wants(provider, symbol))
    this.wanting.set(instrument, groups)
    return groups
  }
}

/** The last priced record of each instrument in some records. */
export function pricesIn(records: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const cursor = new RecordCursor(records)
  const prices = new Map<number, Uint8Array>()
  while (cursor.next()) {
    if (isPriced(cursor)) prices.set(instrumentKey(cursor), records.slice(cursor.start, cursor.end))
  }
  return prices
}

function addTo(parcels: Map<number, Parcel>, { number, effect, report = 0 }: OwnRecord, cursor: RecordCursor): void {
  const { start, end } = cursor
  const parcel = parcels.get(number) ?? { ranges: [], reports: [], effects: [], events: 0 }
  parcels.set(number, parcel)
  parcel.ranges.push([start, end])
  parcel.reports.push(report)
  if (cursor.handler) parcel.events++
  if (effect) parcel.effects.push({ ...effect, start })
}

/** A chunk of a group's ranges and of an instance's own records, in the order of the batch. */
function merged(records: Uint8Array, parcel: Parcel, ranges: readonly Range[], market: MarketPart): Chunk {
  const all = [...ranges, ...parcel.ranges].sort(([a], [b]) => a - b)
  const mine = new Set(parcel.ranges.map(([start]) => start))
  const effectAt = new Map(parcel.effects.map((effect) => [effect.start, effect]))
  const own: number[] = []
  const effects: Effect[] = []
  let count = 0
  for (const [start, end] of all) {
    if (mine.has(start)) own.push(count)
    const effect = effectAt.get(start)
    if (effect) {
      const { start: _, ...rest } = effect
      effects.push({ at: count, ...rest })
    }
    const cursor = new RecordCursor(records.subarray(start, end))
    while (cursor.next()) count++
  }
  const { events, before, handlers, atMs, oldestMs, newestMs } = market
  const bytes = join(records, all)
  return {
    bytes,
    count,
    events: events + parcel.events,
    before,
    effects,
    own,
    reports: parcel.reports,
    handlers,
    atMs,
    oldestMs,
    newestMs,
  }
}
