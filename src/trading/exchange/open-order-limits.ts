/** How much of a market an account may have open at once: what only the venue can tell, where an order arrives. */
import type { Account } from '../accounts/account'
import { Decimal } from '../decimal'
import { named } from '../order-checks'
import type { WorkingOrder } from './working-order'

/**
 * @param standing the owner's orders in the same symbol that have arrived, and not ended.
 * @returns a sentence, or undefined where the order may rest beside them.
 */
export function openOrdersProblem(
  order: WorkingOrder,
  standing: readonly WorkingOrder[],
  account: Account,
): string | undefined {
  const { maxOpenOrders, maxOpenStopOrders, symbol } = order.contract.instrument
  // what fills at once or never is not open
  const isStop = order.stage === 'stop'
  const rests = isStop || (order.stage === 'limit' && !order.immediate)
  if (rests && maxOpenOrders !== undefined && standing.length >= maxOpenOrders) {
    return named(`${standing.length} orders of ${symbol} are open, the most that may be`, 'openOrders', order.contract)
  }
  const stops = isStop ? standing.filter(({ stage }) => stage === 'stop').length : 0
  if (isStop && maxOpenStopOrders !== undefined && stops >= maxOpenStopOrders) {
    return named(`${stops} stop orders of ${symbol} are open, the most that may be`, 'openStopOrders', order.contract)
  }
  return positionProblem(order, standing, account)
}

/** What is held, what other buyers may still buy, and the order itself. */
function positionProblem(order: WorkingOrder, standing: readonly WorkingOrder[], account: Account): string | undefined {
  const { maxPosition, symbol } = order.contract.instrument
  if (maxPosition === undefined || !order.buys || order.order.reduceOnly) return undefined
  const buying = standing.filter(({ buys }) => buys).reduce((sum, one) => sum.plus(one.remaining), account.held(symbol))
  const position = buying.plus(order.quantity)
  if (position.compare(Decimal.parse(maxPosition)) <= 0) return undefined
  const told = `with it the position and open orders to buy of ${symbol} would be ${position.toString()}`
  return named(`${told}, above the maximum of ${maxPosition}`, 'position', order.contract)
}

/** Whether anything of this bounds the order's market. */
export const isCounted = ({ contract: { instrument } }: WorkingOrder): boolean =>
  (instrument.maxOpenOrders ?? instrument.maxOpenStopOrders ?? instrument.maxPosition) !== undefined
