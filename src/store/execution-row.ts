/** An execution as a row. */
import type { ExecutionItem } from '../schema/instance-records'
import { type Fill, sideWord } from '../schema/orders'

export interface ExecutionRow {
  readonly seq: number
  readonly order_id: string
  readonly instance: number
  readonly provider: string
  readonly symbol: string
  readonly side: Fill['side']
  readonly price: string
  readonly quantity: string
  readonly fee: string
  readonly fee_currency: string
  readonly liquidity: Fill['liquidity']
  readonly time_ms: number
  readonly venue_id: string | null
}

export const fillOf = (row: ExecutionRow): Fill => ({
  symbol: row.symbol,
  side: row.side,
  price: row.price,
  quantity: row.quantity,
  fee: row.fee,
  feeCurrency: row.fee_currency,
  liquidity: row.liquidity,
  timeMs: row.time_ms,
})

export const executionItem = (row: ExecutionRow): ExecutionItem => ({
  executionId: String(row.seq),
  clientOrderId: row.order_id,
  provider: row.provider,
  symbol: row.symbol,
  side: sideWord(row.side),
  price: row.price,
  quantity: row.quantity,
  fee: row.fee,
  feeCurrency: row.fee_currency,
  liquidity: row.liquidity,
  tradedAt: new Date(row.time_ms).toISOString(),
})
