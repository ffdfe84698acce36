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
import type { Owned, SimulatedExchange } from '../trading/exchange/simulated-exchange'
import { AccountEvents, riskControlEvent } from '../trading/session/account-events'
import { AccountView } from '../trading/session/account-view'
import type { TradedAt } from '../trading/session/order-entry'
import type { SessionPort } from '../trading/session/session'
import type { BacktestMarket, Participant, VenueTerms } from './market'
import type { Decision, RunObserver } from './observer'

type Told = ExecReportEvent | BalanceUpdateEvent | RiskControlEvent

export class BacktestVenue implements SessionPort, Participant {
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
  /** Its own orders, where others are in the same account. */
  readonly #own: Set<string> | undefined

  constructor(
    private readonly terms: VenueTerms,
    private readonly feed: Pick<DataFeed, 'symbols'>,
    private readonly rulesOf: (symbol: string) => Instrument,
    private readonly market: BacktestMarket,
    private readonly observer: Pick<RunObserver, 'decided'> = {},
  ) {
    const { provider, isShared = false } = terms
    this.scope = [{ provider, symbols: feed.symbols }]
    this.#own = isShared ? new Set() : undefined
    this.#accountView = new AccountView(this.account, this.#own && ((id) => this.owns(id)))
    this.#events = new AccountEvents(provider)
    market.join(this)
  }

  get provider(): string {
    return this.terms.provider
  }

  get owner(): string {
    return this.terms.owner
  }

  get label(): string | undefined {
    return this.terms.label
  }

  /** Time of the last event seen. */
  get timeMs(): number {
    return this.market.timeMs
  }

  /** The head of what follows that event. */
  get headOfEnd(): Omit<EventHead, 'symbol'> {
    return this.market.headOfEnd(this.provider)
  }

  owns(clientOrderId: string): boolean {
    return this.#own === undefined || this.#own.has(clientOrderId)
  }

  get account(): Account {
    return this.#exchange.account(this.owner)
  }

  view(): AccountView {
    return this.#accountView
  }

  instrument(_: string, symbol: string): Instrument {
    return this.rulesOf(symbol)
  }

  lastPrice(_: string, symbol: string): string | undefined {
    return this.#exchange.lastPrice(symbol)?.toString()
  }

  submit(order: Order, timeMs: number): void {
    this.#decide({ kind: 'submit', order, timeMs })
  }

  cancel(_: string, clientOrderId: string, timeMs: number): void {
    this.#decide({ kind: 'cancel', clientOrderId, timeMs })
  }

  skipped(order: Order, timeMs: number): void {
    this.observer.decided?.({ kind: 'submit', order, timeMs }, this.label)
  }

  stopped(): void {
    // no risk limits bind a backtest
  }

  closed(): string | undefined {
    return this.#hasEnded && !this.#isLastCall ? REASONS.over : undefined
  }

  unready(symbol: string): string | undefined {
    return this.market.unready(symbol)
  }

  /** Nobody waits: what the strategy does from here on reaches the exchange later. */
  sleep(): void {
    // its session moves its clock
  }

  now(): number {
    return this.timeMs
  }

  /** The next events; all earlier ones were seen. */
  load(events: readonly MarketEvent[]): void {
    this.market.load(events)
    this.scope = [{ provider: this.provider, symbols: this.feed.symbols }]
  }

  /** Sees the events up to `index`. */
  seeThrough(index: number): void {
    this.market.seeThrough(index)
  }

  /** As of the market. */
  quietUntil(from: number, to: number): number {
    return this.market.quietUntil(from, to)
  }

  /** Has the exchange do what the strategy has asked for since the last time, or, after a sleep, when it is due. */
  execute(): void {
    if (this.#acts.length === 0) return
    const acts = this.#acts
    this.#acts = []
    let isFirst = true
    for (const act of acts) {
      if (this.#hasEnded) this.#performLast(act)
      else if (this.#delayedActions.mustWait(this.owner, act.timeMs, this.timeMs)) {
        this.#delayedActions.add({ owner: this.owner, dueMs: act.timeMs }, () => this.#perform(act, false))
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
    this.market.bookBetween(this.#exchange.cancelAll(this.owner, undefined, timeMs))
  }

  /** After `end`: what the handler orders is filled at once, or not at all. @param handle calls it. */
  lastCall(handle: () => void): void {
    this.#isLastCall = true
    handle()
    this.execute()
    this.#isLastCall = false
  }

  #decide(decision: Decision): void {
    this.observer.decided?.(decision, this.label)
    if (decision.kind === 'submit') this.#own?.add(decision.order.clientOrderId)
    this.#acts.push(decision)
  }

  #performLast(act: Decision): void {
    if (act.kind === 'submit') this.market.bookBetween(this.#exchange.submitLast(this.owner, act.order, act.timeMs))
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
      this.market.bookBetween(this.#exchange.cancel(this.owner, act.clientOrderId, timeMs))
      this.#accountView.ended(act.clientOrderId)
      return
    }
    const { order } = act
    this.market.bookBetween(
      isChecked ? this.#exchange.accept(this.owner, order, timeMs) : this.#exchange.submit(this.owner, order, timeMs),
    )
  }

  hear({ report, liquidation }: Owned): void {
    this.#accountView.answered(report.order.clientOrderId)
    if (this.handlers.has(HANDLER_BY_STATE[report.payload.state])) this.told.push(this.#events.reported(report))
    if (report.fill && this.handlers.has('onBalanceUpdate')) {
      this.told.push(...this.#events.balances(report.fill, this.rulesOf(report.fill.symbol), this.account.balances()))
    }
    if (liquidation) this.#liquidated(liquidation)
  }

  get #exchange(): SimulatedExchange {
    return this.market.exchange
  }

  #liquidated(liquidation: Liquidation): void {
    const { provider, name } = this.terms
    const { symbol, timeMs } = liquidation
    this.liquidatedMs ??= timeMs
    if (!this.handlers.has('onRiskControl')) return
    const about = { provider, symbol, timeMs }
    this.told.push(riskControlEvent(name, about, liquidationNotice(liquidation), ++this.#riskNotices))
  }
}
