/** One position: what is held, what it cost, what closing parts of it brought (average cost, fees apart). */
import type { OrderSide } from '../../schema/orders'
import type { PositionState } from '../../schema/paper'
import type { Contract } from '../contract'
import { Decimal, shareOfCost, ZERO } from '../decimal'

export class Position {
  /** In contracts, of a spot market in the base currency; negative when short. */
  quantity = ZERO
  /** Points of the quantity where it was bought or sold. */
  cost = ZERO
  /** Profit of what was closed, in points, before fees. */
  realized = ZERO

  constructor(readonly contract: Contract) {}

  /**
   * What is sold beyond a position that cannot be short leaves it flat.
   * @returns the profit that the trade realised, in the settlement currency, before fees.
   */
  trade(side: OrderSide, quantity: Decimal, price: Decimal): Decimal {
    const { contract } = this
    const change = side === 'buy' ? quantity : quantity.negated()
    if (this.quantity.sign * change.sign >= 0 && (side === 'buy' || contract.isDerivative)) {
      this.#enlarge(change, price)
      return ZERO
    }
    const profit =
      change.absolute().compare(this.quantity.absolute()) < 0
        ? this.#reduce(change, price)
        : this.#reverse(change, price)
    this.realized = this.realized.plus(profit)
    return contract.money(profit)
  }

  /** Profit if it were closed at `price`, in the settlement currency, before fees. */
  unrealized(price: Decimal): Decimal {
    return this.contract.money(this.#gain(price))
  }

  /** Profit of all that was closed, in the settlement currency, before fees. */
  get realizedPnl(): Decimal {
    return this.contract.money(this.realized)
  }

  /** What the present quantity was bought or sold at; zero when flat. */
  get averagePrice(): Decimal {
    return this.quantity.sign === 0 ? ZERO : this.contract.averagePrice(this.cost, this.quantity)
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

  /** In points. */
  #gain(price: Decimal): Decimal {
    return this.contract.points(this.quantity, price).minus(this.cost)
  }

  #enlarge(change: Decimal, price: Decimal): void {
    this.quantity = this.quantity.plus(change)
    this.cost = this.cost.plus(this.contract.points(change, price))
  }

  #reduce(change: Decimal, price: Decimal): Decimal {
    const share = shareOfCost(this.cost, change.absolute(), this.quantity.absolute())
    this.quantity = this.quantity.plus(change)
    this.cost = this.cost.minus(share)
    return this.contract.points(change.negated(), price).minus(share)
  }

  /** Closes all of it and opens the other side with the rest. */
  #reverse(change: Decimal, price: Decimal): Decimal {
    const profit = this.#gain(price)
    this.quantity = this.contract.isDerivative ? this.quantity.plus(change) : ZERO
    this.cost = this.contract.points(this.quantity, price)
    return profit
  }
}
