/**
 * Somebody's exchange, on the other side of a wire: the simulated exchange with a memory of its own, which goes on when
 * a gateway dies. It names its executions, or all its reports, or none of them.
 */
import type { OrderStanding, VenueReport } from '../../src/execution/venue'
import type { MarketEvent } from '../../src/schema/events'
import type { Order } from '../../src/schema/orders'
import type { BalanceView } from '../../src/trading/accounts/account'
import { type Owned, SimulatedExchange } from '../../src/trading/exchange/simulated-exchange'
import { instrument, LINEAR, RULES } from '../trading/venue'

export type Naming = 'reports' | 'executions' | 'nothing'

export class RemoteExchange {
  readonly exchange = new SimulatedExchange({ rules: RULES, account: LINEAR, instrument, venue: 'remote' })
  /** By client order id: all that was reported. */
  private readonly told = new Map<string, VenueReport[]>()
  private count = 0
  private timeMs = 0
  /** Whoever is connected. */
  outlet: (report: VenueReport) => void = () => undefined

  constructor(private readonly naming: Naming = 'executions') {}

  submit(owner: string, order: Order): void {
    if (!this.told.has(order.clientOrderId)) this.told.set(order.clientOrderId, [])
    this.tell(this.exchange.submit(owner, order, this.timeMs))
  }

  cancel(owner: string, clientOrderId: string): void {
    this.tell(this.exchange.cancel(owner, clientOrderId, this.timeMs))
  }

  cancelAll(owner: string): void {
    this.tell(this.exchange.cancelAll(owner, undefined, this.timeMs))
  }

  observe(event: MarketEvent): void {
    this.timeMs = event.timeMs
    this.tell(this.exchange.observe(event))
  }

  has(clientOrderId: string): boolean {
    return this.told.has(clientOrderId)
  }

  order(owner: string, clientOrderId: string): OrderStanding | undefined {
    const reports = this.told.get(clientOrderId)?.filter((report) => report.owner === owner)
    const last = reports?.at(-1)
    if (!reports || !last) return undefined
    const executions = reports.flatMap(({ executionId, report: { fill } }) =>
      fill ? [{ fill, ...(executionId !== undefined && { executionId }) }] : [],
    )
    return { payload: last.report.payload, executions }
  }

  openOrders(owner: string): OrderStanding[] {
    return this.exchange.openAt(owner).map(({ clientOrderId }) => this.order(owner, clientOrderId)!)
  }

  balances(owner: string): BalanceView[] {
    return this.exchange.account(owner).balances()
  }

  private tell(owned: readonly Owned[]): void {
    for (const { owner, report } of owned) {
      const { order, ...said } = report
      const isNamed = this.naming === 'reports' || (this.naming === 'executions' && report.fill)
      const named = { owner, report: said, ...(isNamed && { executionId: `x${++this.count}` }) }
      const before = this.told.get(order.clientOrderId)
      if (before) before.push(named)
      else this.told.set(order.clientOrderId, [named])
      this.outlet(named)
    }
  }
}
