/**
 * The paper exchange: orders and market events in, execution reports out, every time given. It serves live paper trading
 * and backtests alike, with one account for each owner and one set of fill rules for all.
 */
import type { ExecState, Instrument, MarketEvent } from '../schema/events'
import type { ExecutionReport, Fill, OpenOrder, Order } from '../schema/orders'
import type { AccountSettings, FillRules } from '../schema/paper'
import { Account } from './account'
import { orderProblem } from './checks'
import { type Desk, type Execution, REASONS } from './feed'
import { nothingToReduce } from './margin'
import { Market } from './market'
import { Marks } from './marks'
import { Amount, basisPoints, ZERO } from './money'
import { type Progress, WorkingOrder } from './working-order'

export interface PaperExchangeSettings {
  readonly rules: FillRules
  /** Of every owner's account, or by owner. */
  readonly account: AccountSettings | ((owner: string) => AccountSettings)
  readonly instrument: (symbol: string) => Instrument
  /** Begins the exchange's order ids. */
  readonly venue: string
}

/** A report and whom it concerns. */
export interface Owned {
  readonly owner: string
  readonly report: ExecutionReport
}

export class PaperExchange implements Desk {
  readonly #settings: PaperExchangeSettings
  readonly #marks = new Marks()
  readonly #markets = new Map<string, Market>()
  /** The one asked for last: most often the next, too. */
  #recent: Market | undefined
  readonly #accounts = new Map<string, Account>()
  /** Every order that is not at its end, by client order id. */
  readonly #orders = new Map<string, WorkingOrder>()
  /** On their way to the venue, the first to arrive first. */
  readonly #inFlight: WorkingOrder[] = []
  readonly #makerBps: Amount
  readonly #takerBps: Amount
  readonly #slippageBps: Amount
  #sequence = 0
  /** The reports of the call that is running. */
  #reports: Owned[] = []

  constructor(settings: PaperExchangeSettings) {
    this.#settings = settings
    this.#makerBps = Amount.parse(settings.rules.makerBps)
    this.#takerBps = Amount.parse(settings.rules.takerBps)
    this.#slippageBps = Amount.parse(settings.rules.slippageBps)
  }

  /**
   * Whether `observe` would report anything. Changes nothing, and depends on nothing but the orders that are open: events
   * that do not react may be observed later, in their order, all at once.
   */
  reacts(event: MarketEvent): boolean {
    if (this.#orders.size === 0) return false
    const next = this.#inFlight[0]
    if (next !== undefined && next.dueMs <= event.timeMs) return true
    return this.#market(event.symbol).reacts(event)
  }

  /** Takes in the next market event; answers what it does to orders, in order. */
  observe(event: MarketEvent): Owned[] {
    const market = this.#market(event.symbol)
    if (this.#orders.size === 0) {
      market.see(event)
      return []
    }
    // A candle tells what was before it was complete: what arrived after its open comes after it.
    if (this.#inFlight.length > 0) {
      this.#arriveUntil(event.type === 'KlineSummary' ? event.payload.openTime : event.timeMs)
    }
    const stirred = market.stir(event)
    for (const order of stirred?.orders ?? []) if (!order.ended) stirred?.feed.act(order, this)
    market.see(event)
    if (this.#inFlight.length > 0) this.#arriveUntil(event.timeMs)
    return this.#flush()
  }

  /**
   * An order leaves its owner. Without latency the answer is its ACK, or REJECTED with the reason, and what it fills at
   * once; with latency a sound order is acknowledged when it arrives, by `observe`.
   */
  submit(owner: string, order: Order, timeMs: number): Owned[] {
    const working = this.#working(owner, order, timeMs + this.#settings.rules.latencyMs)
    const refusal = this.#refusal(owner, order)
    if (refusal !== undefined) {
      this.#report(working, 'REJECTED', timeMs, undefined, refusal)
      return this.#flush()
    }
    this.account(owner).placed(order)
    this.#orders.set(order.clientOrderId, working)
    if (working.dueMs > timeMs) this.#send(working)
    else this.#arrive(working, timeMs)
    return this.#flush()
  }

  /** Puts an order of an earlier run back where it was, without a report; the account's fills are booked apart. */
  restore(owner: string, order: Order, progress: Progress, timeMs: number): void {
    const working = this.#working(owner, order, timeMs, progress)
    this.account(owner).placed(order, progress.filledQuantity)
    this.#orders.set(order.clientOrderId, working)
    this.#market(order.symbol).add(working)
  }

  /** Takes effect at once. Answers nothing when the owner has no such open order. */
  cancel(owner: string, clientOrderId: string, timeMs: number): Owned[] {
    const working = this.#orders.get(clientOrderId)
    if (working?.owner === owner) this.#end(working, 'CANCELLED', timeMs)
    return this.#flush()
  }

  /** @param symbol undefined or '' for all. */
  cancelAll(owner: string, symbol: string | undefined, timeMs: number): Owned[] {
    for (const { clientOrderId } of this.account(owner).openOrders(symbol)) {
      const working = this.#orders.get(clientOrderId)
      if (working) this.#end(working, 'CANCELLED', timeMs)
    }
    return this.#flush()
  }

  /** Opened with the settings' cash at first sight. */
  account(owner: string): Account {
    const known = this.#accounts.get(owner)
    if (known) return known
    const { account: settings } = this.#settings
    const account = new Account(
      typeof settings === 'function' ? settings(owner) : settings,
      this.#settings.instrument,
      this.#marks,
    )
    this.#accounts.set(owner, account)
    return account
  }

  openAt(owner: string): OpenOrder[] {
    return this.account(owner).openOrders()
  }

  /** The owner is gone: the account is closed, its open orders are dropped without a report. */
  forget(owner: string): void {
    for (const order of this.#orders.values()) if (order.owner === owner) this.#drop(order)
    this.#accounts.delete(owner)
  }

  /** For the feeds. */
  fill(order: WorkingOrder, execution: Execution): Amount {
    const account = this.account(order.owner)
    const { timeMs, liquidity } = execution
    const quantity = order.order.reduceOnly ? account.reducible(order.order, execution.quantity) : execution.quantity
    if (quantity.sign === 0) {
      this.expire(order, timeMs, nothingToReduce(order.order))
      return ZERO
    }
    const price = liquidity === 'taker' ? this.#slipped(order, execution.price) : execution.price
    const fee = basisPoints(quantity.times(price), liquidity === 'taker' ? this.#takerBps : this.#makerBps)
    const refusal = account.fillRefusal({ order: order.order, quantity, price, fee })
    if (refusal !== undefined) {
      this.#end(order, order.untouched ? 'REJECTED' : 'EXPIRED', timeMs, refusal)
      return ZERO
    }
    order.fill(quantity, price)
    const { symbol, side } = order.order
    this.#filled(order, {
      symbol,
      side,
      price: price.toString(),
      quantity: order.remaining.sign === 0 && order.quantity === quantity ? order.order.quantity : quantity.toString(),
      fee: fee.toString(),
      feeCurrency: this.#settings.instrument(symbol).quoteCurrency,
      liquidity,
      timeMs,
    })
    return quantity
  }

  /** For the feeds. */
  expire(order: WorkingOrder, timeMs: number, reason: string): void {
    this.#end(order, 'EXPIRED', timeMs, reason)
  }

  /** For the feeds. */
  trigger(order: WorkingOrder, timeMs: number): void {
    this.#market(order.order.symbol).triggered(order)
    if (order.limit) this.#report(order, 'ACK', timeMs)
  }

  /** Its exchange order id is unique for ever, as the client's is, and the same again when it comes back from a journal. */
  #working(owner: string, order: Order, dueMs: number, progress?: Progress): WorkingOrder {
    const exchangeOrderId = `${this.#settings.venue}-${order.clientOrderId}`
    return new WorkingOrder(owner, order, exchangeOrderId, this.#sequence++, dueMs, progress)
  }

  #refusal(owner: string, order: Order): string | undefined {
    if (this.#orders.has(order.clientOrderId)) return `an order ${order.clientOrderId} is open already`
    const instrument = this.#settings.instrument(order.symbol)
    const last = instrument.minNotional === undefined ? undefined : this.#market(order.symbol).mark.price?.toString()
    return orderProblem(order, instrument, last) ?? this.account(owner).refusal(order)
  }

  #send(order: WorkingOrder): void {
    const place = this.#inFlight.findLastIndex(({ dueMs }) => dueMs <= order.dueMs)
    this.#inFlight.splice(place + 1, 0, order)
  }

  #arriveUntil(timeMs: number): void {
    for (let next = this.#inFlight[0]; next !== undefined && next.dueMs <= timeMs; next = this.#inFlight[0]) {
      this.#inFlight.shift()
      this.#arrive(next, next.dueMs)
    }
  }

  #arrive(order: WorkingOrder, timeMs: number): void {
    const market = this.#market(order.order.symbol)
    const standing = market.standing()
    const crosses = standing?.crosses(order) ?? false
    if (crosses && order.order.postOnly) {
      this.#end(order, 'REJECTED', timeMs, REASONS.postOnly)
      return
    }
    order.takes = crosses
    market.add(order)
    this.#report(order, 'ACK', timeMs)
    standing?.arrive(order, this, timeMs)
  }

  /** Worse by the slippage, but never beyond the order's limit. */
  #slipped(order: WorkingOrder, price: Amount): Amount {
    if (this.#slippageBps.sign === 0) return price
    const slippage = basisPoints(price, this.#slippageBps)
    const slipped = order.buys ? price.plus(slippage) : price.minus(slippage)
    return order.accepts(slipped) ? slipped : order.limit!
  }

  #filled(order: WorkingOrder, fill: Fill): void {
    const done = order.remaining.sign === 0
    if (done) this.#drop(order)
    const report = this.#report(order, done ? 'FILLED' : 'PARTIAL', fill.timeMs, fill)
    this.account(order.owner).apply(report)
    this.#endReduced(order, fill.timeMs)
  }

  /** Reduce-only orders end with the position they were to reduce. */
  #endReduced({ owner, order }: WorkingOrder, timeMs: number): void {
    const { reducing } = this.#market(order.symbol)
    if (reducing.size === 0) return
    for (const other of reducing) {
      if (other.owner !== owner) continue
      const reducible = this.account(owner).reducible(other.order, other.remaining)
      if (reducible.sign === 0) this.expire(other, timeMs, nothingToReduce(other.order))
    }
  }

  #end(order: WorkingOrder, state: ExecState, timeMs: number, reason?: string): void {
    this.#drop(order)
    this.account(order.owner).apply(this.#report(order, state, timeMs, undefined, reason))
  }

  #drop(order: WorkingOrder): void {
    order.ended = true
    this.#orders.delete(order.order.clientOrderId)
    this.#market(order.order.symbol).remove(order)
    const place = this.#inFlight.indexOf(order)
    if (place >= 0) this.#inFlight.splice(place, 1)
  }

  #report(order: WorkingOrder, state: ExecState, timeMs: number, fill?: Fill, reason?: string): ExecutionReport {
    const report = order.report(state, timeMs, fill, reason)
    this.#reports.push({ owner: order.owner, report })
    return report
  }

  #flush(): Owned[] {
    const reports = this.#reports
    this.#reports = []
    return reports
  }

  #market(symbol: string): Market {
    if (this.#recent?.symbol === symbol) return this.#recent
    const known = this.#markets.get(symbol) ?? new Market(symbol, this.#marks.of(symbol), this.#settings.rules)
    this.#markets.set(symbol, known)
    this.#recent = known
    return known
  }
}
