/**
 * The contract of an instrument: what a quantity of it is worth at a price, in which currency it settles, and by which
 * steps, minima and margin its orders are measured. Nothing else multiplies a quantity and a price.
 *
 * - spot: the base currency itself changes hands.
 * - linear: worth quantity × multiplier × price, settled in the quote currency.
 * - inverse: worth quantity × multiplier / price, settled in the base currency; it brings
 *   quantity × multiplier × (1 / entry − 1 / exit). Each quantity / price is rounded half to even to 20 decimals.
 *
 * Amounts that a position adds up are kept in points, which is what they are before the multiplier: so what is kept of an
 * account does not depend on the multiplier.
 */
import type { Instrument } from '../schema/events'
import type { OrderType } from '../schema/orders'
import type { AccountSettings } from '../schema/paper'
import { averagePrice, Decimal } from './decimal'

/** What an account's settings say of every contract in it whose instrument says nothing of its own. */
export type ContractTerms = Pick<AccountSettings, 'model' | 'multiplier' | 'marginPerContract'>

/** Decimals of the points of an inverse contract, rounded half to even. */
const INVERSE_SCALE = 20
/** Decimals of its average prices: what a price of up to 15 digits is told by after the way to points and back. */
const INVERSE_PRICE_SCALE = 8

const ONE = Decimal.parse('1')

export class Contract {
  readonly kind: ContractTerms['model']
  /** The rules of its market, as a strategy sees them. */
  readonly instrument: Instrument
  readonly symbol: string
  readonly baseCurrency: string
  readonly quoteCurrency: string
  /** The currency of profits, losses, fees, notionals and margins. */
  readonly settlementCurrency: string
  /** Units of the underlying, of an inverse contract of the quote currency, that one contract stands for. */
  readonly multiplier: Decimal
  /** The step of prices; undefined, as the following: none binds. */
  readonly tick: Decimal | undefined
  /** The step of quantities. */
  readonly lot: Decimal | undefined
  readonly minQuantity: Decimal | undefined
  readonly maxQuantity: Decimal | undefined
  /** In the settlement currency. */
  readonly minNotional: Decimal | undefined
  readonly maxNotional: Decimal | undefined
  readonly minPrice: Decimal | undefined
  readonly maxPrice: Decimal | undefined
  /** What market orders have to obey besides. */
  readonly marketLot: Decimal | undefined
  readonly marketMinQuantity: Decimal | undefined
  readonly marketMaxQuantity: Decimal | undefined
  /** The initial margin of one contract, in the settlement currency; undefined: notional / leverage. */
  readonly marginPerContract: Decimal | undefined
  readonly hasOwnFees: boolean
  /** Some of its rules measure orders by a price of the market. */
  readonly isMeasured: boolean
  readonly #isMultiplied: boolean
  protected readonly multiplierNumber: number

  constructor(instrument: Instrument, { model, multiplier, marginPerContract }: ContractTerms) {
    this.kind = model
    const units = model === 'spot' ? undefined : (instrument.multiplier ?? multiplier)
    this.instrument = units === undefined ? instrument : { ...instrument, multiplier: units }
    this.symbol = instrument.symbol
    this.baseCurrency = instrument.baseCurrency
    this.quoteCurrency = instrument.quoteCurrency
    this.settlementCurrency = model === 'inverse' ? this.baseCurrency : this.quoteCurrency
    this.multiplier = bound(units) ?? ONE
    this.#isMultiplied = this.multiplier.compare(ONE) !== 0
    this.multiplierNumber = this.multiplier.toNumber()
    this.tick = bound(instrument.priceIncrement)
    this.lot = bound(instrument.quantityIncrement)
    this.minQuantity = bound(instrument.minQuantity)
    this.maxQuantity = bound(instrument.maxQuantity)
    this.minNotional = bound(instrument.minNotional)
    const { makerBps, takerBps, feePerContract } = instrument
    this.hasOwnFees = (makerBps ?? takerBps ?? feePerContract) !== undefined
    this.maxNotional = bound(instrument.maxNotional)
    this.minPrice = bound(instrument.minPrice)
    this.maxPrice = bound(instrument.maxPrice)
    this.isMeasured = (this.minNotional ?? this.maxNotional ?? instrument.priceBand) !== undefined
    this.marketLot = bound(instrument.marketQuantityIncrement)
    this.marketMinQuantity = bound(instrument.marketMinQuantity)
    this.marketMaxQuantity = bound(instrument.marketMaxQuantity)
    this.marginPerContract = model === 'spot' ? undefined : bound(instrument.marginPerContract ?? marginPerContract)
  }

  /** Whether a position may be short: nothing of it has to be there to be sold. */
  get isDerivative(): boolean {
    return this.kind !== 'spot'
  }

  /** The step of quantities of such an order. */
  lotOf(type: OrderType): Decimal | undefined {
    const { lot, marketLot } = this
    if (type !== 'market' || !marketLot) return lot
    return lot && lot.compare(marketLot) >= 0 ? lot : marketLot
  }

  /** In the settlement currency, with the sign of the quantity. */
  notional(quantity: Decimal, price: Decimal): Decimal {
    return this.notionalOf(this.points(quantity, price))
  }

  /**
   * What a quantity contributes to an equity at a price, before the multiplier: as it changes, so much is gained or lost.
   * For an inverse contract its sign is opposite to that of the quantity.
   */
  points(quantity: Decimal, price: Decimal): Decimal {
    return quantity.times(price)
  }

  /** The notional of the quantity that has these points. */
  notionalOf(points: Decimal): Decimal {
    return this.money(points)
  }

  /** Points as an amount in the settlement currency. */
  money(points: Decimal): Decimal {
    return this.#isMultiplied ? points.times(this.multiplier) : points
  }

  /** The price at which the quantity has these points, rounded half to even. */
  averagePrice(points: Decimal, quantity: Decimal): Decimal {
    return averagePrice(points, quantity)
  }

  /** `money(points(…))` in doubles: good for figures and safe sides, not for books. */
  worthNumber(quantity: number, price: number): number {
    return quantity * this.multiplierNumber * price
  }

  /** What the margin of a quantity is reckoned from: its notional, or a fixed amount for each contract. Signed. */
  marginBase(quantity: Decimal, price: Decimal): Decimal {
    return this.marginPerContract === undefined
      ? this.notional(quantity, price)
      : quantity.times(this.marginPerContract)
  }

  /** The same of the quantity that has these points. */
  marginBaseOf(quantity: Decimal, points: Decimal): Decimal {
    return this.marginPerContract === undefined ? this.notionalOf(points) : quantity.times(this.marginPerContract)
  }

  /**
   * The whole number of steps nearest to the price at which nothing is left.
   * @param rest the equity but for what the quantity contributes.
   * @returns undefined when there is no such price.
   */
  stepsToNothing(rest: Decimal, quantity: Decimal, step: Decimal): Decimal | undefined {
    return rest.negated().dividedBy(this.money(quantity.times(step)), 0)
  }

  /**
   * The same in doubles, as a price; Infinity when there is none.
   * @param slack what `rest` may be wrong by: the price is that much nearer to the market.
   */
  priceOfNothing(rest: number, quantity: number, slack: number): number {
    return (slack - rest) / (quantity * this.multiplierNumber)
  }
}

class InverseContract extends Contract {
  override points(quantity: Decimal, price: Decimal): Decimal {
    // at a price of nothing it would be worth more than there are numbers for
    const divisor = price.sign > 0 ? price : LEAST_PRICE
    return quantity.dividedBy(divisor, INVERSE_SCALE).negated()
  }

  override notionalOf(points: Decimal): Decimal {
    return this.money(points).negated()
  }

  override averagePrice(points: Decimal, quantity: Decimal): Decimal {
    return quantity.dividedBy(points.negated(), INVERSE_PRICE_SCALE)
  }

  override worthNumber(quantity: number, price: number): number {
    return (-quantity * this.multiplierNumber) / price
  }

  override stepsToNothing(rest: Decimal, quantity: Decimal, step: Decimal): Decimal | undefined {
    return rest.sign === quantity.sign ? this.money(quantity).dividedBy(rest.times(step), 0) : undefined
  }

  override priceOfNothing(rest: number, quantity: number, slack: number): number {
    const units = quantity * this.multiplierNumber
    const price = units / (rest - slack)
    return price > 0 ? price : Number.POSITIVE_INFINITY
  }
}

/** Below every tick. */
const LEAST_PRICE = Decimal.parse('0.000000000001')

/** Undefined where it does not bind; venues write 0 for "none". */
function bound(text: string | undefined): Decimal | undefined {
  const amount = text === undefined ? undefined : Decimal.parse(text)
  return amount !== undefined && amount.sign > 0 ? amount : undefined
}

export const contractOf = (instrument: Instrument, terms: ContractTerms): Contract =>
  terms.model === 'inverse' ? new InverseContract(instrument, terms) : new Contract(instrument, terms)

/** The contracts of one account, each made when it is asked for first: the rules of a market do not change meanwhile. */
export function contractsOf(terms: ContractTerms, instrument: (symbol: string) => Instrument) {
  const known = new Map<string, Contract>()
  // the one asked for last: most often the next, too
  let recent: Contract | undefined
  return (symbol: string): Contract => {
    if (recent?.symbol === symbol) return recent
    recent = known.get(symbol) ?? contractOf(instrument(symbol), terms)
    known.set(symbol, recent)
    return recent
  }
}
