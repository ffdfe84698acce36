/** Publishes what a venue tells of orders and accounts. */
import type { OrderManagerDeps } from '../../execution/order-manager'
import type { Owner } from '../../execution/owner-reports'
import type { ExecutionReport, Order } from '../../schema/orders'
import type { Liquidation } from '../../trading/exchange/liquidation'
import type { ActivityStream } from '../activity/activity-stream'

type Told = Pick<OrderManagerDeps, 'sent' | 'doubted' | 'reported' | 'liquidated'>

/** @param provider the name of the venue's provider. */
export function publishedBy(provider: string, activity: ActivityStream): Told {
  return {
    sent({ id: instance }: Owner, order: Order, timeMs: number) {
      activity.publish({ kind: 'order', instance, provider, what: 'sent', order, report: undefined, timeMs })
    },
    doubted({ id: instance }: Owner, order: Order, payload: ExecutionReport['payload'] | undefined, timeMs: number) {
      const report = payload && { order, payload }
      activity.publish({ kind: 'order', instance, provider, what: 'unknown', order, report, timeMs })
    },
    reported({ id: instance }: Owner, report: ExecutionReport, execution: number) {
      const { order, payload, fill } = report
      activity.publish({
        kind: 'order',
        instance,
        provider,
        what: 'reported',
        order,
        report,
        timeMs: payload.timestamp,
      })
      if (!fill) return
      const { clientOrderId } = order
      activity.publish({ kind: 'fill', instance, provider, executionId: String(execution), clientOrderId, fill })
    },
    liquidated({ id: instance }: Owner, liquidation: Liquidation) {
      activity.publish({ kind: 'risk', what: 'liquidated', instance, provider, liquidation })
    },
  }
}
