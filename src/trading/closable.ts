/** What of a position market orders can close, by the steps, minima and maxima of its market. */
import type { Contract } from './contract'
import { type Decimal, smaller, ZERO } from './decimal'

export interface Closable {
  /** Signless; one for each order. */
  readonly quantities: readonly Decimal[]
  /** Signless; too small for an order, or more than so many orders close. */
  readonly left: Decimal
}

/** So many orders at most close a position at once. */
const MOST_ORDERS = 100

/** @param held signless. */
export function closable(contract: Contract, held: Decimal): Closable {
  const step = larger(contract.lot, contract.marketLot)
  const least = larger(contract.minQuantity, contract.marketMinQuantity)
  const most = lesser(contract.maxQuantity, contract.marketMaxQuantity)
  const onStep = (quantity: Decimal) => (step && quantity.sign > 0 ? quantity.steppedTo(step, 'down') : quantity)
  const quantities: Decimal[] = []
  let left = held
  while (quantities.length < MOST_ORDERS) {
    const quantity = onStep(most ? smaller(left, most) : left)
    if (quantity.sign <= 0 || (least && quantity.compare(least) < 0)) break
    quantities.push(quantity)
    left = left.minus(quantity)
  }
  return { quantities, left: left.sign > 0 ? left : ZERO }
}

function larger(one: Decimal | undefined, other: Decimal | undefined): Decimal | undefined {
  return one && other && one.compare(other) < 0 ? other : (one ?? other)
}

function lesser(one: Decimal | undefined, other: Decimal | undefined): Decimal | undefined {
  return one && other ? smaller(one, other) : (one ?? other)
}
