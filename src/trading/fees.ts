/**
 * What a fill costs, by one of two models, in the settlement currency:
 *
 * - in basis points of the notional, one rate for makers and one for takers; a negative one is a rebate;
 * - an amount for each contract or share, with a minimum for each order: whatever the number of its fills, an order that
 *   is filled in part or whole pays `max(minimum, filled × amount)`. So its first fill pays the minimum, and later ones
 *   what goes beyond it. Brokers bill so: the minimum of Interactive Brokers' US stocks, 1.00 at 0.005 a share, is
 *   "per order" (interactivebrokers.com, Commissions, Stocks).
 */
import type { FillRules } from '../schema/paper'
import type { Contract } from './contract'
import { basisPoints, Decimal, ZERO } from './decimal'
import { parseRate } from './rates'

/** The order of a fill that is about to be charged. */
export interface ChargedOrder {
  readonly contract: Contract
  /** What was filled of it before. */
  readonly filled: Decimal
}

export interface FeeModel {
  /** What a fill costs, exactly; a fee below zero is paid to the owner. */
  fee(order: ChargedOrder, quantity: Decimal, price: Decimal, liquidity: 'maker' | 'taker'): Decimal
}

class NotionalFees implements FeeModel {
  constructor(
    private readonly maker: Decimal,
    private readonly taker: Decimal,
  ) {}

  fee({ contract }: ChargedOrder, quantity: Decimal, price: Decimal, liquidity: 'maker' | 'taker'): Decimal {
    return basisPoints(contract.notional(quantity, price), liquidity === 'taker' ? this.taker : this.maker)
  }
}

class ContractFees implements FeeModel {
  constructor(
    private readonly perContract: Decimal,
    private readonly minimum: Decimal,
  ) {}

  fee({ filled }: ChargedOrder, quantity: Decimal): Decimal {
    const after = this.orderFee(filled.plus(quantity))
    return filled.sign === 0 ? after : after.minus(this.orderFee(filled))
  }

  private orderFee(filled: Decimal): Decimal {
    const sum = filled.times(this.perContract)
    return sum.compare(this.minimum) >= 0 ? sum : this.minimum
  }
}

/** @throws RangeError: whoever takes fees from a user has asked for problems before. */
export function feeModel({ makerBps, takerBps, feePerContract, feeMinimum }: FillRules): FeeModel {
  if (feePerContract === undefined) {
    return new NotionalFees(parseRate('makerBps', makerBps), parseRate('takerBps', takerBps))
  }
  return new ContractFees(Decimal.parse(feePerContract), feeMinimum === undefined ? ZERO : Decimal.parse(feeMinimum))
}
