/** Reports of an order `a` to buy 3 at 99, as a venue may send them. */
import type { VenueReport } from '../../src/execution/venue'
import type { ExecState } from '../../src/schema/events'

const FILL = {
  symbol: 'BTC-USDT',
  side: 'buy',
  price: '99',
  fee: '0',
  feeCurrency: 'USDT',
  liquidity: 'maker',
} as const

/** @param quantity of the execution that is reported, if it is one. */
export function report(state: ExecState, filledQuantity: string, quantity?: string, executionId?: string): VenueReport {
  const payload = {
    clientOrderId: 'a',
    exchangeOrderId: 'x',
    state,
    side: 'Buy' as const,
    orderType: 'Limit' as const,
    price: '99',
    quantity: '3',
    filledQuantity,
    remainingQty: String(3 - Number(filledQuantity)),
    avgFillPrice: filledQuantity === '0' ? '0' : '99',
    timestamp: 5,
  }
  const fill = quantity === undefined ? {} : { fill: { ...FILL, quantity, timeMs: 5 } }
  return { owner: '1', report: { payload, ...fill }, ...(executionId !== undefined && { executionId }) }
}

export type Told = Parameters<typeof report>
