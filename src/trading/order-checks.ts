/** Whether an order is one that its market takes at all: its own fields against the instrument's rules. */
import type { FilterNames } from '../schema/events'
import type { Order } from '../schema/orders'
import type { Contract } from './contract'
import { Decimal, isDecimal } from './decimal'

/** No market needs as many; sums of longer ones would take time. */
const MOST_DIGITS = 40

function positive(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return `a ${name} is required`
  if (text.length > MOST_DIGITS) return `${name} has more than ${MOST_DIGITS} digits`
  if (!isDecimal(text)) return `${name} "${text}" is not a decimal number`
  return !text.startsWith('-') && /[1-9]/.test(text) ? undefined : `${name} ${text} is not above zero`
}

function shape(order: Order): string | undefined {
  const { type, price, stopPrice, postOnly, timeInForce } = order
  const limited = type === 'limit' || type === 'stopLimit'
  const stopped = type === 'stop' || type === 'stopLimit'
  if (!limited && price !== undefined) return `a ${type} order takes no price`
  if (!stopped && stopPrice !== undefined) return `a ${type} order takes no stop price`
  if (postOnly && !limited) return `a ${type} order cannot be post-only: only limit orders can`
  if (postOnly && timeInForce !== 'GTC') return `a post-only order cannot be ${timeInForce}: it has to rest`
  return (
    positive('quantity', order.quantity) ??
    (limited ? positive('price', price) : undefined) ??
    (stopped ? positive('stop price', stopPrice) : undefined)
  )
}

/** With the name that the venue gives to the rule. */
export function named(problem: string, rule: keyof FilterNames, { instrument: { filters } }: Contract): string {
  const name = filters?.[rule]
  return name === undefined ? problem : `${problem} (filter ${name})`
}

/** A limit or stop price against tick and bounds. */
function priced(name: string, text: string | undefined, contract: Contract): string | undefined {
  const { tick, minPrice, maxPrice, instrument } = contract
  if (text === undefined || (tick ?? minPrice ?? maxPrice) === undefined) return undefined
  const price = Decimal.parse(text)
  const refused = (problem: string) => named(`${name} ${text} is ${problem}`, 'price', contract)
  if (tick && !price.isMultipleOf(tick)) return refused(`not a multiple of the tick size ${instrument.priceIncrement}`)
  if (minPrice && price.compare(minPrice) < 0) return refused(`below the minimum of ${instrument.minPrice}`)
  if (maxPrice && price.compare(maxPrice) > 0) return refused(`above the maximum of ${instrument.maxPrice}`)
  return undefined
}

interface SizeRules {
  readonly lot: Decimal | undefined
  readonly least: Decimal | undefined
  readonly most: Decimal | undefined
}

function sized(quantity: string, { lot, least, most }: SizeRules): string | undefined {
  if ((lot ?? least ?? most) === undefined) return undefined
  const amount = Decimal.parse(quantity)
  if (lot && !amount.isMultipleOf(lot))
    return `quantity ${quantity} is not a multiple of the lot size ${lot.toString()}`
  if (least && amount.compare(least) < 0) return `quantity ${quantity} is below the minimum of ${least.toString()}`
  return most && amount.compare(most) > 0
    ? `quantity ${quantity} is above the maximum of ${most.toString()}`
    : undefined
}

function size({ quantity, type }: Order, contract: Contract): string | undefined {
  const { lot, minQuantity, maxQuantity, marketLot, marketMinQuantity, marketMaxQuantity } = contract
  const problem = sized(quantity, { lot, least: minQuantity, most: maxQuantity })
  if (problem !== undefined) return named(problem, 'size', contract)
  if (type !== 'market') return undefined
  const ofMarket = sized(quantity, { lot: marketLot, least: marketMinQuantity, most: marketMaxQuantity })
  return ofMarket && named(`${ofMarket} of market orders`, 'marketSize', contract)
}

function worth(order: Order, contract: Contract, reference: string | undefined): string | undefined {
  const { minNotional, maxNotional, instrument, settlementCurrency } = contract
  const own = order.price ?? order.stopPrice
  const price = own ?? reference
  if ((minNotional ?? maxNotional) === undefined || price === undefined || order.reduceOnly) return undefined
  const notional = contract.notional(Decimal.parse(order.quantity), Decimal.parse(price))
  const told = `the order is worth ${notional.toString()} ${settlementCurrency}`
  const isMarket = own === undefined
  const bindsLeast = minNotional && !(isMarket && instrument.minNotionalExemptsMarket)
  if (bindsLeast && notional.compare(minNotional) < 0) {
    return named(`${told}, below the minimum of ${instrument.minNotional}`, 'notional', contract)
  }
  const bindsMost = maxNotional && !(isMarket && instrument.maxNotionalExemptsMarket)
  if (bindsMost && notional.compare(maxNotional) > 0) {
    return named(`${told}, above the maximum of ${instrument.maxNotional}`, 'notional', contract)
  }
  return undefined
}

/** A limit price within a band around a reference price. */
function banded({ side, price }: Order, contract: Contract, reference: string | undefined): string | undefined {
  const { priceBand } = contract.instrument
  if (!priceBand || price === undefined || reference === undefined) return undefined
  const [lower, upper] =
    side === 'buy' ? [priceBand.buyLower, priceBand.buyUpper] : [priceBand.sellLower, priceBand.sellUpper]
  const limit = Decimal.parse(price)
  const bound = (times: string) => Decimal.parse(reference).times(Decimal.parse(times))
  const isBelow = lower !== undefined && limit.compare(bound(lower)) < 0
  const isAbove = upper !== undefined && limit.compare(bound(upper)) > 0
  if (!isBelow && !isAbove) return undefined
  const end = isBelow ? `below ${lower}` : `above ${upper}`
  return named(`price ${price} is ${end} times the reference price ${reference}`, 'priceBand', contract)
}

/** Whether something of an order is measured by an average price, which the venue alone has. */
export const isAveraged = ({ instrument: { averagePriceMinutes } }: Contract): boolean =>
  averagePriceMinutes !== undefined

/**
 * What only the venue can tell of an order, by the average price of its market: a sentence, or undefined.
 * @param average undefined before the first trade.
 */
export const averagedProblem = (order: Order, contract: Contract, average: string | undefined): string | undefined =>
  banded(order, contract, average) ?? (order.price === undefined ? worth(order, contract, average) : undefined)

/**
 * A sentence that says what was expected, or undefined when the order is sound. Orders that only reduce a position may
 * be worth less than the minimum: the rest of a position can always be closed.
 * @param lastPrice what a market order is valued at; without it its worth is not checked.
 */
export function orderProblem(order: Order, contract: Contract, lastPrice?: string): string | undefined {
  // what is measured by an average, the venue looks at
  const reference = isAveraged(contract) ? undefined : lastPrice
  return (
    shape(order) ??
    priced('price', order.price, contract) ??
    priced('stop price', order.stopPrice, contract) ??
    size(order, contract) ??
    banded(order, contract, reference) ??
    worth(order, contract, reference)
  )
}
