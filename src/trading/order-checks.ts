/** Whether an order is one that its market takes at all: its own fields against the instrument's rules. */
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

function steps(name: string, text: string | undefined, { tick, instrument }: Contract): string | undefined {
  if (text === undefined || tick === undefined || Decimal.parse(text).isMultipleOf(tick)) return undefined
  return `${name} ${text} is not a multiple of the tick size ${instrument.priceIncrement}`
}

function size(quantity: string, { lot, minQuantity, maxQuantity, instrument }: Contract): string | undefined {
  const amount = Decimal.parse(quantity)
  if (lot !== undefined && !amount.isMultipleOf(lot)) {
    return `quantity ${quantity} is not a multiple of the lot size ${instrument.quantityIncrement}`
  }
  if (minQuantity !== undefined && amount.compare(minQuantity) < 0) {
    return `quantity ${quantity} is below the minimum of ${instrument.minQuantity}`
  }
  if (maxQuantity !== undefined && amount.compare(maxQuantity) > 0) {
    return `quantity ${quantity} is above the maximum of ${instrument.maxQuantity}`
  }
  return undefined
}

function worth(order: Order, contract: Contract, lastPrice: string | undefined): string | undefined {
  const { minNotional, instrument, settlementCurrency } = contract
  const price = order.price ?? order.stopPrice ?? lastPrice
  if (minNotional === undefined || price === undefined || order.reduceOnly) return undefined
  const notional = contract.notional(Decimal.parse(order.quantity), Decimal.parse(price))
  if (notional.compare(minNotional) >= 0) return undefined
  return `the order is worth ${notional.toString()} ${settlementCurrency}, below the minimum of ${instrument.minNotional}`
}

/**
 * A sentence that says what was expected, or undefined when the order is sound. Orders that only reduce a position may
 * be worth less than the minimum: the rest of a position can always be closed.
 * @param lastPrice what a market order is valued at; without it its worth is not checked.
 */
export function orderProblem(order: Order, contract: Contract, lastPrice?: string): string | undefined {
  return (
    shape(order) ??
    steps('price', order.price, contract) ??
    steps('stop price', order.stopPrice, contract) ??
    size(order.quantity, contract) ??
    worth(order, contract, lastPrice)
  )
}
