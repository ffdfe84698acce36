/** What a venue answers when it is asked for an order, as the reports that lead there. */
import { averagePrice, Decimal, ZERO } from '../trading/decimal'
import type { OrderStanding, VenueReport } from './venue'

/** One for each execution that the venue has named, oldest first. */
export function executionReports(owner: string, { payload, executions }: OrderStanding): VenueReport[] {
  const whole = Decimal.parse(payload.quantity)
  const known = executions.reduce((sum, { fill }) => sum.plus(Decimal.parse(fill.quantity)), ZERO)
  const before = Decimal.parse(payload.filledQuantity).minus(known)
  let filled = before
  let cost = ZERO
  return executions.map(({ executionId, fill }, index): VenueReport => {
    const quantity = Decimal.parse(fill.quantity)
    filled = filled.plus(quantity)
    cost = cost.plus(quantity.times(Decimal.parse(fill.price)))
    const isLast = index === executions.length - 1
    const hasAverage = isLast || before.sign !== 0
    return {
      owner,
      ...(executionId !== undefined && { executionId }),
      report: {
        payload: {
          ...payload,
          state: isLast && payload.state === 'FILLED' ? 'FILLED' : 'PARTIAL',
          filledQuantity: filled.toString(),
          remainingQty: whole.minus(filled).toString(),
          avgFillPrice: hasAverage ? payload.avgFillPrice : averagePrice(cost, filled).toString(),
          commissionAmount: fill.fee,
          commissionAsset: fill.feeCurrency,
          timestamp: fill.timeMs,
        },
        fill,
      },
    }
  })
}
