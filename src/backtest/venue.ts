/**
 * The simulated exchange and its one account, brought along the events exactly as far as the strategy has come, as what a
 * session plugs into. What the strategy does reaches the exchange when its handler is done: `execute`.
 */
import type { DataFeed } from '../market/files/open'
import { HANDLER_BY_STATE, type HandlerName } from '../sandbox/layout'
import type {
  BalanceUpdateEvent,
  EventHead,
  ExecReportEvent,
  Instrument,
  MarketEvent,
  RiskControlEvent,
} from '../schema/events'
import type { Order } from '../schema/orders'
import type { Account } from '../trading/accounts/account'
import { DelayedActions } from '../trading/exchange/delayed-actions'
import { REASONS } from '../trading/exchange/fill-model'
import { type Liquidation, liquidationNotice } from '../trading/exchange/liquidation'
import { isRetold, type Owned, type SimulatedExchange } from '../trading/exchange/simulated-exchange'
import { AccountEvents, riskControlEvent } from '../trading/session/account-events'
import { AccountView } from '../trading/session/account-view'
import type { TradedAt } from '../trading/session/order-entry'
import type { SessionPort } from '../trading/session/session'
import type { Decision, RunObserver } from './observer'
import type { Performance } from './statistics/performance'
import type { WarmUp } from './warm-up'

const OWNER = 'backtest'

type Told = ExecReportEvent | BalanceUpdateEvent | RiskControlEvent

export class BacktestVenue implements SessionPort {
  /** Time of the last event seen. */
  timeMs = 0
  /** What happened to the strategy's orders and money and is still to be told to it. */
  readonly told: Told[] = []
  /** When the account lost its equity, ms. */
  liquidatedMs: number | undefined
  /** What the strategy listens to: nothing else is told. */
  handlers: ReadonlySet<HandlerName> = new Set()
  /** Brings it to the record of a delivery whose handler is calling; answers the record's time, ms. */
  reach: (record: number) => number | undefined = () => undefined
  timeOf: (record: number) => number | undefined = () => undefined
  scope: readonly TradedAt[]
  readonly #accountView: AccountView
  readonly #events: AccountEvents
  #riskNotices = 0
  /** What the strategy has asked for and the exchange has not heard of. */
  #acts: Decision[] = []
  /** Acts of after a sleep. */
  readonly #delayedActions = new DelayedActions()
  #hasEnded = false
  /** The handler `onEnd` is under way. */
  #isLastCall = false
  #batch: readonly MarketEvent[] = []
  /** So many of the batch were seen. */
  #seen = 0

  constructor(
    /** As the strategy calls it. */
    readonly provider: string,
    /** The strategy's name. */
    private readonly name: string,
    private readonly feed: Pick<DataFeed, 'symbols'>,
    private readonly rulesOf: (symbol: string) => Instrument,
    private readonly exchange: SimulatedExchange,
    private readonly performance: Performance,
    private readonly warmUp: WarmUp,
    private readonly observer: Pick<RunObserver, 'decided' | 'reported'> = {},
  ) {
    this.scope = [{ provider, symbols: feed.symbols }]
    this.#accountView = new AccountView(this.account)
    this.#events = new AccountEvents(provider)
  }

  get account(): Account {
    return this.exchange.account(OWNER)
  }

  view(): AccountView {
    return this.#accountView
  }

  instrument(_: string, symbol: string): Instrument {
    return this.rulesOf(symbol)
  }

  lastPrice(_: string, symbol: string): string | undefined {
    return this.exchange.lastPrice(symbol)?.toString()
  }

  submit(order: Order, timeMs: number): void {
    this.#decide({ kind: 'submit', order, timeMs })
  }

  cancel(_: string, clientOrderId: string, timeMs: number): void {
    this.#decide({ kind: 'cancel', clientOrderId, timeMs })
  }

  skipped(order: Order, timeMs: number): void {
    this.observer.decided?.({ kind: 'submit', order, timeMs })
  }

  stopped(): void {
    // no risk limits bind a backtest
  }

  closed(): string | undefined {
    return this.#hasEnded && !this.#isLastCall ? REASONS.over : undefined
  }

  unready(symbol: string): string | undefined {
    return this.warmUp.refusal(symbol)
  }

  /** Nobody waits: what the strategy does from here on reaches the exchange later. */
  sleep(): void {
    // its session moves its clock
  }

  now(): number {
    return this.timeMs
  }

  /** The head of what follows the last event that was seen. */
  get headOfEnd(): Omit<EventHead, 'symbol'> {
    const { provider, timeMs } = this
    const sequence = (this.#batch[this.#seen - 1]?.sequence ?? 0) + 1
    return { eventId: `${provider}-${sequence}`, provider, sequence, timeMs }
  }

  /** The next events; all earlier ones were seen. */
  load(events: readonly MarketEvent[]): void {
    this.#batch = events
    this.scope = [{ provider: this.provider, symbols: this.feed.symbols }]
    this.#seen = 0
  }

  /** Sees the events up to `index`. */
  seeThrough(index: number): void {
    while (this.#seen <= index) {
      const event = this.#batch[this.#seen++]!
      this.#book(this.exchange.observe(event))
      const wasWarm = this.warmUp.isOver
      this.warmUp.see(event)
      // The figures begin with the bar after the warm-up, whatever it is made of.
      if (this.warmUp.isOver && !(wasWarm && isRetold(event))) this.performance.event(event)
      this.timeMs = event.timeMs
    }
  }

  /** The first event from `from` on, and before `to`, that is not seen yet and will cause something, or `to`. */
  quietUntil(from: number, to: number): number {
    let index = Math.max(from, this.#seen)
    while (index < to && !this.exchange.wouldMatch(this.#batch[index]!)) index++
    return Math.min(index, to)
  }

  /** Has the exchange do what the strategy has asked for since the last time, or, after a sleep, when it is due. */
  execute(): void {
    if (this.#acts.length === 0) return
    const acts = this.#acts
    this.#acts = []
    let isFirst = true
    for (const act of acts) {
      if (this.#hasEnded) this.#performLast(act)
      else if (this.#delayedActions.mustWait(OWNER, act.timeMs, this.timeMs)) {
        this.#delayedActions.add(OWNER, act.timeMs, () => this.#perform(act, false))
      } else this.#perform(act, isFirst)
      isFirst = false
    }
  }

  /** Nothing delayed is due before an event at this time, ms. */
  get quietUntilMs(): number {
    return this.#delayedActions.quietUntilMs
  }

  /** Does what is due before the market moves on to `timeMs`. */
  release(timeMs: number): void {
    this.#delayedActions.release(timeMs)
  }

  /** The data have ended: what is open is cancelled, and nothing is ordered any more but in `lastCall`. */
  end(timeMs: number): void {
    this.#hasEnded = true
    // what was to be done later is not done
    this.release(Number.POSITIVE_INFINITY)
    this.#bookBetween(this.exchange.cancelAll(OWNER, undefined, timeMs))
  }

  /** After `end`: what the handler orders is filled at once, or not at all. @param handle calls it. */
  lastCall(handle: () => void): void {
    this.#isLastCall = true
    handle()
    this.execute()
    this.#isLastCall = false
  }

  #decide(decision: Decision): void {
    this.observer.decided?.(decision)
    this.#acts.push(decision)
  }

  #performLast(act: Decision): void {
    if (act.kind === 'submit') this.#bookBetween(this.exchange.submitLast(OWNER, act.order, act.timeMs))
  }

  /** @param isChecked nothing has happened since the session let the order pass. */
  #perform(act: Decision, isChecked: boolean): void {
    if (this.#hasEnded) {
      if (act.kind === 'submit') this.#accountView.answered(act.order.clientOrderId)
      return
    }
    // a report's handler may lag behind the market
    const timeMs = Math.max(act.timeMs, this.timeMs)
    if (act.kind === 'cancel') {
      this.#bookBetween(this.exchange.cancel(OWNER, act.clientOrderId, timeMs))
      this.#accountView.ended(act.clientOrderId)
      return
    }
    const { order } = act
    this.#bookBetween(
      isChecked ? this.exchange.accept(OWNER, order, timeMs) : this.exchange.submit(OWNER, order, timeMs),
    )
  }

  /** What the strategy's own acts cause, no event following. */
  #bookBetween(owned: readonly Owned[]): void {
    if (this.#book(owned)) this.performance.settle()
  }

  #book(owned: readonly Owned[]): boolean {
    let filled = false
    for (const { report, amounts, liquidation } of owned) {
      this.observer.reported?.(report)
      this.#accountView.answered(report.order.clientOrderId)
      if (this.handlers.has(HANDLER_BY_STATE[report.payload.state])) this.told.push(this.#events.reported(report))
      if (report.fill) {
        this.performance.fill(report.fill, amounts)
        if (this.handlers.has('onBalanceUpdate')) {
          this.told.push(
            ...this.#events.balances(report.fill, this.rulesOf(report.fill.symbol), this.account.balances()),
          )
        }
        filled = true
      }
      if (liquidation) this.#liquidated(liquidation)
    }
    return filled
  }

  #liquidated(liquidation: Liquidation): void {
    const { provider, name } = this
    const { symbol, timeMs } = liquidation
    this.liquidatedMs ??= timeMs
    if (!this.handlers.has('onRiskControl')) return
    const about = { provider, symbol, timeMs }
    this.told.push(riskControlEvent(name, about, liquidationNotice(liquidation), ++this.#riskNotices))
  }
}
