/** Orders and fills of a test, as a venue reports them. */
import type { ExecutionReport, Fill, Order } from '../../src/schema/orders'
import type { Store } from '../../src/store/store'

/** A limit order to buy 1 at 100, unless told otherwise. */
export const orderOf = (clientOrderId: string, { type = 'limit', ...parts }: Partial<Order> = {}): Order => ({
  clientOrderId,
  provider: 'sim',
  symbol: 'BTC-USDT',
  side: 'buy',
  type,
  quantity: '1',
  ...(type === 'limit' && { price: '100' }),
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: false,
  ...parts,
})

type Report = ExecutionReport['payload']

/** @param fill what is different about it from a fill of all at 100. @param more what the venue says otherwise. */
export function reportOf(
  order: Order,
  state: Report['state'],
  fill?: Partial<Fill>,
  more: Partial<Report> = {},
): ExecutionReport {
  const { clientOrderId, symbol, side, type, quantity, price = '' } = order
  const done: Fill = {
    symbol,
    side,
    price: '100',
    quantity,
    fee: '0.1',
    feeCurrency: 'USDT',
    liquidity: 'maker',
    timeMs: 5,
    ...fill,
  }
  return {
    order,
    payload: {
      clientOrderId,
      exchangeOrderId: `sim-${clientOrderId}`,
      state,
      side: side === 'buy' ? 'Buy' : 'Sell',
      orderType: type === 'market' ? 'Market' : 'Limit',
      price,
      quantity,
      filledQuantity: fill ? done.quantity : '0',
      remainingQty: fill ? '0' : quantity,
      avgFillPrice: fill ? done.price : '0',
      timestamp: 5,
      ...more,
    },
    ...(fill && { fill: done }),
  }
}

/** @returns its number in the journal. */
export const report = (
  store: Store,
  instance: number,
  order: Order,
  state: Report['state'],
  fill?: Partial<Fill>,
): number => store.journal.reported(instance, reportOf(order, state, fill))

/** Placed, filled, and told of. */
export function trade(store: Store, instance: number, clientOrderId: string, fill: Partial<Fill> = {}): void {
  const order = orderOf(clientOrderId)
  store.journal.ordered(instance, order, 1)
  store.journal.told(instance, report(store, instance, order, 'FILLED', fill))
}
