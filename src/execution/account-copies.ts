/** Accounts at a venue outside of this process, as the gateway reckons them from what the venue has told. */
import type { Instrument } from '../schema/events'
import type { ExecutionReport, Order } from '../schema/orders'
import type { Account, Exposure } from '../trading/accounts/account'
import { rebuiltAccount } from '../trading/accounts/rebuilt'
import { AccountView } from '../trading/session/account-view'
import type { AccountOpening } from './venue'

export class AccountCopies {
  private readonly copies = new Map<string, { readonly account: Account; readonly view: AccountView }>()

  constructor(private readonly instrument: (symbol: string) => Instrument) {}

  /** Orders of which nobody knows whether they are open count as open. */
  open({ owner, settings, openOrders, ...past }: AccountOpening): void {
    const placed = openOrders.map(({ order, progress: { filledQuantity } }) => ({ order, filledQuantity }))
    const account = rebuiltAccount(settings, this.instrument, past, placed)
    this.copies.set(owner, { account, view: new AccountView(account) })
  }

  account(owner: string): Account {
    return this.of(owner).account
  }

  exposure(owner: string, symbol: string): Exposure {
    return this.of(owner).view.exposure(symbol)
  }

  sent(owner: string, order: Order): void {
    this.of(owner).view.sent(order)
  }

  apply(owner: string, report: ExecutionReport): void {
    this.of(owner).view.apply(report)
  }

  forget(owner: string): void {
    this.copies.delete(owner)
  }

  private of(owner: string) {
    const copy = this.copies.get(owner)
    if (!copy) throw new Error(`no account of ${owner}`)
    return copy
  }
}
