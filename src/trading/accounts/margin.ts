/**
 * What an account can bear.
 *
 * Derivatives: initial margin is notional / leverage, or a fixed amount for each contract. A symbol's margin is that of
 * its worst case: the position with every open order of one side filled; orders that may only reduce it count for
 * nothing. The equity in a currency must cover all symbols settled in it. This is checked when an order is placed, at its own price (a market order: the last price).
 * An accepted order is honoured at whatever price it fills, as venues do; one that was placed before there was any price
 * is checked when it fills.
 *
 * spot: what is sold or paid must be there: when the order is placed, besides what other open orders hold back; and again
 * when it fills, fee included.
 */
import type { Order } from '../../schema/orders'
import { Decimal, smaller, ZERO } from '../decimal'
import type { Ledger } from './ledger'
import type { OpenOrderSums, OpenOrders } from './open-orders'
import { isLiquidated, liquidatedReason } from './solvency'

/** A fill about to happen. */
export interface Filling {
  readonly order: Order
  readonly quantity: Decimal
  readonly price: Decimal
  /** In the settlement currency. */
  readonly fee: Decimal
}

/** Decimals of an amount that is shown in a sentence, and of a margin. */
const SHOWN_SCALE = 8

const larger = (one: Decimal, other: Decimal): Decimal => (one.compare(other) >= 0 ? one : other)

/** How much of `quantity` would only reduce the position; zero when it would enlarge it. */
export function reducible(ledger: Ledger, { symbol, side }: Order, quantity: Decimal): Decimal {
  const held = ledger.held(symbol)
  return held.sign === (side === 'buy' ? -1 : 1) ? smaller(quantity, held.absolute()) : ZERO
}

export const nothingToReduce = ({ symbol, side }: Order): string =>
  `reduce-only: there is no ${side === 'buy' ? 'short' : 'long'} position in ${symbol} to reduce`

/** Why the order must not be placed beside those that are open. */
export function placementRefusal(ledger: Ledger, open: OpenOrderSums, order: Order): string | undefined {
  const contract = ledger.contract(order.symbol)
  const { baseCurrency, settlementCurrency: currency } = contract
  if (isLiquidated(ledger, currency)) return liquidatedReason(currency)
  const quantity = Decimal.parse(order.quantity)
  if (order.reduceOnly && reducible(ledger, order, quantity).sign === 0) return nothingToReduce(order)
  const price = ledger.priceOf(order)
  if (!ledger.isSpot) return price && marginRefusal(ledger, open, order, contract.marginBase(quantity, price))
  if (order.side === 'sell') return shortOf(quantity, freeCash(ledger, open, baseCurrency), baseCurrency)
  return (
    price && shortOf(contract.notional(quantity, price), freeCash(ledger, open, currency), currency, moreBy(ledger))
  )
}

/** Why the order, which is open, cannot be filled as the account stands now. */
export function fillRefusal(ledger: Ledger, open: OpenOrders, filling: Filling): string | undefined {
  const { order, quantity, price, fee } = filling
  if (!ledger.isSpot && !ledger.settings.checkMargin) return undefined
  const contract = ledger.contract(order.symbol)
  if (ledger.isSpot) {
    const { baseCurrency, quoteCurrency } = contract
    return order.side === 'buy'
      ? shortOf(contract.notional(quantity, price).plus(fee), ledger.cash(quoteCurrency), quoteCurrency, moreBy(ledger))
      : shortOf(quantity, ledger.cash(baseCurrency), baseCurrency)
  }
  const wasChecked = open.get(order.clientOrderId)?.price !== undefined
  if (wasChecked || reducible(ledger, order, quantity).compare(quantity) >= 0) return undefined
  return marginRefusal(ledger, open, order, contract.marginBase(quantity, price))
}

/** What open positions and orders leave free of a currency, at least zero. */
export function freeCash(ledger: Ledger, open: OpenOrderSums, currency: string): Decimal {
  if (ledger.isSpot) return larger(ZERO, ledger.cash(currency).minus(heldBack(ledger, open, currency)))
  const equity = ledger.equity(currency)
  if (!ledger.settings.checkMargin) return larger(ZERO, equity)
  return larger(ZERO, equity.minus(margin(worstBase(ledger, open, currency), ledger)))
}

/**
 * What an order that opens may bind at most beside the others: of a spot account its worth, else what its margin is
 * reckoned from. Undefined: as much as it likes.
 * @param price at which its symbol is valued.
 */
export function marginRoom(ledger: Ledger, open: OpenOrderSums, order: Order, price: Decimal): Decimal | undefined {
  const contract = ledger.contract(order.symbol)
  const { settlementCurrency: currency, symbol } = contract
  if (ledger.isSpot) return freeCash(ledger, open, currency)
  if (!ledger.settings.checkMargin) return undefined
  const { buys, sells } = open.pending(symbol)
  const held = contract.marginBase(ledger.position(symbol).quantity, price)
  const others = worstBase(ledger, open, currency, symbol)
  const all = ledger.equityWith(symbol, price).times(ledger.leverage).minus(others)
  return order.side === 'buy' ? all.minus(held).minus(buys) : all.plus(held).minus(sells)
}

/** @param base what the margin of the order is reckoned from. */
function marginRefusal(ledger: Ledger, open: OpenOrderSums, order: Order, base: Decimal): string | undefined {
  const { checkMargin } = ledger.settings
  if (!checkMargin || order.reduceOnly) return undefined
  const { buys, sells } = open.pending(order.symbol)
  const held = ledger.marginBase(order.symbol)
  const after = order.side === 'buy' ? held.plus(buys).plus(base) : sells.plus(base).minus(held)
  if (after.sign <= 0) return undefined
  const currency = ledger.contract(order.symbol).settlementCurrency
  const others = worstBase(ledger, open, currency, order.symbol)
  const equity = ledger.equity(currency)
  if (after.plus(others).compare(equity.times(ledger.leverage)) <= 0) return undefined
  const free = larger(ZERO, equity.minus(margin(others, ledger)))
  return `insufficient margin: ${shown(margin(after, ledger))} ${currency} would be needed, ${shown(free)} are available${moreBy(ledger)}`
}

function shortOf(needed: Decimal, available: Decimal, currency: string, moreBy = ''): string | undefined {
  if (needed.compare(available) <= 0) return undefined
  return `insufficient ${currency}: ${shown(needed)} are needed, ${shown(available)} are available${moreBy}`
}

/** The end of a sentence of which the owner of the account can make more than a complaint. */
const moreBy = ({ settings: { cashSetBy } }: Ledger): string =>
  cashSetBy === undefined ? '' : ` (the account's cash is set by ${cashSetBy})`

/** What open orders of a spot account hold back of a currency. */
function heldBack(ledger: Ledger, open: OpenOrderSums, currency: string): Decimal {
  let held = ZERO
  for (const symbol of open.symbols()) {
    const { baseCurrency, quoteCurrency } = ledger.contract(symbol)
    const { buys, selling } = open.pending(symbol)
    if (quoteCurrency === currency) held = held.plus(buys)
    if (baseCurrency === currency) held = held.plus(selling)
  }
  return held
}

/** What the margin of all symbols settled in a currency is reckoned from, in their worst cases; `except` is left out. */
function worstBase(ledger: Ledger, open: OpenOrderSums, currency: string, except?: string): Decimal {
  let sum = ZERO
  const include = (symbol: string) => {
    if (symbol === except || ledger.contract(symbol).settlementCurrency !== currency) return
    const held = ledger.marginBase(symbol)
    const { buys, sells } = open.pending(symbol)
    sum = sum.plus(larger(held.plus(buys).absolute(), held.minus(sells).absolute()))
  }
  for (const symbol of open.symbols()) include(symbol)
  // An account rebuilt from its fills has positions of which it knows no order.
  for (const symbol of ledger.symbols()) if (!open.knows(symbol)) include(symbol)
  return sum
}

const margin = (base: Decimal, { leverage, settings }: Ledger): Decimal =>
  settings.leverage === '1' ? base : base.dividedBy(leverage, SHOWN_SCALE)

export const shown = (amount: Decimal): string => amount.rounded(SHOWN_SCALE).toString()
