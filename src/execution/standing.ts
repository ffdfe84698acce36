/** What a venue answers when it is asked for an order, as the reports that lead there. */
import type { Contract } from '../trading/contract'
import { Decimal, ZERO } from '../trading/decimal'
import type { OrderStanding, VenueReport } from './venue'

/** One for each execution that the venue has named, oldest first. */
export function executionReports(
  owner: string,
  contract: Contract,
  { payload, executions }: OrderStanding,
): VenueReport[] {
  const whole = Decimal.parse(payload.quantity)
  const known = executions.reduce((sum, { fill }) => sum.plus(Decimal.parse(fill.quantity)), ZERO)
  const before = Decimal.parse(payload.filledQuantity).minus(known)
  let filled = before
  let points = ZERO
  return executions.map(({ executionId, fill }, index): VenueReport => {
    const quantity = Decimal.parse(fill.quantity)
    filled = filled.plus(quantity)
    points = points.plus(contract.points(quantity, Decimal.parse(fill.price)))
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
          avgFillPrice: hasAverage ? payload.avgFillPrice : contract.averagePrice(points, filled).toString(),
          commissionAmount: fill.fee,
          commissionAsset: fill.feeCurrency,
          timestamp: fill.timeMs,
        },
        fill,
      },
    }
  })
}
