/** From what a strategy asks for to an order: its provider and symbol settled, its numbers on the instrument's steps, its id. */
import { Failure } from '../../errors/failure'
import { digestOf, hexOf } from '../../schema/digest'
import type { Instrument } from '../../schema/events'
import type { Order, OrderRequest } from '../../schema/orders'
import { plainText } from '../../schema/plain-text'
import { roundNumbers } from '../rounding'
import { shareIn } from '../shares'
import type { AccountView } from './account-view'

/** What an instance may trade at a provider; the first symbol is meant where it names none. */
export interface TradedAt {
  readonly provider: string
  readonly symbols: readonly string[]
}

const MOST_CHARACTERS = 36
/** Digits for the number of an order: a billion of them in base 10. */
const NUMBER_CHARACTERS = 9

/** Characters of the digest, in base 36, of an id that does not fit as it is. */
const DIGEST_CHARACTERS = 6

/**
 * What leads the client order ids of one start of an instance: with a number behind it, at most 36 characters of
 * `[A-Za-z0-9_-]`, what the strictest venue takes. An id that is longer, or written in other characters, is shortened and
 * told apart by a digest.
 * @param startMs when it started; no two starts have the same.
 */
export function idPrefix(instanceId: string, startMs: number): string {
  const start = startMs.toString(36)
  const most = MOST_CHARACTERS - NUMBER_CHARACTERS - start.length - 2
  const plain = instanceId.replace(/[^A-Za-z0-9_-]/g, '_')
  if (plain === instanceId && plain.length <= most) return `${plain}-${start}`
  const hex = hexOf(digestOf(new TextEncoder().encode(instanceId))).slice(0, DIGEST_CHARACTERS * 2)
  const digest = BigInt(`0x${hex}`).toString(36).padStart(DIGEST_CHARACTERS, '0').slice(-DIGEST_CHARACTERS)
  return `${plain.slice(0, most - DIGEST_CHARACTERS - 1)}_${digest}-${start}`
}

export const refused = (reason: string): Failure => new Failure('order_refused', reason)

/** By the provider's name; '' is the first. @throws Failure order_refused. */
export function tradedAt<Scope extends TradedAt>(scope: readonly Scope[], provider: string): Scope {
  const found = provider === '' ? scope[0] : scope.find((one) => one.provider === provider)
  if (found) return found
  const known = scope.map((one) => `"${one.provider}"`).join(', ')
  throw refused(`provider "${provider}" is not in scope, only ${known}`)
}

/** The first that has the symbol; '' is the first symbol. @throws Failure order_refused. */
export function marketOf<Scope extends TradedAt>(
  scope: readonly Scope[],
  text: string,
): { readonly at: Scope; readonly symbol: string } {
  const at = scope.find(({ symbols }) => text === '' || symbols.includes(text))
  const symbol = symbolOf(text, at?.symbols ?? [...new Set(scope.flatMap(({ symbols }) => symbols))])
  return { at: at!, symbol }
}

/** '' is the first. @throws Failure order_refused. */
function symbolOf(text: string, symbols: readonly string[]): string {
  const symbol = text === '' ? symbols[0]! : text
  if (symbols.includes(symbol)) return symbol
  throw refused(`symbol "${symbol}" is not in scope, only ${symbols.join(', ')}`)
}

/**
 * @param at the provider that it names.
 * @throws Failure order_refused.
 */
export function orderOf(request: OrderRequest, { provider, symbols }: TradedAt, clientOrderId: string): Order {
  const symbol = symbolOf(request.symbol, symbols)
  const { numbers: _, ...terms } = request
  const tag = request.clientTag === undefined ? {} : { clientTag: plainText(request.clientTag) }
  return { ...terms, ...tag, provider, symbol, clientOrderId }
}

/** @param numbers which amounts are numbers. @throws Failure order_refused. */
export function onSteps(order: Order, numbers: number, instrument: Instrument): Order {
  const rounding = roundNumbers(order, numbers, instrument)
  if ('problem' in rounding) throw refused(rounding.problem)
  return rounding.order
}

/** An order that asks for a share, as what that comes to by now. @throws Failure order_refused. */
export function inShares(order: Order, view: AccountView): Order {
  const share = shareIn(order.quantity)
  if (!share) return order
  const estimate = view.estimated(order, share)
  if ('problem' in estimate) throw refused(estimate.problem)
  return { ...estimate.order, asked: { ...order.asked, quantity: order.quantity } }
}

/** For sentences. */
export function described({ side, quantity, symbol, type, price }: Order): string {
  return `${type} order to ${side} ${quantity} ${symbol}${price === undefined ? '' : ` at ${price}`}`
}
