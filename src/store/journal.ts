/**
 * Every order from before it is sent, every report and every fill. An account can be rebuilt from it, and a strategy can be
 * told later what happened while it did not run.
 */
import type { ExecState } from '../schema/events'
import type { ExecutionItem, OrderItem } from '../schema/instance-records'
import type { ExecutionReport, Fill, Order } from '../schema/orders'
import type { Page, PageRequest } from '../schema/page'
import type { AccountState } from '../schema/paper'
import type { Database } from './database'

interface OrderRow {
  id: string
  provider: string
  body: string
  state: OrderItem['state']
  report: string | null
  placed_ms: number
  updated_ms: number
}

interface ExecutionRow {
  seq: number
  order_id: string
  provider: string
  symbol: string
  side: Fill['side']
  price: string
  quantity: string
  fee: string
  fee_currency: string
  liquidity: Fill['liquidity']
  time_ms: number
}

/** What an account is rebuilt from. */
export interface AccountHistory {
  /** As it was before these fills; absent: before its first. */
  readonly state?: AccountState
  readonly fills: Fill[]
  readonly openOrders: OpenEntry[]
}

/** An order that the venue has not ended. */
export interface OpenEntry {
  readonly order: Order
  /** The venue's last report; absent: it has not answered. */
  readonly report: ExecutionReport['payload'] | undefined
  readonly placedMs: number
}

/** What the owner of an order has not been told of it. */
export interface UntoldReport {
  readonly seq: number
  readonly order: Order
  readonly payload: ExecutionReport['payload']
}

/** So many reports an instance is told at most when it comes back; of more, the newest. */
export const MOST_UNTOLD = 10_000

const OPEN = "state IN ('PENDING', 'ACK', 'PARTIAL')"
const time = (ms: number) => new Date(ms).toISOString()
const sideWord = (side: Order['side']) => (side === 'buy' ? 'Buy' : 'Sell')

/** `instance` is always the key of an instance. */
export class Journal {
  private readonly insertOrder
  private readonly updateOrder
  private readonly insertExecution
  private readonly countOrders
  private readonly pageOrders
  private readonly countExecutions
  private readonly pageExecutions
  private readonly readFills
  private readonly readOpen
  private readonly saveState
  private readonly readState
  private readonly insertUntold
  private readonly deleteUntold
  private readonly readUntold
  private readonly countUntold
  /** Of a report that was to be told; above all that are still to be. */
  private lastSeq: number

  constructor(private readonly db: Database) {
    this.insertOrder = db.prepare<null, [string, number, string, string, string, number, number]>(
      `INSERT INTO orders (id, instance, provider, body, state, placed_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.updateOrder = db.prepare<null, [string, string, number, string]>(
      'UPDATE orders SET state = ?, report = ?, updated_ms = ? WHERE id = ?',
    )
    this.insertExecution = db.prepare<
      null,
      [string, number, string, string, string, string, string, string, string, string, number]
    >(
      `INSERT INTO executions (order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity, time_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.countOrders = db.prepare<{ total: number }, [number]>('SELECT count(*) total FROM orders WHERE instance = ?')
    this.pageOrders = db.prepare<OrderRow, [number, number, number]>(
      'SELECT * FROM orders WHERE instance = ? ORDER BY seq DESC LIMIT ? OFFSET ?',
    )
    this.countExecutions = db.prepare<{ total: number }, [number]>(
      'SELECT count(*) total FROM executions WHERE instance = ?',
    )
    this.pageExecutions = db.prepare<ExecutionRow, [number, number, number]>(
      'SELECT * FROM executions WHERE instance = ? ORDER BY seq DESC LIMIT ? OFFSET ?',
    )
    this.readFills = db.prepare<ExecutionRow, [number, string, number]>(
      'SELECT * FROM executions WHERE instance = ? AND provider = ? AND seq > ? ORDER BY seq',
    )
    this.saveState = db.prepare<null, [number, string, string]>(
      `INSERT OR REPLACE INTO account_states VALUES (?1, ?2, coalesce(
         (SELECT seq FROM executions WHERE instance = ?1 AND provider = ?2 ORDER BY seq DESC LIMIT 1), 0), ?3)`,
    )
    this.readState = db.prepare<{ seq: number; state: string }, [number, string]>(
      'SELECT seq, state FROM account_states WHERE instance = ? AND provider = ?',
    )
    this.readOpen = db.prepare<OrderRow, [number, string]>(
      `SELECT * FROM orders WHERE instance = ? AND provider = ? AND ${OPEN} ORDER BY seq`,
    )
    this.insertUntold = db.prepare<null, [number, number, string, string]>(
      'INSERT INTO untold_reports (seq, instance, order_id, report) VALUES (?, ?, ?, ?)',
    )
    this.deleteUntold = db.prepare<null, [number, number]>('DELETE FROM untold_reports WHERE instance = ? AND seq <= ?')
    this.readUntold = db.prepare<{ seq: number; body: string; report: string }, [number, number]>(
      `SELECT untold_reports.seq seq, body, untold_reports.report report
       FROM untold_reports JOIN orders ON orders.id = order_id
       WHERE untold_reports.instance = ? ORDER BY seq DESC LIMIT ?`,
    )
    this.countUntold = db.prepare<{ total: number }, [number]>(
      'SELECT count(*) total FROM untold_reports WHERE instance = ?',
    )
    const newest = db.prepare<{ seq: number }, []>('SELECT coalesce(max(seq), 0) seq FROM untold_reports')
    this.lastSeq = newest.get()!.seq
  }

  /** Before the order goes to the venue. */
  ordered(instance: number, order: Order, timeMs: number): void {
    const body = JSON.stringify(order)
    this.db.later(() =>
      this.insertOrder.run(order.clientOrderId, instance, order.provider, body, 'PENDING', timeMs, timeMs),
    )
  }

  /** @returns the number by which the strategy is `told` of it. */
  reported(instance: number, { order, payload, fill }: ExecutionReport): number {
    const report = JSON.stringify(payload)
    const seq = ++this.lastSeq
    this.db.soon(() => {
      this.updateOrder.run(payload.state, report, payload.timestamp, order.clientOrderId)
      this.insertUntold.run(seq, instance, order.clientOrderId, report)
      if (fill) this.execute(instance, order, fill)
    })
    return seq
  }

  /** The strategy has handled the report and all before it. */
  told(instance: number, seq: number): void {
    this.db.soon(() => this.deleteUntold.run(instance, seq))
  }

  /** What the strategy has to be told, oldest first; and how many older ones are too many to be told. */
  untold(instance: number): { readonly reports: readonly UntoldReport[]; readonly tooOld: number } {
    this.db.flush()
    const rows = this.readUntold.all(instance, MOST_UNTOLD).reverse()
    const reports = rows.map(({ seq, body, report }) => ({ seq, order: JSON.parse(body), payload: JSON.parse(report) }))
    const tooOld = rows.length < MOST_UNTOLD ? 0 : this.countUntold.get(instance)!.total - rows.length
    return { reports, tooOld }
  }

  /** What the fills that were reported so far have made of the account: it is rebuilt from there. */
  accountStood(instance: number, provider: string, state: AccountState): void {
    const text = JSON.stringify(state)
    this.db.soon(() => this.saveState.run(instance, provider, text))
  }

  /** @param model of the account; a state of another one is of no use to it. */
  history(instance: number, provider: string, model: AccountState['model']): AccountHistory {
    this.db.flush()
    const open = this.readOpen.all(instance, provider)
    const row = this.readState.get(instance, provider)
    const kept: AccountState | undefined = row ? JSON.parse(row.state) : undefined
    const state = kept?.model === model ? kept : undefined
    const after = state && row ? row.seq : 0
    return {
      ...(state && { state }),
      fills: this.readFills.all(instance, provider, after).map((row) => ({
        symbol: row.symbol,
        side: row.side,
        price: row.price,
        quantity: row.quantity,
        fee: row.fee,
        feeCurrency: row.fee_currency,
        liquidity: row.liquidity,
        timeMs: row.time_ms,
      })),
      openOrders: open.map((row) => ({ order: orderOf(row), report: reportOf(row), placedMs: row.placed_ms })),
    }
  }

  orders(instance: number, page: PageRequest): Page<OrderItem> {
    this.db.flush()
    const { total } = this.countOrders.get(instance)!
    return { items: this.pageOrders.all(instance, page.limit, page.offset).map(orderItem), total, ...page }
  }

  executions(instance: number, page: PageRequest): Page<ExecutionItem> {
    this.db.flush()
    const { total } = this.countExecutions.get(instance)!
    return { items: this.pageExecutions.all(instance, page.limit, page.offset).map(executionItem), total, ...page }
  }

  private execute(instance: number, order: Order, fill: Fill): void {
    const { symbol, side, price, quantity, fee, feeCurrency, liquidity, timeMs } = fill
    const { clientOrderId, provider } = order
    const values = [symbol, side, price, quantity, fee, feeCurrency, liquidity] as const
    this.insertExecution.run(clientOrderId, instance, provider, ...values, timeMs)
  }
}

const orderOf = (row: OrderRow): Order => JSON.parse(row.body)
const reportOf = (row: OrderRow): ExecutionReport['payload'] | undefined =>
  row.report === null ? undefined : JSON.parse(row.report)

function orderItem(row: OrderRow): OrderItem {
  const order = orderOf(row)
  const report = reportOf(row)
  return {
    clientOrderId: row.id,
    ...(report?.exchangeOrderId ? { exchangeOrderId: report.exchangeOrderId } : {}),
    provider: row.provider,
    symbol: order.symbol,
    side: sideWord(order.side),
    type: order.type,
    quantity: order.quantity,
    ...(order.price === undefined ? {} : { price: order.price }),
    ...(order.stopPrice === undefined ? {} : { stopPrice: order.stopPrice }),
    ...(order.asked === undefined ? {} : { asked: order.asked }),
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    ...(order.clientTag === undefined ? {} : { clientTag: order.clientTag }),
    state: row.state as ExecState | 'PENDING',
    filledQuantity: report?.filledQuantity ?? '0',
    remainingQty: report?.remainingQty ?? order.quantity,
    avgFillPrice: report?.avgFillPrice ?? '0',
    ...(report?.rejectReason ? { rejectReason: report.rejectReason } : {}),
    placedAt: time(row.placed_ms),
    updatedAt: time(row.updated_ms),
  }
}

const executionItem = (row: ExecutionRow): ExecutionItem => ({
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
  tradedAt: time(row.time_ms),
})
