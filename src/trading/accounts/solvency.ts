/**
 * How far an account is from having no equity left. Only a linear one can come to that: what is not there cannot be sold
 * from a spot account. Each quote currency has an equity of its own, and one that had no cash from the beginning has none
 * to lose. Without equity there are no positions: the exchange closes them where the equity reaches zero.
 */

import { Decimal, ZERO } from '../decimal'
import type { Held, Ledger } from './ledger'

/** Decimals of a price where its market has no tick size. */
const PRICE_SCALE = 12
/** Far more than doubles lose in a few sums. */
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
  const share = ledger.equity(currency).toNumber() / symbols.length
  return new Map(
    symbols.map((symbol) => {
      const held = ledger.holding(symbol)!
      const quantity = held.position.quantity.toNumber()
      const price = held.mark.price?.toNumber() ?? held.position.cost.toNumber() / quantity
      return [symbol, price - share / quantity + slack(ledger, held)]
    }),
  )
}

/** The same for the only position in its currency, which no other price moves. */
export function dangerPriceAlone(ledger: Ledger, held: Held): number {
  const { quantity, cost } = held.position
  const lost = cost.toNumber() - ledger.cash(held.quoteCurrency).toNumber()
  return lost / quantity.toNumber() + slack(ledger, held)
}

/** To the side of the market. */
function slack(ledger: Ledger, { position: { quantity, cost }, quoteCurrency }: Held): number {
  const sum = Math.abs(cost.toNumber()) + Math.abs(ledger.cash(quoteCurrency).toNumber())
  return (SLACK * sum) / quantity.toNumber()
}

/**
 * The price between `from` and `to` at which the equity is zero; on the market's tick, to the side of no equity.
 * @param to a price that leaves nothing.
 */
export function bankruptcyPrice(ledger: Ledger, symbol: string, from: Decimal, to: Decimal): Decimal {
  const { priceIncrement } = ledger.instrument(symbol)
  const tick =
    Number(priceIncrement ?? 0) > 0 ? Decimal.parse(priceIncrement!) : Decimal.parse('1').shifted(PRICE_SCALE)
  const { quantity } = ledger.position(symbol)
  const ticks = ledger.equityAt(symbol, ZERO).negated().dividedBy(quantity.times(tick), 0)
  const nearest = ticks.times(tick)
  const price =
    ledger.equityAt(symbol, nearest).sign <= 0 ? nearest : quantity.sign > 0 ? nearest.minus(tick) : nearest.plus(tick)
  if (isBetter(price, from, quantity.sign)) return from
  return isBetter(to, price, quantity.sign) ? to : price
}

/** Whether a price is better for the position than another one. */
const isBetter = (price: Decimal, other: Decimal, sign: number): boolean => sign * price.compare(other) > 0
