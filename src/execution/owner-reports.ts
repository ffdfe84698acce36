/** What becomes of orders goes into the journal, then to their owner, with what it does to the account. */

import type { HostPool } from '../hosts/pool'
import type { Mark } from '../protocol/orders'
import type { Instrument } from '../schema/events'
import type { ExecutionReport } from '../schema/orders'
import type { Store } from '../store/store'
import type { Account } from '../trading/accounts/account'
import type { Liquidation } from '../trading/exchange/liquidation'
import type { VenueReport } from './venue'

/** Whose account it is. Orders and fills are kept under `key`, for an id may be used again. */
export interface Owner {
  readonly key: number
  readonly id: string
  /** Names of those of its scope; absent where nobody asks. */
  readonly providers?: readonly string[]
}

export interface OwnerReportsDeps {
  readonly provider: string
  readonly instrument: (symbol: string) => Instrument
  readonly store: Store
  /** Where owners run, and hear of it. */
  readonly hosts: Pick<HostPool, 'report' | 'balances'>
  /** After a report was journalled; `execution` is the number of its fill, if it has one. */
  readonly reported: (owner: Owner, report: ExecutionReport, execution: number) => void
  /** After the reports of what has ended with it. */
  readonly liquidated: (owner: Owner, liquidation: Liquidation) => void
}

/** Fills after which the state of an account is kept again: so many are soon booked when it is opened. */
const STATE_EVERY = 100

export class OwnerReports {
  /** By the key of the owner: fills since its account's state was last kept. */
  private readonly fills = new Map<number, number>()
  /** Some account's state is to be kept again. */
  hasDue = false

  constructor(private readonly deps: OwnerReportsDeps) {}

  /**
   * @param account as the report has left it.
   * @param source as the venue has told it.
   * @param mark the price of the event that has caused it.
   */
  tell(
    owner: Owner,
    report: ExecutionReport,
    account: Account,
    { executionId, liquidation }: VenueReport,
    mark?: Mark,
  ): void {
    const { store, hosts, provider, instrument } = this.deps
    const { fill } = report
    const seq = store.journal.reported(owner.key, report, executionId)
    if (fill) this.count(owner, 1)
    this.deps.reported(owner, report, store.journal.lastExecution)
    const valuedAt = account.valuedAt(report.order.clientOrderId)
    hosts.report(owner.id, provider, report, seq, {
      ...(mark && { mark }),
      ...(valuedAt !== undefined && { valuedAt }),
    })
    if (fill) hosts.balances(owner.id, provider, fill, instrument(fill.symbol), account.balances())
    if (liquidation) this.deps.liquidated(owner, liquidation)
  }

  count(owner: Owner, fills: number): void {
    const count = (this.fills.get(owner.key) ?? 0) + fills
    this.fills.set(owner.key, count)
    if (count >= STATE_EVERY) this.hasDue = true
  }

  /** When all that its account has seen is told: the journal has the fills before the state that they made. */
  keepState(owner: Owner, account: Account): void {
    if ((this.fills.get(owner.key) ?? 0) < STATE_EVERY) return
    this.deps.store.journal.accountStood(owner.key, this.deps.provider, account.state)
    this.fills.delete(owner.key)
  }

  forget(owner: Owner): void {
    this.fills.delete(owner.key)
  }
}
