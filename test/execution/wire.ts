/**
 * A venue outside of the process: a connection to a remote exchange. With faults, calls get lost before or after they are
 * done, and reports are lost, told twice, late and out of order.
 */
import type {
  AccountOpening,
  OrderStanding,
  OutsideVenue,
  Submission,
  VenueListener,
  VenueReport,
} from '../../src/execution/venue'
import type { AccountSettings } from '../../src/schema/paper'
import type { BalanceView } from '../../src/trading/accounts/account'
import { LINEAR } from '../trading/venue'
import type { RemoteExchange } from './remote-exchange'

/** Parts of 1. */
export interface Faults {
  /** Calls that never arrive. */
  readonly unsent: number
  /** Calls that are done, and never answered. */
  readonly unanswered: number
  readonly lost: number
  readonly twice: number
  /** What comes later than what happened after it. */
  readonly late: number
}

export const PERFECT: Faults = { unsent: 0, unanswered: 0, lost: 0, twice: 0, late: 0 }

/** Turns of the event loop that something is late at most. */
const MOST_TURNS = 6

export class Wire implements OutsideVenue {
  readonly isOutside = true
  readonly model = 'linear'
  readonly inFlightMs = 150
  isReachable = true
  private isCut = false
  private listener: VenueListener | undefined

  constructor(
    private readonly remote: RemoteExchange,
    private readonly faults: Faults = PERFECT,
    private readonly random: () => number = () => 1,
  ) {
    remote.outlet = (report) => this.carry(report)
  }

  /** The gateway is gone: what is under way to the exchange goes on, nothing comes back. */
  cut(): void {
    this.isCut = true
  }

  listen(listener: VenueListener): void {
    this.listener = listener
  }

  accountFor(): AccountSettings {
    return LINEAR
  }

  openAccount(_: AccountOpening): Promise<void> {
    return this.call(() => undefined)
  }

  closeAccount(owner: string): Promise<void> {
    return this.call(() => this.remote.cancelAll(owner))
  }

  submit({ owner, order }: Submission): Promise<void> {
    return this.call(() => this.remote.submit(owner, order))
  }

  cancel(owner: string, clientOrderId: string): Promise<void> {
    return this.call(() => this.remote.cancel(owner, clientOrderId))
  }

  cancelAll(owner: string): Promise<void> {
    return this.call(() => this.remote.cancelAll(owner))
  }

  order(owner: string, clientOrderId: string): Promise<OrderStanding | undefined> {
    return this.call(() => this.remote.order(owner, clientOrderId))
  }

  openOrders(owner: string): Promise<OrderStanding[]> {
    return this.call(() => this.remote.openOrders(owner))
  }

  balances(owner: string): Promise<BalanceView[]> {
    return this.call(() => this.remote.balances(owner))
  }

  lastPrice(symbol: string) {
    return this.remote.exchange.lastPrice(symbol)
  }

  private async call<T>(work: () => T): Promise<T> {
    if (this.isCut) return await new Promise(() => undefined)
    await turns(1)
    if (!this.isReachable || this.happens('unsent')) throw new Error('connection refused')
    await this.delay()
    const answer = work()
    // nobody is there any more, or nothing was ever said: the caller has to do without
    if (this.isCut || (this.happens('unanswered') && this.happens('unanswered')))
      return await new Promise(() => undefined)
    if (this.happens('unanswered')) throw new Error('connection reset')
    await this.delay()
    return answer
  }

  private carry(report: VenueReport): void {
    if (!this.isReachable || this.happens('lost')) return
    const copies = this.happens('twice') ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const arrive = () => {
        if (!this.isCut) this.listener?.reported([report])
      }
      void (this.happens('late') ? turns(Math.ceil(this.random() * MOST_TURNS)) : turns(1)).then(arrive)
    }
  }

  private async delay(): Promise<void> {
    if (this.happens('late')) await turns(Math.ceil(this.random() * MOST_TURNS))
  }

  private happens(fault: keyof Faults): boolean {
    return this.random() < this.faults[fault]
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
