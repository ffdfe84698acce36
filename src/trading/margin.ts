/**
 * What an account can bear.
 *
 * linear: initial margin is notional / leverage. A symbol's notional is that of its worst case: the position with every
 * open order of one side filled; orders that may only reduce it count for nothing. The equity in a currency must cover
 * all symbols settled in it. This is checked when an order is placed, at its own price (a market order: the last price).
 * An accepted order is honoured at whatever price it fills, as venues do, unless no equity is left by then; one that was
 * placed before there was any price is checked when it fills.
 *
 * spot: what is sold or paid must be there: when the order is placed, besides what other open orders hold; and again
 * when it fills, fee included.
 */
import type { Order } from '../schema/orders'
import type { Ledger } from './ledger'
import { Amount, smaller, ZERO } from './money'

/** An open order as its account sees it. */
export interface OpenRecord {
  readonly order: Order
  readonly quantity: Amount
  /** What it is valued at; undefined for a market order placed before the first price. */
  readonly price: Amount | undefined
  filled: Amount
}

/** A fill about to happen. */
export interface Filling {
  readonly order: Order
  readonly quantity: Amount
  readonly price: Amount
  readonly fee: Amount
  /** Whether its worth was known, and so checked, when it was placed. */
  readonly wasPriced: boolean
}

/** Decimals of a margin that is shown. */
const SHOWN_SCALE = 8

const larger = (one: Amount, other: Amount): Amount => (one.compare(other) >= 0 ? one : other)

const remaining = ({ quantity, filled }: OpenRecord): Amount => quantity.minus(filled)

const notional = (open: OpenRecord): Amount => (open.price === undefined ? ZERO : remaining(open).times(open.price))

/** How much of `quantity` would only reduce the position; zero when it would enlarge it. */
export function reducible(ledger: Ledger, { symbol, side }: Order, quantity: Amount): Amount {
  const held = holding(ledger, symbol)
  return held.sign === (side === 'buy' ? -1 : 1) ? smaller(quantity, held.absolute()) : ZERO
}

/** Signed; of a spot account the base currency. */
export function holding(ledger: Ledger, symbol: string): Amount {
  return ledger.settings.model === 'linear'
    ? ledger.position(symbol).quantity
    : ledger.cash(ledger.instrument(symbol).baseCurrency)
}

/** Why the order must not be placed beside those that are open. */
export function placementRefusal(ledger: Ledger, open: Iterable<OpenRecord>, order: Order): string | undefined {
  const quantity = Amount.parse(order.quantity)
  if (order.reduceOnly && reducible(ledger, order, quantity).sign === 0) return nothingToReduce(order)
  const text = order.price ?? order.stopPrice
  const price = text === undefined ? ledger.price(order.symbol) : Amount.parse(text)
  return ledger.settings.model === 'linear'
    ? linearRefusal(ledger, open, order, price && quantity.times(price))
    : spotRefusal(ledger, open, order, quantity, price)
}

/** Why the order cannot be filled as the account stands now. */
export function fillRefusal(ledger: Ledger, filling: Filling): string | undefined {
  const { order, quantity, price, fee } = filling
  const { baseCurrency, quoteCurrency } = ledger.instrument(order.symbol)
  const { model, checkMargin } = ledger.settings
  if (model === 'spot') {
    return order.side === 'buy'
      ? shortOf(quantity.times(price).plus(fee), ledger.cash(quoteCurrency), quoteCurrency)
      : shortOf(quantity, ledger.cash(baseCurrency), baseCurrency)
  }
  if (!checkMargin || reducible(ledger, order, quantity).compare(quantity) >= 0) return undefined
  if (!filling.wasPriced) return linearRefusal(ledger, [], order, quantity.times(price))
  return ledger.equity(quoteCurrency).sign > 0 ? undefined : `no equity is left in ${quoteCurrency}`
}

/** What open positions and orders leave free of a currency, at least zero. */
export function freeCash(ledger: Ledger, open: Iterable<OpenRecord>, currency: string): Amount {
  const { model, checkMargin, leverage } = ledger.settings
  if (model === 'spot') return larger(ZERO, ledger.cash(currency).minus(heldBack(ledger, open, currency)))
  const equity = ledger.equity(currency)
  if (!checkMargin) return larger(ZERO, equity)
  return larger(ZERO, equity.minus(margin(exposure(ledger, open, currency), leverage)))
}

export const nothingToReduce = ({ symbol, side }: Order): string =>
  `reduce-only: there is no ${side === 'buy' ? 'short' : 'long'} position in ${symbol} to reduce`

function linearRefusal(ledger: Ledger, open: Iterable<OpenRecord>, order: Order, worth: Amount | undefined) {
  const { checkMargin, leverage } = ledger.settings
  if (!checkMargin || order.reduceOnly || worth === undefined) return undefined
  const currency = ledger.instrument(order.symbol).quoteCurrency
  const records = [...open]
  const pending = pendingOf(records, order.symbol)
  const value = ledger.value(order.symbol)
  const after = order.side === 'buy' ? value.plus(pending.buys).plus(worth) : pending.sells.plus(worth).minus(value)
  if (after.sign <= 0) return undefined
  const others = exposure(ledger, records, currency, order.symbol)
  const limit = ledger.equity(currency).times(Amount.parse(leverage))
  if (after.plus(others).compare(limit) <= 0) return undefined
  const free = larger(ZERO, ledger.equity(currency).minus(margin(others, leverage)))
  return `insufficient margin: ${shown(margin(after, leverage))} ${currency} would be needed, ${shown(free)} are available`
}

function spotRefusal(
  ledger: Ledger,
  open: Iterable<OpenRecord>,
  { symbol, side }: Order,
  quantity: Amount,
  price: Amount | undefined,
): string | undefined {
  const { baseCurrency, quoteCurrency } = ledger.instrument(symbol)
  if (side === 'sell') return shortOf(quantity, freeCash(ledger, open, baseCurrency), baseCurrency)
  return price && shortOf(quantity.times(price), freeCash(ledger, open, quoteCurrency), quoteCurrency)
}

function shortOf(needed: Amount, available: Amount, currency: string): string | undefined {
  if (needed.compare(available) <= 0) return undefined
  return `insufficient ${currency}: ${shown(needed)} are needed, ${shown(available)} are available`
}

/** What open orders of a spot account hold back of a currency. */
function heldBack(ledger: Ledger, open: Iterable<OpenRecord>, currency: string): Amount {
  let held = ZERO
  for (const record of open) {
    const { baseCurrency, quoteCurrency } = ledger.instrument(record.order.symbol)
    if (record.order.side === 'buy' && quoteCurrency === currency) held = held.plus(notional(record))
    if (record.order.side === 'sell' && baseCurrency === currency) held = held.plus(remaining(record))
  }
  return held
}

/** The notional of all symbols settled in a currency, in their worst cases; `except` is left out. */
function exposure(ledger: Ledger, open: Iterable<OpenRecord>, currency: string, except?: string): Amount {
  const records = [...open]
  const symbols = new Set([...ledger.symbols(), ...records.map(({ order }) => order.symbol)])
  let sum = ZERO
  for (const symbol of symbols) {
    if (symbol === except || ledger.instrument(symbol).quoteCurrency !== currency) continue
    const value = ledger.value(symbol)
    const { buys, sells } = pendingOf(records, symbol)
    sum = sum.plus(larger(value.plus(buys).absolute(), value.minus(sells).absolute()))
  }
  return sum
}

function pendingOf(open: readonly OpenRecord[], symbol: string): { buys: Amount; sells: Amount } {
  let buys = ZERO
  let sells = ZERO
  for (const record of open) {
    if (record.order.symbol !== symbol || record.order.reduceOnly) continue
    if (record.order.side === 'buy') buys = buys.plus(notional(record))
    else sells = sells.plus(notional(record))
  }
  return { buys, sells }
}

const margin = (notionalSum: Amount, leverage: string): Amount =>
  leverage === '1' ? notionalSum : notionalSum.dividedBy(Amount.parse(leverage), SHOWN_SCALE)

const shown = (amount: Amount): string => amount.rounded(SHOWN_SCALE).toString()
