/**
 * How far an account is from having no equity left. Only one of derivatives can come to that: what is not there cannot be
 * sold from a spot account. Each settlement currency has an equity of its own, and one that had no cash from the beginning
 * has none to lose. Without equity there are no positions: the exchange closes them where the equity reaches zero.
 */

import { Decimal } from '../decimal'
import type { Held, Ledger } from './ledger'

/** The step of prices where their market has no tick size. */
const SMALLEST_STEP = Decimal.parse('0.000000000001')
/** Far more than doubles lose in a few sums, as a part of the amounts. */
const SLACK = 1e-9

export const liquidatedReason = (currency: string): string =>
  `the account was liquidated: no equity is left in ${currency}`

/** No position is left in the currency, and no money. */
export function isLiquidated(ledger: Ledger, currency: string): boolean {
  return ledger.cash(currency).sign <= 0 && ledger.hasEquityToLose(currency) && ledger.heldIn(currency).length === 0
}

/**
 * By symbol the nearest price that could leave nothing: below it for a long position, above it for a short one. As long as
 * no symbol has passed its own, something is left. Doubles, on the safe side; exact judgement is `equityAt`'s.
 */
export function dangerPrices(ledger: Ledger, currency: string): ReadonlyMap<string, number> {
  const symbols = ledger.heldIn(currency)
  // Each of several positions may lose its share of the equity, from the prices of this moment on.
  const share = ledger.equity(currency).roughly() / symbols.length
  return new Map(
    symbols.map((symbol) => {
      const held = ledger.holding(symbol)!
      const { quantity, averagePrice, contract } = held.position
      const worth = contract.worthNumber(quantity.roughly(), (held.mark.price ?? averagePrice).roughly())
      return [symbol, contract.priceOfNothing(share - worth, quantity.roughly(), slack(ledger, held))]
    }),
  )
}

/** The same for the only position in its currency, which no other price moves. */
export function dangerPriceAlone(ledger: Ledger, held: Held): number {
  const { quantity, cost, contract } = held.position
  const rest = ledger.cash(contract.settlementCurrency).roughly() - contract.money(cost).roughly()
  return contract.priceOfNothing(rest, quantity.roughly(), slack(ledger, held))
}

/** What doubles may lose of the amounts that go into a danger price. */
function slack(ledger: Ledger, { position: { cost, contract } }: Held): number {
  return (
    SLACK * (Math.abs(contract.money(cost).roughly()) + Math.abs(ledger.cash(contract.settlementCurrency).roughly()))
  )
}

/**
 * The price between `from` and `to` at which the equity is zero; on the market's tick, to the side of no equity.
 * @param to a price that leaves nothing.
 */
export function bankruptcyPrice(ledger: Ledger, symbol: string, from: Decimal, to: Decimal): Decimal {
  const { quantity, cost, contract } = ledger.position(symbol)
  const { tick = SMALLEST_STEP } = contract
  const rest = ledger.equityBeside(symbol).minus(contract.money(cost))
  const steps = contract.stepsToNothing(rest, quantity, tick)
  if (steps === undefined) return from
  const nearest = steps.times(tick)
  const price =
    ledger.equityAt(symbol, nearest).sign <= 0 ? nearest : quantity.sign > 0 ? nearest.minus(tick) : nearest.plus(tick)
  if (isBetter(price, from, quantity.sign)) return from
  return isBetter(to, price, quantity.sign) ? to : price
}

/** Whether a price is better for the position than another one. */
const isBetter = (price: Decimal, other: Decimal, sign: number): boolean => sign * price.compare(other) > 0
