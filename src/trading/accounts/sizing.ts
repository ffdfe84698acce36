/**
 * What a share comes to as a quantity: the most whole lots that are not worth more, with their fee, than the share of the
 * account's equity, and that the account can bear beside its positions and other open orders. Of an order that can only close
 * a position (reduce-only; a sale in a spot account) it is a share of what is held instead.
 */
import type { Order } from '../../schema/orders'
import type { Contract } from '../contract'
import { Decimal, smaller, ZERO } from '../decimal'
import type { Ledger } from './ledger'
import { freeCash, marginRoom, nothingToReduce, reducible, shown } from './margin'
import type { OpenOrderSums } from './open-orders'

/** A price at which something can be traded. */
export interface Offer {
  readonly price: Decimal
  /** Undefined: any. */
  readonly left: Decimal | undefined
}

export interface Sizing {
  /** Its own quantity is of no meaning. */
  readonly order: Order
  /** In percent. */
  readonly share: Decimal
  /** At which the symbol is valued. */
  readonly valuedAt: Decimal
  /** What the order would take, the best first; beyond them, more of the last. At least one. */
  readonly offers: readonly Offer[]
  /** What a fill costs after `filled` of the order. */
  readonly fee: (filled: Decimal, quantity: Decimal, price: Decimal) => Decimal
}

export type Size = { readonly quantity: Decimal } | { readonly problem: string }

/** The step of quantities in a market that has no lot. */
const LEAST_STEP = Decimal.parse('0.00000001')
const HUNDRED = Decimal.parse('100')
/** Decimals of a ratio of amounts. */
const RATIO_SCALE = 24

export type Estimate = { readonly order: Order } | { readonly problem: string }

/** An order with what its share comes to at its own price or the last one, before fees. @param open as of `sizeOf`. */
export function estimate(ledger: Ledger, open: OpenOrderSums, order: Order, share: Decimal): Estimate {
  const price = ledger.priceOf(order)
  if (!price && !isClosing(ledger, order)) {
    return { problem: `there is no price of ${order.symbol} yet to measure ${share.toString()}% by` }
  }
  const offers = [{ price: price ?? ZERO, left: undefined }]
  const valuedAt = ledger.price(order.symbol) ?? price ?? ZERO
  const size = sizeOf(ledger, open, { order, share, valuedAt, offers, fee: () => ZERO })
  return 'problem' in size ? size : { order: { ...order, quantity: size.quantity.toString() } }
}

const isClosing = ({ isSpot }: Ledger, { reduceOnly, side }: Order): boolean =>
  reduceOnly || (isSpot && side === 'sell')

/** @param open the orders beside it: without itself. */
export function sizeOf(ledger: Ledger, open: OpenOrderSums, sizing: Sizing): Size {
  const { order, share } = sizing
  const closes = isClosing(ledger, order)
  const most = closes || ledger.isSpot ? HUNDRED : mostShare(ledger, order)
  if (most && share.compare(most) > 0) return { problem: tooLarge(ledger, share, most, closes) }
  return closes ? partOfHeld(ledger, open, sizing) : partOfEquity(ledger, open, sizing)
}

/** Margin that is notional / leverage bears no more; undefined: nothing tells how much is too much. */
function mostShare({ leverage, settings, contract }: Ledger, { symbol }: Order): Decimal | undefined {
  const isByLeverage = settings.checkMargin && contract(symbol).marginPerContract === undefined
  return isByLeverage ? leverage.times(HUNDRED) : undefined
}

function tooLarge({ isSpot, settings }: Ledger, share: Decimal, most: Decimal, closes: boolean): string {
  const told = `quantity ${share.toString()}% is more than ${most.toString()}%`
  if (closes) return `${told}: of what is held there is no more`
  return isSpot ? `${told}: a spot account borrows nothing` : `${told}, which a leverage of ${settings.leverage} allows`
}

function partOfHeld(ledger: Ledger, open: OpenOrderSums, { order, share }: Sizing): Size {
  const contract = ledger.contract(order.symbol)
  const { baseCurrency, symbol } = contract
  const held = ledger.held(symbol).absolute()
  if (order.reduceOnly && reducible(ledger, order, held).sign === 0) return { problem: nothingToReduce(order) }
  const part = held.times(share).shifted(2)
  const free = ledger.isSpot ? smaller(part, freeCash(ledger, open, baseCurrency)) : part
  const quantity = free.sign > 0 ? free.steppedTo(stepOf(contract, order), 'down') : ZERO
  if (quantity.sign > 0) return { quantity }
  return { problem: `${share.toString()}% of what is held, ${shown(free)} ${symbol}, is less than the smallest order` }
}

function partOfEquity(ledger: Ledger, open: OpenOrderSums, sizing: Sizing): Size {
  const { order, share, valuedAt, offers } = sizing
  const contract = ledger.contract(order.symbol)
  const { symbol, settlementCurrency: currency } = contract
  const budget = ledger.equityWith(symbol, valuedAt).times(share).shifted(2)
  const room = marginRoom(ledger, open, order, valuedAt)
  if (room && room.sign <= 0) {
    return { problem: `insufficient ${ledger.isSpot ? currency : 'margin'}: nothing is free for ${share.toString()}%` }
  }
  const cost = (quantity: Decimal) => costOf(quantity, ledger, sizing)
  /** What the quantity may be multiplied by; below one it is too much. */
  const ratio = (quantity: Decimal): Decimal => {
    const { worth, bound } = cost(quantity)
    const byWorth = budget.dividedBy(worth, RATIO_SCALE)
    return room ? smaller(byWorth, room.dividedBy(bound, RATIO_SCALE)) : byWorth
  }
  const fits = (quantity: Decimal): boolean => {
    const { worth, bound } = cost(quantity)
    return worth.compare(budget) <= 0 && (!room || bound.compare(room) <= 0)
  }
  const quantity = budget.sign > 0 ? mostThatFits(stepOf(contract, order), ratio, fits) : ZERO
  if (quantity.sign > 0) return { quantity }
  const at = offers[0]!.price.toString()
  return {
    problem: `${share.toString()}% of the equity, ${shown(budget)} ${currency}, is less than the smallest order of ${symbol} at ${at}`,
  }
}

interface Cost {
  /** Fee included, which is at least zero here: a rebate makes nothing larger. */
  readonly worth: Decimal
  /** What it takes of the room for margin. */
  readonly bound: Decimal
}

function costOf(quantity: Decimal, ledger: Ledger, { order, offers, fee: feeOf }: Sizing): Cost {
  const contract = ledger.contract(order.symbol)
  let [notional, base, fee, filled] = [ZERO, ZERO, ZERO, ZERO]
  for (const [index, { price, left }] of offers.entries()) {
    const rest = quantity.minus(filled)
    if (rest.sign <= 0) break
    const part = left === undefined || index === offers.length - 1 ? rest : smaller(rest, left)
    if (part.sign === 0) continue
    notional = notional.plus(contract.notional(part, price))
    base = base.plus(contract.marginBase(part, price))
    fee = fee.plus(feeOf(filled, part, price))
    filled = filled.plus(part)
  }
  if (fee.sign < 0) fee = ZERO
  const worth = notional.plus(fee)
  return { worth, bound: ledger.isSpot ? worth : base.plus(fee.times(ledger.leverage)) }
}

/** Costs grow with the quantity, nearly in proportion: what a ratio says is most often the answer. */
function mostThatFits(
  step: Decimal,
  ratio: (quantity: Decimal) => Decimal,
  fits: (quantity: Decimal) => boolean,
): Decimal {
  const inSteps = (quantity: Decimal) => (quantity.sign > 0 ? quantity.steppedTo(step, 'down') : ZERO)
  let guess = step
  for (let tries = 0; tries < 3; tries++) {
    guess = inSteps(guess.times(ratio(guess)))
    if (guess.sign === 0) break
    if (fits(guess) && !fits(guess.plus(step))) return guess
  }
  let low = guess.sign > 0 && fits(guess) ? guess : ZERO
  let high = guess.plus(step)
  while (fits(high)) [low, high] = [high, high.plus(high)]
  for (let between = half(low, high, step); between.compare(low) > 0; between = half(low, high, step)) {
    if (fits(between)) low = between
    else high = between
  }
  return low
}

const half = (low: Decimal, high: Decimal, step: Decimal): Decimal =>
  low.plus(high).dividedBy(TWO, RATIO_SCALE).steppedTo(step, 'down')

const stepOf = (contract: Contract, { type }: Order): Decimal => contract.lotOf(type) ?? LEAST_STEP
const TWO = Decimal.parse('2')
