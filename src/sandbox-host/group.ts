/**
 * Instances that want the same events: a batch is cut to their measure once, and the same bytes are
 * copied into each of their sandboxes.
 */

import type { Subscription } from '../protocol/subscriptions'
import type { RecordCursor } from '../sandbox/cursor'
import { HANDLER_NUMBER, KIND, NEVER_WAITS } from '../sandbox/layout'
import type { Chunk } from './chunk'
import { instrumentKey } from './instrument-key'
import { isPriced } from './prices'

type Range = [start: number, end: number]

/** What an instance subscribes to, known in full once it is created. */
export type KnownSubscription = Required<Subscription>

export const subscriptionKey = ({ scope, handlers, crossProvider }: KnownSubscription): string =>
  JSON.stringify([scope.map(({ provider, symbols }) => [provider, symbols]), handlers, crossProvider])

export class Group<Member> {
  readonly members = new Set<Member>()
  private readonly mask: number
  private readonly symbols: ReadonlySet<string>
  private readonly scope: ReadonlyMap<string, ReadonlySet<string>>
  /** The last priced record of each instrument; never changed, only replaced, for chunks hold on to it. */
  private prices: ReadonlyMap<number, Uint8Array> = new Map()

  // From here on: of the batch at hand.
  private ranges: Range[] = []
  private count = 0
  private events = 0
  /** How long those of its market events have waited that may be left out: the longest, and the shortest, ms. */
  private longestMs = Number.NEGATIVE_INFINITY
  private shortestMs = Number.POSITIVE_INFINITY
  /** Trades and tickers that have no handler here: of each instrument the newest goes along, for `getLastPrice` and its like. */
  private readonly held = new Map<number, Range>()
  private readonly priced = new Map<number, Range>()

  /** @param abandon called when the last member has left. */
  constructor(
    private readonly subscription: KnownSubscription,
    readonly abandon: () => void,
  ) {
    this.mask = subscription.handlers.reduce((mask, name) => mask | (1 << HANDLER_NUMBER[name]), 0)
    this.scope = new Map(subscription.scope.map(({ provider, symbols }) => [provider, new Set(symbols)]))
    this.symbols = new Set(subscription.scope.flatMap(({ symbols }) => symbols))
  }

  wants(provider: string, symbol: string): boolean {
    return this.subscription.crossProvider ? this.symbols.has(symbol) : this.scope.get(provider)?.has(symbol) === true
  }

  take(cursor: RecordCursor): void {
    const { start, end } = cursor
    const handled = (this.mask & (1 << cursor.handlerNumber)) !== 0
    const priced = isPriced(cursor)
    if (priced) this.priced.set(instrumentKey(cursor), [start, end])
    if (handled) {
      this.flushHeld()
      this.append(start, end)
      this.events++
      const { waitedMs } = cursor
      if (waitedMs === NEVER_WAITS) return
      if (waitedMs > this.longestMs) this.longestMs = waitedMs
      if (waitedMs < this.shortestMs) this.shortestMs = waitedMs
    } else if (setsMarket(cursor)) {
      this.held.delete(instrumentKey(cursor))
      this.held.set(instrumentKey(cursor), [start, end])
    }
  }

  /** What the batch holds for the group; undefined for nothing. Ends the batch. @param atMs when it was sent. */
  cut(records: Uint8Array, atMs: number): { chunk: Chunk; ranges: readonly Range[] } | undefined {
    this.flushHeld()
    const { ranges, count, events, prices: before } = this
    if (this.priced.size > 0) this.remember(records)
    if (count === 0) return undefined
    this.ranges = []
    this.count = 0
    this.events = 0
    const oldestMs = atMs - this.longestMs
    const newestMs = atMs - this.shortestMs
    this.longestMs = Number.NEGATIVE_INFINITY
    this.shortestMs = Number.POSITIVE_INFINITY
    const bytes = join(records, ranges)
    const handlers = this.mask
    return {
      chunk: { bytes, count, events, before, effects: [], own: [], reports: [], handlers, atMs, oldestMs, newestMs },
      ranges,
    }
  }

  get before(): ReadonlyMap<number, Uint8Array> {
    return this.prices
  }

  set before(prices: ReadonlyMap<number, Uint8Array>) {
    this.prices = prices
  }

  private remember(records: Uint8Array): void {
    const prices = new Map(this.prices)
    for (const [instrument, [start, end]] of this.priced) prices.set(instrument, records.slice(start, end))
    this.prices = prices
    this.priced.clear()
  }

  private flushHeld(): void {
    if (this.held.size === 0) return
    for (const [start, end] of this.held.values()) this.append(start, end)
    this.held.clear()
  }

  private append(start: number, end: number): void {
    const last = this.ranges.at(-1)
    if (last?.[1] === start) last[1] = end
    else this.ranges.push([start, end])
    this.count++
  }
}

const setsMarket = ({ kind }: RecordCursor) => kind === KIND.Trade || kind === KIND.Ticker

/** The bytes of the batch itself where they are most of it: who is slow holds on to little more than it is given. */
export function join(records: Uint8Array, ranges: readonly Range[]): Uint8Array {
  const [first] = ranges
  if (ranges.length === 1 && first) {
    const [start, end] = first
    return end - start > records.length / 2 ? records.subarray(start, end) : records.slice(start, end)
  }
  return Buffer.concat(ranges.map(([start, end]) => records.subarray(start, end)))
}
