/** Accounts at a venue outside of this process, as the gateway reckons them from what the venue has told. */
import type { Instrument } from '../schema/events'
import type { ExecutionReport, Order } from '../schema/orders'
import type { Account, Exposure } from '../trading/accounts/account'
import { rebuiltAccount } from '../trading/accounts/rebuilt'
import type { Decimal } from '../trading/decimal'
import { AccountView } from '../trading/session/account-view'
import type { AccountOpening } from './venue'

interface Copy {
  readonly account: Account
  readonly view: AccountView
}

export class AccountCopies {
  private readonly copies = new Map<string, Copy>()

  /** @param lastPrice as the venue has it. */
  constructor(
    private readonly instrument: (symbol: string) => Instrument,
    private readonly lastPrice: (symbol: string) => Decimal | undefined,
  ) {}

  /** Orders of which nobody knows whether they are open count as open. */
  open({ owner, settings, openOrders, ...past }: AccountOpening): void {
    const account = rebuiltAccount(settings, this.instrument, past)
    for (const { order, progress } of openOrders) {
      this.mark(account, order.symbol)
      account.placed(order, progress.filledQuantity)
    }
    this.copies.set(owner, { account, view: new AccountView(account) })
  }

  /** At the last prices. */
  account(owner: string): Account {
    const { account } = this.of(owner)
    for (const { symbol } of account.positions()) this.mark(account, symbol)
    return account
  }

  exposure(owner: string, symbol: string): Exposure {
    return this.of(owner).view.exposure(symbol)
  }

  sent(owner: string, order: Order): void {
    const { account, view } = this.of(owner)
    this.mark(account, order.symbol)
    view.sent(order)
  }

  apply(owner: string, report: ExecutionReport): void {
    const { account, view } = this.of(owner)
    this.mark(account, report.order.symbol)
    view.apply(report)
  }

  forget(owner: string): void {
    this.copies.delete(owner)
  }

  private mark(account: Account, symbol: string): void {
    const price = this.lastPrice(symbol)
    if (price) account.mark(symbol, price.toString())
  }

  private of(owner: string): Copy {
    const copy = this.copies.get(owner)
    if (!copy) throw new Error(`no account of ${owner}`)
    return copy
  }
}
