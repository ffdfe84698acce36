/**
 * What waits to be sent to a host while it works. Market data that waits too long or too numerously is conflated; what
 * must arrive has a queue of its own, which nobody ever looks through. A batch is both, in the order of the pushes.
 */

import { conflate, dutyOfEvent, type LeftOut, type Load, Pressure } from '../protocol/conflation'
import { Fifo } from '../protocol/fifo'
import type { MarketEvent } from '../schema/events'
import type { OwnItem } from './placement'

/** A market event, and when it was published, ms of the pool's clock. */
export interface MarketItem {
  readonly event: MarketEvent
  /** NEVER_OLD: it is to arrive, whatever it takes. */
  readonly atMs: number
}

/** What a batch is made of. */
export type Item = MarketItem | OwnItem

export const isOwn = (item: Item): item is OwnItem => 'placement' in item

export const isMarket = (item: Item): item is MarketItem => !isOwn(item)

/** It is never left out, and whoever is to be `drained` waits for it. */
export const mustArrive = (item: Item): boolean => isOwn(item) || item.atMs === NEVER_OLD

/** When an event of a recording was published: it waits for those who handle it, not they for it. */
export const NEVER_OLD = Number.POSITIVE_INFINITY

interface Placed<I extends Item> {
  readonly item: I
  /** In the order of all pushes. */
  readonly place: number
}

export interface OutboxDeps {
  readonly maxAgeMs: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  readonly left: (left: LeftOut) => void
}

const MOST = { count: 8192, bytes: Number.POSITIVE_INFINITY }
/** A batch of more is too long for those who wait for the next one. */
const MAX_BATCH = 1024

export class Outbox {
  /** The last one goes first. */
  private readonly ahead: Fifo<OwnItem>[] = []
  private readonly kept = new Fifo<Placed<Item>>()
  private readonly market = new Fifo<Placed<MarketItem>>()
  private readonly pressure: Pressure
  private lastPlace = 0

  constructor(private readonly deps: OutboxDeps) {
    this.pressure = new Pressure(MOST, deps.maxAgeMs)
  }

  get empty(): boolean {
    return this.ahead.length === 0 && this.kept.length === 0 && this.market.length === 0
  }

  /** Nothing waits that must arrive. */
  get hasArrived(): boolean {
    return this.ahead.length === 0 && this.kept.length === 0
  }

  /** When the oldest market event of those that wait was published; undefined when none does. */
  get oldestMs(): number | undefined {
    return this.market.first?.item.atMs
  }

  push(item: Item): void {
    const place = ++this.lastPlace
    if (isOwn(item) || item.atMs === NEVER_OLD) {
      if (isOwn(item)) item.waits = true
      this.kept.push({ item, place })
    } else {
      this.market.push({ item, place })
      this.relieve(item.atMs)
    }
  }

  /** Before all that waits. */
  unshift(items: readonly OwnItem[]): void {
    if (items.length === 0) return
    const first = new Fifo<OwnItem>()
    for (const item of items) {
      item.waits = true
      first.push(item)
    }
    this.ahead.push(first)
  }

  /** The next batch, no longer waiting. */
  take(): Item[] {
    this.relieve(this.deps.elapsed())
    const batch: Item[] = []
    while (batch.length < MAX_BATCH) {
      const item = this.next()
      if (!item) break
      if (isOwn(item)) item.waits = false
      batch.push(item)
    }
    return batch
  }

  private next(): Item | undefined {
    const { ahead, kept, market } = this
    const first = ahead.at(-1)
    if (first) {
      const item = first.shift()
      if (first.length === 0) ahead.pop()
      return item
    }
    const isMarket = (market.first?.place ?? Infinity) < (kept.first?.place ?? Infinity)
    return (isMarket ? market : kept).shift()?.item
  }

  private relieve(nowMs: number): void {
    const { market, pressure } = this
    if (market.first === undefined) return
    if (!pressure.isHigh(loadOf(market), market.first.item.atMs, nowMs)) return
    const placed = market.toArray()
    const described = placed.map(({ item: { event, atMs } }) => ({
      duty: dutyOfEvent(event.type),
      stream: streamOf(event),
      ageMs: nowMs - atMs,
    }))
    const stay = conflate(described, pressure.boundsOf(loadOf(placed)))
    pressure.relieved(loadOf(stay), nowMs)
    if (stay.length === placed.length) return
    market.replace(stay.map((index) => placed[index]!))
    const staying = new Set(stay)
    const left = new Map<string, LeftOut>()
    for (const [index, { item }] of placed.entries()) {
      if (staying.has(index)) continue
      const { stream, duty } = described[index]!
      left.set(stream, { event: item.event, duty, count: (left.get(stream)?.count ?? 0) + 1 })
    }
    for (const one of left.values()) this.deps.left(one)
  }
}

/** Candles of each interval are data of their own. */
function streamOf({ type, provider, symbol, payload }: MarketEvent): string {
  const interval = type === 'KlineSummary' ? (payload.interval ?? '') : ''
  return `${type}\n${provider}\n${symbol}\n${interval}`
}

/** By number alone: a market event of the gateway is one object, however many wait for it. */
const loadOf = ({ length }: { readonly length: number }): Load => ({ count: length, bytes: 0 })
