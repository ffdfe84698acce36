/**
 * Every order from before it is sent, every report and every fill. An account can be rebuilt from it, and a strategy can be
 * told later what happened while it did not run.
 */
import type { OrderItem } from '../schema/instance-records'
import { type ExecutionReport, type Fill, isShare, type Order } from '../schema/orders'
import type { AccountState } from '../schema/paper'
import type { Database } from './database'
import { type ExecutionRow, fillOf } from './execution-row'
import {
  type JournalState,
  OPEN,
  type OrderProgress,
  type OrderRow,
  orderItem,
  orderOf,
  orderValues,
  payloadOf,
  progressOf,
  reportValues,
} from './order-row'

/** What an account is rebuilt from. */
export interface AccountHistory {
  /** As it was before these fills; absent: before its first. */
  readonly state?: AccountState
  readonly fills: Fill[]
  /** There are more, after the execution of this number: what these make of the account is kept before they are read. */
  readonly moreAfter?: number
  /** Those that the venue has not ended. */
  readonly openOrders: OrderEntry[]
}

/** An order and where it stands. */
export interface OrderEntry {
  readonly order: Order
  readonly progress: OrderProgress
  readonly placedMs: number
  readonly state: JournalState
  /** The venue has given it an id. */
  readonly isHeard: boolean
}

/** What the owner of an order has not been told of it. */
export interface UntoldReport {
  readonly seq: number
  readonly report: ExecutionReport
}

/** So many reports an instance is told at most when it comes back; of more, the newest. */
export const MOST_UNTOLD = 10_000

/** So many fills are in memory at once, however many there are. */
const MOST_FILLS = 10_000

/** `instance` is always the key of an instance. */
export class Journal {
  private readonly insertOrder
  private readonly updateOrder
  private readonly resizeOrder
  private readonly insertExecution
  private readonly readFills
  private readonly readOpen
  private readonly saveState
  private readonly readState
  private readonly insertUntold
  private readonly deleteUntold
  private readonly readUntold
  private readonly countUntold
  private readonly doubt
  private readonly readExecution
  private readonly readOrder
  private readonly readExecutionIds
  /** The number of the last report that was to be told; no other one has it, ever. */
  lastSeq: number
  /** The number of the execution that was booked last, as the lists of executions show it. */
  lastExecution: number

  constructor(private readonly db: Database) {
    this.insertOrder = db.prepare<null, [...ReturnType<typeof orderValues>, number, number]>(
      `INSERT INTO orders (id, instance, provider, symbol, side, type, quantity, price, stop_price, time_in_force,
       post_only, reduce_only, client_tag, asked, placed_by, state, placed_ms, updated_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'PENDING', ?, ?)`,
    )
    this.updateOrder = db.prepare<null, [...ReturnType<typeof reportValues>, string]>(
      `UPDATE orders SET state = ?, exchange_id = ?, filled = ?, remaining = ?, average = ?, reject_reason = ?,
       updated_ms = ? WHERE id = ?`,
    )
    this.resizeOrder = db.prepare<null, [string, string]>('UPDATE orders SET quantity = ? WHERE id = ?')
    this.insertExecution = db.prepare<
      null,
      [number, string, number, string, string, string, string, string, string, string, string, number, string | null]
    >(
      `INSERT INTO executions (seq, order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity,
       time_ms, venue_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.readFills = db.prepare<ExecutionRow, [number, string, number, number]>(
      'SELECT * FROM executions WHERE instance = ? AND provider = ? AND seq > ? ORDER BY seq LIMIT ?',
    )
    this.saveState = db.prepare<null, [number, string, string, number | null, string]>(
      `INSERT OR REPLACE INTO account_states VALUES (?1, ?2, ?3, coalesce(?4,
         (SELECT seq FROM executions WHERE instance = ?1 AND provider = ?2 ORDER BY seq DESC LIMIT 1),
         (SELECT max(seq) FROM account_states WHERE instance = ?1 AND provider = ?2), 0), ?5)`,
    )
    this.readState = db.prepare<{ seq: number; state: string }, [number, string, string]>(
      'SELECT seq, state FROM account_states WHERE instance = ? AND provider = ? AND model = ?',
    )
    this.readOpen = db.prepare<OrderRow, [number, string]>(
      `SELECT * FROM orders WHERE instance = ? AND provider = ? AND ${OPEN} ORDER BY seq`,
    )
    this.insertUntold = db.prepare<null, [number, number, string, string, number | null]>(
      'INSERT INTO untold_reports (seq, instance, order_id, report, execution) VALUES (?, ?, ?, ?, ?)',
    )
    this.deleteUntold = db.prepare<null, [number, number]>('DELETE FROM untold_reports WHERE instance = ? AND seq <= ?')
    this.readUntold = db.prepare<
      OrderRow & { told: number; report: string; execution: number | null },
      [number, number]
    >(
      `SELECT untold_reports.seq told, report, execution, orders.* FROM untold_reports JOIN orders ON orders.id = order_id
       WHERE untold_reports.instance = ? ORDER BY told DESC LIMIT ?`,
    )
    this.countUntold = db.prepare<{ total: number }, [number]>(
      'SELECT count(*) total FROM untold_reports WHERE instance = ?',
    )
    this.doubt = db.prepare<null, [number, string]>("UPDATE orders SET state = 'UNKNOWN', updated_ms = ? WHERE id = ?")
    this.readExecution = db.prepare<ExecutionRow, [number]>('SELECT * FROM executions WHERE seq = ?')
    this.readOrder = db.prepare<OrderRow, [number, string]>('SELECT * FROM orders WHERE instance = ? AND id = ?')
    this.readExecutionIds = db.prepare<{ venue_id: string }, [string]>(
      'SELECT venue_id FROM executions WHERE order_id = ? AND venue_id IS NOT NULL',
    )
    const newest = db.prepare<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'untold_reports'")
    this.lastSeq = newest.get()?.seq ?? 0
    const booked = db.prepare<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'executions'")
    this.lastExecution = booked.get()?.seq ?? 0
  }

  /** Before the order goes to the venue. */
  ordered(instance: number, order: Order, timeMs: number): void {
    const values = orderValues(instance, order)
    this.db.write(() => this.insertOrder.run(...values, timeMs, timeMs))
  }

  /** Resolves when all of it so far is durable; false: the disk fails, and it waits in memory. */
  durable(): Promise<boolean> {
    return this.db.durable()
  }

  /** An answer of the venue to the order was lost. */
  doubted(clientOrderId: string, timeMs: number): void {
    this.db.writeSoon(() => this.doubt.run(timeMs, clientOrderId))
  }

  /** The order is again what it was before that, of which its owner was told. */
  confirmed({ order, payload }: ExecutionReport): void {
    const values = reportValues(order, payload)
    this.db.writeSoon(() => this.updateOrder.run(...values, order.clientOrderId))
  }

  /** Undefined: the instance has never had such an order. */
  order(instance: number, clientOrderId: string): OrderEntry | undefined {
    this.db.flush()
    const row = this.readOrder.get(instance, clientOrderId)
    return row ? entryOf(row) : undefined
  }

  /** As the lists of orders show it; undefined: the instance has never had such an order. */
  item(instance: number, clientOrderId: string): OrderItem | undefined {
    this.db.flush()
    const row = this.readOrder.get(instance, clientOrderId)
    return row ? orderItem(row) : undefined
  }

  /** What was reported last of an order; undefined: nothing ever. */
  lastReport(instance: number, clientOrderId: string): ExecutionReport['payload'] | undefined {
    this.db.flush()
    const row = this.readOrder.get(instance, clientOrderId)
    return row ? payloadOf(row) : undefined
  }

  /** The venue's names of the executions of an order. */
  executionIds(clientOrderId: string): string[] {
    this.db.flush()
    return this.readExecutionIds.all(clientOrderId).map(({ venue_id: id }) => id)
  }

  /**
   * @param executionId the venue's name of its fill.
   * @returns the number by which the strategy is `told` of it.
   */
  reported(instance: number, { order, payload, fill }: ExecutionReport, executionId?: string): number {
    const report = JSON.stringify(payload)
    const values = reportValues(order, payload)
    const seq = ++this.lastSeq
    const execution = fill ? ++this.lastExecution : 0
    this.db.writeSoon(() => {
      this.updateOrder.run(...values, order.clientOrderId)
      // the venue has settled its size
      if (isShare(order.asked?.quantity)) this.resizeOrder.run(order.quantity, order.clientOrderId)
      this.insertUntold.run(seq, instance, order.clientOrderId, report, fill ? execution : null)
      if (fill) this.execute(execution, instance, order, fill, executionId)
    })
    return seq
  }

  /** The strategy has handled the report and all before it. */
  told(instance: number, seq: number): void {
    this.db.writeSoon(() => this.deleteUntold.run(instance, seq))
  }

  /** What the strategy has to be told, oldest first; and how many older ones are too many to be told. */
  untold(instance: number): { readonly reports: readonly UntoldReport[]; readonly tooOld: number } {
    this.db.flush()
    const rows = this.readUntold.all(instance, MOST_UNTOLD).reverse()
    const reports = rows.map((row) => ({ seq: row.told, report: this.reportOf(row) }))
    const tooOld = rows.length < MOST_UNTOLD ? 0 : this.countUntold.get(instance)!.total - rows.length
    return { reports, tooOld }
  }

  /**
   * What the fills that were reported so far have made of the account: it is rebuilt from there.
   * @param seq of the last of them, where there are later ones.
   */
  accountStood(instance: number, provider: string, state: AccountState, seq: number | null = null): void {
    const text = JSON.stringify(state)
    this.db.writeSoon(() => this.saveState.run(instance, provider, state.model, seq, text))
  }

  /**
   * The oldest of it that is not in the state that was kept last.
   * @param model of the account; a state of another one is of no use to it.
   */
  history(instance: number, provider: string, model: AccountState['model']): AccountHistory {
    this.db.flush()
    const row = this.readState.get(instance, provider, model)
    const rows = this.readFills.all(instance, provider, row?.seq ?? 0, MOST_FILLS + 1)
    const hasMore = rows.length > MOST_FILLS
    const fills = hasMore ? rows.slice(0, -1) : rows
    const open = this.readOpen.all(instance, provider)
    return {
      ...(row && { state: JSON.parse(row.state) }),
      fills: fills.map(fillOf),
      ...(hasMore && { moreAfter: fills.at(-1)!.seq }),
      openOrders: open.map(entryOf),
    }
  }

  /** Executions of an instance at a provider after one, oldest first; some of them when there are many. */
  executionsAfter(instance: number, provider: string, seq: number): { readonly seq: number; readonly fill: Fill }[] {
    this.db.flush()
    return this.readFills.all(instance, provider, seq, MOST_FILLS).map((row) => ({ seq: row.seq, fill: fillOf(row) }))
  }

  private reportOf(row: OrderRow & { report: string; execution: number | null }): ExecutionReport {
    const execution = row.execution === null ? undefined : this.readExecution.get(row.execution)
    const report = { order: orderOf(row), payload: JSON.parse(row.report) }
    return execution ? { ...report, fill: fillOf(execution) } : report
  }

  private execute(seq: number, instance: number, order: Order, fill: Fill, executionId: string | undefined): void {
    const { symbol, side, price, quantity, fee, feeCurrency, liquidity, timeMs } = fill
    const { clientOrderId, provider } = order
    const values = [symbol, side, price, quantity, fee, feeCurrency, liquidity] as const
    this.insertExecution.run(seq, clientOrderId, instance, provider, ...values, timeMs, executionId ?? null)
  }
}

const entryOf = (row: OrderRow): OrderEntry => ({
  order: orderOf(row),
  progress: progressOf(row),
  placedMs: row.placed_ms,
  state: row.state,
  isHeard: row.exchange_id !== null,
})
