/**
 * An account as its instance sees it: what the venue has told of it so far, besides what the instance has asked for and
 * the venue has not answered. Calls are answered from here at once, and refused where the venue would refuse them; what
 * an order has come to, the venue alone can tell.
 */
import type { ExecutionReport, OpenOrder, Order } from '../../schema/orders'
import type { Account, BalanceView, Exposure, PositionView } from '../accounts/account'
import type { ExpectedOrdersState } from '../accounts/expected-orders'
import { shownOrder } from '../accounts/open-orders'
import type { Estimate } from '../accounts/sizing'
import type { Contract } from '../contract'
import type { Decimal } from '../decimal'

export class AccountView {
  readonly #account: Account
  readonly #orders

  /**
   * @param account as the venue has told of it.
   * @param owns whether an order in it is the instance's own, where others trade in the same account; else all are.
   */
  constructor(
    account: Account,
    private readonly owns?: (clientOrderId: string) => boolean,
  ) {
    this.#account = account
    this.#orders = account.expectedOrders()
  }

  contract(symbol: string): Contract {
    return this.#account.contract(symbol)
  }

  /** An order has left for the venue. */
  sent(order: Order): void {
    this.#orders.sent(order)
  }

  /** @returns false: it is not open, or it was asked to be cancelled before. */
  cancelling(clientOrderId: string): boolean {
    return this.owns?.(clientOrderId) !== false && this.#orders.leaving(clientOrderId)
  }

  /** The venue has said something of the order, which is in the account. */
  answered(clientOrderId: string): void {
    this.#orders.answered(clientOrderId)
  }

  /** The venue has ended the order, or had ended it before. */
  ended(clientOrderId: string): void {
    this.#orders.ended(clientOrderId)
  }

  /**
   * Takes in what the venue tells, of an account that is a copy.
   * @param valuedAt the price at which the venue reckons with an order that it has acknowledged, when it has one.
   */
  apply(report: ExecutionReport, valuedAt?: string): void {
    const { order, payload } = report
    const { clientOrderId } = order
    const isOpen = payload.state === 'ACK' || payload.state === 'PARTIAL'
    const wasSent = this.#orders.answered(clientOrderId)
    const opens = wasSent ? isOpen : payload.state === 'ACK' && this.#account.order(clientOrderId) === undefined
    if (opens) this.#account.placed(order, undefined, valuedAt)
    this.#account.apply(report)
    if (!isOpen) this.#orders.ended(clientOrderId)
  }

  /** Orders that have left and are not answered. */
  get awaited(): number {
    return this.#orders.awaited
  }

  /** What was asked of the venue and not answered; undefined: nothing. */
  get expected(): ExpectedOrdersState | undefined {
    return this.#orders.isAsKnown ? undefined : this.#orders.state
  }

  set expected(state: ExpectedOrdersState) {
    this.#orders.state = state
  }

  /** The order with what its share comes to by now. */
  estimated(order: Order, share: Decimal): Estimate {
    return this.#account.estimated(order, share, this.#beside)
  }

  /** Why the order must not be placed, in a sentence. */
  refusal(order: Order): string | undefined {
    return this.#account.refusal(order, this.#beside)
  }

  /** @param symbol '' for all. */
  openOrders(symbol: string): OpenOrder[] {
    const { owns } = this
    if (this.#orders.isAsKnown && !owns) return this.#account.openOrders(symbol)
    const orders = Array.from(this.#orders.all()).filter(({ order }) => owns?.(order.clientOrderId) !== false)
    return (symbol === '' ? orders : orders.filter(({ order }) => order.symbol === symbol)).map(shownOrder)
  }

  position(symbol: string): PositionView {
    return this.#account.position(symbol)
  }

  balance(currency: string): BalanceView {
    return this.#account.balance(currency, this.#beside)
  }

  equity(): string {
    return this.#account.equity()
  }

  exposure(symbol: string): Exposure {
    return this.#account.exposure(symbol, this.#orders.all())
  }

  get #beside() {
    return this.#orders.isAsKnown ? undefined : this.#orders
  }
}
