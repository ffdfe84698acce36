/**
 * The simulated exchange: orders and market events in, execution reports out, every time given. It serves paper trading
 * and backtests alike, with one account for each owner and one set of fill rules for all. What holds, whatever is called:
 *
 * **Time.** There is no clock and no chance in it: the same calls give the same reports. Nothing is dated before the
 * newest event. An order is at the venue when its latency is over; what the market showed before cannot fill it. What a
 * candle tells was before the candle was complete, so an order that arrives after its open is not filled by it.
 *
 * **One event** (`observe`), in this order:
 * 1. orders arrive that were due until then; of a candle, until its open;
 * 2. phases (`fill-model.ts`): `first` is whatever fills at the price that the event shows first, then `stops`, then
 *    `limits`. A stop that is set off may come again as a limit order of the same event. Stops before limits is the
 *    cautious guess within a candle;
 * 3. the event is what the market showed last, and marks positions;
 * 4. orders arrive that are due until its time, as within a candle;
 * 5. whom the fills have left nothing at the mark is liquidated.
 *
 * **Liquidation** goes along with the phases: at what the event shows first before any order that waits for a price;
 * before an order is filled on the way, at its price; after the stops, and before the limits, at the worst price.
 *
 * **Priority** within a phase: by arrival. Among stops of a candle the nearer to the open comes first. Among limits
 * buyers come before sellers, then the better price, then arrival. An order keeps its place when it comes back from a
 * journal.
 *
 * **Data** of one symbol: books and tickers rank above trades, trades above candles. The finest kind that was seen decides
 * alone from then on; any kind that tells a price still marks positions. Among tickers and books the newest decides.
 * Candles that were made of other data of the symbol do nothing at all: what they tell was seen already.
 *
 * **Orders** end once, as FILLED, CANCELLED, REJECTED or EXPIRED, and nothing is reported of them after. What is filled is
 * never more than was ordered, by reduce-only orders never more than the position, and never at a price beyond the limit,
 * slippage included. A report is in the account before the next one is made.
 *
 * **Amounts** are exact: prices × quantities are the contract's (`contract.ts`), fees the fee model's (`fees.ts`).
 *
 * **Known limits.** Orders of two owners never meet, though they share what an event shows to be there; nobody else's
 * orders queue before a resting one. Trades and candles know no depth: a market order fills whole at one price; the volume of a candle bounds nothing.
 * Within a candle the path of prices is a guess. There is no funding, no borrowing fee and no maintenance margin: a
 * position ends where the equity is zero.
 */
import type { KeptExchange, KeptOrder, KeptQuotes } from '../../schema/cuts'
import type { ExecReportPayload, MarketEvent } from '../../schema/events'
import type { Fill, OpenOrder, Order } from '../../schema/orders'
import type { AccountState } from '../../schema/paper'
import type { Account } from '../accounts/account'
import type { Estimate } from '../accounts/sizing'
import type { Decimal } from '../decimal'
import { averagedProblem, isAveraged, orderProblem } from '../order-checks'
import { shareOf } from '../shares'
import { PHASE, type Phase, REASONS } from './fill-model'
import { Liquidator } from './liquidation'
import { isCounted, openOrdersProblem } from './open-order-limits'
import { OrderIndex } from './order-index'
import { NOTHING, type Owned, Settlement, type SettlementDeps } from './settlement'
import type { SymbolMatcher } from './symbol-matcher'
import { type Progress, rejection, WorkingOrder } from './working-order'

export type { Owned } from './settlement'

export class SimulatedExchange {
  readonly #deps: SettlementDeps
  readonly #orders: OrderIndex
  readonly #settlement: Settlement
  readonly #liquidator: Liquidator
  /** Time of the newest event: nothing happens here before it. */
  #timeMs = 0
  /** What the market has shown before it goes on. */
  #seen: OrderIndex | undefined

  constructor(deps: SettlementDeps) {
    this.#deps = deps
    this.#orders = new OrderIndex(deps.rules, deps.averageMinutes)
    const settlement = new Settlement(deps, this.#orders)
    this.#settlement = settlement
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
    if (isRetold(event)) return false
    const matcher = this.#orders.matcher(event.symbol)
    if (this.#liquidator.strikes(matcher, event)) return true
    return !this.#orders.isEmpty && (this.#orders.expects(event.timeMs) || matcher.wouldMatch(event))
  }

  /**
   * No event of the symbol reports anything before there is an order, and of several that tell a price, of one type, it
   * makes no difference whether all are observed or the last alone.
   */
  isStill(symbol: string): boolean {
    if (!this.#orders.isEmpty) return false
    const { danger, average } = this.#orders.matcher(symbol)
    return danger.isEmpty && average === undefined
  }

  /** Takes in the next market event; answers what it does to orders and accounts, in order. */
  observe(event: MarketEvent): readonly Owned[] {
    const matcher = this.#orders.matcher(event.symbol)
    if (event.timeMs > this.#timeMs) this.#timeMs = event.timeMs
    if (isRetold(event)) return NOTHING
    if (this.#orders.isEmpty && !matcher.danger.mayStrike(event)) {
      matcher.update(event)
      return NOTHING
    }
    // A candle tells what was before it was complete: what arrived after its open comes after it.
    this.#arriveUntil(event.type === 'KlineSummary' ? event.payload.openTime : event.timeMs)
    this.#match(matcher, event)
    matcher.update(event)
    this.#arriveUntil(event.timeMs)
    return this.#settled(event.timeMs)
  }

  /** Opens the account of an owner as its journal tells of it: as it stood once, and what was filled since. */
  open(owner: string, state: AccountState | undefined, fills: readonly Fill[]): Account {
    const account = this.account(owner)
    if (state) account.restore(state)
    for (const fill of fills) account.applyFill(fill)
    for (const { symbol } of account.positions()) this.#settlement.noteDanger(owner, account, symbol)
    return account
  }

  /**
   * An order leaves its owner, and what becomes of it is dated by the venue: an owner that lags behind the market changes
   * nothing in the past. Without latency the answer is its ACK, or REJECTED with the reason, and what it fills at once;
   * with latency a sound order is acknowledged when it arrives, by `observe`.
   */
  submit(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const checked = this.#checked(owner, order)
    return 'order' in checked
      ? this.accept(owner, checked.order, timeMs)
      : this.reject(owner, order, timeMs, checked.problem)
  }

  /**
   * As `submit`, when the market shows nothing any more: what could trade at what it showed last is filled there, as a
   * taker, and the rest is cancelled. Nothing is late.
   */
  submitLast(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const checked = this.#checked(owner, order)
    if ('problem' in checked) return this.reject(owner, order, timeMs, checked.problem)
    const working = this.#working(owner, checked.order, this.#noEarlier(timeMs))
    this.account(owner).placed(checked.order)
    this.#arrive(working, working.dueMs)
    const last = this.lastPrice(order.symbol)
    if (!working.ended && last && (working.stage === 'market' || working.takes)) {
      const rest = { quantity: working.remaining, price: last, liquidity: 'taker', timeMs: working.dueMs } as const
      this.#settlement.fill(working, rest)
    }
    if (!working.ended) this.#settlement.end(working, 'CANCELLED', working.dueMs, REASONS.over)
    return this.#settled(working.dueMs)
  }

  /** The answer is REJECTED, whatever `refusal` would find. */
  reject(owner: string, order: Order, timeMs: number, reason: string): readonly Owned[] {
    this.#settlement.report(owner, rejection(order, this.#idOf(order), this.#noEarlier(timeMs), reason))
    return this.#settlement.flush()
  }

  /** As `submit`, of an order in which `refusal` has found no fault at this very moment: it is not checked again. */
  accept(owner: string, order: Order, timeMs: number): readonly Owned[] {
    const dueMs = timeMs + this.#deps.rules.latencyMs
    const working = this.#working(owner, order, this.#noEarlier(dueMs))
    this.account(owner).placed(order)
    if (working.dueMs > this.#noEarlier(timeMs)) this.#orders.send(working)
    else this.#arrive(working, working.dueMs)
    return this.#settled(working.dueMs)
  }

  /** Why `submit` would reject the order now, in a sentence. */
  refusal(owner: string, order: Order): string | undefined {
    if (this.#orders.order(order.clientOrderId)) return `an order ${order.clientOrderId} is open already`
    const { mark } = this.#orders.matcher(order.symbol)
    const account = this.account(owner)
    const contract = account.contract(order.symbol)
    const last = contract.isMeasured ? mark.price?.toString() : undefined
    return orderProblem(order, contract, last) ?? account.refusal(order)
  }

  /** The price that so much would be traded up or down to at once; undefined: nobody knows. */
  reach(symbol: string, side: Order['side'], quantity: Decimal): Decimal | undefined {
    return this.#orders
      .matcher(symbol)
      .standing()
      ?.reach?.(side === 'buy', quantity)
  }

  /** Puts an order of an earlier run back where it was, without a report; the account's fills are booked apart. */
  restore(owner: string, order: Order, progress: Progress, timeMs: number): void {
    this.account(owner).placed(order, progress.filledQuantity)
    this.#orders.enter(this.#working(owner, order, timeMs, progress))
  }

  /** What cannot be known from its accounts and the market. @param isKept whether an owner counts. */
  kept(isKept: (owner: string) => boolean): KeptExchange {
    const keep = (order: WorkingOrder) => order.kept(this.account(order.owner).valuedAt(order.order.clientOrderId))
    const quotes = this.#orders.sorted().map((matcher) => matcher.left())
    return {
      timeMs: this.#timeMs,
      ...this.#orders.kept(isKept, keep),
      quotes: quotes.filter((left) => left !== undefined),
      marks: this.#orders.sorted().flatMap(({ symbol, mark }) => (mark.price ? [[symbol, mark.price.toString()]] : [])),
    }
  }

  /** Orders that were kept are open again, without a report; of owners whose accounts are open again. */
  putBack(kept: KeptExchange, orders: readonly KeptOrder[]): void {
    this.#timeMs = Math.max(this.#timeMs, kept.timeMs)
    const working = orders.map((one) => {
      const account = this.account(one.owner)
      account.placed(one.order, one.filled, one.valuedAt)
      return WorkingOrder.of(one, account.contract(one.order.symbol), this.#idOf(one.order))
    })
    this.#orders.putBack(working, kept)
    // behind them: an order may count with no price, since there was none yet
    for (const [symbol, price] of kept.marks) this.#orders.matcher(symbol).mark.set(price)
  }

  /**
   * An event that was observed before all that was kept. Until all of them are `arrived` nobody sees it: the last prices
   * are those that were kept.
   */
  seen(event: MarketEvent): void {
    if (isRetold(event)) return
    const { rules, averageMinutes } = this.#deps
    this.#seen ??= new OrderIndex(rules, averageMinutes)
    this.#seen.matcher(event.symbol).update(event)
  }

  /** All of these events were seen, and this was left of the quotes. */
  arrived(quotes: readonly KeptQuotes[]): void {
    for (const seen of this.#seen?.matchers() ?? []) this.#orders.matcher(seen.symbol).become(seen)
    this.#seen = undefined
    for (const left of quotes) this.#orders.matcher(left.symbol).takeAgain(left)
  }

  /** Takes effect at once. Answers nothing when the owner has no such open order. */
  cancel(owner: string, clientOrderId: string, timeMs: number): readonly Owned[] {
    const working = this.#orders.order(clientOrderId)
    if (working?.owner === owner) this.#settlement.end(working, 'CANCELLED', this.#noEarlier(timeMs))
    return this.#settlement.flush()
  }

  /** @param symbol undefined or '' for all. */
  cancelAll(owner: string, symbol: string | undefined, timeMs: number): readonly Owned[] {
    for (const { clientOrderId } of this.account(owner).openOrders(symbol)) {
      const working = this.#orders.order(clientOrderId)
      if (working) this.#settlement.end(working, 'CANCELLED', this.#noEarlier(timeMs))
    }
    return this.#settlement.flush()
  }

  /** What it would report of an order that is open, on its way included; undefined of any other. */
  standing(owner: string, clientOrderId: string): ExecReportPayload | undefined {
    const working = this.#orders.order(clientOrderId)
    if (working?.owner !== owner) return undefined
    return working.report(working.untouched ? 'ACK' : 'PARTIAL', this.#noEarlier(working.dueMs)).payload
  }

  /** Opened with the settings' cash at first sight. */
  account(owner: string): Account {
    return this.#settlement.account(owner)
  }

  /** In the quote currency; undefined before the first. */
  lastPrice(symbol: string): Decimal | undefined {
    return this.#orders.matcher(symbol).mark.price
  }

  openAt(owner: string): OpenOrder[] {
    return this.account(owner).openOrders()
  }

  /** The owner is gone: the account is closed, its open orders are dropped without a report. */
  forget(owner: string): void {
    for (const order of this.#orders.of(owner)) this.#orders.leave(order)
    this.#settlement.close(owner)
  }

  /** Unique for ever, as the client's is, and the same again when the order comes back from a journal. */
  #idOf(order: Order): string {
    return `${this.#deps.venue}-${order.clientOrderId}`
  }

  /** An order that asks for a share counts as what that comes to now: the market may have moved since it left. */
  #checked(owner: string, order: Order): Estimate {
    const share = order.asked && shareOf(order)
    const estimate = share ? this.account(owner).estimated(order, share) : { order }
    if ('problem' in estimate) return estimate
    const problem = this.refusal(owner, estimate.order)
    return problem === undefined ? estimate : { problem }
  }

  #working(owner: string, order: Order, dueMs: number, progress?: Progress): WorkingOrder {
    const contract = this.account(owner).contract(order.symbol)
    return new WorkingOrder(owner, order, contract, this.#idOf(order), dueMs, progress)
  }

  #noEarlier(timeMs: number): number {
    return Math.max(timeMs, this.#timeMs)
  }

  /** Within a candle stops come first, then whoever the worst price leaves nothing, then limit orders. */
  #match(matcher: SymbolMatcher, event: MarketEvent): void {
    const liquidator = this.#liquidator
    liquidator.atFirst(matcher, event)
    const matched = matcher.match(event)
    let reached: Phase = PHASE.first
    for (const { order, phase } of matched?.phases ?? []) {
      if (reached === PHASE.first && phase > reached) liquidator.atFirst(matcher, event)
      if (phase > reached && phase === PHASE.limits) liquidator.onTheWay(matcher, event)
      reached = phase
      if (phase !== PHASE.first && !order.ended) liquidator.before(order, matcher, event)
      if (!order.ended) matched?.fillModel.act(order, this.#settlement)
    }
    if (reached === PHASE.first) liquidator.atFirst(matcher, event)
    liquidator.onTheWay(matcher, event)
  }

  /** The reports since the last time, and what the fills among them have cost. */
  #settled(timeMs: number): readonly Owned[] {
    for (const symbol of this.#settlement.filledIn()) {
      this.#liquidator.atMark(this.#orders.matcher(symbol), this.#noEarlier(timeMs))
    }
    return this.#settlement.flush()
  }

  #arriveUntil(timeMs: number): void {
    for (let next = this.#orders.arrival(timeMs); next !== undefined; next = this.#orders.arrival(timeMs)) {
      this.#arrive(next, next.dueMs)
    }
  }

  /** What filters find that measure by an average price: they judge where the order arrives. */
  #averagedProblem({ order, contract }: WorkingOrder, timeMs: number): string | undefined {
    if (!isAveraged(contract)) return undefined
    const { average, mark } = this.#orders.matcher(order.symbol)
    return averagedProblem(order, contract, (average?.at(timeMs) ?? mark.price)?.toString())
  }

  #openOrdersProblem(order: WorkingOrder): string | undefined {
    if (!isCounted(order)) return undefined
    return openOrdersProblem(order, this.#orders.standingBeside(order), this.account(order.owner))
  }

  #arrive(order: WorkingOrder, timeMs: number): void {
    const standing = this.#orders.matcher(order.order.symbol).standing()
    order.takes = standing?.crosses(order, timeMs) ?? false
    if (order.takes && order.order.postOnly) {
      this.#settlement.end(order, 'REJECTED', timeMs, REASONS.postOnly)
      return
    }
    const problem = this.#averagedProblem(order, timeMs) ?? this.#openOrdersProblem(order)
    if (problem !== undefined) {
      this.#settlement.end(order, 'REJECTED', timeMs, problem)
      return
    }
    if (
      order.share &&
      order.limit &&
      !this.#settlement.settle(order, [{ price: order.limit, left: undefined }], timeMs)
    ) {
      return
    }
    this.#orders.enter(order)
    this.#settlement.acknowledge(order, timeMs)
    standing?.arrive(order, this.#settlement, timeMs)
  }
}

/** A candle that was made of events that were observed before it. */
export const isRetold = (event: MarketEvent): boolean =>
  event.type === 'KlineSummary' && event.audience === 'strategies'
