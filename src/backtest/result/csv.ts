/** The equity, the trades and the orders of a run as CSV files: whole or not at all, each with a row of names first. */
import { csvCell } from '../../files/csv'
import { Output } from '../../files/output'
import type { ExecutionReport } from '../../schema/orders'
import { Decimal, ZERO } from '../../trading/decimal'
import type { RunObserver } from '../observer'
import type { EquityPoint } from '../statistics/equity-points'
import type { ClosedTrade, Trade } from '../statistics/trades'
import { Rows } from './rows'

type Cell = string | number | boolean | undefined

class CsvFile<Column extends string> implements Disposable {
  private readonly output: Output
  private readonly rows: Rows

  /** @param path `-` is standard output. @throws Failure file_unwritable. */
  constructor(
    path: string,
    private readonly columns: readonly Column[],
  ) {
    this.output = new Output(path)
    this.rows = new Rows(this.output, this.output.staged)
    this.rows.add(`${columns.join(',')}\n`)
  }

  /** Puts it in its place. @throws Failure file_unwritable. */
  finish(): void {
    this.rows.finish()
    this.output.publish()
  }

  [Symbol.dispose](): void {
    this.rows[Symbol.dispose]()
    this.output[Symbol.dispose]()
  }

  protected write(row: { readonly [name in Column]?: Cell }): void {
    this.rows.add(`${this.columns.map((column) => csvCell(row[column])).join(',')}\n`)
  }
}

const timeOf = (ms: number) => new Date(ms).toISOString()

export class EquityFile extends CsvFile<'time' | 'equity'> implements RunObserver {
  constructor(path: string) {
    super(path, ['time', 'equity'])
  }

  valued(points: readonly EquityPoint[]): void {
    for (const [timeMs, equity] of points) this.write({ time: timeOf(timeMs), equity })
  }
}

export class TradesFile extends CsvFile<keyof Trade> implements RunObserver {
  /** @param isOfSeveral strategies: the last column says of which. */
  constructor(path: string, isOfSeveral: boolean) {
    super(path, [
      ...(['symbol', 'side', 'quantity', 'entryTime', 'exitTime', 'entryPrice', 'exitPrice'] as const),
      ...(['pnl', 'pnlPct', 'fees', 'durationMs', 'mae', 'mfe', 'open'] as const),
      ...(isOfSeveral ? (['strategy'] as const) : []),
    ])
  }

  traded(trade: ClosedTrade): void {
    const row = trade.toJSON()
    this.write({ ...row, open: row.open ?? false })
  }
}

const ORDER_COLUMNS = [
  ...(['clientOrderId', 'symbol', 'side', 'type', 'timeInForce', 'quantity', 'price', 'stopPrice'] as const),
  ...(['postOnly', 'reduceOnly', 'time', 'endTime', 'state', 'filledQuantity', 'averagePrice', 'fees'] as const),
  ...(['reason', 'clientTag'] as const),
] as const

/** What is known of an order that has not ended. */
interface Begun {
  /** When the venue first told of it. */
  readonly timeMs: number
  readonly strategy: string | undefined
  fees: Decimal
  last: ExecutionReport
}

/** A row for each order, when it has ended. */
export class OrdersFile extends CsvFile<(typeof ORDER_COLUMNS)[number] | 'strategy'> implements RunObserver {
  private readonly open = new Map<string, Begun>()

  /** @param isOfSeveral strategies: the last column says of which. */
  constructor(path: string, isOfSeveral: boolean) {
    super(path, [...ORDER_COLUMNS, ...(isOfSeveral ? (['strategy'] as const) : [])])
  }

  reported(report: ExecutionReport, strategy?: string): void {
    const { clientOrderId } = report.order
    const { state, timestamp } = report.payload
    const begun = this.open.get(clientOrderId) ?? { timeMs: timestamp, strategy, fees: ZERO, last: report }
    begun.last = report
    if (report.fill) begun.fees = begun.fees.plus(Decimal.parse(report.fill.fee))
    this.open.set(clientOrderId, begun)
    if (state === 'ACK' || state === 'PARTIAL') return
    this.open.delete(clientOrderId)
    this.ended(begun)
  }

  private ended({ timeMs, strategy, fees, last: { order, payload } }: Begun): void {
    const { clientOrderId, symbol, side, type, timeInForce, price, stopPrice, postOnly, reduceOnly, clientTag } = order
    const { quantity, state, filledQuantity, avgFillPrice, timestamp, rejectReason: reason } = payload
    const terms = { clientOrderId, symbol, side, type, timeInForce, quantity, price, stopPrice, postOnly, reduceOnly }
    const filled = Number(filledQuantity) > 0
    this.write({
      ...terms,
      time: timeOf(timeMs),
      endTime: timeOf(timestamp),
      state,
      filledQuantity,
      averagePrice: filled ? avgFillPrice : undefined,
      fees: fees.toString(),
      reason,
      clientTag,
      strategy,
    })
  }
}
