/** Orders as people read them. */
import type { Colors } from 'picocolors/types'
import type { OrderItem } from '../../schema/instance-records'
import { columns } from './output'

const TITLES = [
  'ORDER',
  'PROVIDER',
  'SYMBOL',
  'SIDE',
  'TYPE',
  'QUANTITY',
  'PRICE',
  'STATE',
  'FILLED',
  'AVERAGE',
  'REASON',
]

export const orderTable = (colours: Colors, orders: readonly OrderItem[]): string =>
  columns(
    colours,
    TITLES,
    orders.map((order) => rowOf(colours, order)),
  )

const rowOf = ({ red }: Colors, order: OrderItem) => [
  order.clientOrderId,
  order.provider,
  order.symbol,
  order.side,
  order.type,
  order.quantity,
  order.price ?? order.stopPrice ?? '',
  order.state === 'REJECTED' ? { text: order.state, colour: red } : order.state,
  order.filledQuantity,
  order.avgFillPrice,
  order.rejectReason ?? '',
]
