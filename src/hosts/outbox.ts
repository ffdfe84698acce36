/** What waits to be sent to a host while it works: in order, conflated when there is too much of it. */
import { HANDLER_NUMBER } from '../sandbox/layout'
import { RecordWriter } from '../sandbox/records'
import type { MarketEvent, StrategyEvent } from '../schema/events'
import { conflate, dutyOf, HANDLER_OF_EVENT, type Waiting } from './conflation'
import type { OwnItem } from './placement'
import type { OwnRecord, ToHost } from './protocol'

const MAX_WAITING = 8192
/** Trades and the like that stay when more than MAX_WAITING are waiting. */
const BOUND = MAX_WAITING / 2
/** A batch of more is too long for those who wait for the next one. */
const MAX_BATCH = 1024

type Item = MarketEvent | OwnItem

const isOwn = (item: Item): item is OwnItem => 'placement' in item

export class Outbox {
  private items: Item[] = []
  private readonly writer = new RecordWriter()

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
  take(): Extract<ToHost, { kind: 'batch' }> {
    const items = this.items.splice(0, MAX_BATCH)
    const { writer } = this
    const own: OwnRecord[] = []
    writer.clear()
    for (const item of items) {
      if (!isOwn(item)) writer.event(item)
      else if (item.placement.current) {
        const { placement, content, effect } = item
        if ('event' in content) writer.event(content.event)
        else writer.flags({ tradingActive: content.tradingActive, dryRun: placement.spec.dryRun })
        own.push({ at: writer.count - 1, number: placement.number, ...(effect ? { effect } : {}) })
      }
    }
    return { kind: 'batch', records: writer.from().slice(), own }
  }

  /** Records of some events, outside of the order. */
  encode(events: readonly StrategyEvent[]): Uint8Array {
    this.writer.clear()
    for (const event of events) this.writer.event(event)
    return this.writer.from().slice()
  }

  /** For a host that knows no words yet. */
  readdress(): Outbox {
    const outbox = new Outbox(this.left)
    outbox.items = this.items
    return outbox
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
