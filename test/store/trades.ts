/** Orders and fills of a test, as a venue reports them. */
import type { ExecutionReport, Fill, Order } from '../../src/schema/orders'
import type { Store } from '../../src/store/store'

export const orderOf = (clientOrderId: string): Order => ({
  clientOrderId,
  provider: 'sim',
  symbol: 'BTC-USDT',
  side: 'buy',
  type: 'limit',
  quantity: '1',
  price: '100',
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: false,
})

export function report(
  store: Store,
  instance: number,
  order: Order,
  state: ExecutionReport['payload']['state'],
  fill?: Partial<Fill>,
): number {
  const { clientOrderId, symbol, side, quantity } = order
  const price = fill?.price ?? '100'
  const done: Fill = {
    symbol,
    side,
    price,
    quantity,
    fee: '0.1',
    feeCurrency: 'USDT',
    liquidity: 'maker',
    timeMs: 5,
    ...fill,
  }
  return store.journal.reported(instance, {
    order,
    payload: {
      clientOrderId,
      exchangeOrderId: `sim-${clientOrderId}`,
      state,
      side: 'Buy',
      orderType: 'Limit',
      price: '100',
      quantity,
      filledQuantity: fill ? quantity : '0',
      remainingQty: fill ? '0' : quantity,
      avgFillPrice: fill ? price : '0',
      timestamp: 5,
    },
    ...(fill && { fill: done }),
  })
}

/** Placed, filled, and told of. */
export function trade(store: Store, instance: number, clientOrderId: string, fill: Partial<Fill> = {}): void {
  const order = orderOf(clientOrderId)
  store.journal.ordered(instance, order, 1)
  store.journal.told(instance, report(store, instance, order, 'FILLED', fill))
}
