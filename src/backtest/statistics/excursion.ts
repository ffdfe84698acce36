/**
 * How far the profit of a trade went below zero and above it while it was open, before fees, over all marks and fills
 * (Sweeney 1996: maximum adverse and favorable excursion). Between two fills it goes with the price alone: the lowest and
 * the highest price are kept, and what they mean is reckoned when somebody asks, or when a fill changes what is held.
 */
import { type Priced, priceOf } from '../../trading/accounts/marks'
import type { Contract } from '../../trading/contract'
import { Decimal, smaller, ZERO } from '../../trading/decimal'

/** What a trade is made of so far. */
export interface TradeState {
  readonly contract: Contract
  readonly long: boolean
  /** Points of all entries and of all exits, as of a long position. */
  readonly entry: Decimal
  readonly exit: Decimal
  /** What is held, unsigned. */
  readonly held: Decimal
}

export class Excursion {
  #low = Number.POSITIVE_INFINITY
  #high = Number.NEGATIVE_INFINITY
  #lowest: Priced | Decimal | undefined
  #highest: Priced | Decimal | undefined
  /** Since the last fill. */
  #entry: Decimal
  #exit: Decimal
  #held: Decimal
  /** In the settlement currency. */
  #worst = ZERO
  #best = ZERO
  readonly #contract: Contract
  readonly #long: boolean

  constructor({ contract, long, entry, exit, held }: TradeState) {
    this.#contract = contract
    this.#long = long
    this.#entry = entry
    this.#exit = exit
    this.#held = held
  }

  /** @param price the double nearest to it. */
  see(price: number, priced: Priced | Decimal): void {
    if (price < this.#low) {
      this.#low = price
      this.#lowest = priced
    }
    if (price > this.#high) {
      this.#high = price
      this.#highest = priced
    }
  }

  /** After a fill that left the trade open, whose price was seen. */
  filled({ entry, exit, held }: TradeState): void {
    this.#reckon()
    this.#entry = entry
    this.#exit = exit
    this.#held = held
  }

  /** The lowest profit, zero or negative, in the settlement currency. */
  get worst(): Decimal {
    this.#reckon()
    return this.#worst
  }

  /** The highest profit, zero or positive. */
  get best(): Decimal {
    this.#reckon()
    return this.#best
  }

  #reckon(): void {
    if (this.#lowest !== undefined) this.#include(this.#profitAt(this.#lowest))
    if (this.#highest !== undefined && this.#highest !== this.#lowest) this.#include(this.#profitAt(this.#highest))
    this.#low = Number.POSITIVE_INFINITY
    this.#high = Number.NEGATIVE_INFINITY
    this.#lowest = undefined
    this.#highest = undefined
  }

  #include(profit: Decimal): void {
    this.#worst = smaller(this.#worst, profit)
    if (profit.compare(this.#best) > 0) this.#best = profit
  }

  #profitAt(priced: Priced | Decimal): Decimal {
    const price = priced instanceof Decimal ? priced : priceOf(priced)
    const held = this.#contract.points(this.#held, price)
    const points = this.#exit.sign === 0 ? held : this.#exit.plus(held)
    return this.#contract.money(this.#long ? points.minus(this.#entry) : this.#entry.minus(points))
  }
}
