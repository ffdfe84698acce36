/** The orders of a provider whose venue is the simulated exchange. */
import type { HostPool } from '../hosts/pool'
import type { MarketEvent } from '../schema/events'
import type { Metrics } from '../telemetry/metrics'
import { OrderManager, type OrderManagerDeps } from './order-manager'
import type { PaperSettings } from './paper-settings'
import { PaperVenue } from './paper-venue'

export interface PaperOrdersDeps extends Omit<OrderManagerDeps, 'venue' | 'patience'> {
  readonly hosts: HostPool
  readonly metrics: Metrics
  readonly paper: PaperSettings
  /** None of its events may be left out. */
  readonly lossless: boolean
  /** See `Provider.inTurn`. */
  readonly inTurn: boolean
}

export interface PaperOrders {
  /** Is shown the market. */
  readonly exchange: PaperVenue
  readonly orders: OrderManager
}

export function openPaperOrders({ paper, lossless, inTurn, ...settings }: PaperOrdersDeps): PaperOrders {
  const { provider, instrument, hosts, store, metrics } = settings
  const exchange = new PaperVenue({
    provider,
    paper,
    instrument,
    inTurn,
    publish: (events: readonly MarketEvent[]) => hosts.publish(events, lossless),
    drained: () => hosts.drained(),
    recall: (owner, clientOrderId) => {
      const payload = store.journal.lastReport(Number(owner), clientOrderId)
      return payload && { payload, executions: [] }
    },
    emitted: (count) => metrics.eventsEmitted(provider, count),
  })
  return { exchange, orders: new OrderManager({ ...settings, venue: exchange }) }
}
