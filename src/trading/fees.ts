/**
 * What a fill costs, by one of two models, in the settlement currency:
 *
 * - in basis points of the notional, one rate for makers and one for takers; a negative one is a rebate;
 * - an amount for each contract or share, with a minimum for each order: whatever the number of its fills, an order that
 *   is filled in part or whole pays `max(minimum, filled × amount)`. So its first fill pays the minimum, and later ones
 *   what goes beyond it. Brokers bill so: the minimum of Interactive Brokers' US stocks, 1.00 at 0.005 a share, is
 *   "per order" (interactivebrokers.com, Commissions, Stocks).
 */
import type { Instrument } from '../schema/events'
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

/** Each instrument's own fees, where it has any; else those of the account. */
class FeesByInstrument implements FeeModel {
  /** Accounts come and go, and their contracts with them. */
  private readonly known = new WeakMap<Contract, FeeModel>()
  private readonly model: FeeModel

  constructor(private readonly rules: FillRules) {
    this.model = modelOf(rules)
  }

  fee(order: ChargedOrder, quantity: Decimal, price: Decimal, liquidity: 'maker' | 'taker'): Decimal {
    return this.modelOf(order.contract).fee(order, quantity, price, liquidity)
  }

  private modelOf(contract: Contract): FeeModel {
    if (!contract.hasOwnFees) return this.model
    const known = this.known.get(contract)
    if (known) return known
    const model = modelOf({ ...this.rules, ...ownFees(contract.instrument) })
    this.known.set(contract, model)
    return model
  }
}

/** What an instrument says of its fees; of the two models that which it has is meant. */
function ownFees({ makerBps, takerBps, feePerContract, feeMinimum }: Instrument): Partial<Fees> {
  if (feePerContract !== undefined) return { feePerContract, ...(feeMinimum !== undefined && { feeMinimum }) }
  if (makerBps === undefined && takerBps === undefined) return {}
  return {
    makerBps: makerBps ?? takerBps!,
    takerBps: takerBps ?? makerBps!,
    feePerContract: undefined,
    feeMinimum: undefined,
  }
}

type Fees = { [Field in keyof FeeTerms]: FeeTerms[Field] | undefined }
type FeeTerms = Pick<FillRules, 'makerBps' | 'takerBps' | 'feePerContract' | 'feeMinimum'>

/** @throws RangeError: whoever takes fees from a user has asked for problems before. */
export const feeModel = (rules: FillRules): FeeModel => new FeesByInstrument(rules)

function modelOf({ makerBps, takerBps, feePerContract, feeMinimum }: Fees): FeeModel {
  if (feePerContract !== undefined) {
    return new ContractFees(Decimal.parse(feePerContract), feeMinimum === undefined ? ZERO : Decimal.parse(feeMinimum))
  }
  return new NotionalFees(parseRate('makerBps', makerBps ?? '0'), parseRate('takerBps', takerBps ?? '0'))
}
