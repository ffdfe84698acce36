/**
 * The average price of a market over its last minutes, by volume, as filters of venues measure by it: of its trades, of
 * candles their close. The minutes are those of the clock, the one under way included. Cheap to keep: what nobody asks for
 * is dropped unread.
 */
import type { MarketEvent } from '../../schema/events'
import { averagePrice, Decimal, ZERO } from '../decimal'

const MINUTE_MS = 60_000
/** Events that have left the window and are still kept, at most. */
const MOST_STALE = 4096

type Traded = Extract<MarketEvent, { type: 'Trade' | 'KlineSummary' }>

interface Minute {
  readonly number: number
  worth: Decimal
  quantity: Decimal
}

export class AveragePrice {
  /** Not added up yet, oldest first from `next` on. */
  private recent: Traded[] = []
  private next = 0
  private minutes: Minute[] = []

  /** @param count of minutes. */
  constructor(private readonly count: number) {}

  observe(event: MarketEvent): void {
    if (event.type !== 'Trade' && event.type !== 'KlineSummary') return
    this.recent.push(event)
    const first = this.firstMinute(event.timeMs)
    while (minuteOf(this.recent[this.next]!) < first) this.next++
    if (this.next < MOST_STALE) return
    this.recent = this.recent.slice(this.next)
    this.next = 0
  }

  /** Undefined where nothing was traded within the minutes. */
  at(timeMs: number): Decimal | undefined {
    for (; this.next < this.recent.length; this.next++) this.add(this.recent[this.next]!)
    this.recent = []
    this.next = 0
    const first = this.firstMinute(timeMs)
    this.minutes = this.minutes.filter(({ number }) => number >= first)
    const worth = this.minutes.reduce((sum, minute) => sum.plus(minute.worth), ZERO)
    const quantity = this.minutes.reduce((sum, minute) => sum.plus(minute.quantity), ZERO)
    return quantity.sign > 0 ? averagePrice(worth, quantity) : undefined
  }

  private firstMinute(timeMs: number): number {
    return Math.floor(timeMs / MINUTE_MS) - this.count + 1
  }

  private add(event: Traded): void {
    const number = minuteOf(event)
    if (this.minutes.at(-1)?.number !== number) this.minutes.push({ number, worth: ZERO, quantity: ZERO })
    const minute = this.minutes.at(-1)!
    const { payload } = event
    const [price, traded] =
      'price' in payload ? [payload.price, payload.quantity] : [payload.closePrice, payload.volume]
    const quantity = Decimal.parse(traded)
    minute.worth = minute.worth.plus(quantity.times(Decimal.parse(price)))
    minute.quantity = minute.quantity.plus(quantity)
  }
}

const minuteOf = ({ timeMs }: Traded): number => Math.floor(timeMs / MINUTE_MS)
