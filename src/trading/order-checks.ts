/** Whether an order is one that its market takes at all: its own fields against the instrument's rules. */
import type { Instrument } from '../schema/events'
import type { Order } from '../schema/orders'
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

function tick(name: string, text: string | undefined, increment: string | undefined): string | undefined {
  if (text === undefined || increment === undefined || Number(increment) === 0) return undefined
  if (Decimal.parse(text).isMultipleOf(Decimal.parse(increment))) return undefined
  return `${name} ${text} is not a multiple of the tick size ${increment}`
}

function size(quantity: string, instrument: Instrument): string | undefined {
  const { quantityIncrement: lot, minQuantity, maxQuantity } = instrument
  const amount = Decimal.parse(quantity)
  if (lot !== undefined && Number(lot) > 0 && !amount.isMultipleOf(Decimal.parse(lot))) {
    return `quantity ${quantity} is not a multiple of the lot size ${lot}`
  }
  if (minQuantity !== undefined && amount.compare(Decimal.parse(minQuantity)) < 0) {
    return `quantity ${quantity} is below the minimum of ${minQuantity}`
  }
  if (maxQuantity !== undefined && Number(maxQuantity) > 0 && amount.compare(Decimal.parse(maxQuantity)) > 0) {
    return `quantity ${quantity} is above the maximum of ${maxQuantity}`
  }
  return undefined
}

function worth(order: Order, instrument: Instrument, lastPrice: string | undefined): string | undefined {
  const price = order.price ?? order.stopPrice ?? lastPrice
  if (instrument.minNotional === undefined || price === undefined || order.reduceOnly) return undefined
  const notional = Decimal.parse(order.quantity).times(Decimal.parse(price))
  if (notional.compare(Decimal.parse(instrument.minNotional)) >= 0) return undefined
  return `the order is worth ${notional.toString()} ${instrument.quoteCurrency}, below the minimum of ${instrument.minNotional}`
}

/**
 * A sentence that says what was expected, or undefined when the order is sound. Orders that only reduce a position may
 * be worth less than the minimum: the rest of a position can always be closed.
 * @param lastPrice what a market order is valued at; without it its worth is not checked.
 */
export function orderProblem(order: Order, instrument: Instrument, lastPrice?: string): string | undefined {
  return (
    shape(order) ??
    tick('price', order.price, instrument.priceIncrement) ??
    tick('stop price', order.stopPrice, instrument.priceIncrement) ??
    size(order.quantity, instrument) ??
    worth(order, instrument, lastPrice)
  )
}
