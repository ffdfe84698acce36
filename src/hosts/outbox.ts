/** What waits to be sent to a host while it works: in order, conflated when there is too much of it. */
import { HANDLER_NUMBER } from '../sandbox/layout'
import type { MarketEvent } from '../schema/events'
import { conflate, dutyOf, HANDLER_OF_EVENT, type Waiting } from './conflation'
import { type Item, isOwn } from './encoder'
import type { OwnItem } from './placement'

const MAX_WAITING = 8192
/** Trades and the like that stay when more than MAX_WAITING are waiting. */
const BOUND = MAX_WAITING / 2
/** A batch of more is too long for those who wait for the next one. */
const MAX_BATCH = 1024

export class Outbox {
  private items: Item[] = []

  /** @param left told of what is left out: an event, and how many of its kind and symbol. */
  constructor(private readonly left: (event: MarketEvent, count: number) => void) {}

  get empty(): boolean {
    return this.items.length === 0
  }

  push(item: Item): void {
    this.items.push(item)
    if (this.items.length > MAX_WAITING) this.conflate()
  }

  /** Before all that waits. */
  unshift(items: readonly OwnItem[]): void {
    this.items = [...items, ...this.items]
  }

  get own(): OwnItem[] {
    return this.items.filter(isOwn)
  }

  /** The next batch, no longer waiting. */
  take(): Item[] {
    return this.items.splice(0, MAX_BATCH)
  }

  private conflate(): void {
    const { items } = this
    const described = items.map(describe)
    const stay = conflate(described, BOUND)
    const staying = new Set(stay)
    const left = new Map<string, { event: MarketEvent; count: number }>()
    for (const [index, event] of items.entries()) {
      if (staying.has(index) || isOwn(event)) continue
      const { slot } = described[index]!
      left.set(slot, { event, count: (left.get(slot)?.count ?? 0) + 1 })
    }
    for (const { event, count } of left.values()) this.left(event, count)
    this.items = stay.map((index) => items[index]!)
  }
}

function describe(item: Item): Waiting {
  if (isOwn(item)) return { duty: 'kept', slot: '' }
  const { type, provider, symbol } = item
  return { duty: dutyOf(HANDLER_NUMBER[HANDLER_OF_EVENT[type]]), slot: `${type}\n${provider}\n${symbol}` }
}
