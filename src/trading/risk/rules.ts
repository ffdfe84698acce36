/**
 * The rules that an order is judged by. Each looks at what could become of its symbol at worst: the position with every
 * open order of the same side filled, and this one. An order that shrinks a position is never too large; one that could
 * turn it is judged by where it could end.
 */
import type { Order } from '../../schema/orders'
import type { Exposure } from '../accounts/account'
import type { Contract } from '../contract'
import { Decimal, smaller } from '../decimal'
import type { Breach } from './breach'
import type { Limits } from './limits'

/** What an order is judged against: its contract, the market and what its owner has in it. */
export interface OrderContext {
  readonly contract: Contract
  /** Undefined before the first. */
  readonly lastPrice: Decimal | undefined
  readonly exposure: Exposure
  /** The last price is too old to go by. */
  readonly isStale?: boolean
  /** The price that the order would go to at once; undefined: nobody knows. */
  readonly fillsTo?: Decimal | undefined
}

type Rule = (limits: Limits, order: Order, market: OrderContext) => Breach | undefined

const types: Rule = ({ types: allowed }, order) => {
  if (allowed === undefined || allowed.has(order.type)) return undefined
  return {
    type: 'ORDER_TYPE',
    reason: `${order.type} orders are not allowed, only ${[...allowed].join(', ')}`,
    metrics: { order_type: order.type },
  }
}

const concurrency: Rule = ({ maxOpenOrders: max }, order, { exposure: { open } }) => {
  if (max === undefined || open.length < max) return undefined
  return {
    type: 'CONCURRENCY',
    reason: `as many orders are open in ${order.symbol} as are allowed: ${max}`,
    metrics: { symbol: order.symbol, current: String(open.length), max: String(max) },
  }
}

/** A limit price is measured from the last price; one that waits for a stop price, from that. */
const band: Rule = ({ priceBandPercent: percent }, order, { lastPrice }) => {
  if (percent === undefined || order.price === undefined) return undefined
  const reference = order.stopPrice === undefined ? lastPrice : Decimal.parse(order.stopPrice)
  if (reference === undefined) return unpriced(order.symbol)
  const price = Decimal.parse(order.price)
  const width = reference.times(percent).shifted(2)
  const [lower, upper] = [reference.minus(width), reference.plus(width)]
  if (price.compare(lower) >= 0 && price.compare(upper) <= 0) return undefined
  return {
    type: 'PRICE_BAND',
    reason: `the price ${order.price} is more than ${percent.toString()} % away from ${reference.toString()}`,
    metrics: {
      symbol: order.symbol,
      price: order.price,
      band_lower: lower.toString(),
      band_upper: upper.toString(),
      band_percent: percent.toString(),
    },
  }
}

/** Every price at which the order could fill is measured from the last one; a market order needs one that is fresh. */
const collar: Rule = ({ collarPercent: percent }, order, { lastPrice, isStale, fillsTo }) => {
  const { symbol, type, price, stopPrice, reduceOnly } = order
  // a position can always be closed
  if (percent === undefined || (type === 'market' && reduceOnly)) return undefined
  if (lastPrice === undefined) return unpriced(symbol)
  const told = { type: 'PRICE_COLLAR', metrics: { symbol, last_price: lastPrice.toString() } } as const
  if (type === 'market' && isStale) {
    return { ...told, reason: `the last price of ${symbol} is too old for a market order` }
  }
  const named = [
    ['price', price && Decimal.parse(price)],
    ['stop price', stopPrice && Decimal.parse(stopPrice)],
    ['price that it would fill at', type === 'market' && fillsTo],
  ] as const
  const width = lastPrice.times(percent).shifted(2)
  for (const [name, at] of named) {
    if (!at || at.minus(lastPrice).absolute().compare(width) <= 0) continue
    const reason = `the ${name}, ${at.toString()}, is more than ${percent.toString()} % away from ${lastPrice.toString()}`
    return { ...told, reason, metrics: { ...told.metrics, price: at.toString(), collar_percent: percent.toString() } }
  }
  return undefined
}

const position: Rule = ({ maxPosition: max }, order, { exposure }) => {
  if (max === undefined || order.reduceOnly) return undefined
  const worst = worstCase(order, exposure, (quantity) => quantity)
  if (worst.compare(max) <= 0) return undefined
  return {
    type: 'POSITION_LIMIT',
    reason: `the position in ${order.symbol} could become ${worst.toString()}, the limit is ${max.toString()}`,
    metrics: { symbol: order.symbol, projected_position: worst.toString(), max_position: max.toString() },
  }
}

const notional: Rule = ({ maxNotional: max, notionalCurrency }, order, { contract, lastPrice, exposure }) => {
  if (max === undefined || order.reduceOnly) return undefined
  const { settlementCurrency: currency } = contract
  if (notionalCurrency !== undefined && notionalCurrency !== currency) {
    return {
      type: 'NOTIONAL_LIMIT',
      reason: `${order.symbol} is worth ${currency}, the limit of its notional is in ${notionalCurrency}`,
      metrics: { symbol: order.symbol, max_notional: max.toString() },
    }
  }
  const reference = lastPrice ?? ownPrice(order)
  if (reference === undefined) return unpriced(order.symbol)
  const worst = worstCase(order, exposure, (quantity, price = reference) => contract.notional(quantity, price))
  if (worst.compare(max) <= 0) return undefined
  const [shown, limit] = [worst.toString(), max.toString()]
  return {
    type: 'NOTIONAL_LIMIT',
    reason: `the position in ${order.symbol} could become worth ${shown} ${currency}, the limit is ${limit}`,
    metrics: { symbol: order.symbol, projected_notional: shown, max_notional: limit },
  }
}

/** The first rule that is broken. */
export function breachOf(limits: Limits, order: Order, market: OrderContext): Breach | undefined {
  for (const rule of [types, concurrency, band, collar, position, notional]) {
    const breach = rule(limits, order, market)
    if (breach) return breach
  }
  return undefined
}

/** Whether the order, with every open one of its side, can do nothing but make the position smaller. */
export function reduces({ side, quantity, reduceOnly }: Order, { held, open }: Exposure): boolean {
  if (reduceOnly) return true
  if (held.sign !== (side === 'buy' ? -1 : 1)) return false
  const others = open.filter(({ order }) => order.side === side)
  const all = others.reduce((sum, { remaining }) => sum.plus(remaining), Decimal.parse(quantity))
  return all.compare(held.absolute()) <= 0
}

/**
 * The position, the open orders of the order's side and the order itself, positive in the direction of the order.
 * @param measure a quantity at its order's own price; undefined for the position, and for an order that has none.
 */
function worstCase(
  order: Order,
  exposure: Exposure,
  measure: (quantity: Decimal, price?: Decimal) => Decimal,
): Decimal {
  const mine = measure(Decimal.parse(order.quantity), ownPrice(order))
  const same = exposure.open.filter((other) => other.order.side === order.side)
  const held = measure(leftOf(exposure.held, order, same))
  let total = order.side === 'buy' ? mine.plus(held) : mine.minus(held)
  for (const { order: other, remaining } of same) {
    if (!other.reduceOnly) total = total.plus(measure(remaining, ownPrice(other)))
  }
  return total
}

/** What reduce-only orders may close first no longer stands against the others. */
function leftOf(held: Decimal, { side }: Order, same: Exposure['open']): Decimal {
  if (held.sign !== (side === 'buy' ? -1 : 1)) return held
  let left = held.absolute()
  for (const { order, remaining } of same) if (order.reduceOnly) left = left.minus(smaller(left, remaining))
  return side === 'buy' ? left.negated() : left
}

function ownPrice({ price, stopPrice }: Order): Decimal | undefined {
  const text = price ?? stopPrice
  return text === undefined ? undefined : Decimal.parse(text)
}

export const unpriced = (symbol: string): Breach => ({
  type: 'ORDER_VALIDATION',
  reason: `there is no price of ${symbol} yet to measure the order by`,
  metrics: { symbol },
})
