/**
 * Amounts that a strategy has given as numbers, brought onto the steps of the instrument, to the side that costs its owner
 * nothing: a buy is never to pay more and a sale never to bring less than was asked, a stop does not trigger sooner, and
 * no quantity grows. Amounts given as text are what their author wrote, and are left to the checks.
 */
import type { Instrument } from '../schema/events'
import { type AskedAmounts, NUMBER, type Order } from '../schema/orders'
import { Decimal, isDecimal } from './decimal'

/** So many digits of a decimal survive in a double. What is written behind them is no part of anybody's price. */
const DIGITS = 15

type Field = keyof typeof NUMBER
type Direction = 'down' | 'up'

const NAMES = { quantity: 'quantity', price: 'price', stopPrice: 'stop price' } as const
const FIELDS = ['quantity', 'price', 'stopPrice'] as const satisfies readonly Field[]

/** The order as it may be sent, or what became zero and how small it may be. */
export type Rounding = { readonly order: Order } | { readonly problem: string }

/**
 * @param numbers which amounts are numbers: bits of `NUMBER`.
 * @returns the very order when nothing has to change; else what was asked stands beside what is sent.
 */
export function roundNumbers(order: Order, numbers: number, instrument: Instrument): Rounding {
  if (numbers === 0) return { order }
  const sent: AskedAmounts = {}
  const asked: AskedAmounts = {}
  for (const field of FIELDS) {
    const text = order[field]
    const step = stepOf(field, order, instrument)
    if ((numbers & NUMBER[field]) === 0 || text === undefined || step === undefined || !isDecimal(text)) continue
    const amount = rounded(text, step, directionOf(field, order))
    if (amount === undefined) continue
    if (amount.sign === 0) return { problem: tooSmall(field, text, instrument) }
    sent[field] = amount.toString()
    asked[field] = text
  }
  return Object.keys(asked).length === 0
    ? { order }
    : { order: { ...order, ...sent, asked: { ...order.asked, ...asked } } }
}

/** For the log of the instance, once. */
export function roundingNote({ symbol, asked = {}, ...sent }: Order): string {
  const examples = FIELDS.filter((field) => asked[field] !== undefined)
  const told = examples.map((field) => `${NAMES[field]} ${asked[field]} to ${sent[field]}`).join(', ')
  return `numbers are rounded to the tick and lot size of ${symbol}, as here ${told}; decimal strings are taken exactly`
}

function stepOf(field: Field, { type }: Order, instrument: Instrument): Decimal | undefined {
  const { priceIncrement, quantityIncrement = '0', marketQuantityIncrement = '0' } = instrument
  const step = Decimal.parse((field === 'quantity' ? quantityIncrement : priceIncrement) ?? '0')
  const own = Decimal.parse(field === 'quantity' && type === 'market' ? marketQuantityIncrement : '0')
  const larger = own.compare(step) > 0 ? own : step
  return larger.sign > 0 ? larger : undefined
}

function directionOf(field: Field, { side }: Order): Direction {
  if (field === 'quantity') return 'down'
  return (side === 'buy') === (field === 'price') ? 'down' : 'up'
}

/** Undefined when it fits as it is. */
function rounded(text: string, step: Decimal, direction: Direction): Decimal | undefined {
  const amount = Decimal.parse(text)
  return amount.isMultipleOf(step) ? undefined : amount.rounded(scaleOf(text)).steppedTo(step, direction)
}

/** The decimals within the first DIGITS. */
function scaleOf(text: string): number {
  const [whole = '', decimals = ''] = text.split('.')
  return whole === '0' ? DIGITS + decimals.search(/[1-9]|$/) : Math.max(0, DIGITS - whole.length)
}

function tooSmall(field: Field, text: string, { minQuantity, quantityIncrement, priceIncrement }: Instrument): string {
  if (field !== 'quantity') return `${NAMES[field]} ${text} rounds to zero: the tick size is ${priceIncrement}`
  const least = minQuantity !== undefined && Number(minQuantity) > 0 ? minQuantity : quantityIncrement
  return `quantity ${text} rounds to zero: the minimum is ${least}`
}
