/**
 * The orders of one provider that have not ended, and what their venue says of them. Reports may come late, twice, out of
 * order or never: each execution is booked once, what is missing is asked for, what is no news is left out.
 */
import type { Mark } from '../protocol/orders'
import type { ExecutionReport, Order } from '../schema/orders'
import type { OrderEntry } from '../store/journal'
import type { Log } from '../telemetry/log'
import type { Contract } from '../trading/contract'
import { rejection } from '../trading/exchange/working-order'
import { Inquiries } from './inquiries'
import { ENDED_AS, REPORTED } from './order-state'
import type { Backoff } from './patience'
import { executionReports } from './standing'
import { TrackedOrder, type Verdict } from './tracked-order'
import type { Answer, OrderStanding, Venue, VenueReport } from './venue'

export interface OrderTrackerDeps {
  readonly provider: string
  readonly venue: Venue
  readonly backoff: Backoff
  /** Asks the venue, and not for ever. */
  readonly ask: (order: TrackedOrder) => Answer<OrderStanding | undefined>
  readonly contract: (owner: string, symbol: string) => Contract
  readonly log: Log
  readonly now: () => number
  /** It has happened: it is to be written down, and told. */
  readonly book: (owner: string, report: ExecutionReport, source: VenueReport, mark: Mark | undefined) => void
  /** The order is known again to be what its owner was told before. */
  readonly confirm: (report: ExecutionReport) => void
  /** An answer was lost. */
  readonly doubt: (order: TrackedOrder) => void
  /** The gateway itself ends an order that was never at the venue. */
  readonly reject: (order: TrackedOrder, report: ExecutionReport) => void
  /** An order of the owner that is not open, as the journal has it. */
  readonly recall: (owner: string, clientOrderId: string) => TrackedOrder | undefined
  /** The venue's names of the executions of an order that the journal has. */
  readonly executionIds: (clientOrderId: string) => readonly string[]
  /** The venue has made an order. */
  readonly made: (owner: string, order: Order, timeMs: number) => void
}

export class OrderTracker implements Disposable {
  private readonly orders = new Map<string, TrackedOrder>()
  private readonly inquiries: Inquiries
  private isOver = false

  constructor(private readonly deps: OrderTrackerDeps) {
    const { ask, backoff } = deps
    this.inquiries = new Inquiries({
      ask,
      answered: (order, standing) => (standing ? this.stands(order, standing) : this.isUnheard(order)),
      unanswered: (order, error) => this.lost(order, error),
      backoff,
    })
  }

  /** One that is about to leave. */
  send(owner: string, order: Order): TrackedOrder {
    const tracked = new TrackedOrder(owner, order)
    this.orders.set(order.clientOrderId, tracked)
    return tracked
  }

  /** Those that the journal has without an end. */
  resume(owner: string, entries: readonly OrderEntry[]): void {
    for (const entry of entries) {
      const id = entry.order.clientOrderId
      if (this.orders.has(id)) continue
      const tracked = TrackedOrder.of(owner, entry, this.deps.executionIds(id))
      // a gateway that died may have sent it at the last moment
      tracked.sentMs = this.deps.now()
      this.orders.set(id, tracked)
    }
  }

  get(clientOrderId: string): TrackedOrder | undefined {
    return this.orders.get(clientOrderId)
  }

  of(owner: string): TrackedOrder[] {
    return [...this.orders.values()].filter((order) => order.owner === owner)
  }

  /** Those of which nobody knows where they stand. */
  unknown(): TrackedOrder[] {
    return [...this.orders.values()].filter(({ state }) => state === 'unknown')
  }

  /** Does nothing while the venue is being asked for it. */
  ask(order: TrackedOrder): void {
    this.inquiries.ask(order)
  }

  /** Nobody knows what became of it. */
  lost(order: TrackedOrder, error: unknown): void {
    if (!order.lose()) return
    const { provider, log } = this.deps
    log('warn', 'order unknown', { provider, order: order.order.clientOrderId, error })
    this.deps.doubt(order)
  }

  /** It was never at the venue. */
  reject(order: TrackedOrder, reason: string, timeMs: number): void {
    const report = rejection(order.order, '', timeMs, reason)
    if (order.judge({ owner: order.owner, report }) !== 'take') return
    order.take({ owner: order.owner, report })
    this.orders.delete(order.order.clientOrderId)
    this.deps.reject(order, report)
  }

  /** The venue says that something has happened. */
  hear(report: VenueReport, mark?: Mark): void {
    if (this.isOver) return
    const order = this.orderOf(report)
    const verdict = order ? this.apply(order, report, mark) : 'late'
    if (order && verdict === 'early') {
      order.hold(report)
      this.ask(order)
    } else if (order && verdict === 'take') this.release(order)
    else this.remark(report, verdict)
  }

  /** The venue may go on: what it says from now on is asked for at the next start. */
  [Symbol.dispose](): void {
    this.isOver = true
    this.inquiries[Symbol.dispose]()
  }

  private orderOf({ owner, report: { order, payload }, closes }: VenueReport): TrackedOrder | undefined {
    const { clientOrderId } = payload
    const known = this.orders.get(clientOrderId)
    if (known) return known.owner === owner ? known : undefined
    if (!closes || !order) return this.deps.recall(owner, clientOrderId)
    this.deps.made(owner, order, payload.timestamp)
    return this.send(owner, order)
  }

  private apply(order: TrackedOrder, source: VenueReport, mark?: Mark): Verdict {
    const verdict = order.judge(source)
    if (verdict !== 'take' && verdict !== 'surplus') return verdict
    const isNews = order.take(source)
    const report = wholeReport(source.report, order)
    if (!isNews) this.deps.confirm(report)
    else {
      if (order.isOver) this.orders.delete(order.order.clientOrderId)
      this.deps.book(order.owner, report, source, mark)
    }
    return verdict
  }

  private release(order: TrackedOrder): void {
    for (const held of order.release()) this.hear(held)
  }

  private remark({ report: { payload }, executionId }: VenueReport, verdict: Verdict): void {
    const { provider, log } = this.deps
    const { clientOrderId: order, state, filledQuantity } = payload
    const about = { provider, order, state, filledQuantity, ...(executionId !== undefined && { executionId }) }
    if (verdict === 'surplus') log('error', 'execution of an order that had ended', about)
    else log('info', `${verdict} report ignored`, about)
  }

  /** @returns whether it is known now. */
  private stands(order: TrackedOrder, standing: OrderStanding): boolean {
    const { owner, order: placed } = order
    const { payload } = standing
    const contract = this.deps.contract(owner, placed.symbol)
    for (const report of executionReports(owner, contract, standing)) this.apply(order, report)
    if (order.state !== REPORTED[payload.state]) this.apply(order, { owner, report: { payload } })
    this.release(order)
    return order.isOver || (order.isComplete && order.state !== 'unknown')
  }

  /** The venue has never heard of it. @returns whether that is believed. */
  private isUnheard(order: TrackedOrder): boolean {
    const { venue, now, provider, log } = this.deps
    if (order.isHeard) {
      this.lost(order, new Error(`${provider} no longer knows an order that it had acknowledged`))
      return false
    }
    const nowMs = now()
    if (order.sending || (venue.isOutside && nowMs < order.sentMs + venue.inFlightMs)) return false
    log('warn', 'order never arrived', { provider, order: order.order.clientOrderId })
    this.reject(order, 'it never arrived at the venue', nowMs)
    return true
  }
}

function wholeReport(report: VenueReport['report'], { order, state }: TrackedOrder): ExecutionReport {
  const ended = ENDED_AS[state]
  // an execution that was heard of after the end does not open the order again
  if (ended !== undefined && ended !== report.payload.state) {
    return { ...report, order, payload: { ...report.payload, state: ended } }
  }
  return isWhole(report) ? report : { ...report, order }
}

const isWhole = (report: VenueReport['report']): report is ExecutionReport => report.order !== undefined
