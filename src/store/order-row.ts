/** An order as a row: what follows from the rest of it is null. */
import type { ExecReportPayload, ExecState } from '../schema/events'
import type { OrderItem } from '../schema/instance-records'
import { type ExecutionReport, type Order, sideWord } from '../schema/orders'

/** UNKNOWN: an answer of the venue was lost, and it is asked. */
export type JournalState = ExecState | 'PENDING' | 'UNKNOWN'

/** Holds for an order that has not ended, as far as is known; for SQL. */
export const OPEN = "state IN ('PENDING', 'ACK', 'PARTIAL', 'UNKNOWN')"

export interface OrderRow {
  readonly seq: number
  readonly id: string
  readonly provider: string
  readonly symbol: string
  readonly side: Order['side']
  readonly type: Order['type']
  readonly quantity: string
  readonly price: string | null
  readonly stop_price: string | null
  readonly time_in_force: Order['timeInForce']
  readonly post_only: number
  readonly reduce_only: number
  readonly client_tag: string | null
  readonly asked: string | null
  readonly placed_by: string | null
  readonly state: JournalState
  readonly exchange_id: string | null
  readonly filled: string | null
  readonly remaining: string | null
  readonly average: string | null
  readonly reject_reason: string | null
  readonly placed_ms: number
  readonly updated_ms: number
}

/** How much of an order is filled, as its venue last reported it. */
export interface OrderProgress {
  readonly filledQuantity: string
  readonly remainingQty: string
  readonly avgFillPrice: string
}

const time = (ms: number) => new Date(ms).toISOString()

/** The columns of an order from `id` to `placed_by` but for `instance`, which is the second. */
export function orderValues(instance: number, order: Order) {
  const { clientOrderId, provider, symbol, side, type, quantity, price, stopPrice, timeInForce } = order
  const { postOnly, reduceOnly, clientTag, asked, placedBy } = order
  return [
    ...([clientOrderId, instance, provider, symbol, side, type, quantity] as const),
    ...([price ?? null, stopPrice ?? null, timeInForce, postOnly ? 1 : 0, reduceOnly ? 1 : 0] as const),
    ...([clientTag ?? null, asked === undefined ? null : JSON.stringify(asked), placedBy ?? null] as const),
  ] as const
}

/** The columns from `state` to `reject_reason`, and when it was updated. */
export function reportValues({ provider, clientOrderId, quantity }: Order, payload: ExecutionReport['payload']) {
  const { state, exchangeOrderId, filledQuantity, remainingQty, avgFillPrice, rejectReason, timestamp } = payload
  const usual = usualProgress(state, quantity)
  return [
    state,
    unless(madeId(provider, clientOrderId), exchangeOrderId),
    unless(usual.filledQuantity, filledQuantity),
    unless(usual.remainingQty, remainingQty),
    unless(usual.avgFillPrice, avgFillPrice),
    rejectReason || null,
    timestamp,
  ] as const
}

const unless = (usual: string, value: string) => (value === usual ? null : value)
const madeId = (provider: string, clientOrderId: string) => `${provider}-${clientOrderId}`
const usualProgress = (state: OrderRow['state'], quantity: string): OrderProgress => ({
  filledQuantity: state === 'FILLED' ? quantity : '0',
  remainingQty: state === 'FILLED' ? '0' : quantity,
  avgFillPrice: '0',
})

export const orderOf = (row: OrderRow): Order => ({
  clientOrderId: row.id,
  provider: row.provider,
  symbol: row.symbol,
  side: row.side,
  type: row.type,
  quantity: row.quantity,
  ...(row.price === null ? {} : { price: row.price }),
  ...(row.stop_price === null ? {} : { stopPrice: row.stop_price }),
  timeInForce: row.time_in_force,
  postOnly: row.post_only === 1,
  reduceOnly: row.reduce_only === 1,
  ...(row.client_tag === null ? {} : { clientTag: row.client_tag }),
  ...(row.asked === null ? {} : { asked: JSON.parse(row.asked) }),
  ...(row.placed_by === null ? {} : { placedBy: row.placed_by }),
})

export function progressOf({ state, quantity, filled, remaining, average }: OrderRow): OrderProgress {
  const usual = usualProgress(state, quantity)
  return {
    filledQuantity: filled ?? usual.filledQuantity,
    remainingQty: remaining ?? usual.remainingQty,
    avgFillPrice: average ?? usual.avgFillPrice,
  }
}

/** None before the venue has answered, and none of an order that has never come there. */
function exchangeIdOf({ state, exchange_id: given, provider, id }: OrderRow): { readonly exchangeOrderId?: string } {
  if (given === '' || (given === null && (state === 'PENDING' || state === 'UNKNOWN'))) return {}
  return { exchangeOrderId: given ?? madeId(provider, id) }
}

/** What its venue reported last, but for what each fill has cost; undefined before the first report. */
export function payloadOf(row: OrderRow): ExecReportPayload | undefined {
  const { state, price, exchange_id: given, provider, id, quantity } = row
  if (state === 'PENDING' || state === 'UNKNOWN') return undefined
  return {
    clientOrderId: id,
    exchangeOrderId: given ?? madeId(provider, id),
    state,
    side: sideWord(row.side),
    orderType: price === null ? 'Market' : 'Limit',
    price: price ?? '0',
    quantity,
    ...progressOf(row),
    timestamp: row.updated_ms,
    ...(row.reject_reason !== null && { rejectReason: row.reject_reason }),
  }
}

export function orderItem(row: OrderRow): OrderItem {
  const { side, ...order } = orderOf(row)
  return {
    ...order,
    ...exchangeIdOf(row),
    side: sideWord(side),
    state: row.state,
    ...progressOf(row),
    ...(row.reject_reason === null ? {} : { rejectReason: row.reject_reason }),
    placedAt: time(row.placed_ms),
    updatedAt: time(row.updated_ms),
  }
}
