/** One position: what is held, what it cost, what closing parts of it brought (average cost, fees apart). */
import type { OrderSide } from '../../schema/orders'
import type { PositionState } from '../../schema/paper'
import { averagePrice, Decimal, shareOfCost, ZERO } from '../decimal'

export class Position {
  /** In the base currency; negative when short. */
  quantity = ZERO
  /** What the quantity cost in the quote currency, with the sign of the quantity. */
  cost = ZERO
  /** Profit of what was closed, in the quote currency, before fees. */
  realized = ZERO

  /** @param canBeShort when false, what is sold beyond the position leaves it flat. */
  constructor(readonly canBeShort: boolean) {}

  /** @returns the profit that the trade realised, before fees. */
  trade(side: OrderSide, quantity: Decimal, price: Decimal): Decimal {
    const change = side === 'buy' ? quantity : quantity.negated()
    if (this.quantity.sign * change.sign >= 0 && (this.canBeShort || side === 'buy')) {
      this.#enlarge(change, price)
      return ZERO
    }
    const profit =
      change.absolute().compare(this.quantity.absolute()) < 0 ? this.#reduce(change, price) : this.#turn(change, price)
    this.realized = this.realized.plus(profit)
    return profit
  }

  /** Profit if it were closed at `price`, before fees. */
  unrealized(price: Decimal): Decimal {
    return this.quantity.times(price).minus(this.cost)
  }

  /** What the present quantity was bought or sold at; zero when flat. */
  get averagePrice(): Decimal {
    return this.quantity.sign === 0 ? ZERO : averagePrice(this.cost, this.quantity)
  }

  get state(): PositionState {
    const { quantity, cost, realized } = this
    return { quantity: quantity.toString(), cost: cost.toString(), realized: realized.toString() }
  }

  restore({ quantity, cost, realized }: PositionState): void {
    this.quantity = Decimal.parse(quantity)
    this.cost = Decimal.parse(cost)
    this.realized = Decimal.parse(realized)
  }

  #enlarge(change: Decimal, price: Decimal): void {
    this.quantity = this.quantity.plus(change)
    this.cost = this.cost.plus(change.times(price))
  }

  #reduce(change: Decimal, price: Decimal): Decimal {
    const share = shareOfCost(this.cost, change.absolute(), this.quantity.absolute())
    this.quantity = this.quantity.plus(change)
    this.cost = this.cost.minus(share)
    return change.negated().times(price).minus(share)
  }

  /** Closes all of it and opens the other side with the rest. */
  #turn(change: Decimal, price: Decimal): Decimal {
    const profit = this.unrealized(price)
    this.quantity = this.canBeShort ? this.quantity.plus(change) : ZERO
    this.cost = this.quantity.times(price)
    return profit
  }
}
