/**
 * Whose positions in one symbol a price could leave without equity, so that most events are dismissed after a comparison.
 * In doubles, on the safe side: whatever is reached here is to be judged exactly.
 */
import type { MarketEvent } from '../../schema/events'
import type { Account } from '../accounts/account'
import { markOf, tradePrice } from '../accounts/marks'

interface Holder {
  readonly account: Account
  /** NaN until somebody asks. */
  price: number
  long: boolean
}

/** An account and whose it is. */
export interface Endangered {
  readonly owner: string
  readonly account: Account
}

export class DangerZone {
  /** By owner. */
  readonly #holders = new Map<string, Holder>()
  /** Down here a long position may be lost, up there a short one. */
  #low = Number.NEGATIVE_INFINITY
  #high = Number.POSITIVE_INFINITY
  #stale = false
  /** An event is asked about several times in a row. */
  #judged: MarketEvent | undefined
  #strikes = false

  constructor(readonly symbol: string) {}

  /** The position has changed, or something else of what the account has in its currency. */
  update(owner: string, account: Account): void {
    if (!account.isExposed(this.symbol)) this.forget(owner)
    else {
      const holder = this.#holders.get(owner)
      if (holder) holder.price = Number.NaN
      else this.#holders.set(owner, { account, price: Number.NaN, long: false })
      this.#stale = true
    }
  }

  forget(owner: string): void {
    if (this.#holders.delete(owner)) this.#stale = true
  }

  /** Nobody has a position. */
  get isEmpty(): boolean {
    return this.#holders.size === 0
  }

  /** False: the event certainly leaves everybody something. */
  mayStrike(event: MarketEvent): boolean {
    if (this.isEmpty) return false
    if (this.#stale) this.#measure()
    if (event !== this.#judged) {
      this.#strikes = this.#judge(event)
      this.#judged = event
    }
    return this.#strikes
  }

  #judge(event: MarketEvent): boolean {
    if (this.#low <= 0 && this.#high === Number.POSITIVE_INFINITY) return false
    switch (event.type) {
      case 'Trade': {
        const price = tradePrice(event)
        return this.reaches(price, price)
      }
      case 'KlineSummary':
        return this.reaches(Number(event.payload.lowPrice), Number(event.payload.highPrice))
      default: {
        const mark = Number(markOf(event))
        return this.reaches(mark, mark)
      }
    }
  }

  /** Those who may have nothing left somewhere between these prices. */
  struck(low: number, high: number): Endangered[] {
    if (!this.reaches(low, high)) return []
    const all = [...this.#holders].map(([owner, holder]) => ({ owner, ...holder }))
    return all.filter(({ long, price }) => (long ? low <= price : high >= price))
  }

  /** False: prices between these certainly leave everybody something. */
  reaches(low: number, high: number): boolean {
    if (this.#stale) this.#measure()
    return low <= this.#low || high >= this.#high
  }

  #measure(): void {
    this.#stale = false
    this.#judged = undefined
    this.#low = Number.NEGATIVE_INFINITY
    this.#high = Number.POSITIVE_INFINITY
    for (const holder of this.#holders.values()) {
      if (Number.isNaN(holder.price)) {
        holder.price = holder.account.dangerPrice(this.symbol)
        holder.long = holder.account.quantity(this.symbol).sign > 0
      }
      if (holder.long) this.#low = Math.max(this.#low, holder.price)
      else this.#high = Math.min(this.#high, holder.price)
    }
  }
}
