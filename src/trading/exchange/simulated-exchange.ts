/**
 * The paper exchange: orders and market events in, execution reports out, every time given. It serves live paper trading
 * and backtests alike, with one account for each owner and one set of fill rules for all.
 */
import type { ExecReportPayload, MarketEvent } from '../../schema/events'
import type { Fill, OpenOrder, Order } from '../../schema/orders'
import type { AccountState } from '../../schema/paper'
import type { Account } from '../accounts/account'
import type { Decimal } from '../decimal'
import { orderProblem } from '../order-checks'
import { PHASE, type Phase, REASONS } from './fill-model'
import { Liquidator } from './liquidation'
import { OrderIndex } from './order-index'
import { NOTHING, type Owned, Settlement, type SettlementDeps } from './settlement'
import type { SymbolMatcher } from './symbol-matcher'
import { type Progress, rejection, WorkingOrder } from './working-order'

export type { Owned } from './settlement'

export class SimulatedExchange {
  readonly #settings: SettlementDeps
  readonly #floor: OrderIndex
  readonly #clearing: Settlement
  readonly #liquidator: Liquidator
  /** Of the newest event: nothing happens here before it. */
  #timeMs = 0

  constructor(settings: SettlementDeps) {
    this.#settings = settings
    this.#floor = new OrderIndex(settings.rules)
    const settlement = new Settlement(settings, this.#floor)
    this.#clearing = settlement
    this.#liquidator = new Liquidator(
      (loss) => settlement.liquidate(loss),
      ({ owner, account }, symbol) => settlement.noteDanger(owner, account, symbol),
    )
  }

  /**
   * Whether `observe` would report anything; true as well where it may liquidate an account with several positions.
   * Changes nothing, and depends on nothing but open orders and positions: events that do not react may be observed
   * later, in their order, all at once.
   */
  wouldMatch(event: MarketEvent): boolean {
    const market = this.#floor.matcher(event.symbol)
    if (this.#liquidator.strikes(market, event)) return true
    return !this.#floor.isEmpty && (this.#floor.expects(event.timeMs) || market.wouldMatch(event))
  }

  /** Takes in the next market event; answers what it does to orders and accounts, in order. */
  observe(event: MarketEvent): readonly Owned[] {
    const market = this.#floor.matcher(event.symbol)
    if (event.timeMs > this.#timeMs) this.#timeMs = event.timeMs
    if (this.#floor.isEmpty && !market.danger.mayStrike(event)) {
      market.update(event)
      return NOTHING
    }
    // A candle tells what was before it was complete: what arrived after its open comes after it.
    this.#arriveUntil(event.type === 'KlineSummary' ? event.payload.openTime : event.timeMs)
    this.#match(market, event)
    market.update(event)
    this.#arriveUntil(event.timeMs)
    return this.#settled(event.timeMs)
  }

  /** Opens the account of an owner as its journal tells of it: as it stood once, and what was filled since. */
  open(owner: string, state: AccountState | undefined, fills: readonly Fill[]): Account {
    const account = this.account(owner)
    if (state) account.restore(state)
    for (const fill of fills) account.applyFill(fill)
    for (const { symbol } of account.positions()) this.#clearing.noteDanger(owner, account, symbol)
    return account
  }

  /**
   * An order leaves its owner, and what becomes of it is dated by the venue: an owner that lags behind the market changes
   * nothing in the past. Without latency the answer is its ACK, or REJECTED with the reason, and what it fills at once;
   * with latency a sound order is acknowledged when it arrives, by `observe`.
   */
  submit(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const refusal = this.refusal(owner, order)
    return refusal === undefined ? this.accept(owner, order, timeMs) : this.reject(owner, order, timeMs, refusal)
  }

  /** The answer is REJECTED, whatever `refusal` would find. */
  reject(owner: string, order: Order, timeMs: number, reason: string): readonly Owned[] {
    this.#clearing.report(owner, rejection(order, this.#idOf(order), this.#noEarlier(timeMs), reason))
    return this.#clearing.flush()
  }

  /** As `submit`, of an order in which `refusal` has found no fault at this very moment: it is not checked again. */
  accept(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const dueMs = timeMs + this.#settings.rules.latencyMs
    const working = this.#working(owner, order, this.#noEarlier(dueMs))
    this.account(owner).placed(order)
    if (working.dueMs > this.#noEarlier(timeMs)) this.#floor.send(working)
    else this.#arrive(working, working.dueMs)
    return this.#settled(working.dueMs)
  }

  /** Why `submit` would reject the order now, in a sentence. */
  refusal(owner: string, order: Order): string | undefined {
    if (this.#floor.order(order.clientOrderId)) return `an order ${order.clientOrderId} is open already`
    const instrument = this.#settings.instrument(order.symbol)
    const { mark } = this.#floor.matcher(order.symbol)
    const last = instrument.minNotional === undefined ? undefined : mark.price?.toString()
    return orderProblem(order, instrument, last) ?? this.account(owner).refusal(order)
  }

  /** Puts an order of an earlier run back where it was, without a report; the account's fills are booked apart. */
  restore(owner: string, order: Order, progress: Progress, timeMs: number): void {
    this.account(owner).placed(order, progress.filledQuantity)
    this.#floor.enter(this.#working(owner, order, timeMs, progress))
  }

  /** Takes effect at once. Answers nothing when the owner has no such open order. */
  cancel(owner: string, clientOrderId: string, timeMs: number): readonly Owned[] {
    const working = this.#floor.order(clientOrderId)
    if (working?.owner === owner) this.#clearing.end(working, 'CANCELLED', this.#noEarlier(timeMs))
    return this.#clearing.flush()
  }

  /** @param symbol undefined or '' for all. */
  cancelAll(owner: string, symbol: string | undefined, timeMs: number): readonly Owned[] {
    for (const { clientOrderId } of this.account(owner).openOrders(symbol)) {
      const working = this.#floor.order(clientOrderId)
      if (working) this.#clearing.end(working, 'CANCELLED', this.#noEarlier(timeMs))
    }
    return this.#clearing.flush()
  }

  /** What it would report of an order that is open, on its way included; undefined of any other. */
  standing(owner: string, clientOrderId: string): ExecReportPayload | undefined {
    const working = this.#floor.order(clientOrderId)
    if (working?.owner !== owner) return undefined
    return working.report(working.untouched ? 'ACK' : 'PARTIAL', this.#noEarlier(working.dueMs)).payload
  }

  /** Opened with the settings' cash at first sight. */
  account(owner: string): Account {
    return this.#clearing.account(owner)
  }

  /** In the quote currency; undefined before the first. */
  lastPrice(symbol: string): Decimal | undefined {
    return this.#floor.matcher(symbol).mark.price
  }

  openAt(owner: string): OpenOrder[] {
    return this.account(owner).openOrders()
  }

  /** The owner is gone: the account is closed, its open orders are dropped without a report. */
  forget(owner: string): void {
    for (const order of this.#floor.of(owner)) this.#floor.leave(order)
    this.#clearing.close(owner)
  }

  /** Unique for ever, as the client's is, and the same again when the order comes back from a journal. */
  #idOf(order: Order): string {
    return `${this.#settings.venue}-${order.clientOrderId}`
  }

  #working(owner: string, order: Order, dueMs: number, progress?: Progress): WorkingOrder {
    return new WorkingOrder(owner, order, this.#idOf(order), dueMs, progress)
  }

  #noEarlier(timeMs: number): number {
    return Math.max(timeMs, this.#timeMs)
  }

  /** Within a candle stops come first, then whoever the worst price leaves nothing, then limit orders. */
  #match(market: SymbolMatcher, event: MarketEvent): void {
    const liquidator = this.#liquidator
    liquidator.atFirst(market, event)
    const stirred = market.match(event)
    let reached: Phase = PHASE.first
    for (const { order, turn } of stirred?.turns ?? []) {
      if (reached === PHASE.first && turn > reached) liquidator.atFirst(market, event)
      if (turn > reached && turn === PHASE.limits) liquidator.onTheWay(market, event)
      reached = turn
      if (turn !== PHASE.first && !order.ended) liquidator.before(order, market, event)
      if (!order.ended) stirred?.fillModel.act(order, this.#clearing)
    }
    if (reached === PHASE.first) liquidator.atFirst(market, event)
    liquidator.onTheWay(market, event)
  }

  /** The reports since the last time, and what the fills among them have cost. */
  #settled(timeMs: number): readonly Owned[] {
    for (const symbol of this.#clearing.filledIn()) {
      this.#liquidator.atMark(this.#floor.matcher(symbol), this.#noEarlier(timeMs))
    }
    return this.#clearing.flush()
  }

  #arriveUntil(timeMs: number): void {
    for (let next = this.#floor.arrival(timeMs); next !== undefined; next = this.#floor.arrival(timeMs)) {
      this.#arrive(next, next.dueMs)
    }
  }

  #arrive(order: WorkingOrder, timeMs: number): void {
    const standing = this.#floor.matcher(order.order.symbol).standing()
    order.takes = standing?.crosses(order, timeMs) ?? false
    if (order.takes && order.order.postOnly) {
      this.#clearing.end(order, 'REJECTED', timeMs, REASONS.postOnly)
      return
    }
    this.#floor.enter(order)
    this.#clearing.acknowledge(order, timeMs)
    standing?.arrive(order, this.#clearing, timeMs)
  }
}
